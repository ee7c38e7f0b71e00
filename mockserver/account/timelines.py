"""Plays timelines on an account's recordings, and queues their callbacks."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from generators.sids import Kind, is_sid
from generators.suggestion import shorten_list
from mockserver.account.callback_queue import CallbackQueue
from mockserver.account.resources.recording_updates import apply_update
from mockserver.account.resources.recordings import Recordings
from mockserver.account.state.deliveries import Delivery, DeliveryState
from mockserver.account.state.events import StepEntry
from mockserver.account.state.state import FIRST_CREATED, State, TimerKind
from mockserver.account.time.event_log import EventLog
from mockserver.account.time.timers import Timers
from mockserver.rest.errors import TwilioError
from scenarios import timeline
from scenarios.explain.steps import describe_step
from scenarios.lifecycle import STATUSES, get_step_callbacks
from scenarios.operations import RequestKind
from scenarios.related_resources import iter_related_statuses
from scenarios.relative_dates import get_instant
from scenarios.statuses import CallbackEvent, RecordingStatus
from scenarios.steps import Step, Timeline
from scenarios.timeline import TimelineProgress

if TYPE_CHECKING:
    from mockserver.account.windows import Windows
    from mockserver.journal.milestones import Milestones


class Timelines:
    """The timelines of an account.

    Args:
        callbacks: the queue of the callbacks that steps send.
        get_windows: returns the windows of the account's rules, which few accounts have.
        milestones: what the scenario's expectations wait for; None if they wait for nothing.
    """

    def __init__(
        self,
        recordings: Recordings,
        timers: Timers,
        events: EventLog,
        callbacks: CallbackQueue,
        get_windows: "Callable[[], Windows]",
        milestones: "Milestones | None" = None,
    ) -> None:
        self._recordings = recordings
        self._recording_index = recordings.recording_index
        self._state: State = recordings.recording_index.state
        self._timers = timers
        self._events = events
        self._callbacks = callbacks
        self._get_windows = get_windows
        self._milestones = milestones

    def start(self, index: int, steps: Timeline) -> None:
        """Start a timeline on a recording that has none, and run the steps that are due at once."""
        self._state.playing[index] = TimelineProgress(timeline=steps, since=self._recording_index.clock.now())
        self.run_due_steps(index)

    def stop(self, index: int) -> None:
        """Stop the timeline of a recording."""
        self._state.playing.pop(index, None)
        self._state.step_instants.pop(index, None)

    def resume(self, index: int) -> None:
        """Check a timeline whose timer fired. It may wait for another instant by now."""
        if self._state.step_instants.get(index) == self._recording_index.clock.now():
            del self._state.step_instants[index]
            self.run_due_steps(index)

    def record_request(self, act: RequestKind, indices: Iterable[int]) -> dict[int, TimelineProgress]:
        """Record that a response showed recordings, and return those whose timelines counted it, each with its progress
        before the steps that followed.
        """
        playing = self._state.playing
        counted: dict[int, TimelineProgress] = {}
        for index in indices:
            if index in playing:
                self._state.observations += 1
                playing[index] = counted[index] = timeline.after_request(playing[index], act)
                self._run_triggered_steps(index)
        return counted

    def signal(self, name: str, index: int | None = None, change: Step | None = None) -> None:
        """Send a signal to one recording's timeline, or to all.

        Args:
            change: the change of the recording that the signal reports, if there is one.
        """
        playing = self._state.playing
        self._state.observations += 1
        for playing_index in [*playing] if index is None else [index]:
            if playing_index in playing:
                playing[playing_index] = timeline.after_signal(playing[playing_index], name)
                self._record_event("signal", playing_index, name, change)
                self.record_milestone("signal", name, playing_index)
                self._run_triggered_steps(playing_index)

    def signal_change(self, status: RecordingStatus, index: int) -> None:
        """Send the signal of a change of a recording to its timeline, and to rules.

        Args:
            status: the status after the change, which is one that a request can ask for.
        """
        name = STATUSES[status].signal
        assert name is not None, "only these statuses can be requested"
        if self._state.windows:
            self._get_windows().record_signal(name, index)
        callback = () if status is RecordingStatus.IN_PROGRESS else msgspec.UNSET  # a request to resume sends none
        self.signal(name, index, Step(status=status, callback=callback))

    def record_delivery(self, delivery: Delivery) -> None:
        """Record that the receiver of a callback answered with 2xx. Another outcome changes nothing."""
        index, playing = delivery.recording, self._state.playing
        if index is None or delivery.state is not DeliveryState.DELIVERED:
            return
        self.record_milestone("callback", delivery.event, index)
        if index in playing:
            playing[index] = timeline.after_delivery(playing[index], CallbackEvent(delivery.event))
            self._run_triggered_steps(index)

    def run_next_step(self, index: int) -> bool:
        """Run the next step now, whatever it waits for. Return False if there is none."""
        playing = self._state.playing.get(index)
        step = None if playing is None else playing.awaited_step
        if playing is None or step is None:
            return False
        after = timeline.after_step(playing, self._recording_index.clock.now())
        self._take_step(index, step, after, is_by_hand=True)
        self.run_due_steps(index)
        return True

    def run_due_steps(self, index: int) -> None:
        """Run every step that is due, and schedule the next one."""
        while index in self._state.playing:
            now, playing = self._recording_index.clock.now(), self._state.playing[index]
            due = timeline.find_due_step(playing, now)
            if due is None:
                self._schedule_timer(index, playing, now)
                return
            self._take_step(index, *due)

    def _run_triggered_steps(self, index: int) -> None:
        """Run every step that is due after a trigger. If the timer is due too, it runs them when its turn comes."""
        now, instant = self._recording_index.clock.now(), self._state.step_instants.get(index)
        is_timer_due = instant is not None and instant <= now
        due = None if is_timer_due else timeline.find_due_step(self._state.playing[index], now)
        if due is not None:
            self._take_step(index, *due)
            self.run_due_steps(index)

    def _schedule_timer(self, index: int, playing: TimelineProgress, now: int) -> None:
        """Schedule a timer for the next instant that a timeline waits for, unless it exists."""
        instant = None if index in self._state.step_instants else timeline.find_next_instant(playing, now)
        if instant is not None:
            self._state.step_instants[index] = instant
            self._timers.add(instant, TimerKind.STEP, index)

    def apply_step(self, index: int, step: Step, entry: StepEntry | None = None) -> None:
        """Apply a step to a recording, with how its timeline came to the step if it did."""
        subscription = self._state.subscriptions.get(index)
        subscribed = () if subscription is None else subscription.events
        if step.status is not None and self._milestones is not None:
            before = self._recording_index.get_status(index).value if index < FIRST_CREATED else None
            self.record_status(index, before, step.status)
        apply_update(self._recording_index, index, step.status, step.set)
        for key, status in iter_related_statuses(step):
            from mockserver.account.related_resources import set_related_status

            set_related_status(self._recording_index, index, key, status)
        self._callbacks.record_step(index, step.status)
        self._record_event("step", index, describe_step(step, subscribed), step, entry)
        for callback in get_step_callbacks(step, subscribed):
            self._callbacks.enqueue(index, callback)

    def find_recording_index(self, handle_or_sid: str) -> int:
        """Return the index of a visible recording by its handle or SID.

        Raises:
            TwilioError: 20404 if no such recording is visible.
        """
        if handle_or_sid in self._state.handles:
            return self._state.handles[handle_or_sid]
        upcoming = {recording.handle: recording.definition for recording in self._state.upcoming.values()}
        if handle_or_sid in upcoming and (created := upcoming[handle_or_sid].date_created) is not None:
            instant = get_instant(created).isoformat()
            raise TwilioError(20404, f"Recording {handle_or_sid} does not exist before {instant}.")
        if not is_sid(handle_or_sid, Kind.RECORDING):
            known = shorten_list(self._state.handles) or "none"
            raise TwilioError(
                20404, f"Expected a RecordingSid or a handle (here: {known}), found {handle_or_sid[:60]!r}."
            )
        return self._recordings.find(handle_or_sid, include_deleted=True)

    def _take_step(self, index: int, step: Step, next_playing: TimelineProgress, *, is_by_hand: bool = False) -> None:
        is_waiting = step.after is not None and not is_by_hand
        met = timeline.find_met_trigger(self._state.playing[index], next_playing.since) if is_waiting else None
        self._state.playing[index] = next_playing
        self._state.step_instants.pop(index, None)
        if next_playing.awaited_step is None:
            del self._state.playing[index]
        self.apply_step(index, step, StepEntry(next_playing.step, met, is_by_hand))

    def record_milestone(self, noun: str, name: str, index: int) -> None:
        """Record what happened to a recording, if an expectation waits for it."""
        if self._milestones is not None:
            self._milestones.record(noun, name, self._recording_index.get_sid(index), self._recording_index.clock.now())

    def record_status(self, index: int, before: str | None, after: RecordingStatus) -> None:
        """Record a new status, if an expectation waits for one.

        Args:
            before: the status before, if the recording had it from the start unless that is known better.
        """
        if self._milestones is not None:
            recordings = self._recording_index
            self._milestones.record_status(before, after, recordings.get_sid(index), recordings.clock.now())

    def _record_event(
        self, kind: str, index: int, what: str, step: Step | None, entry: StepEntry | None = None
    ) -> None:
        name, sid = self._recording_index.get_name(index), self._recording_index.get_sid(index)
        self._events.record(kind, name, sid, what, step, entry=entry)
