"""The recordings that the lists of recordings show, beyond the plain corpus and without what was deleted of it."""

from collections.abc import Collection, Iterator
from functools import cached_property, partial
from itertools import chain

from generators.corpus.corpus import Corpus
from generators.model import Status
from mockserver.account.gradual import PART, Steps
from mockserver.account.resources.list_members import ListMembers, SkippedIndices
from mockserver.account.resources.listing import Walk
from mockserver.account.state.range_set import RangeSet
from mockserver.account.state.state import FIRST_CREATED, State

_MAX_PENDING = 256
"""The changes that the next list takes into account, at most: it waits for them."""


class ListedRecordings:
    """The recordings of lists with and without soft-deleted ones.

    Changes wait until a list is read: a recording changes several times, and neighbours are deleted together.
    """

    def __init__(self, corpus: Corpus, state: State) -> None:
        self._layout = corpus.layout
        self._state = state
        self._count = corpus.count
        self._pending: dict[int, None] = {}
        """The recordings that changed since the last list."""
        self._undeleted = ListMembers(state)
        """Created and changed recordings without the deleted ones."""
        self._unpurged = ListMembers(state)
        """Created, changed and deleted recordings without those whose metadata is purged."""
        self._special = RangeSet()
        """The corpus recordings that were changed or deleted."""

    @cached_property
    def _skipped(self) -> SkippedIndices:
        """The changed or deleted recordings, for lists without deleted ones. Most accounts have none."""
        get_status = self._layout.get_status
        return SkippedIndices(
            partial(self._layout.walk, first_visible_deleted=None),
            lambda index: get_status(index) is not Status.DELETED,
            self._count,
        )

    def load(self, created: list[int]) -> Steps[None]:
        """Add the recordings of a given state, in small steps.

        Args:
            created: the indices of all created recordings, sorted by position.
        """
        state = self._state
        removed = [range(start, stop) for start, stop in zip(state.deleted.starts, state.deleted.stops, strict=True)]
        for number, index in enumerate(chain(state.recordings, *removed)):
            if index < FIRST_CREATED:
                self.update(index)
            if number % PART == 0:
                yield
        deleted = {index for own in removed for index in range(max(own.start, FIRST_CREATED), own.stop)}
        deleted |= {index for index, recording in state.recordings.items() if recording.status is Status.DELETED}
        yield
        self._undeleted.load_created([index for index in created if index not in deleted])
        yield
        purged = state.purged
        self._unpurged.load_created([index for index in created if index not in purged] if purged else created)

    def update(self, index: int) -> None:
        """Update the lists, before the next one is read, after a recording was created, changed or deleted."""
        self._pending[index] = None
        if len(self._pending) >= _MAX_PENDING:
            self._apply_pending()

    def remove_purged(self, indices: Collection[int]) -> None:
        """Remove deleted recordings whose metadata is purged."""
        self._unpurged.remove(indices)

    def get_members(self, first_visible_deleted: int | None) -> ListMembers:
        """Return the created and changed recordings of a list; see `build_walk`."""
        self._apply_pending()
        return self._undeleted if first_visible_deleted is None else self._unpurged

    def build_walk(self, first_visible_deleted: int | None) -> Walk:
        """Return a walk over the unchanged recordings of the corpus.

        Args:
            first_visible_deleted: deleted recordings are visible from this index on; None hides all.
        """
        self._apply_pending()
        hides_deleted = first_visible_deleted is None or first_visible_deleted >= self._count
        if hides_deleted and self._special:
            return self._skipped.walk
        walk_generated = partial(
            self._layout.walk, first_visible_deleted=None if hides_deleted else first_visible_deleted
        )
        if not self._special:
            return walk_generated

        def walk(window: range, *, newest_first: bool) -> Iterator[int]:
            for gap in self._special.iter_gaps(window, descending=newest_first):
                yield from walk_generated(gap, newest_first=newest_first)

        return walk

    def _apply_pending(self) -> None:
        """Update the lists with the changes since the last one."""
        if not self._pending:
            return
        state, changed, generated = self._state, sorted(self._pending), RangeSet()
        self._pending.clear()
        for index in changed:
            if index < FIRST_CREATED:
                generated.add(index)
            self._undeleted.set(index, not self._is_deleted(index))
            self._unpurged.set(index, index not in state.purged)
        for start, stop in zip(generated.starts, generated.stops, strict=True):
            self._special.add_range(start, stop)
            self._skipped.add_range(start, stop)

    def _is_deleted(self, index: int) -> bool:
        recording = self._state.recordings.get(index)
        return index in self._state.deleted or (recording is not None and recording.status is Status.DELETED)
