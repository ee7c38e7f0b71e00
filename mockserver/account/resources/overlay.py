"""What an account has that its corpus has not: recordings that came in, were changed or deleted here.

Instants are microseconds since 1970.
"""

from collections.abc import Iterator
from itertools import takewhile

from generators.corpus.timetable import RETENTION
from generators.model import Recording
from mockserver.account.state.range_set import RangeSet
from mockserver.account.state.state import STARTED, Arrival, State


class Deletions:
    """Recordings that were deleted by hand, by index."""

    def __init__(self, state: State) -> None:
        self._state = state

    @property
    def all(self) -> RangeSet:
        """All of them."""
        return self._state.deleted

    @property
    def forgotten(self) -> RangeSet:
        """Those of them whose metadata is gone too, 40 days later."""
        return self._state.forgotten

    def add(self, index: int, now: int) -> None:
        """Note that a recording was deleted at an instant, not before the last one's."""
        self._state.deleted.add(index)
        self._state.deleted_at[index] = now

    def at(self, index: int) -> int | None:
        """Return when a recording was deleted by hand; None where it was not, or is forgotten."""
        return self._state.deleted_at.get(index)

    def forget(self, now: int) -> int | None:
        """Drop what has been deleted for 40 days, and return when the next one will be; None where none will."""
        kept = self._state.deleted_at
        over = [index for index, _ in takewhile(lambda each: each[1] + RETENTION <= now, kept.items())]
        for index in over:
            del kept[index]
            self._state.forgotten.add(index)
        return next((at + RETENTION for at in kept.values()), None)


class Arrivals:
    """Recordings that came in here, in the order in which they came; the n-th has the index STARTED + n."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._by_sid: dict[str, int] = {}
        self._by_parent: dict[str, list[int]] = {}
        for number in range(len(state.arrivals)):
            self._note(STARTED + number)

    def __len__(self) -> int:
        return len(self._state.arrivals)

    def __iter__(self) -> Iterator[int]:
        return iter(range(STARTED, STARTED + len(self)))

    def __contains__(self, index: int) -> bool:
        return STARTED <= index < STARTED + len(self)

    @property
    def next_index(self) -> int:
        """The index that the next one will have."""
        return STARTED + len(self)

    def add(self, recording: Recording, instant: int) -> int:
        """Take a recording, which was created at an instant, and return its index."""
        index = self.next_index
        self._state.arrivals.append(Arrival(instant, recording.sid))
        self._state.recordings[index] = recording
        self._note(index)
        return index

    def instant(self, index: int) -> int:
        """Return when one was created."""
        return self._state.arrivals[index - STARTED].instant

    def of_sid(self, sid: str) -> int | None:
        """Return the index of the one with a SID; None where there is none."""
        return self._by_sid.get(sid[2:].lower())

    def of(self, parent_sid: str) -> list[int]:
        """Return the indices of all that a call or conference has, oldest first."""
        return self._by_parent.get(_key(parent_sid), [])

    def active(self, parent_sid: str) -> list[int]:
        """Return the indices of those of a call or conference that are being made, oldest first."""
        captures = self._state.captures
        return [index for index in self.of(parent_sid) if index in captures and not captures[index].is_stopped]

    def _note(self, index: int) -> None:
        recording = self._state.recordings[index]
        self._by_sid[recording.sid[2:].lower()] = index
        for sid in filter(None, (recording.call_sid, recording.conference_sid)):
            self._by_parent.setdefault(_key(sid), []).append(index)


def _key(sid: str) -> str:
    return sid[:2] + sid[2:].lower()
