"""What waits for an instant on an account's clock, in the order (due, serial)."""

import heapq
from collections.abc import Iterator

from mockserver.account.state.state import State, Timer, TimerKind


class Timers:
    """The timers of an account. Instants are microseconds since 1970."""

    def __init__(self, state: State) -> None:
        self._state = state

    def __iter__(self) -> Iterator[Timer]:
        """Yield all, in the order in which they will fire."""
        return iter(sorted(self._state.timers))

    def schedule(self, due: int, kind: TimerKind, key: int) -> None:
        """Let something wait; what it is about may have changed by then, so whoever is woken looks again."""
        self._state.timer_serial += 1
        heapq.heappush(self._state.timers, Timer(due, self._state.timer_serial, kind, key))

    @property
    def next_due(self) -> int | None:
        """When the next one fires; None where none waits."""
        return self._state.timers[0].due if self._state.timers else None

    def pop(self, now: int) -> Timer | None:
        """Take out the next one that is due by now; None where none is."""
        if self._state.timers and self._state.timers[0].due <= now:
            return heapq.heappop(self._state.timers)
        return None
