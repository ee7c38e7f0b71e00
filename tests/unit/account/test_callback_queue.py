"""The queue of callbacks: receivers, order, attempts and delays."""

from typing import Any

import pytest

from mockserver.account.account import Account
from mockserver.account.commands.callbacks import RecordOutcome
from mockserver.account.commands.calls import UpdateCall
from mockserver.account.state.deliveries import Delivery, DeliveryState
from mockserver.account.state.live_calls import Direction
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.control.views.callbacks import count_by_state
from scenarios.statuses import CallbackEvent, RecordingStatus
from scenarios.steps import Step
from tests.accounts import CALLBACK_URL, list_steps, make_account, make_scenario, make_scripted_account
from tests.calls import ALL_EVENTS, Line, respond

SUCCESS = Outcome(204, None, "")
SERVER_ERROR = Outcome(503, None, "")
PATIENT_URL = f"{CALLBACK_URL}#rc=3&rp=5xx,ct,rt"
"""With the retries of a patient sender."""
CONNECTION_REFUSED = Outcome(None, Failure.CONNECTION, "Connection refused.")
SECOND = 1_000_000


def make_subscribed_account(url: str = PATIENT_URL, *recordings: dict[str, Any], **settings: Any) -> Account:
    """Return an account whose recordings have subscriptions."""
    all_events = ["in-progress", "completed", "absent", "failed"]
    default_recordings = [
        {"id": "a", "status": "completed", "status_callback": url, "status_callback_event": all_events},
        {"id": "b", "status": "completed", "status_callback": url, "status_callback_event": ["absent"]},
    ]
    account = make_account(make_scenario(recordings=[*default_recordings, *recordings]), count=0, **settings)
    send_ready(account, SUCCESS)
    return account


def get_index(account: Account, handle: str) -> int:
    return account.state.handles[handle]


def send_ready(account: Account, *outcomes: Outcome) -> list[Delivery]:
    """Send the ready callbacks one by one, each with the next outcome."""
    deliveries = []
    for outcome in outcomes:
        (delivery, *_) = account.callbacks.get_ready()
        account.callbacks.mark_sending(delivery.number)
        account.apply(RecordOutcome(number=delivery.number, outcome=outcome))
        deliveries.append(delivery)
    return deliveries


def list_callback_events(account: Account) -> list[str]:
    return [event.what for event in account.events.get_events_since(0) if event.kind == "callback"]


def test_callback_has_recording_state_at_event() -> None:
    account = make_account(
        make_scenario(recordings=[{"id": "a", "status": "completed", "duration": 9, "status_callback": CALLBACK_URL}])
    )
    (delivery,) = account.callbacks
    parameters = dict(delivery.parameters)
    assert (parameters["RecordingStatus"], parameters["RecordingDuration"]) == ("completed", "9")
    assert (delivery.method, delivery.url, delivery.state) == ("POST", CALLBACK_URL, DeliveryState.PENDING)
    assert delivery.to_request(account.callbacks.settings).total_timeout == 15.0
    assert (account.token, "the account's auth token") == (delivery.token, delivery.signer)
    assert delivery.idempotency_token == next(iter(make_account(account.scenario).callbacks)).idempotency_token


def test_callbacks_of_one_recording_are_sent_in_order() -> None:
    account = make_subscribed_account()
    for handle, event in [("a", "in-progress"), ("a", "completed"), ("b", "absent"), ("b", "failed")]:
        account.callbacks.enqueue(get_index(account, handle), CallbackEvent(event))
    first, second = account.callbacks.get_ready()
    assert tuple(account.callbacks.get_name(delivery) for delivery in (first, second)) == (
        "a",
        "b",
    )
    account.callbacks.mark_sending(first.number)
    assert [second] == account.callbacks.get_ready(), "what is under way is not ready, and nothing passes it"
    account.apply(RecordOutcome(number=first.number, outcome=SERVER_ERROR))
    assert [second] == account.callbacks.get_ready(), "what waits to be tried again holds up the recording's others"
    assert [delivery.event for delivery in send_ready(account, SUCCESS, SUCCESS)] == ["absent", "failed"]
    account.advance(1)
    assert [delivery.event for delivery in send_ready(account, SUCCESS, SUCCESS)] == ["in-progress", "completed"]
    assert not account.callbacks.has_pending


def test_failed_callback_is_retried_with_backoff_until_last_attempt() -> None:
    account = make_subscribed_account()
    account.callbacks.enqueue(get_index(account, "a"), CallbackEvent.ABSENT)
    start = account.clock.now()
    offsets = []
    for delay in (0, 1, 2, 4):
        if delay:
            account.advance(delay - 0.000001)
            assert account.callbacks.get_ready() == []
            account.advance(0.000001)
        offsets.append(account.clock.now() - start)
        (delivery,) = send_ready(account, CONNECTION_REFUSED)
    assert offsets == [0, SECOND, 3 * SECOND, 7 * SECOND]
    failed_delivery = account.callbacks[delivery.number]
    assert (failed_delivery.state, len(failed_delivery.attempts)) == (DeliveryState.FAILED, 4)
    assert [start + offset for offset in offsets] == [attempt.at for attempt in failed_delivery.attempts]
    assert not account.callbacks.has_pending
    account.advance(3600)
    assert account.callbacks.get_ready() == []
    assert list_callback_events(account)[-4:] == [
        "callback absent, attempt 1: connection: Connection refused.",
        "callback absent, attempt 2: connection: Connection refused.",
        "callback absent, attempt 3: connection: Connection refused.",
        "callback absent failed in attempt 4: connection: Connection refused.",
    ]


@pytest.mark.parametrize(
    ("url", "outcome", "attempts"),
    [
        (CALLBACK_URL, SERVER_ERROR, 1),
        (CALLBACK_URL, CONNECTION_REFUSED, 2),
        (f"{CALLBACK_URL}#rc=0", CONNECTION_REFUSED, 1),
        (f"{CALLBACK_URL}#rc=1&rp=5xx", SERVER_ERROR, 2),
        (f"{CALLBACK_URL}#rc=5&rp=ct", SERVER_ERROR, 1),
        (CALLBACK_URL, Outcome(404, None, ""), 1),
        (CALLBACK_URL, Outcome(302, None, ""), 1),
        (CALLBACK_URL, Outcome(None, Failure.REFUSED_HOST, "No."), 1),
        (f"{CALLBACK_URL}#rc=3&rp=4xx", Outcome(404, None, ""), 4),
        (CALLBACK_URL, Outcome(200, Failure.READ_TIMEOUT, "Broke off."), 1),
        (CALLBACK_URL, Outcome(None, Failure.DISCONNECTED, "Broke off."), 1),
        (f"{CALLBACK_URL}#rp=rt", Outcome(200, Failure.READ_TIMEOUT, "Broke off."), 2),
    ],
)
def test_url_overrides_set_the_number_of_attempts(url: str, outcome: Outcome, attempts: int) -> None:
    account = make_subscribed_account(url)
    account.callbacks.enqueue(get_index(account, "a"), CallbackEvent.ABSENT)
    for _ in range(attempts):
        send_ready(account, outcome)
        account.advance(60)
    assert account.callbacks.get_ready() == []
    (*_, delivery) = account.callbacks
    assert (DeliveryState.FAILED, attempts) == (delivery.state, len(delivery.attempts))


def test_settings_set_the_number_of_attempts() -> None:
    account = make_subscribed_account(CALLBACK_URL, callback_retries=2, callback_retry_policy="5xx,rt")
    account.callbacks.enqueue(get_index(account, "a"), CallbackEvent.ABSENT)
    for outcome in (SERVER_ERROR, SERVER_ERROR, CONNECTION_REFUSED):
        send_ready(account, outcome)
        account.advance(60)
    (*_, last) = account.callbacks
    assert (last.state, len(last.attempts)) == (DeliveryState.FAILED, 3)


def test_all_attempts_share_one_time_limit() -> None:
    account = make_subscribed_account(callback_timeout=10)
    account.callbacks.enqueue(get_index(account, "a"), CallbackEvent.ABSENT)
    timeouts = []
    for seconds in (4.0, 5.5, 0.45):
        (delivery,) = account.callbacks.get_ready()
        timeouts.append(delivery.to_request(account.callbacks.settings).total_timeout)
        account.apply(RecordOutcome(number=delivery.number, outcome=CONNECTION_REFUSED, seconds=seconds))
        account.advance(60)
    assert timeouts == [10.0, 6.0, 0.5]
    (*_, last) = account.callbacks
    assert (last.state, len(last.attempts)) == (DeliveryState.FAILED, 3)
    account.callbacks.redeliver(last.number)
    assert account.callbacks[last.number].to_request(account.callbacks.settings).total_timeout == 10.0


def get_last_parameters(account: Account) -> dict[str, str]:
    (*_, last) = account.callbacks
    return dict(last.parameters)


def test_late_callback_has_fields_of_its_own_status() -> None:
    timeline: list[dict[str, Any]] = [
        {"status": "in-progress", "callback": []},
        {"after": {"time": "5s"}, "status": "absent", "set": {"error_code": 16102, "channels": 2}},
        {"after": {"time": "5s"}, "callback": ["in-progress", "absent"]},
    ]
    account = make_scripted_account(*timeline, status_callback=CALLBACK_URL, status_callback_event=["in-progress"])
    account.advance(10)
    late, own = (dict(delivery.parameters) for delivery in account.callbacks)
    assert (late["RecordingStatus"], late["ErrorCode"], late["RecordingChannels"]) == ("in-progress", "0", "1")
    assert (own["RecordingStatus"], own["ErrorCode"], own["RecordingChannels"]) == ("absent", "16102", "2")


def test_late_callback_has_last_fields_of_its_status() -> None:
    timeline: list[dict[str, Any]] = [
        {"set": {"source": "OutboundAPI"}},
        {"status": "in-progress"},
        {"after": {"time": "1s"}, "status": "completed", "set": {"duration": 3}, "callback": []},
        {"after": {"time": "1s"}, "set": {"duration": 4}},
        {"after": {"time": "1s"}, "status": "deleted"},
        {"after": {"time": "1s"}, "callback": "completed"},
    ]
    account = make_scripted_account(*timeline, status_callback=CALLBACK_URL)
    account.advance(4)
    parameters = get_last_parameters(account)
    assert (parameters["RecordingStatus"], parameters["RecordingDuration"]) == ("completed", "4")


def test_duplicate_callback_keeps_idempotency_token() -> None:
    repeat = {"after": {"time": "1s"}, "callback": "completed"}
    changed = {"after": {"time": "1s"}, "set": {"duration": 8}, "callback": "completed"}
    account = make_scripted_account(
        {"status": "completed", "set": {"duration": 7}, "callback": ["completed", "completed"]},
        *(repeat, changed, repeat),
        status_callback=CALLBACK_URL,
    )
    account.advance(3)
    first, second, third, other, again = (delivery.idempotency_token for delivery in account.callbacks)
    assert (first, first, other) == (second, third, again)
    assert first != other, "a callback with other fields is another callback"


def test_resumed_recording_has_another_idempotency_token() -> None:
    account = make_scripted_account(
        *({"status": "in-progress"}, {"status": "paused"}, {"status": "in-progress"}),
        **{"status_callback": CALLBACK_URL, "status_callback_event": ["in-progress"]},
    )
    first, second = account.callbacks
    assert first.parameters == second.parameters
    assert first.idempotency_token != second.idempotency_token


def test_callback_of_status_that_was_never_reached_has_present_fields() -> None:
    account = make_scripted_account({"callback": "completed"}, status="processing", status_callback=CALLBACK_URL)
    parameters = get_last_parameters(account)
    assert (parameters["RecordingStatus"], parameters["ErrorCode"]) == ("completed", "0")
    assert "RecordingDuration" not in parameters


def test_delivered_retry_keeps_all_attempts() -> None:
    account = make_subscribed_account()
    account.callbacks.enqueue(get_index(account, "a"), CallbackEvent.ABSENT)
    send_ready(account, SERVER_ERROR)
    account.advance(1)
    send_ready(account, SUCCESS)
    (*_, delivery) = account.callbacks
    assert ([attempt.status for attempt in delivery.attempts], delivery.state) == ([503, 204], DeliveryState.DELIVERED)
    assert list_callback_events(account)[-1] == "callback absent delivered in attempt 2: 204"


def test_callback_can_be_redelivered() -> None:
    account = make_subscribed_account()
    account.callbacks.enqueue(get_index(account, "a"), CallbackEvent.ABSENT)
    send_ready(account, SUCCESS)
    (*_, delivery) = account.callbacks
    account.advance(5)
    account.callbacks.redeliver(delivery.number)
    (redelivery,) = account.callbacks.get_ready()
    assert (delivery.number, (), DeliveryState.PENDING) == (redelivery.number, redelivery.attempts, redelivery.state)
    assert (account.clock.now(), delivery.idempotency_token) == (redelivery.due, redelivery.idempotency_token)
    send_ready(account, SUCCESS)
    assert len(account.callbacks[delivery.number].attempts) == 1


def test_cancelled_delivery_is_queued_again() -> None:
    account = make_subscribed_account()
    account.callbacks.enqueue(get_index(account, "a"), CallbackEvent.ABSENT)
    (delivery,) = account.callbacks.get_ready()
    account.callbacks.mark_sending(delivery.number)
    assert account.callbacks.get_ready() == []
    account.callbacks.requeue(delivery.number)
    assert [delivery] == account.callbacks.get_ready()
    account.callbacks.close()
    assert account.callbacks.get_ready() == []


def test_callback_without_subscriber_is_logged_as_event() -> None:
    account = make_scripted_account({"after": {"time": "1s"}, "status": "completed", "callback": "completed"})
    account.advance(1)
    assert len(account.callbacks) == 0
    assert list_callback_events(account) == ["callback completed: no subscription"]


def test_only_delivered_callback_triggers_step() -> None:
    step = {"after": {"callback": "completed"}, "set": {"price_unit": "EUR"}}
    recording = {"id": "it", "status": "completed", "status_callback": PATIENT_URL, "timeline": [step]}
    account = make_account(make_scenario(recordings=[recording]), count=0)
    send_ready(account, SERVER_ERROR)
    account.advance(1)
    assert list_steps(account) == ["completed, callback completed"]
    send_ready(account, SUCCESS)
    assert list_steps(account)[1:] == ["price_unit EUR"]


def test_retry_timer_is_removed_on_redelivery() -> None:
    account = make_subscribed_account()
    account.callbacks.enqueue(get_index(account, "a"), CallbackEvent.ABSENT)
    send_ready(account, SERVER_ERROR)
    (timer,) = account.scheduler.iter_pending()
    assert account.clock.now() + SECOND == timer.due
    account.callbacks.redeliver(timer.key)
    assert list(account.scheduler.iter_pending()) == []


def test_closed_account_sends_no_callbacks() -> None:
    account = make_subscribed_account()
    account.timelines.apply_step(get_index(account, "b"), Step(status=RecordingStatus.ABSENT))
    (first_delivery,) = account.callbacks.get_ready()
    account.callbacks.mark_sending(first_delivery.number)
    account.close()
    account.timelines.apply_step(get_index(account, "a"), Step(status=RecordingStatus.ABSENT))
    account.apply(RecordOutcome(number=first_delivery.number, outcome=SUCCESS))
    assert account.callbacks.get_ready() == []
    assert [delivery.state for delivery in account.callbacks][-1] is DeliveryState.PENDING


def test_closed_account_sends_no_callbacks_about_calls() -> None:
    with Line({"/voice": respond("<Pause length='5'/>")}) as line:
        call = line.place(direction=Direction.OUTBOUND_API, events=ALL_EVENTS)
        line.advance(4)
        line.account.close()
        count = len(line.account.callbacks)
        line.account.apply(UpdateCall(number=call.number, status="completed"))
        assert call.is_over
        assert len(line.account.callbacks) == count > 0


def test_log_of_finished_callbacks_is_bounded_and_numbers_continue() -> None:
    account = make_subscribed_account(journal_memory=64 << 10)
    first_number = next(iter(account.callbacks)).number
    for _ in range(100):
        account.callbacks.enqueue(get_index(account, "b"), CallbackEvent.ABSENT)
        send_ready(account, SUCCESS)
    account.callbacks.enqueue(get_index(account, "b"), CallbackEvent.ABSENT)
    numbers = [delivery.number for delivery in account.callbacks]
    assert len(numbers) < 50
    assert numbers == list(range(numbers[0], numbers[-1] + 1))
    assert account.callbacks.find(first_number) is None
    assert count_by_state(account.callbacks) == {"delivered": len(numbers) - 1, "pending": 1}


def test_callback_that_is_delivered_again_stays_in_log() -> None:
    account = make_subscribed_account(journal_memory=64 << 10)
    oldest = next(iter(account.callbacks)).number
    account.callbacks.redeliver(oldest)
    for number in range(400):
        account.events.record("signal", "x", "RE", str(number))
    assert account.callbacks.find(oldest) is not None
    send_ready(account, SUCCESS)
    for number in range(400):
        account.events.record("signal", "x", "RE", str(number))
    assert account.callbacks.find(oldest) is None


def test_timer_of_dropped_callback_is_not_shown() -> None:
    account = make_subscribed_account(journal_memory=64 << 10)
    account.callbacks.enqueue(get_index(account, "b"), CallbackEvent.ABSENT)
    (delivery,) = send_ready(account, SERVER_ERROR)
    assert (account.scheduler.count_pending(), len(list(account.scheduler.iter_pending()))) == (1, 1)
    account.callbacks.redeliver(delivery.number)
    send_ready(account, SUCCESS)
    for number in range(400):
        account.events.record("signal", "x", "RE", str(number))
    assert account.callbacks.find(delivery.number) is None
    assert (account.scheduler.count_pending(), list(account.scheduler.iter_pending())) == (0, [])
