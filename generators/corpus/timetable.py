"""The instant of each recording of a corpus, and how long a deleted one is kept."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache

from generators import distributions
from generators.corpus.layout import Layout
from generators.corpus.quotas import BLOCK_SIZE
from generators.corpus.weekly_rhythm import WeeklyRhythm
from generators.instants import SECOND
from generators.random_fields import RandomFields

RETENTION = 40 * 24 * 3600 * SECOND
"""How long Twilio keeps the metadata of a deleted recording, in microseconds (WIRE §6)."""
_MAX_COMPLETION_TIME = (distributions.MAX_DURATION + 60) * SECOND
"""The longest time from the start of a recording to the end of its processing."""
_NEWEST_AGE = 120 * SECOND
"""The newest recordings of a long span start this long before its end."""
_GAP_UNIT = 900
"""The unit of the gap between two recordings of a call: 65536 of them are about a minute."""
_GAP_BITS = 16
"""The number of bits of the field `gap`."""
_get_rhythm = lru_cache(maxsize=64)(WeeklyRhythm)
"""Cached: the accounts of a server share it."""


class Timetable:
    """Maps a layout to the time before T0. Instants are microseconds since the epoch.

    Args:
        layout: the blocks and runs.
        get_random_fields: returns the random fields of an index.
        end: T0.
        span: the time before T0, in microseconds.

    Raises:
        SpanTooShortError: if the span is too short for the number of recordings.
    """

    def __init__(self, layout: Layout, get_random_fields: Callable[[int], RandomFields], end: int, span: int) -> None:
        self._layout = layout
        self._get_random_fields = get_random_fields
        self._end = end
        self._count = layout.count
        self._last_run: tuple[range, list[int]] = range(0), []
        if self._count:
            self._rhythm = _get_rhythm(end - span, end - min(_NEWEST_AGE, span // 10), self._count)

    def get_instant(self, index: int) -> int:
        """Return the instant of creation, which strictly rises with the index."""
        run = self._layout.get_run(index)
        return self.get_run_instants(run)[index - run.start]

    def find_first_since(self, instant: int) -> int:
        """Return the index of the oldest recording at or after an instant, or `count` if there is none."""
        if not self._count:
            return 0
        near = min(max(self._rhythm.to_position(instant), 0), self._count - 1)
        # A run stays in its own slot of the rhythm, so the answer is in the run at this position, or just after it.
        run = self._layout.get_run(near)
        return run.start + bisect_left(self.get_run_instants(run), instant)

    def get_deletion_instant(self, index: int) -> int:
        """Return when a recording would have been deleted: old ones first, within 40 days before T0."""
        swept = self._end - RETENTION + RETENTION * (index + 1) // (self._count + 1)
        block_end = min((index // BLOCK_SIZE + 1) * BLOCK_SIZE, self._count)
        return max(swept, min(self._rhythm.to_instant(block_end) + _MAX_COMPLETION_TIME, self._end))

    def find_first_retained(self, now: int) -> int:
        """Return the first index whose deleted recordings are still kept at an instant."""
        return bisect_left(range(self._count), now, key=lambda index: self.get_deletion_instant(index) + RETENTION - 1)

    def get_run_instants(self, run: range) -> list[int]:
        """Return the instants of creation of a run. The last result is cached."""
        last = self._last_run
        if last[0] != run:
            self._last_run = last = run, self._place_run(run)
        return last[1]

    def place_runs(self, runs: Iterable[range], random_fields: Mapping[int, RandomFields]) -> dict[int, int]:
        """Return the instant of creation of each index in some runs.

        Args:
            random_fields: those of each of these indices.
        """
        starts = self._rhythm.to_instants({position for run in runs for position in (run.start, run.stop)})
        instants: dict[int, int] = {}
        for run in runs:
            first, stop = run.start, run.stop
            if stop - first == 1:  # most runs: `_place_run` does the same
                start = starts[first]
                instants[first] = start + ((starts[stop] - start) * random_fields[first].gap >> _GAP_BITS)
            else:
                members = [random_fields[index] for index in run]
                instants.update(zip(run, _place_run(starts[first], starts[stop], members), strict=True))
        return instants

    def _place_run(self, run: range) -> list[int]:
        members = [self._get_random_fields(index) for index in run]
        return _place_run(self._rhythm.to_instant(run.start), self._rhythm.to_instant(run.stop), members)


def _place_run(start: int, stop: int, members: Sequence[RandomFields]) -> list[int]:
    """Place a run in its slot of the rhythm: with a call's real gaps, or with smaller ones in a short slot."""
    offsets = [0]
    before = members[0]
    for bits in members[1:]:
        lasted = distributions.draw_duration(before.duration)
        offsets.append(offsets[-1] + (lasted + 2) * SECOND + bits.gap * _GAP_UNIT)
        before = bits
    slot = stop - start
    room = slot - offsets[-1]
    if room > 0:
        start += room * members[0].gap >> _GAP_BITS
        return [start + offset for offset in offsets]
    squeezed = slot - len(offsets)  # each gets one microsecond, and the rest keeps its proportions
    return [start + turn + offset * squeezed // (offsets[-1] + 1) for turn, offset in enumerate(offsets)]
