"""The views of a scenario: timelines, timers, events and expectations."""

from typing import TYPE_CHECKING, Any, Literal

import msgspec

from mockserver.control.views.instants import serialize_instant

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.account import Account
    from mockserver.account.state.events import Event
    from mockserver.account.state.state import Timer
    from mockserver.journal.expectations import ExpectationResult


MAX_EVENTS = 1000
"""The largest number of events in a response: other requests wait while it is built."""


class EventView(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened to a recording by itself, or because of a scenario, or on a call."""

    serial: int
    at: str
    kind: Literal["import", "step", "signal", "callback", "inserted", "deleted", "rule", "token", "call", "debugger"]
    subject: str
    """The recording's handle, or its SID, or the SID of the call, or the rule."""
    sid: str
    what: str


class TimelineView(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a recording's timeline."""

    recording: str
    """The recording's handle, or its SID."""
    sid: str
    step: int
    """The number of the next step, from 1."""
    steps: int
    waits_for: str
    next: str
    seen: dict[str, int]
    """The number of requests since the previous step, by kind."""


class TimerView(msgspec.Struct, frozen=True, kw_only=True):
    """An action that waits for an instant."""

    due: str
    what: str


class ExpectationView(msgspec.Struct, frozen=True, kw_only=True):
    """An expectation of the scenario, and whether it is met."""

    expectation: dict[str, Any]
    is_met: bool
    why: str


def serialize_event(event: "Event") -> EventView:
    return EventView(
        serial=event.serial,
        at=serialize_instant(event.at),
        kind=event.kind,  # type: ignore[arg-type]  # its values are those of the literal
        subject=event.subject,
        sid=event.sid,
        what=event.what,
    )


def serialize_timeline(account: "Account", index: int) -> TimelineView:
    """Serialize a timeline that has not ended."""
    from scenarios.explain.steps import describe_step
    from scenarios.triggers import COUNTED, describe_trigger

    playing, ledger = account.state.playing[index], account.recordings.recording_index
    step = playing.timeline[playing.step]
    subscription = account.state.subscriptions.get(index)
    return TimelineView(
        recording=ledger.get_name(index),
        sid=ledger.get_sid(index),
        step=playing.step + 1,
        steps=len(playing.timeline),
        waits_for=describe_trigger(step.after),
        next=describe_step(step, () if subscription is None else subscription.events),
        seen=dict(zip(COUNTED, playing.counts, strict=True)),
    )


def serialize_timer(account: "Account", timer: "Timer") -> TimerView:
    from mockserver.account.state.state import TimerKind

    ledger, outbox = account.recordings.recording_index, account.callbacks
    if timer.kind is TimerKind.STEP:
        what = f"the next step of {ledger.get_name(timer.key)}"
    elif timer.kind is TimerKind.CREATION:
        what = f"the creation of {account.state.upcoming[timer.key].handle}"
    elif timer.kind is TimerKind.CALL:
        what = f"what call {account.live_calls.get(timer.key).sid} does next"
    elif timer.kind is TimerKind.TRANSCRIPTION:
        what = f"the transcription of {ledger.get_name(timer.key)}"
    elif timer.kind is TimerKind.WINDOW:
        what = account.windows.describe_timer(timer.key)
    elif timer.kind is TimerKind.ARRIVAL:
        what = f"the next recording of arrivals[{timer.key}]"
    else:
        delivery = outbox[timer.key]
        again = ", again" if delivery.attempts else ""
        what = f"callback {delivery.event} of {outbox.get_name(delivery)}{again}"
    return TimerView(due=serialize_instant(timer.due), what=what)


def serialize_expectation(result: "ExpectationResult") -> ExpectationView:
    return ExpectationView(expectation=msgspec.to_builtins(result.expectation), is_met=result.is_met, why=result.reason)
