"""Which recordings are asked for, and how they lie in a listing.

Positions: a recording of the corpus is at its index, those that were started here come after, in order.
"""

from collections.abc import Callable, Iterator

import msgspec

from generators.rhythm import SECOND
from generators.sids import Kind
from mockserver.ledger import Ledger
from mockserver.listing import Listing, Walk
from mockserver.live import LiveRecording
from mockserver.overlay import STARTED


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which recordings are asked for; all that is given holds together."""

    since: int | None = None
    """Created at this second or later, in seconds since 1970."""
    below: int | None = None
    """Created before this second."""
    call_sid: str | None = None
    conference_sid: str | None = None
    include_deleted: bool = False

    def holds(self, live: LiveRecording) -> bool:
        """Tell whether a recording that was started here is among those asked for."""
        created = live.started_at // SECOND
        return (
            (self.since is None or self.since <= created)
            and (self.below is None or created < self.below)
            and (self.call_sid is None or _same(self.call_sid, live.call_sid))
            and (self.conference_sid is None or _same(self.conference_sid, live.conference_sid))
        )


class Positions:
    """Where the recordings of an account lie."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._count = ledger.corpus.count

    def index(self, position: int) -> int:
        """Return the index of the recording at a position."""
        return position if position < self._count else STARTED + position - self._count

    def of_sid(self, sid: str, kind: Kind = Kind.RECORDING) -> int | None:
        """Return the position of a recording, by its SID or one of as many others; None where there is none.

        The place just past the newest is one too: it is where an empty page's next one begins.
        """
        index = self._ledger.corpus.sids.decode(kind, sid)
        if index is None or not (index in self._ledger or index == self.index(self.everything().stop)):
            return None
        return index if index < self._count else index - STARTED + self._count

    def everything(self) -> range:
        """Return the positions of all recordings."""
        return range(self._count + len(self._ledger.started))

    def walk(self, generated: Walk, is_seen: Callable[[int], bool]) -> Walk:
        """Return a walk over all positions.

        Args:
            generated: finds what is seen of the corpus.
            is_seen: tells whether a recording that was started here is seen, by its index.
        """

        def walk(window: range, *, newest_first: bool) -> Iterator[int]:
            early = range(window.start, max(window.start, min(window.stop, self._count)))
            late = range(max(window.start, self._count), window.stop)
            started = (at for at in (reversed(late) if newest_first else late) if is_seen(self.index(at)))
            parts = [generated(early, newest_first=newest_first), started]
            for part in reversed(parts) if newest_first else parts:
                yield from part

        return walk

    def selected(self, selection: Selection) -> Listing:
        """Return the listing of a selection."""
        ledger = self._ledger
        own = _window(ledger, selection)
        hidden = ledger.deleted.forgotten if selection.include_deleted else ledger.deleted.all
        deleted_from = ledger.retention()[0] if selection.include_deleted else None

        def generated(window: range, *, newest_first: bool) -> Iterator[int]:
            inside = range(window.start, max(window.start, min(window.stop, own.stop)))
            for gap in hidden.gaps(inside, descending=newest_first):
                yield from ledger.corpus.layout.walk(gap, newest_first=newest_first, deleted_from=deleted_from)

        def is_seen(index: int) -> bool:
            return index not in hidden and selection.holds(ledger.started[index])

        return Listing(
            window=range(own.start, self.everything().stop) if ledger.started else own,
            walk=self.walk(generated, is_seen),
            position=self.of_sid,
            index=self.index,
            sid=ledger.corpus.sid,
        )


def _window(ledger: Ledger, selection: Selection) -> range:
    """Return the indices of the corpus that the filters leave: each filter is a range, so all together are one."""
    corpus = ledger.corpus
    ranges = [range(corpus.count)]
    if selection.since is not None:
        ranges.append(range(corpus.timetable.first_at(selection.since * SECOND), corpus.count))
    if selection.below is not None:
        ranges.append(range(corpus.timetable.first_at(selection.below * SECOND)))
    if selection.call_sid is not None:
        ranges.append(corpus.of_call(selection.call_sid))
    if selection.conference_sid is not None:
        ranges.append(corpus.of_conference(selection.conference_sid))
    start = max(each.start for each in ranges)
    return range(start, max(start, min(each.stop for each in ranges)))


def _same(sid: str, other: str | None) -> bool:
    return other is not None and sid[2:].lower() == other[2:].lower()
