"""What an account has that its corpus has not: what was started, and what was deleted, here.

Instants are microseconds since 1970.
"""

from collections import deque

from generators.timetable import RETENTION
from mockserver.live import LiveRecording
from mockserver.ranges import RangeSet

STARTED = 1 << 56
"""The index of the first recording that was started here: above any corpus's, and its SID comes from it too."""


class Deletions:
    """Recordings that were deleted by hand, by index."""

    def __init__(self) -> None:
        self.all = RangeSet()
        self.forgotten = RangeSet()
        """Those of them whose metadata is gone too, 40 days later."""
        self._at: dict[int, int] = {}
        self._retained: deque[int] = deque()

    def add(self, index: int, now: int) -> None:
        """Note that a recording was deleted at an instant, not before the last one's."""
        self.all.add(index)
        self._at[index] = now
        self._retained.append(index)

    def at(self, index: int) -> int | None:
        """Return when a recording was deleted by hand; None where it was not, or is forgotten."""
        return self._at.get(index)

    def forget(self, now: int) -> int | None:
        """Drop what has been deleted for 40 days, and return when the next one will be; None where none will."""
        while self._retained:
            index = self._retained[0]
            due = self._at[index] + RETENTION
            if due > now:
                return due
            self._retained.popleft()
            del self._at[index]
            self.forgotten.add(index)
        return None


class Started:
    """Recordings that were started here, in order; the n-th has the index STARTED + n."""

    def __init__(self) -> None:
        self._all: list[LiveRecording] = []
        self._by_parent: dict[str, list[int]] = {}
        self._unsettled: dict[int, None] = {}

    def __len__(self) -> int:
        return len(self._all)

    def __getitem__(self, index: int) -> LiveRecording:
        return self._all[index - STARTED]

    def __contains__(self, index: int) -> bool:
        return STARTED <= index < STARTED + len(self._all)

    def add(self, recording: LiveRecording) -> int:
        """Take a new recording and return its index."""
        index = STARTED + len(self._all)
        self._all.append(recording)
        self._unsettled[index] = None
        for sid in filter(None, (recording.call_sid, recording.conference_sid)):
            self._by_parent.setdefault(sid, []).append(index)
        return index

    def replace(self, index: int, recording: LiveRecording) -> None:
        """Put a recording's new state in place of its old."""
        self._all[index - STARTED] = recording

    def of(self, parent_sid: str) -> list[int]:
        """Return the indices of all that a call or conference has, oldest first."""
        return self._by_parent.get(parent_sid[:2] + parent_sid[2:].lower(), [])

    def active(self, parent_sid: str) -> list[int]:
        """Return the indices of those of a call or conference that are not stopped, oldest first."""
        return [index for index in self.of(parent_sid) if self[index].stopped_at is None]

    def next_completion(self, now: int) -> int | None:
        """Return when the next stopped one will be completed; None where none is being processed."""
        soonest = None
        for index in list(self._unsettled):
            ready = self[index].completed_at
            if ready is not None and ready <= now:
                del self._unsettled[index]
            elif ready is not None:
                soonest = ready if soonest is None else min(soonest, ready)
        return soonest
