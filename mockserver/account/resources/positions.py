"""The positions of an account's recordings in lists: whole numbers that rise with time.

Corpus recordings keep their order. Created recordings are inserted by their instant of creation, after any
corpus recording of the same instant. Instants are microseconds since the epoch.
"""

import heapq
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence

from generators.corpus.corpus import Corpus
from generators.instants import SECOND
from mockserver.account.resources.listing import Walk
from mockserver.account.state.state import FIRST_CREATED, State

IsVisible = Callable[[int], bool]


class ListPositions:
    """Translates between indices and positions."""

    def __init__(self, corpus: Corpus, state: State) -> None:
        self._corpus = corpus
        self._state = state
        self._created_keys: list[tuple[int, int]] = []
        """Instant and index of the created recordings, sorted."""
        self._ranks: list[int] = []
        """The number of corpus recordings before each created one."""
        self._changed_indices = sorted(index for index in state.recordings if index < FIRST_CREATED)
        """The corpus recordings that were changed."""
        for number, arrival in enumerate(state.created):
            self.add(FIRST_CREATED + number, arrival.instant)

    def get_all(self) -> range:
        """Return the positions of all recordings."""
        return range(self._corpus.count + len(self._ranks))

    def add(self, index: int, instant: int) -> None:
        """Add a created recording."""
        at = bisect_right(self._created_keys, (instant, index))
        is_newest = instant >= self._corpus.spec.t0 * SECOND
        self._created_keys.insert(at, (instant, index))
        self._ranks.insert(
            at, self._corpus.count if is_newest else self._corpus.timetable.find_first_since(instant + 1)
        )

    def mark_changed(self, index: int) -> None:
        """Mark a corpus recording as changed."""
        at = bisect_left(self._changed_indices, index)
        if self._changed_indices[at : at + 1] != [index]:
            self._changed_indices.insert(at, index)

    def get_changed(self) -> Sequence[int]:
        """Return the indices of the changed corpus recordings, sorted."""
        return self._changed_indices

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

    def walk(self, corpus_walk: Walk, is_visible: IsVisible, *, include_changed: bool = True) -> Walk:
        """Return a walk over all positions.

        Args:
            corpus_walk: yields the visible indices of the corpus.
            is_visible: returns True if a created or changed recording is visible, by index.
            include_changed: True if `is_visible` decides about changed corpus recordings too.
        """
        if not self._ranks and not (include_changed and self._changed_indices):
            return corpus_walk

        def walk(window: range, *, newest_first: bool) -> Iterator[int]:
            inside = corpus_walk(self.to_corpus_window(window), newest_first=newest_first)
            plain = (
                self.get_position(index)
                for index in inside
                if not (include_changed and index in self._state.recordings)
            )
            others = [self._walk_created(window, newest_first)]
            if include_changed:
                others.append(self._walk_changed(window, newest_first))
            special = (at for at in heapq.merge(*others, reverse=newest_first) if is_visible(self.get_index(at)))
            return heapq.merge(plain, special, reverse=newest_first)

        return walk

    def _count_created_before(self, position: int) -> int:
        """Return the number of created recordings before a position."""
        return bisect_left(range(len(self._ranks)), position, key=lambda at: self._ranks[at] + at)

    def _walk_created(self, window: range, newest_first: bool) -> Iterator[int]:
        places = range(
            self._count_created_before(window.start), self._count_created_before(max(window.start, window.stop))
        )
        return (self._ranks[at] + at for at in (reversed(places) if newest_first else places))

    def _walk_changed(self, window: range, newest_first: bool) -> Iterator[int]:
        indices = self.to_corpus_window(window)
        places = range(
            bisect_left(self._changed_indices, indices.start), bisect_left(self._changed_indices, indices.stop)
        )
        return (self.get_position(self._changed_indices[at]) for at in (reversed(places) if newest_first else places))
