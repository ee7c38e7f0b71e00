"""Where a window is, as a pure function of what happened."""

from scenarios.operations import Operation
from scenarios.rules import Fault, Then
from scenarios.statuses import CallbackEvent
from scenarios.triggers import Trigger
from scenarios.windows import (
    Phase,
    Window,
    WindowProgress,
    after_matching_requests,
    after_window_delivery,
    after_window_signal,
    build_window,
    find_next_phase,
    find_next_request,
    find_next_window_instant,
)

SECOND = 1_000_000
START = WindowProgress(since=0)


def test_rule_without_conditions_has_no_window() -> None:
    assert build_window(Fault(then=Then(status=500))) is None


def test_ttl_is_short_form_of_until() -> None:
    long = Fault(then=Then(status=500), until=Trigger(time="5s"))
    assert Window(until=Trigger(time="5s")) == build_window(long)
    assert build_window(long) == build_window(Fault(then=Then(status=500), ttl="5s"))


def test_only_callbacks_and_signals_are_of_one_recording() -> None:
    for trigger, is_per_recording in (
        (Trigger(callback=CallbackEvent.COMPLETED), True),
        (Trigger(any=(Trigger(time="5s"), Trigger(signal="go"))), True),
        (Trigger(requests=3), False),
    ):
        fault = Fault(then=Then(status=500), after=trigger)
        for operation in (Operation.FETCH_RECORDING, Operation.LIST_RECORDINGS, None):
            is_of_one_recording = operation is Operation.FETCH_RECORDING
            window = build_window(fault, operation)
            assert window is not None
            assert (is_per_recording and is_of_one_recording) is window.is_per_recording


def test_window_without_after_is_open_at_once_and_without_until_for_ever() -> None:
    progress = find_next_phase(Window(until=Trigger(time="5s")), START, 0)
    assert progress == WindowProgress(phase=Phase.OPEN, since=0)
    progress = find_next_phase(Window(after=Trigger(time="5s")), START, 5 * SECOND)
    assert progress == WindowProgress(phase=Phase.OPEN, since=5 * SECOND)
    window = Window(after=Trigger(time="5s"))
    assert (find_next_phase(window, progress, 9**18), find_next_window_instant(window, progress, 0)) == (None, None)


def test_end_counts_from_start() -> None:
    window = Window(after=Trigger(requests=2), until=Trigger(any=(Trigger(requests=1), Trigger(time="3s"))))
    assert find_next_request(window, START) == 2
    progress = after_matching_requests(START, 1)
    assert (find_next_phase(window, progress, SECOND), find_next_request(window, progress)) == (None, 2)
    opened = find_next_phase(window, after_matching_requests(progress, 2), 7 * SECOND)
    assert opened == WindowProgress(phase=Phase.OPEN, since=7 * SECOND, requests_before=2)
    assert (find_next_window_instant(window, opened, 7 * SECOND), find_next_request(window, opened)) == (10 * SECOND, 3)
    assert find_next_phase(window, opened, 10 * SECOND - 1) is None
    over = WindowProgress(phase=Phase.OVER, since=10 * SECOND, requests_before=2)
    assert find_next_phase(window, opened, 10 * SECOND) == over
    assert find_next_phase(window, after_matching_requests(opened, 3), 8 * SECOND) == WindowProgress(
        phase=Phase.OVER, since=8 * SECOND, requests_before=3
    )
    assert (find_next_phase(window, over, 99 * SECOND), find_next_request(window, over)) == (None, None)


def test_signal_and_callback_are_used_once() -> None:
    window = Window(after=Trigger(signal="go"), until=Trigger(signal="go"))
    opened = find_next_phase(window, after_window_signal(after_window_signal(START, "stop"), "go"), 1)
    assert opened == WindowProgress(phase=Phase.OPEN, since=1, signals=("stop",))
    assert find_next_phase(window, opened, 2) is None
    completed = Trigger(callback=CallbackEvent.COMPLETED)
    delivered = after_window_delivery(after_window_delivery(START, CallbackEvent.COMPLETED), CallbackEvent.FAILED)
    opened = find_next_phase(Window(after=completed, until=completed), delivered, 1)
    assert opened == WindowProgress(phase=Phase.OPEN, since=1, delivered=(CallbackEvent.FAILED,))
