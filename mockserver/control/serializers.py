"""Serializes an account and its parts for the control API."""

from collections import Counter
from datetime import timedelta
from typing import Any

import msgspec

from generators.instants import EPOCH, SECOND
from mockserver.account.account import Account
from mockserver.account.state.state import Delivery, Event, FaultRuleState, Timer, TimerKind
from mockserver.control import views
from mockserver.journal.expectations import ExpectationResult
from mockserver.rest.representations.recording import build_recording
from mockserver.rest.representations.wires import Wire
from mockserver.settings.clock_rate import ClockRate
from scenarios.explain.timelines import describe_step
from scenarios.triggers import COUNTED, describe_trigger


def serialize_instant(instant: int) -> str:
    """Return microseconds since the epoch in ISO 8601."""
    return (EPOCH + timedelta(microseconds=instant)).isoformat().replace("+00:00", "Z")


def serialize_account(account: Account) -> views.AccountView:
    state = account.state
    return views.AccountView(
        account_sid=account.sid,
        auth_token=account.token,
        scenario=None if account.scenario is None else account.scenario.name,
        corpus=account.corpus.count,
        created=len(state.created),
        clock=serialize_clock(account),
        timelines=tuple(serialize_timeline(account, index) for index in state.playing),
        timers=tuple(serialize_timer(account, timer) for timer in account.scheduler.iter_pending()),
        rules=tuple(map(serialize_rule, state.rules)),
        callbacks=dict(Counter(delivery.state.value for delivery in state.deliveries)),
        requests=account.journal.total,
        dropped=account.journal.dropped,
    )


def serialize_clock(account: Account) -> views.ClockView:
    rate = account.clock.rate
    t0 = account.corpus.spec.t0 * SECOND
    return views.ClockView(
        now=serialize_instant(account.clock.now()), mode=ClockRate(rate).mode, rate=rate, t0=serialize_instant(t0)
    )


def serialize_timeline(account: Account, index: int) -> views.TimelineView:
    """Serialize a timeline that has not ended."""
    playing, ledger = account.state.playing[index], account.recordings.recording_index
    step = playing.timeline[playing.step]
    subscription = account.state.subscriptions.get(index)
    return views.TimelineView(
        recording=ledger.get_name(index),
        sid=ledger.get_sid(index),
        step=playing.step + 1,
        steps=len(playing.timeline),
        waits_for=describe_trigger(step.after),
        next=describe_step(step, () if subscription is None else subscription.events),
        seen=dict(zip(COUNTED, playing.counts, strict=True)),
    )


def serialize_timer(account: Account, timer: Timer) -> views.TimerView:
    ledger, outbox = account.recordings.recording_index, account.callbacks
    if timer.kind is TimerKind.STEP:
        what = f"the next step of {ledger.get_name(timer.key)}"
    else:
        what = f"callback {outbox[timer.key].event.value} of {ledger.get_name(outbox[timer.key].recording)}, again"
    return views.TimerView(due=serialize_instant(timer.due), what=what)


def serialize_rule(rule_state: FaultRuleState) -> views.RuleView:
    return views.RuleView(
        number=rule_state.number,
        fault=None if rule_state.fault is None else _to_builtins(rule_state.fault),
        sequence=None if rule_state.sequence is None else _to_builtins(rule_state.sequence),
        matched=rule_state.matched,
        applied=rule_state.applied,
    )


def serialize_event(event: Event) -> views.EventView:
    return msgspec.convert({**msgspec.structs.asdict(event), "at": serialize_instant(event.at)}, views.EventView)


def serialize_callback(account: Account, delivery: Delivery) -> views.CallbackView:
    request = delivery.to_request()
    return views.CallbackView(
        number=delivery.number,
        recording=account.recordings.recording_index.get_name(delivery.recording),
        sid=delivery.sid,
        event=delivery.event.value,
        state=delivery.state.value,
        method=delivery.method,
        url=delivery.url,
        parameters=dict(delivery.parameters),
        signed_text=request.signed_text,
        signature=dict(request.headers)["x-twilio-signature"],
        signed_with=delivery.signer,
        idempotency_token=delivery.idempotency_token,
        due=serialize_instant(delivery.due),
        attempts=tuple(
            views.AttemptView(
                at=serialize_instant(attempt.at), status=attempt.status, failure=attempt.failure, detail=attempt.detail
            )
            for attempt in delivery.attempts
        ),
    )


def serialize_recording(account: Account, index: int, base_url: str) -> views.RecordingView:
    ledger, capture = account.recordings.recording_index, account.state.in_progress.get(index)
    shown = ledger.get(index)
    name = ledger.get_name(index)
    return views.RecordingView(
        handle=None if name == shown.sid else name,
        sid=shown.sid,
        call_sid=shown.call_sid,
        conference_sid=shown.conference_sid,
        status=shown.status.value,
        in_flight=None if capture is None else capture.status.value,
        document=build_recording(shown, Wire.TWILIO, base_url),
    )


def serialize_expectation(result: ExpectationResult) -> views.ExpectationView:
    return views.ExpectationView(expectation=_to_builtins(result.expectation), is_met=result.is_met, why=result.reason)


def _to_builtins(value: msgspec.Struct) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return plain
