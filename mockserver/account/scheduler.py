"""The virtual-time scheduler: runs what is due, each item at its own instant, in microseconds since the epoch."""

from collections.abc import Callable, Iterator

from mockserver.account.callback_queue import CallbackQueue
from mockserver.account.change_counts import ChangeCounts
from mockserver.account.state.state import State, Timer, TimerKind
from mockserver.account.time.clock import Clock
from mockserver.account.time.timers import Timers
from mockserver.account.timelines import Timelines


class Scheduler:
    """Moves an account's clock, and runs the timers that are due.

    Args:
        changes: counts the changes that timers make.
        create_recording: called with the key of an upcoming recording when its date has come.
        resume_call: called with the kind and the key of a timer of a live call.
        resume_window: called with the key of a timer of a rule's window.
        resume_arrivals: called with the key of a timer of arrivals.
    """

    def __init__(
        self,
        clock: Clock,
        state: State,
        timers: Timers,
        timelines: Timelines,
        callback_queue: CallbackQueue,
        changes: ChangeCounts,
        create_recording: Callable[[int], None],
        resume_call: Callable[[TimerKind, int], None],
        resume_window: Callable[[int], None],
        resume_arrivals: Callable[[int], None],
    ) -> None:
        self._clock = clock
        self._state = state
        self._timers = timers
        self._timelines = timelines
        self._callback_queue = callback_queue
        self._changes = changes
        self._create_recording = create_recording
        self._resume_call = resume_call
        self._resume_window = resume_window
        self._resume_arrivals = resume_arrivals

    def set_rate(self, rate: float) -> None:
        """Set the rate of the clock from now on."""
        self._clock.set_rate(rate)
        self._state.version += 1

    def move_to(self, instant: int) -> None:
        """Move the clock to an instant, and run nothing. An instant in the past changes nothing."""
        self._clock.move_to(instant)
        self._state.version += 1  # a reader of the clock must see the new time

    @property
    def has_due(self) -> bool:
        """True if a timer is due."""
        due = self._timers.next_due
        return due is not None and due <= self._clock.now()

    def run_due(self, limit: int) -> None:
        """Run the timers that are due now, the first ones of very many."""
        for _ in range(limit):
            timer = self._timers.pop(self._clock.now())
            if timer is None:
                return
            before = self._state.version
            with self._clock.hold_instant(timer.due):
                if timer.kind is TimerKind.STEP:
                    self._timelines.resume(timer.key)  # the worker finds callbacks that are due again
                elif timer.kind is TimerKind.CREATION:
                    self._create_recording(timer.key)
                elif timer.kind in (TimerKind.CALL, TimerKind.TRANSCRIPTION):
                    self._resume_call(timer.kind, timer.key)
                elif timer.kind is TimerKind.WINDOW:
                    self._resume_window(timer.key)
                elif timer.kind is TimerKind.ARRIVAL:
                    self._resume_arrivals(timer.key)
            self._changes.timed_changes += self._state.version - before

    def iter_pending(self) -> Iterator[Timer]:
        """Yield the pending timers, in firing order."""
        for timer in self._timers:
            if timer.kind is TimerKind.STEP:
                is_awaited = self._state.step_instants.get(timer.key) == timer.due
            elif timer.kind is TimerKind.CREATION:
                is_awaited = timer.key in self._state.upcoming
            elif timer.kind is TimerKind.CALL:
                call = self._state.live.calls.get(timer.key)
                is_awaited = call is not None and call.wakes_at == timer.due and not call.is_over
            elif timer.kind is TimerKind.TRANSCRIPTION:
                is_awaited = timer.key in self._state.live.transcription_requests
            elif timer.kind is TimerKind.WINDOW:
                is_awaited = timer.key in self._state.window_timers
            elif timer.kind is TimerKind.ARRIVAL:
                is_awaited = any(
                    rule.number == timer.key and rule.next_instant == timer.due for rule in self._state.arrivals
                )
            else:
                delivery = self._callback_queue.find(timer.key)
                is_awaited = delivery is not None and delivery.is_pending and delivery.due == timer.due
            if is_awaited:
                yield timer

    def count_pending(self) -> int:
        """Return the number of pending timers, without a walk through them."""
        of_calls = 0 if self._state.live is None else self._state.live.count_waiting()
        of_recordings = len(self._state.step_instants) + len(self._state.upcoming)
        of_rules = len(self._state.window_timers) + sum(rule.next_instant is not None for rule in self._state.arrivals)
        return of_recordings + of_calls + of_rules + self._callback_queue.count_waiting()
