"""The time of an account. The only place in the server that asks the machine what time it is."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SECOND = 1_000_000


def ticks() -> int:
    """Return microseconds that only grow, from an origin that does not matter."""
    return time.monotonic_ns() // 1000


class Clock:
    """Tells an account's time in microseconds since 1970: it stands still, or runs at some rate, and never goes back.

    Args:
        start: the instant that it shows at `origin`.
        rate: how many of its seconds pass in one: 1 is the machine's pace, 0 stands still.
        source: ticks that only grow.
        origin: the tick at which it started; the present one where it is left out.
    """

    def __init__(
        self, start: int, rate: float = 0.0, *, source: Callable[[], int] = ticks, origin: int | None = None
    ) -> None:
        self.rate = rate
        self._source = source
        self._base = start
        self._since = source() if origin is None else origin
        self._held: int | None = None

    def now(self) -> int:
        """Return the present instant."""
        if self._held is not None:
            return self._held
        if not self.rate:
            return self._base
        return self._base + int((self._source() - self._since) * self.rate)

    @property
    def setting(self) -> tuple[int, int, float]:
        """What its time is told by: another one whenever it was moved, or runs otherwise."""
        return self._base, self._since, self.rate

    def move_to(self, instant: int) -> None:
        """Move on to an instant; one that has passed already changes nothing."""
        self._base = max(self.now(), instant)
        self._since = self._source()

    def set_rate(self, rate: float) -> None:
        """Go on from now at another rate."""
        self.move_to(self.now())
        self.rate = rate

    @contextmanager
    def instant_at(self, instant: int) -> Iterator[None]:
        """Show an instant that has just passed, while something is done that was due then."""
        before, self._held = self._held, instant
        try:
            yield
        finally:
            self._held = before

    def real_seconds_until(self, instant: int) -> float | None:
        """Return how long it really takes until it shows an instant; None where it never does by itself."""
        return max(0, instant - self.now()) / _SECOND / self.rate if self.rate else None


async def real_pause(seconds: float) -> None:
    """Wait in real time: for what a client's own time-outs see."""
    await asyncio.sleep(seconds)


def wall_seconds() -> int:
    """Return the machine's own time, in whole seconds since 1970: for defaults and for the Date header only."""
    return int(time.time())


def stopwatch() -> float:
    """Return a number of seconds that only grows: for measuring how long something took."""
    return time.perf_counter()
