"""Callbacks that a scenario breaks, in the queue of an account."""

from typing import Any

import pytest

from mockserver.account.account import Account
from mockserver.account.commands.callbacks import ClaimCallback, RecordOutcome, RedeliverCallback
from mockserver.account.state.deliveries import Delivery, DeliveryState
from mockserver.callbacks.outcome import Failure, Outcome
from tests.accounts import CALLBACK_URL, make_scripted_account

SUCCESS = Outcome(204, None, "")
REFUSED = Outcome(None, Failure.CONNECTION, "refused")
SECOND = 1_000_000


def make_completed_account(*callbacks: Any, after: tuple[dict[str, Any], ...] = ()) -> Account:
    """Return an account with a recording whose completion sends these callbacks."""
    step = {"status": "completed", "set": {"duration": 7}, "callback": list(callbacks)}
    return make_scripted_account(step, *after, status="processing", status_callback=CALLBACK_URL)


def send_ready(account: Account, outcome: Outcome = SUCCESS) -> list[Delivery]:
    """Send all that is ready, and return what was sent, as it was sent."""
    sent = []
    while ready := account.callbacks.get_ready():
        account.apply(ClaimCallback(number=ready[0].number))
        sent.append(account.callbacks[ready[0].number])
        account.apply(RecordOutcome(number=ready[0].number, outcome=outcome))
    return sent


def test_repeated_callback_has_one_idempotency_token() -> None:
    account = make_completed_account({"event": "completed", "times": 3})
    sent = send_ready(account)
    assert [delivery.number for delivery in sent] == [0, 1, 2]
    assert (
        len({delivery.idempotency_token for delivery in sent}) == len({delivery.parameters for delivery in sent}) == 1
    )
    plain = send_ready(make_completed_account("completed"))
    assert plain[0].idempotency_token == sent[0].idempotency_token


def test_delayed_callback_is_overtaken_until_its_time() -> None:
    account = make_completed_account(
        {"event": "in-progress", "delay": "3s"}, {"event": "absent", "delay": "2s"}, "completed"
    )
    start = account.clock.now()
    assert account.callbacks.has_pending
    assert [delivery.event for delivery in send_ready(account)] == ["completed"]
    assert [timer.due - start for timer in account.scheduler.iter_pending()] == [2 * SECOND, 3 * SECOND]
    account.advance(1.999999)
    assert send_ready(account) == []
    account.advance(0.000001)
    assert [delivery.event for delivery in send_ready(account)] == ["absent"]
    account.advance(1)
    assert [delivery.event for delivery in send_ready(account)] == ["in-progress"]
    assert not account.callbacks.has_pending


def test_retry_of_delayed_callback_holds_up_later_ones() -> None:
    account = make_completed_account(
        {"event": "completed", "delay": "1s"}, after=({"after": "1s", "callback": "absent"},)
    )
    account.advance(1)
    first, second = account.callbacks
    assert [first.number] == [delivery.number for delivery in account.callbacks.get_ready()]
    account.apply(ClaimCallback(number=first.number))
    account.apply(RecordOutcome(number=first.number, outcome=REFUSED))
    assert account.callbacks.get_ready() == []
    account.advance(1)
    assert [delivery.number for delivery in send_ready(account)] == [first.number, second.number]


@pytest.mark.parametrize(("fields", "duration"), [("at_event", "7"), ("at_delivery", "9")])
def test_delayed_callback_has_the_fields_of_its_event_or_of_its_delivery(fields: str, duration: str) -> None:
    account = make_completed_account(
        {"event": "completed", "delay": "3s", "fields": fields, "set": {"ErrorCode": 5}, "drop": ["CallSid"]},
        after=({"after": "1s", "set": {"duration": 9}},),
    )
    account.advance(3)
    (delivery,) = send_ready(account)
    parameters = dict(delivery.parameters)
    assert (parameters["RecordingDuration"], parameters["ErrorCode"]) == (duration, "5")
    assert (parameters["RecordingStatus"], parameters["RecordingUrl"][:17]) == ("completed", "http://127.0.0.1:")
    assert "CallSid" not in parameters
    assert delivery.idempotency_token == send_ready(make_completed_account("completed"))[0].idempotency_token


def test_callback_is_delivered_again_at_once_and_as_it_is_now() -> None:
    account = make_completed_account({"event": "completed", "delay": "3s", "fields": "at_delivery"})
    account.advance(3)
    send_ready(account)
    account.apply(RedeliverCallback(number=0))
    assert [delivery.number for delivery in send_ready(account)] == [0]
    assert account.callbacks[0].state is DeliveryState.DELIVERED


def test_step_that_waits_for_a_late_callback_runs_after_it() -> None:
    account = make_completed_account(
        {"event": "completed", "delay": "3s"}, after=({"after": {"callback": "completed"}, "status": "deleted"},)
    )
    account.advance(3)
    assert [event.what for event in account.events.get_events_since(0) if event.kind == "step"][-1].startswith(
        "completed"
    )
    send_ready(account)
    assert [event.what for event in account.events.get_events_since(0) if event.kind == "step"][-1] == "deleted"


def test_callback_without_a_receiver_is_recorded_once() -> None:
    account = make_scripted_account({"callback": {"event": "completed", "times": 2, "signature": "missing"}})
    assert [event.what for event in account.events.get_events_since(0)] == [
        "completed",
        "callback completed (twice, not signed)",
        "callback completed: no subscription",
    ]
