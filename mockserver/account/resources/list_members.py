"""Which recordings a list shows beyond the plain corpus, in order: a page never passes those that it leaves out."""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterator

from mockserver.account.resources.listing import Walk
from mockserver.account.state.range_set import RangeSet
from mockserver.account.state.state import FIRST_CREATED, State


class ListMembers:
    """The changed and the created recordings of one list, by index."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.changed: list[int] = []
        """Corpus recordings, sorted."""
        self.created: list[int] = []
        """Created recordings, sorted by position."""
        self._present: set[int] = set()

    def load_created(self, indices: list[int]) -> None:
        """Add created recordings of a given state, sorted by position, when there are none yet."""
        self.created = indices
        self._present.update(indices)

    def set(self, index: int, is_member: bool) -> None:
        """Add a recording, or remove it."""
        if (index in self._present) is is_member:
            return
        if index < FIRST_CREATED:
            members, at = self.changed, bisect_left(self.changed, index)
        else:
            members, at = self.created, self._find_created_place(index)
        if is_member:
            self._present.add(index)
            members.insert(at, index)
        else:
            self._present.remove(index)
            del members[at]

    def remove(self, indices: Collection[int]) -> None:
        """Remove recordings."""
        self._present.difference_update(indices)
        self.changed = [index for index in self.changed if index in self._present]
        self.created = [index for index in self.created if index in self._present]

    def _find_created_place(self, index: int) -> int:
        """Return the place of a created recording, or the one where it belongs."""
        created, wanted = self.created, self.get_created_key(index)
        if created and self.get_created_key(created[-1]) < wanted:  # almost always
            return len(created)
        return bisect_left(created, wanted, key=self.get_created_key)

    def get_created_key(self, index: int) -> tuple[int, int]:
        """Return the key by which created recordings are sorted: their instant of creation and their index."""
        return self._state.created[index - FIRST_CREATED].instant, index


class SkippedIndices:
    """The corpus indices that a walk leaves out.

    Each range reaches to the next indices that the walk would yield, so a walk never meets two ranges in a row.

    Args:
        walk: the walk.
        is_listed: returns True if the walk yields an index.
        count: the number of corpus recordings.
    """

    def __init__(self, walk: Walk, is_listed: Callable[[int], bool], count: int) -> None:
        self._walk = walk
        self._is_listed = is_listed
        self._count = count
        self._ranges = RangeSet()

    def add(self, index: int) -> None:
        """Leave out an index."""
        self.add_range(index, index + 1)

    def add_range(self, start: int, stop: int) -> None:
        """Leave out the indices from `start` to below `stop`, at least one."""
        if self._ranges.covers(start, stop):
            return
        older, newer = start - 1, stop
        if not self._is_boundary(older):
            older = next(self._walk(range(start), newest_first=True), -1)
        if not self._is_boundary(newer):
            newer = next(self._walk(range(newer, self._count), newest_first=False), self._count)
        self._ranges.add_range(older + 1, newer)

    def _is_boundary(self, neighbour: int) -> bool:
        """Return True if a range may end at a neighbour. This saves most walks."""
        return not 0 <= neighbour < self._count or neighbour in self._ranges or self._is_listed(neighbour)

    def walk(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield what the walk yields in an ascending window, without these indices."""
        for gap in self._ranges.iter_gaps(window, descending=newest_first):
            yield from self._walk(gap, newest_first=newest_first)
