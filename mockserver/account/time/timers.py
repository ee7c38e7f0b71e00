"""Timers: actions that wait for an instant on an account's clock, in the order (due, serial)."""

import heapq
from collections.abc import Iterator

from mockserver.account.state.state import State, Timer, TimerKind


class Timers:
    """The timers of an account. Instants are microseconds since the epoch."""

    def __init__(self, state: State) -> None:
        self._state = state

    def __iter__(self) -> Iterator[Timer]:
        """Yield all timers, in firing order: the first of very many without a sort."""
        timers = self._state.timers
        frontier = [(timer, 0) for timer in timers[:1]]
        while frontier:
            timer, at = heapq.heappop(frontier)
            yield timer
            for child in range(2 * at + 1, min(2 * at + 3, len(timers))):
                heapq.heappush(frontier, (timers[child], child))

    def add(self, due: int, kind: TimerKind, key: int) -> None:
        """Add a timer. Its subject may change before it fires, so the code that it wakes must check again."""
        self._state.timer_serial += 1
        heapq.heappush(self._state.timers, Timer(due, self._state.timer_serial, kind, key))

    def remove(self, kind: TimerKind, key: int) -> None:
        """Remove the timers of a subject that needs none any more."""
        self._state.timers = [timer for timer in self._state.timers if (timer.kind, timer.key) != (kind, key)]
        heapq.heapify(self._state.timers)

    @property
    def next_due(self) -> int | None:
        """The instant of the next timer, or None if there is none."""
        return self._state.timers[0].due if self._state.timers else None

    def pop(self, now: int) -> Timer | None:
        """Remove and return the next timer that is due, or None if there is none."""
        if self._state.timers and self._state.timers[0].due <= now:
            return heapq.heappop(self._state.timers)
        return None
