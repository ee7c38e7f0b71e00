"""The virtual-time scheduler: runs what is due, each item at its own instant, in microseconds since the epoch."""

from collections import deque
from collections.abc import Callable, Generator, Iterator
from itertools import islice

from mockserver.account.callback_queue import CallbackQueue
from mockserver.account.gradual import Steps
from mockserver.account.state.state import DeliveryState, State, Timer, TimerKind
from mockserver.account.time.clock import Clock
from mockserver.account.time.timers import Timers
from mockserver.account.timelines import Timelines

_MAX_AT_ONCE = 500
"""The number of timers that one request runs: about 30 ms of work."""


class Scheduler:
    """Moves an account's clock, and runs the timers that become due.

    Args:
        create_recording: called with the key of an upcoming recording when its date has come.
    """

    def __init__(
        self,
        clock: Clock,
        state: State,
        timers: Timers,
        timelines: Timelines,
        callback_queue: CallbackQueue,
        create_recording: Callable[[int], None],
    ) -> None:
        self._clock = clock
        self._state = state
        self._timers = timers
        self._timelines = timelines
        self._callback_queue = callback_queue
        self._create_recording = create_recording
        self._move_targets: list[int] = []
        """The targets of the moves that are under way."""
        self.timed_changes = 0
        """The number of changes that timers made."""
        self._paused_runs = 0
        """The number of gradual runs that pause between two timers which are due."""

    @property
    def final_instant(self) -> int:
        """The instant at which the clock will stand after the moves that are under way. It is now if there are none."""
        return max([self._clock.now(), *self._move_targets])

    def set_rate(self, rate: float) -> None:
        """Set the rate of the clock from now on."""
        self._clock.set_rate(rate)
        self._state.version += 1

    def advance_to(self, target: int) -> Generator[int | None, None, None]:
        """Move the clock to an instant.

        Yield None after each timer, and the instant when all its timers have run, as at the end. Several moves may be
        under way at once: each runs the next timer of all.
        """
        self._move_targets.append(target)
        try:
            yield from self.run_due_gradually()
            yield self._clock.now()
            while (due := self._timers.next_due) is not None and due <= target:
                self._clock.move_to(due)
                yield from self.run_due_gradually()
                yield due
            self._clock.move_to(target)
            self._state.version += 1  # a reader of the clock must see the new time
            yield target
        finally:
            self._move_targets.remove(target)

    @property
    def has_due(self) -> bool:
        """True if a timer is due that no gradual run comes to: `run_due` leaves some of very many."""
        due = self._timers.next_due
        return due is not None and due <= self._clock.now() and not self._paused_runs

    def run_due(self) -> None:
        """Run what is due now, up to the bound of one request. The worker runs the rest.

        While a gradual run pauses, nothing: it continues between requests, so none of them waits for all of it.
        """
        if self._state.timers and not self._paused_runs:
            deque(islice(self._run_due_timers(), _MAX_AT_ONCE), maxlen=0)

    def run_due_gradually(self) -> Steps[None]:
        """Run everything that is due now, and pause after each timer."""
        for _ in self._run_due_timers():
            self._paused_runs += 1
            try:
                yield
            finally:
                self._paused_runs -= 1

    def _run_due_timers(self) -> Iterator[Timer]:
        """Run everything that is due now. Yield each timer when it has run."""
        while (timer := self._timers.pop(self._clock.now())) is not None:
            before = self._state.version
            with self._clock.hold_instant(timer.due):
                if timer.kind is TimerKind.STEP:
                    self._timelines.resume(timer.key)  # the worker finds callbacks that are due again
                elif timer.kind is TimerKind.CREATION:
                    self._create_recording(timer.key)
            self.timed_changes += self._state.version - before
            yield timer

    def iter_pending(self) -> Iterator[Timer]:
        """Yield the pending timers, in firing order."""
        for timer in self._timers:
            if timer.kind is TimerKind.STEP:
                is_awaited = self._state.step_instants.get(timer.key) == timer.due
            elif timer.kind is TimerKind.CREATION:
                is_awaited = timer.key in self._state.upcoming
            else:
                delivery = self._callback_queue.find(timer.key)
                is_awaited = (
                    delivery is not None and delivery.state is DeliveryState.PENDING and delivery.due == timer.due
                )
            if is_awaited:
                yield timer

    def count_pending(self) -> int:
        """Return the number of pending timers, without a walk through them."""
        return len(self._state.step_instants) + len(self._state.upcoming) + self._callback_queue.count_waiting()
