"""Counts the changes that requests made. Without any, an account can be made again from settings and scenario."""

from mockserver.account.state.state import State


class ChangeCounts:
    """Counts the changes of an account that are not due to time alone.

    What time alone changed happens again, at the same instants, if the account is created again.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.timed_changes = 0
        """The number of changes that timers made."""
        self._new_counts: tuple[int, int] | None = None

    def mark_as_new(self) -> None:
        """Remember that the account is as its settings and scenario make it."""
        self._new_counts = self._count()

    @property
    def has_changes(self) -> bool:
        """True if a request changed or counted something, or callbacks exist, which would be sent again."""
        state = self._state
        return self._count() != self._new_counts or bool(state.subscriptions or state.deliveries)

    def _count(self) -> tuple[int, int]:
        return self._state.version - self.timed_changes, self._state.observations
