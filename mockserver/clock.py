"""The time of an account. The only place in the server that asks the machine what time it is."""

import time
from typing import Protocol

_SECOND = 1_000_000


class Clock(Protocol):
    """Tells the time in microseconds since 1970."""

    def now(self) -> int:
        """Return the present instant."""


class SystemClock:
    """Runs at the machine's pace, from T0 on."""

    def __init__(self, t0: int) -> None:
        """Start at `t0`, in seconds since 1970."""
        self._offset = t0 * _SECOND - time.monotonic_ns() // 1000

    def now(self) -> int:
        """Return the present instant."""
        return self._offset + time.monotonic_ns() // 1000


class VirtualClock:
    """Stands still until it is moved, and never goes back."""

    def __init__(self, t0: int) -> None:
        """Stand at `t0`, in seconds since 1970."""
        self._now = t0 * _SECOND

    def now(self) -> int:
        """Return the present instant."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on by some seconds; fewer than none is refused with ValueError."""
        if seconds < 0:
            raise ValueError(f"expected a number of seconds to move on by, found {seconds}: time does not go back")
        self._now += round(seconds * _SECOND)


def wall_seconds() -> int:
    """Return the machine's own time, in whole seconds since 1970: for defaults and for the Date header only."""
    return int(time.time())


def stopwatch() -> float:
    """Return a number of seconds that only grows: for measuring how long something took."""
    return time.perf_counter()
