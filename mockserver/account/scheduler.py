"""How an account's time passes: what is due happens, each at its own instant. Instants are microseconds since 1970."""

from collections.abc import Iterator

from mockserver.account.callback_queue import CallbackQueue
from mockserver.account.state.state import DeliveryState, State, Timer, TimerKind
from mockserver.account.time.clock import Clock
from mockserver.account.time.timers import Timers
from mockserver.account.timelines import Timelines


class Scheduler:
    """Moves an account's clock, and lets happen what waits for it."""

    def __init__(self, clock: Clock, state: State, timers: Timers, play: Timelines, outbox: CallbackQueue) -> None:
        self._clock = clock
        self._state = state
        self._timers = timers
        self._play = play
        self._outbox = outbox

    def set_rate(self, rate: float) -> None:
        """Let time pass otherwise from now on."""
        self._clock.set_rate(rate)
        self._state.version += 1

    def advance_to(self, target: int) -> Iterator[int]:
        """Move the clock on to an instant, and stop at each at which something happened, and at the end."""
        self.run_due()
        yield self._clock.now()
        while (due := self._timers.next_due) is not None and due <= target:
            self._clock.move_to(due)
            self.run_due()
            yield due
        self._clock.move_to(target)
        self._state.version += 1  # whoever moved it wants to find it there
        yield target

    def run_due(self) -> None:
        """Let everything happen that is due by now."""
        while self._state.timers and (timer := self._timers.pop(self._clock.now())) is not None:
            with self._clock.instant_at(timer.due):
                if timer.kind is TimerKind.STEP:
                    self._play.resume(timer.key)  # a callback that is due again is found by whoever sends them

    def pending(self) -> Iterator[Timer]:
        """Yield the timers that something still waits for, in the order in which they will fire."""
        for timer in self._timers:
            if timer.kind is TimerKind.STEP:
                is_awaited = self._state.waiting.get(timer.key) == timer.due
            else:
                delivery = self._outbox[timer.key]
                is_awaited = delivery.state is DeliveryState.PENDING and delivery.due == timer.due
            if is_awaited:
                yield timer
