"""Windows: they follow what happens in an account, and know which of its rules apply now.

Arming gives a window a number, which its rule keeps. Instants are microseconds since the epoch.
"""

import re
from collections.abc import Callable

import msgspec

from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.state.deliveries import Delivery, DeliveryState
from mockserver.account.state.state import State, TimerKind
from mockserver.account.state.windows import WindowState, WindowTimer
from mockserver.account.time.event_log import EventLog
from mockserver.account.time.timers import Timers
from scenarios.statuses import CallbackEvent
from scenarios.windows import (
    Phase,
    Window,
    WindowProgress,
    after_matching_requests,
    after_window_delivery,
    after_window_signal,
    find_next_phase,
    find_next_request,
    find_next_window_instant,
    walk_window_triggers,
)

_RECORDING_SID = re.compile("/(RE[0-9a-f]{32})", re.IGNORECASE)
_EVENT_TEXTS = {Phase.OPEN: "applies from now on", Phase.OVER: "is over"}
Change = Callable[[WindowProgress], WindowProgress]


class Windows:
    """The windows of an account.

    Args:
        follow_window: called with the number of a window that has begun another phase for the account.
    """

    def __init__(
        self, recording_index: RecordingIndex, timers: Timers, events: EventLog, follow_window: Callable[[int], None]
    ) -> None:
        self._recording_index = recording_index
        self._state: State = recording_index.state
        self._timers = timers
        self._events = events
        self._follow_window = follow_window
        self.changes = 0
        """A number that grows with every change of a window."""

    def arm(self, window: Window, owner: str, *, is_of_rule: bool = True) -> int:
        """Start to follow a window, and return its number.

        Args:
            owner: what applies in it, such as `rule 2`, for the log of events.
            is_of_rule: False if its opening is no event of its own.
        """
        number = self._state.window_serial
        self._state.window_serial += 1
        progress = WindowProgress(since=self._recording_index.clock.now())
        self._state.windows[number] = WindowState(window=window, owner=owner, progress=progress, is_of_rule=is_of_rule)
        self._advance(number, None)
        return number

    def disarm(self, number: int) -> None:
        """Forget a window: its rule was removed."""
        del self._state.windows[number]
        timers = self._state.window_timers
        for key in [key for key, timer in timers.items() if timer.window == number]:
            del timers[key]

    def get_phase(self, number: int, path: str | None = None) -> Phase:
        """Return where a window is, for a request.

        Args:
            path: the path of the request, which may name a recording; None if it names none.
        """
        armed = self._state.windows[number]
        if path is None or not armed.by_recording:
            return armed.progress.phase
        named = _RECORDING_SID.search(path)
        index = None if named is None else self._recording_index.find_index(named[1])
        return armed.progress.phase if index is None else armed.by_recording.get(index, armed.progress).phase

    def record_request(self, number: int) -> None:
        """Record that a request matched the rule of a window."""
        armed = self._state.windows[number]
        if armed.next_request is None:
            return
        self._state.observations += 1
        armed.requests += 1
        if armed.requests >= armed.next_request:
            armed.next_request = None
            for recording in (None, *armed.by_recording):
                self._advance(number, recording)

    def record_signal(self, name: str, index: int | None) -> None:
        """Record a signal to one recording, or to all."""
        for number, armed in [*self._state.windows.items()]:  # what opens may arm another
            if any(leaf.signal == name for leaf in walk_window_triggers(armed.window)):
                self._state.observations += 1
                self._change(number, index, lambda progress: after_window_signal(progress, name))

    def record_delivery(self, delivery: Delivery) -> None:
        """Record that the receiver of a recording's callback answered with 2xx. Another outcome changes nothing."""
        if delivery.recording is None or delivery.state is not DeliveryState.DELIVERED:
            return
        event = CallbackEvent(delivery.event)
        for number, armed in [*self._state.windows.items()]:  # what opens may arm another
            if any(leaf.callback == event for leaf in walk_window_triggers(armed.window)):
                self._change(number, delivery.recording, lambda progress: after_window_delivery(progress, event))

    def resume(self, key: int) -> None:
        """Check a window whose timer fired. It may be in another phase by now, or removed."""
        timer = self._state.window_timers.pop(key, None)
        if timer is not None:
            progress = self._get_progress(timer.window, timer.recording)
            self._set_progress(timer.window, timer.recording, msgspec.structs.replace(progress, timer_key=None))
            self._advance(timer.window, timer.recording)

    def describe_timer(self, key: int) -> str:
        """Return what a timer may begin, such as `the start of rule 2`."""
        timer = self._state.window_timers[key]
        if not self._state.windows[timer.window].is_of_rule:
            return f"the next step of the {self._state.windows[timer.window].owner}"
        what = "start" if self._get_progress(timer.window, timer.recording).phase is Phase.BEFORE else "end"
        of = "" if timer.recording is None else f" for {self._recording_index.get_name(timer.recording)}"
        return f"the {what} of {self._state.windows[timer.window].owner}{of}"

    def _change(self, number: int, index: int | None, change: Change) -> None:
        """Change the progress of the recording that something happened to, if recordings have their own."""
        armed = self._state.windows[number]
        is_about_one = index is not None and armed.window.is_per_recording
        for recording in (index,) if is_about_one else (None, *armed.by_recording):
            self._change_one(number, recording, change)

    def _change_one(self, number: int, recording: int | None, change: Change) -> None:
        progress = self._get_progress(number, recording)
        if progress.phase is not Phase.OVER:
            self._set_progress(number, recording, change(progress))
            self._advance(number, recording)

    def _get_progress(self, number: int, recording: int | None) -> WindowProgress:
        """Return the progress of the account, or of a recording, which begins with that of the account."""
        armed = self._state.windows[number]
        if recording is None:
            return armed.progress
        own = armed.by_recording.get(recording)
        return msgspec.structs.replace(armed.progress, timer_key=None) if own is None else own

    def _set_progress(self, number: int, recording: int | None, progress: WindowProgress) -> None:
        armed = self._state.windows[number]
        if recording is None:
            armed.progress = progress
        else:
            armed.by_recording[recording] = progress

    def _advance(self, number: int, recording: int | None) -> None:
        """Begin every phase whose condition holds, and wait for the instant at which time alone may begin the next."""
        self.changes += 1
        armed, now = self._state.windows[number], self._recording_index.clock.now()
        progress = after_matching_requests(self._get_progress(number, recording), armed.requests)
        before = progress.phase
        while (later := find_next_phase(armed.window, progress, now)) is not None:
            if progress.timer_key is not None:
                self._state.window_timers.pop(progress.timer_key)
            if armed.is_of_rule and armed.window.get_awaited(progress.phase) is not None:
                self._record_event(armed.owner, recording, _EVENT_TEXTS[later.phase])
            progress = later
        if progress.timer_key is None:
            instant = find_next_window_instant(armed.window, progress, now)
            if instant is not None:
                progress = msgspec.structs.replace(progress, timer_key=self._state.timer_serial)
                self._state.window_timers[self._state.timer_serial] = WindowTimer(number, recording)
                self._timers.add(instant, TimerKind.WINDOW, self._state.timer_serial)
        self._set_progress(number, recording, progress)
        request = find_next_request(armed.window, progress)
        if request is not None:
            armed.next_request = request if armed.next_request is None else min(request, armed.next_request)
        if recording is None and progress.phase is not before:
            self._follow_window(number)

    def _record_event(self, owner: str, recording: int | None, text: str) -> None:
        index = self._recording_index
        if recording is None:
            self._events.record("rule", owner, "", f"{owner} {text}")
        else:
            self._events.record("rule", index.get_name(recording), index.get_sid(recording), f"{owner} {text}")
