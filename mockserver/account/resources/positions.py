"""The positions of an account's recordings in lists: whole numbers that rise with time.

Corpus recordings keep their order. Created recordings are inserted by their instant of creation, after any
corpus recording of the same instant. Instants are microseconds since the epoch.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

from generators.corpus.corpus import Corpus
from generators.instants import SECOND
from mockserver.account.gradual import PART, Steps
from mockserver.account.resources.listing import Walk
from mockserver.account.state.state import FIRST_CREATED, State

IsShown = Callable[[int], bool]


class ListPositions:
    """Translates between indices and positions."""

    def __init__(self, corpus: Corpus, state: State) -> None:
        self._corpus = corpus
        self._newest_instant = corpus.spec.t0 * SECOND
        self._state = state
        self._created_keys: list[tuple[int, int]] = []
        """Instant and index of the created recordings, sorted."""
        self._ranks: list[int] = []
        """The number of corpus recordings before each created one."""

    def load(self) -> Steps[None]:
        """Add the created recordings of a given state, in small steps."""
        self._created_keys = sorted(
            (arrival.instant, FIRST_CREATED + number) for number, arrival in enumerate(self._state.created)
        )
        yield
        newest = bisect_left(self._created_keys, (self._newest_instant,))  # from here on, each comes after the corpus
        for number, (instant, _) in enumerate(self._created_keys[:newest]):
            self._ranks.append(self._count_until(instant))
            if number % PART == 0:
                yield
        self._ranks += [self._corpus.count] * (len(self._created_keys) - newest)

    def list_created(self) -> list[int]:
        """Return the indices of all created recordings, sorted by position."""
        return [index for _, index in self._created_keys]

    def get_all(self) -> range:
        """Return the positions of all recordings."""
        return range(self._corpus.count + len(self._ranks))

    def add(self, index: int, instant: int) -> None:
        """Add a created recording."""
        at = bisect_right(self._created_keys, (instant, index))
        self._created_keys.insert(at, (instant, index))
        self._ranks.insert(at, self._count_until(instant))

    def find_window(self, since: int | None, before: int | None) -> range:
        """Return the positions of the recordings created from one instant until before another."""
        start = 0 if since is None else self._find_first_since(since)
        stop = len(self.get_all()) if before is None else self._find_first_since(before)
        return range(start, max(start, stop))

    def get_position(self, index: int, instant: int | None = None) -> int:
        """Return the position of a recording.

        Args:
            instant: the instant of creation; used for created recordings only.
        """
        if instant is None:
            return index + bisect_right(self._ranks, index)
        at = bisect_left(self._created_keys, (instant, index))
        return self._ranks[at] + at

    def get_index(self, position: int) -> int:
        """Return the index at a position. The position after the newest has an index that no recording has."""
        at = self._count_created_before(position)
        if at < len(self._ranks) and self._ranks[at] + at == position:
            return self._created_keys[at][1]
        return position - at

    def to_corpus_window(self, window: range) -> range:
        """Return the corpus indices within an ascending window of positions."""
        start, stop = (
            place - self._count_created_before(place) for place in (window.start, max(window.start, window.stop))
        )
        return range(start, stop)

    def walk(
        self, corpus_walk: Walk, created: Sequence[int], changed: Sequence[int] = (), is_shown: IsShown | None = None
    ) -> Walk:
        """Return a walk over positions.

        Args:
            corpus_walk: yields indices of the corpus, without the changed ones.
            created: the indices of created recordings, sorted by position.
            changed: the indices of changed corpus recordings, sorted.
            is_shown: returns True if a created recording is in the list, by index; None if all are.
        """
        if not self._ranks and not changed:
            return corpus_walk

        def walk(window: range, *, newest_first: bool) -> Iterator[int]:
            inside = self.to_corpus_window(window)
            return heapq.merge(
                map(self.get_position, corpus_walk(inside, newest_first=newest_first)),
                map(self.get_position, walk_slice(changed, inside.start, inside.stop, newest_first)),
                self._walk_created(created, window, is_shown, newest_first),
                reverse=newest_first,
            )

        return walk

    def _walk_created(
        self, created: Sequence[int], window: range, is_shown: IsShown | None, newest_first: bool
    ) -> Iterator[int]:
        get_position = self.get_created_position
        start = bisect_left(created, window.start, key=get_position)
        stop = bisect_left(created, window.stop, lo=start, key=get_position)
        for at in range(stop - 1, start - 1, -1) if newest_first else range(start, stop):
            if is_shown is None or is_shown(created[at]):
                yield get_position(created[at])

    def get_created_position(self, index: int) -> int:
        """Return the position of a created recording."""
        return self.get_position(index, self._state.created[index - FIRST_CREATED].instant)

    def _count_until(self, instant: int) -> int:
        """Return the number of corpus recordings until an instant, with those of the instant."""
        if instant >= self._newest_instant:
            return self._corpus.count
        return self._corpus.timetable.find_first_since(instant + 1)

    def _find_first_since(self, instant: int) -> int:
        """Return the position of the oldest recording at or after an instant."""
        return self._corpus.timetable.find_first_since(instant) + bisect_left(self._created_keys, (instant, -1))

    def _count_created_before(self, position: int) -> int:
        """Return the number of created recordings before a position."""
        return bisect_left(range(len(self._ranks)), position, key=lambda at: self._ranks[at] + at)


def get_slice(indices: Sequence[int], start: int, stop: int) -> Sequence[int]:
    """Return the sorted indices from `start` to below `stop`."""
    first = bisect_left(indices, start)
    return indices[first : bisect_left(indices, stop, lo=first)]


def walk_slice(indices: Sequence[int], start: int, stop: int, newest_first: bool) -> Iterator[int]:
    """Yield the sorted indices from `start` to below `stop`, without a copy."""
    first = bisect_left(indices, start)
    last = bisect_left(indices, stop, lo=first)
    return (indices[at] for at in (range(last - 1, first - 1, -1) if newest_first else range(first, last)))
