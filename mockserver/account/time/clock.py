"""The clock of an account."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from generators.instants import SECOND
from mockserver.settings.machine_clock import ticks


class Clock:
    """An account's time in microseconds since the epoch. It stands still or runs at a rate, and never goes back.

    Args:
        start: the instant at `origin`.
        rate: account seconds per real second: 1 is real time, 0 stands still.
        tick_source: returns monotonic ticks.
        origin: the tick at which the clock started; the present one if left out.
    """

    def __init__(
        self, start: int, rate: float = 0.0, *, tick_source: Callable[[], int] = ticks, origin: int | None = None
    ) -> None:
        self.rate = rate
        self._tick_source = tick_source
        self._base_instant = start
        self._base_ticks = tick_source() if origin is None else origin
        self._held_instant: int | None = None

    def now(self) -> int:
        """Return the present instant."""
        if self._held_instant is not None:
            return self._held_instant
        if not self.rate:
            return self._base_instant
        return self._base_instant + int((self._tick_source() - self._base_ticks) * self.rate)

    @property
    def setting(self) -> tuple[int, int, float]:
        """The values that determine the clock's time. They differ after every move and every change of the rate."""
        return self._base_instant, self._base_ticks, self.rate

    def move_to(self, instant: int) -> None:
        """Move to an instant. An instant in the past changes nothing."""
        self._base_instant = max(self.now(), instant)
        self._base_ticks = self._tick_source()

    def set_rate(self, rate: float) -> None:
        """Continue from now at another rate."""
        self.move_to(self.now())
        self.rate = rate

    def start(self, rate: float, origin: int | None = None) -> None:
        """Let a clock that stood still run at a rate.

        Args:
            origin: the tick since which it has been running; the present one if left out.
        """
        self.rate = rate
        self._base_ticks = self._tick_source() if origin is None else origin

    def continue_at(self, instant: int) -> None:
        """Continue at an instant, or where the clock was moved to: the account was built again from its log."""
        self._base_instant, self._base_ticks = max(self._base_instant, instant), self._tick_source()

    def hold(self, instant: int | None = None) -> int:
        """Show one instant until `release`, now if left out, and return it: one change happens at one instant."""
        self._held_instant = held = self.now() if instant is None else instant
        return held

    def release(self) -> None:
        """Show the present instant again."""
        self._held_instant = None

    @contextmanager
    def hold_instant(self, instant: int) -> Iterator[None]:
        """Show an instant that has just passed, while an action that was due then runs."""
        before, self._held_instant = self._held_instant, instant
        try:
            yield
        finally:
            self._held_instant = before

    def compute_real_seconds_until(self, instant: int) -> float | None:
        """Return the real seconds until an instant, or None if the clock never reaches it by itself."""
        return max(0, instant - self.now()) / SECOND / self.rate if self.rate else None
