"""What an account has that its corpus has not: the recordings that were deleted through the API."""

from collections import deque

from generators.timetable import RETENTION
from mockserver.ranges import RangeSet


class Overlay:
    """The differences of one account from its corpus. Instants are microseconds since 1970."""

    def __init__(self) -> None:
        self.deleted = RangeSet()
        """All that were deleted by hand."""
        self.forgotten = RangeSet()
        """Those of them whose metadata is gone too, 40 days later."""
        self._deleted_at: dict[int, int] = {}
        self._retained: deque[int] = deque()

    def delete(self, index: int, now: int) -> None:
        """Note that a recording was deleted at an instant, not before the last one's."""
        self.deleted.add(index)
        self._deleted_at[index] = now
        self._retained.append(index)

    def deleted_at(self, index: int) -> int | None:
        """Return when a recording was deleted by hand; None where it was not, or is forgotten."""
        return self._deleted_at.get(index)

    def forget(self, now: int) -> int | None:
        """Drop what has been deleted for 40 days, and return when the next one will be; None where none will."""
        while self._retained:
            index = self._retained[0]
            due = self._deleted_at[index] + RETENTION
            if due > now:
                return due
            self._retained.popleft()
            del self._deleted_at[index]
            self.forgotten.add(index)
        return None
