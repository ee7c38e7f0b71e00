"""From an account to what the control API says of it."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from generators.corpus.weekly_rhythm import SECOND
from mockserver.account.account import Account
from mockserver.account.state.state import ArmedRule, Delivery, Event, Timer, TimerKind
from mockserver.account.worker import Timekeeper
from mockserver.control import views
from mockserver.journal.expectations import Verdict
from mockserver.rest.representations.recording import recording_document
from mockserver.rest.representations.wires import Wire
from mockserver.settings.clock_rate import ClockRate
from scenarios.explain.timelines import describe, phrase

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COUNTED = ("fetches", "lists", "media", "requests")


def moment(instant: int) -> str:
    """Return microseconds since 1970 in ISO 8601."""
    return (_EPOCH + timedelta(microseconds=instant)).isoformat().replace("+00:00", "Z")


def account(subject: Account) -> views.AccountView:
    """Portray an account."""
    state = subject.state
    return views.AccountView(
        account_sid=subject.sid,
        auth_token=subject.token,
        scenario=None if subject.scenario is None else subject.scenario.name,
        corpus=subject.corpus.count,
        created=len(state.arrivals),
        clock=clock(subject),
        timelines=tuple(timeline(subject, index) for index in state.playing),
        timers=tuple(timer(subject, each) for each in subject.passage.awaited()),
        rules=tuple(map(rule, state.rules)),
        callbacks=dict(Counter(each.state.value for each in state.deliveries)),
        requests=subject.journal.total,
        dropped=subject.journal.dropped,
    )


def clock(subject: Account) -> views.ClockView:
    """Portray an account's clock."""
    rate = subject.clock.rate
    t0 = subject.corpus.spec.t0 * SECOND
    return views.ClockView(now=moment(subject.clock.now()), mode=ClockRate(rate).mode, rate=rate, t0=moment(t0))


def timeline(subject: Account, index: int) -> views.TimelineView:
    """Portray a timeline that has not ended."""
    playing, ledger = subject.state.playing[index], subject.recordings.ledger
    step = playing.timeline[playing.step]
    subscription = subject.state.subscriptions.get(index)
    return views.TimelineView(
        recording=ledger.name(index),
        sid=ledger.sid(index),
        step=playing.step + 1,
        steps=len(playing.timeline),
        waits_for=phrase(step.after),
        next=describe(step, () if subscription is None else subscription.events),
        seen=dict(zip(_COUNTED, playing.counts, strict=True)),
    )


def timer(subject: Account, waiting: Timer) -> views.TimerView:
    """Portray what waits for an instant."""
    ledger, outbox = subject.recordings.ledger, subject.outbox
    if waiting.kind is TimerKind.STEP:
        what = f"the next step of {ledger.name(waiting.key)}"
    else:
        what = f"callback {outbox[waiting.key].event.value} of {ledger.name(outbox[waiting.key].recording)}, again"
    return views.TimerView(due=moment(waiting.due), what=what)


def rule(armed: ArmedRule) -> views.RuleView:
    """Portray a rule."""
    return views.RuleView(
        number=armed.number,
        fault=None if armed.fault is None else _plain(armed.fault),
        sequence=None if armed.sequence is None else _plain(armed.sequence),
        matched=armed.matched,
        applied=armed.applied,
    )


def event(happened: Event) -> views.EventView:
    """Portray what happened."""
    return msgspec.convert({**msgspec.structs.asdict(happened), "at": moment(happened.at)}, views.EventView)


def callback(subject: Account, delivery: Delivery, timekeeper: Timekeeper) -> views.CallbackView:
    """Portray a callback."""
    parcel = timekeeper.parcel(delivery)
    return views.CallbackView(
        number=delivery.number,
        recording=subject.recordings.ledger.name(delivery.recording),
        sid=delivery.sid,
        event=delivery.event.value,
        state=delivery.state.value,
        method=delivery.method,
        url=delivery.url,
        parameters=dict(delivery.parameters),
        signed_text=parcel.signed_text,
        signature=dict(parcel.headers)["x-twilio-signature"],
        signed_with=delivery.signer,
        idempotency_token=delivery.idempotency_token,
        due=moment(delivery.due),
        attempts=tuple(
            views.AttemptView(at=moment(each.at), status=each.status, failure=each.failure, detail=each.detail)
            for each in delivery.attempts
        ),
    )


def recording(subject: Account, index: int, base_url: str) -> views.RecordingView:
    """Portray a recording."""
    ledger, capture = subject.recordings.ledger, subject.state.captures.get(index)
    shown = ledger.get(index)
    name = ledger.name(index)
    return views.RecordingView(
        handle=None if name == shown.sid else name,
        sid=shown.sid,
        call_sid=shown.call_sid,
        conference_sid=shown.conference_sid,
        status=shown.status.value,
        in_flight=None if capture is None else capture.in_flight.value,
        document=recording_document(shown, Wire.TWILIO, base_url),
    )


def expectation(verdict: Verdict) -> views.ExpectationView:
    """Portray whether an expectation holds."""
    return views.ExpectationView(expectation=_plain(verdict.expectation), is_met=verdict.is_met, why=verdict.why)


def _plain(value: msgspec.Struct) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return plain
