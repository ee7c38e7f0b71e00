"""The overlay: recordings that were created, changed or deleted beyond the corpus.

Instants are microseconds since the epoch.
"""

from bisect import insort
from collections.abc import Iterator
from itertools import takewhile

from generators.corpus.timetable import RETENTION
from generators.model import Recording
from generators.sids import fold_sid
from mockserver.account.gradual import PART, Steps
from mockserver.account.state.range_set import RangeSet
from mockserver.account.state.state import FIRST_CREATED, CreatedRecording, State


class Deletions:
    """The deleted recordings, by index."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def all(self) -> RangeSet:
        """All deleted indices."""
        return self._state.deleted

    @property
    def purged(self) -> RangeSet:
        """The indices whose metadata is purged too, 40 days after the deletion."""
        return self._state.purged

    def add(self, index: int, now: int, shown_at: int | None = None) -> None:
        """Mark a recording as deleted at an instant, which is not before the previous deletion.

        Args:
            shown_at: the instant to show, if a scenario sets another. The 40 days count from `now` all the same.
        """
        self._state.deleted.add(index)
        self._state.deleted_at[index] = now
        if shown_at is not None:
            self._state.scripted_deletion_instants[index] = shown_at

    def get_shown_instant(self, index: int) -> int | None:
        """Return the instant of the deletion to show, or None if the recording is not deleted or is purged."""
        deleted_at = self._state.deleted_at.get(index)
        return None if deleted_at is None else self._state.scripted_deletion_instants.get(index, deleted_at)

    def purge(self, now: int) -> list[int]:
        """Purge what was deleted 40 days ago, and return it."""
        kept = self._state.deleted_at
        over = [index for index, _ in takewhile(lambda each: each[1] + RETENTION <= now, kept.items())]
        for index in over:
            del kept[index]
            self._state.purged.add(index)
        return over

    def find_next_purge(self) -> int | None:
        """Return the instant of the next purge, or None if there is none."""
        return next((at + RETENTION for at in self._state.deleted_at.values()), None)


class CreatedRecordings:
    """Recordings created beyond the corpus, in order of creation. The n-th has the index FIRST_CREATED + n."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._index_by_sid: dict[str, int] = {}
        self._indices_by_parent: dict[str, int | list[int]] = {}
        """Most calls have one recording: 50,000 lists of one would keep the garbage collector busy."""

    def load(self) -> Steps[None]:
        """Index the recordings of a given state, in small steps."""
        for number in range(len(self._state.created)):
            self._index_recording(FIRST_CREATED + number)
            if number % PART == 0:
                yield

    def __len__(self) -> int:
        return len(self._state.created)

    def __iter__(self) -> Iterator[int]:
        return iter(range(FIRST_CREATED, FIRST_CREATED + len(self)))

    def __contains__(self, index: int) -> bool:
        return FIRST_CREATED <= index < FIRST_CREATED + len(self)

    @property
    def next_index(self) -> int:
        """The index of the next created recording."""
        return FIRST_CREATED + len(self)

    def add(
        self, recording: Recording, instant: int, *, is_of_live_call: bool = False, origin: int | None = None
    ) -> int:
        """Add a recording with its instant of creation, and return its index."""
        index = self.next_index
        self._state.created.append(CreatedRecording(instant, recording.sid, is_of_live_call, origin))
        self._state.recordings[index] = recording
        self._index_recording(index)
        return index

    def get_creation_instant(self, index: int) -> int:
        """Return the instant of creation."""
        return self._state.created[index - FIRST_CREATED].instant

    def get_origin(self, index: int) -> int:
        """Return the index that the random fields of a created recording follow from."""
        origin = self._state.created[index - FIRST_CREATED].origin
        return index if origin is None else origin

    def find_index(self, sid: str) -> int | None:
        """Return the index by SID, or None if the SID is unknown."""
        return self._index_by_sid.get(fold_sid(sid))

    def get_indices_of_parent(self, parent_sid: str) -> list[int]:
        """Return the indices of a call's or conference's recordings, oldest first."""
        indices = self._indices_by_parent.get(fold_sid(parent_sid), [])
        return [indices] if isinstance(indices, int) else indices

    def get_active_of_parent(self, parent_sid: str) -> list[int]:
        """Return the indices of a call's or conference's active recordings, oldest first."""
        captures = self._state.in_progress
        return [
            index
            for index in self.get_indices_of_parent(parent_sid)
            if index in captures and not captures[index].is_stopped
        ]

    def is_parent_over(self, parent_sid: str) -> bool:
        """Return True if a call or conference has recordings here, and ended with them.

        A scripted call is over when its recordings are. One that was recorded through the API goes on.
        """
        indices = self.get_indices_of_parent(parent_sid)
        is_live = any(self._state.created[index - FIRST_CREATED].is_of_live_call for index in indices)
        return bool(indices) and not is_live and not self.get_active_of_parent(parent_sid)

    def _index_recording(self, index: int) -> None:
        recording = self._state.recordings[index]
        self._index_by_sid[fold_sid(recording.sid)] = index
        for sid in (recording.call_sid, recording.conference_sid):
            if not sid:
                continue
            key = fold_sid(sid)
            indices = self._indices_by_parent.setdefault(key, index)
            if isinstance(indices, int):
                if indices == index:
                    continue  # the first
                indices = self._indices_by_parent[key] = [indices]
            insort(indices, index, key=self.get_creation_instant)  # a saved list begins with the newest
