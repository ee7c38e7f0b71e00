"""Control API views as text for people: one line for each event, timeline, rule, callback or request."""

from collections.abc import Iterable
from typing import Any

import msgspec

from mockserver.control.views.callbacks import CallbackView
from mockserver.control.views.clock import ClockView
from mockserver.control.views.faults import RuleView
from mockserver.control.views.recordings import RecordingView
from mockserver.control.views.requests import RequestView
from mockserver.control.views.scenario import EventView, TimelineView


def describe_clock(clock: ClockView) -> str:
    """Return the time and the mode of a clock in one line."""
    return f"{clock.now} {clock.mode}{f' at {clock.rate:g}x' if clock.mode == 'scaled' else ''}"


def describe_events(events: Iterable[EventView]) -> str:
    """Return one line for each event."""
    return "\n".join(f"{event.at} {event.subject}: {_describe_event(event)}" for event in events) or "nothing happened"


def _describe_event(event: EventView) -> str:
    return f"{event.kind} {event.what}" if event.kind in ("signal", "import") else event.what


def describe_request(request: RequestView) -> str:
    """Return a request and its status in one line, with the reason if the mock refused the request."""
    reason = "" if request.reason is None else f" ({request.reason})"
    return f"{request.number}: {request.method} {request.target} {request.status}{reason}"


def describe_recording(recording: RecordingView) -> str:
    """Return a recording in one line: its handle, SID and status."""
    handle = "" if recording.handle is None else f"{recording.handle} "
    shown = "" if recording.in_flight is None else f", shown as {recording.status}"
    return f"{handle}{recording.sid} {recording.in_flight or recording.status}{shown}"


def describe_timelines(timelines: Iterable[TimelineView]) -> str:
    """Return one line for each timeline: its recording, its next step and what it waits for."""
    lines = (
        f"{timeline.recording}: step {timeline.step} of {timeline.steps}, {timeline.waits_for}: {timeline.next}"
        for timeline in timelines
    )
    return "\n".join(lines) or "no timeline is waiting"


def describe_rules(rules: Iterable[RuleView]) -> str:
    """Return one line for each fault or sequence."""
    return "\n".join(f"{rule.number}: {_describe_rule(rule)}" for rule in rules) or "no faults"


def _describe_rule(rule: RuleView) -> str:
    content: dict[str, Any] = rule.fault or rule.sequence or rule.limit or {}
    return f"{msgspec.json.encode(content).decode()} applied to {rule.applied} of {rule.matched}"


def describe_callbacks(callbacks: Iterable[CallbackView]) -> str:
    """Return the callbacks with all attempts to deliver them."""
    return "\n".join(map(_describe_callback, callbacks)) or "no callbacks"


def _describe_callback(callback: CallbackView) -> str:
    attempts = "".join(
        f"\n     {attempt.at} {attempt.status if attempt.failure is None else f'{attempt.failure}: {attempt.detail}'}"
        for attempt in callback.attempts
    )
    head = f"{callback.number}: {callback.recording} {callback.event} {callback.state}"
    route = "" if callback.route is None else f" through {callback.route}"
    signed = f"     signed with {callback.signed_with}: {callback.signed_text}"
    return f"{head}, {callback.method} {callback.url}{route}{attempts}\n{signed}"
