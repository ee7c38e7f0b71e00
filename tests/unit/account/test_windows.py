"""From when and until when the rules of an account apply."""

from typing import Any

import pytest

from mockserver.account.account import Account
from mockserver.account.commands.callbacks import RecordOutcome
from mockserver.account.commands.requests import MatchFault, RecordResponse, RemoveRules
from mockserver.account.commands.timelines import SendSignalToRules
from mockserver.account.request_facts import RequestFacts
from mockserver.callbacks.outcome import Outcome
from scenarios.operations import Operation, RequestKind
from tests.accounts import CALLBACK_URL, make_account, make_scenario

FETCH = {"op": "fetch_recording"}
REFUSED: dict[str, Any] = {"status": 503}


def make_account_with(*faults: dict[str, Any], **fields: Any) -> Account:
    """Return an account with rules and two recordings whose completed callbacks wait to be sent."""
    completed = {"status": "completed", "status_callback": CALLBACK_URL}
    recordings = [{"id": "a", **completed}, {"id": "b", **completed}]
    return make_account(make_scenario(recordings=recordings, faults=list(faults), **fields), count=3)


def request(account: Account, handle: str = "a", operation: Operation = Operation.FETCH_RECORDING) -> int | None:
    """Return the status that a rule gives a request, or None for the usual response."""
    facts = RequestFacts(
        operation=operation,
        method="GET",
        path=f"/2010-04-01/Accounts/{account.sid}/Recordings/{account.resolve_handle(handle)}.json",
        query="",
        account_sid=account.sid,
        page=0,
        headers={},
    )
    matched = account.apply(MatchFault(request=facts))
    return None if matched is None else matched.then.status


def deliver(account: Account, handle: str, status: int = 204) -> None:
    """Answer the callback of a recording."""
    index = account.state.handles[handle]
    (number,) = (delivery.number for delivery in account.callbacks if delivery.recording == index)
    account.apply(RecordOutcome(number=number, outcome=Outcome(status, None, "")))


def send_signal(account: Account, name: str, handle: str | None = None) -> None:
    for _ in account.send_signal_gradually(name, None if handle is None else account.state.handles[handle]):
        pass


def list_rule_events(account: Account) -> list[tuple[str, str]]:
    return [(event.subject, event.what) for event in account.events.get_events_since(0) if event.kind == "rule"]


def test_rule_applies_between_two_times() -> None:
    account = make_account_with({"then": REFUSED, "after": "5m", "until": "10m"})
    statuses = []
    for seconds in (299.999999, 0.000001, 599.999999, 0.000001):
        account.advance(seconds)
        statuses.append(request(account))
    assert statuses == [None, 503, 503, None]
    assert list_rule_events(account) == [("rule 0", "rule 0 applies from now on"), ("rule 0", "rule 0 is over")]
    assert not account.state.window_timers


def test_until_counts_from_start_without_any_request_between() -> None:
    account = make_account_with({"then": REFUSED, "after": "5m", "ttl": "10s"})
    account.advance(400)
    assert request(account) is None


@pytest.mark.parametrize(
    ("window", "expected"),
    [
        ({"after": {"requests": 2}}, [None, None, 503, 503, 503]),
        ({"until": {"requests": 2}}, [503, 503, None, None, None]),
        ({"after": {"requests": 1}, "until": {"requests": 2}}, [None, 503, 503, None, None]),
        ({"after": {"all": [{"requests": 1}, {"requests": 3}]}}, [None, None, None, 503, 503]),
    ],
)
def test_requests_count_those_that_the_rule_matches(window: dict[str, Any], expected: list[int | None]) -> None:
    account = make_account_with({"when": FETCH, "then": REFUSED, **window})
    statuses = []
    for _ in range(5):
        request(account, operation=Operation.DELETE_RECORDING)
        statuses.append(request(account))
    assert statuses == expected


def test_request_counts_although_an_earlier_rule_applies() -> None:
    account = make_account_with({"then": REFUSED, "times": 2}, {"then": {"status": 401}, "after": {"requests": 3}})
    assert [request(account) for _ in range(5)] == [503, 503, None, 401, 401]


def test_every_and_sequences_begin_at_start() -> None:
    account = make_account_with(
        {"when": {**FETCH, "every": 2}, "then": REFUSED, "after": {"requests": 3}},
        sequences=[{"when": {"op": "delete_recording"}, "answers": [500, "ok"], "after": {"requests": 1}, "ttl": "5s"}],
    )
    assert [request(account) for _ in range(7)] == [None, None, None, None, 503, None, 503]
    assert [request(account, operation=Operation.DELETE_RECORDING) for _ in range(3)] == [None, 500, None]
    account.advance(5)
    assert request(account, "b", Operation.DELETE_RECORDING) is None


def test_callback_is_that_of_the_requested_recording() -> None:
    account = make_account_with({"when": FETCH, "then": REFUSED, "after": {"callback": "completed"}, "ttl": "10s"})
    assert [request(account, name) for name in "ab"] == [None, None]
    deliver(account, "a")
    account.advance(4)
    deliver(account, "b", 204)
    assert [request(account, name) for name in "ab"] == [503, 503]
    account.advance(6)
    assert [request(account, name) for name in "ab"] == [None, 503]
    account.advance(4)
    assert [request(account, name) for name in "ab"] == [None, None]
    assert list_rule_events(account) == [
        ("a", "rule 0 applies from now on"),
        ("b", "rule 0 applies from now on"),
        ("a", "rule 0 is over"),
        ("b", "rule 0 is over"),
    ]


def test_callback_of_any_recording_starts_a_rule_for_all_requests() -> None:
    account = make_account_with({"then": REFUSED, "after": {"callback": "completed"}})
    deliver(account, "a")
    assert [request(account, name) for name in "ab"] == [503, 503]


def test_failed_callback_and_callback_of_another_event_start_nothing() -> None:
    account = make_account_with(
        {"then": REFUSED, "after": {"callback": "completed"}},
        {"then": {"status": 500}, "after": {"callback": "absent"}},
    )
    deliver(account, "a", 404)
    assert request(account) is None
    deliver(account, "b")
    assert request(account) == 503


def test_signal_to_all_starts_every_recording_and_signal_to_one_only_that() -> None:
    rule = {"when": FETCH, "then": REFUSED, "after": {"signal": "go"}, "until": {"signal": "stop"}}
    account = make_account_with(rule, {"then": {"status": 500}, "after": {"signal": "other"}})
    send_signal(account, "go", "a")
    assert [request(account, name) for name in "ab"] == [503, None]
    send_signal(account, "go")
    assert [request(account, name) for name in "ab"] == [503, 503]
    send_signal(account, "stop")
    assert [request(account, name) for name in "ab"] == [None, None], "the second `go` of a was too early"
    send_signal(account, "other", "a")
    assert [request(account, name) for name in "ab"] == [500, 500]
    send_signal(account, "other", "a")
    assert request(account, "b") == 500, "a window that is open for ever is not changed"


def test_request_of_an_unknown_recording_follows_the_account() -> None:
    account = make_account_with(
        {"when": FETCH, "then": REFUSED, "after": {"any": [{"callback": "completed"}, {"time": "5s"}]}, "ttl": "9s"}
    )
    deliver(account, "a")
    assert [request(account, name) for name in ("a", "b", "Twilio.CURRENT", f"RE{'0' * 32}")] == [503, None, None, None]
    account.advance(5)
    assert [request(account, name) for name in ("a", "b", "Twilio.CURRENT")] == [503, 503, 503]
    account.advance(4)
    assert [request(account, name) for name in "ab"] == [None, 503]


def test_request_count_completes_a_condition_of_each_recording() -> None:
    after = {"all": [{"callback": "completed"}, {"requests": 3}]}
    account = make_account_with({"when": FETCH, "then": REFUSED, "after": after, "ttl": "5s"})
    deliver(account, "a")
    assert [request(account, "b") for _ in range(3)] == [None, None, None]
    account.advance(4)
    assert request(account, "a") == 503
    account.advance(1)
    assert request(account, "a") is None, "it started with the third request, not with its own"


def test_condition_waits_for_the_later_of_two_instants() -> None:
    account = make_account_with({"then": REFUSED, "after": {"all": [{"time": "2s"}, {"time": "7s"}]}})
    account.advance(6.999999)
    assert request(account) is None
    account.advance(0.000001)
    assert request(account) == 503


def test_removed_rule_leaves_no_window_and_no_timer() -> None:
    account = make_account_with({"then": REFUSED, "after": "5m"}, {"then": REFUSED, "after": "6m"}, {"then": REFUSED})
    account.apply(RemoveRules(number=0))
    assert (len(account.state.windows), len(account.state.window_timers)) == (1, 1)
    assert account.scheduler.count_pending() == 1
    account.apply(RemoveRules())
    account.advance(600)
    assert (account.state.windows, account.state.window_timers, request(account)) == ({}, {}, None)


def test_timer_of_an_earlier_phase_does_nothing() -> None:
    account = make_account_with({"then": REFUSED, "after": {"any": [{"signal": "go"}, {"time": "5s"}]}, "ttl": "1m"})
    account.apply(SendSignalToRules(name="go"))
    assert [timer.due - account.clock.now() for timer in account.scheduler.iter_pending()] == [60_000_000]
    account.advance(59)
    assert request(account) == 503
    account.advance(1)
    assert request(account) is None


def test_page_drift_waits_for_its_start() -> None:
    drift = [{"insert": 1, "times": 9, "after": {"requests": 1}, "until": {"any": [{"requests": 2}, {"signal": "x"}]}}]
    account = make_account(make_scenario(page_drift=[*drift, {"insert": 1, "times": 9, "after": "5s"}]), count=3)
    inserted = []
    for _ in range(4):
        page = RecordResponse(operation=Operation.LIST_RECORDINGS, kind=RequestKind.LIST, indices=(1, 0))
        account.apply(page)
        inserted.append(len(account.state.created))
    assert inserted == [0, 1, 2, 2]
    account.advance(5)
    account.apply(page)
    assert len(account.state.created) == 3


def test_counts_are_dropped_only_if_no_recording_can_start_again() -> None:
    window = {"when": FETCH, "then": REFUSED, "probability": 0.999999, "ttl": "1s"}
    account = make_account_with({**window, "after": {"callback": "completed"}}, {**window, "after": "1s"})
    account.advance(1)
    deliver(account, "a")
    assert [request(account, name) for name in "ab"] == [503, 503]
    account.advance(1)
    assert request(account, "a") is None
    per_recording, of_account = account.fault_rules.rules
    assert (len(per_recording.request_counts), len(of_account.request_counts)) == (1, 0)
