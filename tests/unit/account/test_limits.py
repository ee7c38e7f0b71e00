"""Which requests are too many for the rate limits of an account."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import msgspec
import pytest

from mockserver.account import limits
from mockserver.account.account import Account
from mockserver.account.commands.limits import AddLimits, AdmitRequest
from mockserver.account.commands.requests import AddRules, RemoveRules
from mockserver.account.commands.timelines import SendSignalToRules
from mockserver.account.request_facts import RequestFacts
from mockserver.account.requests_in_progress import RequestsInProgress
from mockserver.account.state.limits import LimitSpan
from scenarios.limits import Limit
from scenarios.operations import Operation
from tests.accounts import make_account, make_scenario


def make_limited_account(*limits: dict[str, Any]) -> Account:
    return make_account(make_scenario(limits=list(limits)), count=0)


def admit(
    account: Account,
    tick: float,
    operation: Operation = Operation.LIST_RECORDINGS,
    credential: str = "ac1",
    in_progress: int = 0,
    path: str = "/x",
    headers: Mapping[str, str] = MappingProxyType({}),
    form: tuple[tuple[str, str], ...] = (),
) -> int:
    """Return the seconds of `Retry-After`, or 0 for a request that is answered."""
    facts = RequestFacts(
        operation=operation,
        method="GET",
        path=path,
        query="",
        account_sid=account.sid,
        page=0,
        headers=headers,
        form=form,
        credential=credential,
        tick=tick,
    )
    counts = dict.fromkeys(account.limits.find_names(facts), in_progress)
    refusal = account.apply(AdmitRequest(request=facts, in_progress=counts))
    return 0 if refusal is None else refusal.retry_after


def test_span_begins_with_its_first_request() -> None:
    account = make_limited_account({"requests": 2, "per": "3s"})
    found = [admit(account, tick) for tick in (10.0, 10.5, 10.5, 11.5, 12.99, 13.0, 15.99, 15.999, 16.0)]
    assert found == [0, 0, 3, 2, 1, 0, 0, 1, 0]
    (state,) = account.state.limits
    assert (state.matched, state.applied, state.spans) == (9, 4, {"": LimitSpan(16.0, 1)})


@pytest.mark.parametrize(
    ("by", "found"), [("account", [0, 1, 1, 1]), ("operation", [0, 0, 1, 1]), ("credential", [0, 1, 0, 1])]
)
def test_each_operation_or_credential_has_its_own_span(by: str, found: list[int]) -> None:
    account = make_limited_account({"requests": 1, "per": "1s", "by": by})
    fetch = Operation.FETCH_RECORDING
    assert found == [
        admit(account, 0.0),
        admit(account, 0.0, fetch),
        admit(account, 0.0, credential="sk2"),
        admit(account, 0.0, fetch, "ac1"),
    ]


def test_limit_counts_only_requests_that_match() -> None:
    account = make_limited_account({"when": {"op": "list_recordings"}, "requests": 1, "per": "1s"})
    assert [admit(account, 0.0), admit(account, 0.0), admit(account, 0.0, Operation.LIST_CALLS)] == [0, 1, 0]


def test_longest_wait_of_all_limits_is_enough() -> None:
    account = make_limited_account({"requests": 1, "per": "1s"}, {"requests": 2, "per": "10s"}, {"concurrent": 9})
    assert [admit(account, tick) for tick in (0.0, 1.0, 1.5, 10.0, 10.5)] == [0, 0, 9, 0, 1]
    assert [state.matched for state in account.state.limits] == [5, 5, 5]
    assert [state.applied for state in account.state.limits] == [2, 1, 0]


def test_requests_in_progress_are_bounded() -> None:
    account = make_limited_account({"concurrent": 2})
    assert [admit(account, 0.0, in_progress=count) for count in (0, 1, 2, 3, 1)] == [0, 0, 1, 1, 0]
    assert account.state.limits[0].spans == {}


@pytest.mark.parametrize("per", ["1s", "1500ms", "7s", "1m"])
def test_client_that_is_alone_and_waits_is_never_refused_twice(per: str) -> None:
    account = make_limited_account({"requests": 3, "per": per}, {"requests": 5, "per": "4s"}, {"concurrent": 1})
    tick, refusals = 0.25, 0
    for _ in range(200):
        wait = admit(account, tick)
        tick += wait
        refusals += bool(wait)
        assert not wait or admit(account, tick) == 0
        tick += 0.125
    assert refusals > 10


def test_account_clock_does_not_matter() -> None:
    account = make_limited_account({"requests": 1, "per": "5s"})
    assert admit(account, 0.0) == 0
    account.advance(3600)
    assert [admit(account, 0.0), admit(account, 5.0)] == [5, 0]


def test_span_of_a_later_tick_is_forgotten() -> None:
    account = make_limited_account({"requests": 1, "per": "5s"})
    assert [admit(account, tick) for tick in (900.0, 3.0, 3.0)] == [0, 0, 5]


def test_oldest_credentials_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "_MAX_SPANS", 2)
    account = make_limited_account({"requests": 1, "per": "9s", "by": "credential"})
    assert [admit(account, 0.0, credential=name) for name in "abcba"] == [0, 0, 0, 9, 0]


def test_limits_and_fault_rules_share_their_numbers() -> None:
    account = make_limited_account({"concurrent": 2})
    fault = make_scenario(faults=[{"then": {"status": 500}}]).faults
    account.apply(AddRules(faults=fault))
    (added,) = account.apply(AddLimits(limits=(Limit(concurrent=3),)))
    assert ([rule.number for rule in account.state.rules], added.number) == ([1], 2)
    version = account.version
    assert [account.apply(RemoveRules(number=number)) for number in (2, 2, 1)] == [1, 0, 1]
    assert account.version == version + 2
    assert account.apply(RemoveRules()) == 1
    assert not account.has_request_rules


def test_state_of_limits_is_in_snapshots() -> None:
    account = make_limited_account({"requests": 2, "per": "3s", "by": "operation"})
    admit(account, 1.5)
    state = msgspec.msgpack.decode(account.snapshot())["limits"][0]
    assert state["spans"] == {"list_recordings": {"start": 1.5, "count": 1}}


def test_requests_in_progress_leave_once() -> None:
    counter = RequestsInProgress()
    first, second = counter.enter("ac1", {0: "", 1: "a"}), counter.enter("ac1", {0: ""})
    counter.enter("ac2", {0: ""})
    assert counter.count_by_limit("ac1", {0: "", 1: "b"}) == {0: 2, 1: 0}
    assert (first.concurrent_requests, second.concurrent_requests) == (2, 2)
    for _ in range(2):
        first.leave()
    assert (counter.count_by_limit("ac1", {0: "", 1: "a"}), second.concurrent_requests) == ({0: 1, 1: 0}, 1)


def test_limit_starts_after_requests_and_ends_with_its_time() -> None:
    limit = {"requests": 1, "per": "1m", "after": {"requests": 2}, "ttl": "10s"}
    account = make_limited_account(limit)
    assert [admit(account, tick) for tick in (1.0, 2.0, 3.0, 4.0)] == [0, 0, 0, 59]
    account.advance(10)
    assert admit(account, 5.0) == 0
    assert account.state.limits[0].matched == 2


def test_limit_waits_for_the_signal_of_the_recording_that_the_request_names() -> None:
    limit = {"when": {"op": "fetch_recording"}, "requests": 1, "per": "1m", "after": {"signal": "now"}}
    recordings = [{"id": name, "timeline": [{"after": {"signal": "end"}, "status": "completed"}]} for name in "ab"]
    account = make_account(make_scenario(recordings=recordings, limits=[limit]), count=0)
    paths = [f"/x/Recordings/{account.resolve_handle(name)}.json" for name in "ab"]
    account.apply(SendSignalToRules(name="now", index=account.timelines.find_recording_index("a")))
    found = [admit(account, 1.0, Operation.FETCH_RECORDING, path=path) for path in paths * 2]
    assert found == [0, 0, 60, 0]


def test_removed_limit_leaves_no_window() -> None:
    account = make_limited_account({"requests": 1, "per": "1s", "until": {"time": "5s"}})
    assert len(account.state.windows) == len(account.state.window_timers) == 1
    account.apply(RemoveRules(number=account.state.limits[0].number))
    assert (account.state.windows, account.state.window_timers) == ({}, {})


def test_limit_matches_headers_and_the_form() -> None:
    account = make_limited_account({"when": {"header": {"x-a": "1"}, "body": {"To": "+1*"}}, "concurrent": 1})
    assert account.match_headers
    assert account.match_forms
    form = (("To", "+15005550006"),)
    found = [admit(account, 1.0, in_progress=1, headers={"x-a": text}, form=form) for text in "12"]
    assert found == [1, 0]
