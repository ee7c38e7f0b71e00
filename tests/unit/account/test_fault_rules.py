"""Which fault rule applies to a request."""

from typing import Any

import pytest

from mockserver.account.account import Account
from mockserver.account.request_facts import RequestFacts
from scenarios.operations import Operation
from tests.accounts import make_account, make_scenario

SID = "RE" + "0123456789abcdef" * 2
LIST_OPERATION, FETCH_OPERATION = Operation.LIST_RECORDINGS, Operation.FETCH_RECORDING


def make_account_with_rules(
    *faults: dict[str, Any], sequences: tuple[dict[str, Any], ...] = (), seed: str = "0"
) -> Account:
    recordings = [{"id": "it", "sid": SID.upper()}]
    return make_account(
        make_scenario(recordings=recordings, faults=list(faults), sequences=list(sequences)), count=0, seed=seed
    )


def make_request_facts(
    operation: Operation = LIST_OPERATION,
    path: str = "/Recordings.json",
    query: str = "",
    page: int = 0,
    agent: str = "curl",
    tick: float = 0.0,
) -> RequestFacts:
    return RequestFacts(
        operation=operation,
        method="GET",
        path=path,
        query=query,
        account_sid=f"AC{'1' * 32}",
        page=page,
        headers={"user-agent": agent},
        tick=tick,
    )


def match_statuses(account: Account, *requests: RequestFacts) -> list[int | None]:
    """Return the status that each request gets, or None for the usual response."""
    matched_faults = [account.fault_rules.match(request) for request in requests]
    return [None if fault is None else fault.then.status for fault in matched_faults]


def test_first_matching_rule_applies() -> None:
    account = make_account_with_rules(
        {"when": {"op": "fetch_recording"}, "then": {"status": 500}},
        {"then": {"status": 501}, "times": 1},
        {"then": {"status": 502}},
    )
    assert match_statuses(
        account,
        make_request_facts(FETCH_OPERATION),
        make_request_facts(),
        make_request_facts(),
        make_request_facts(FETCH_OPERATION),
    ) == [500, 501, 502, 500]
    fault = account.fault_rules.match(make_request_facts())
    assert fault is not None
    assert fault.rule_number == 2
    assert [(rule.matched, rule.applied) for rule in account.fault_rules.rules] == [(2, 2), (3, 1), (2, 2)]


@pytest.mark.parametrize(
    ("when", "facts", "is_match"),
    [
        ({}, make_request_facts(), True),
        ({"op": "fetch_recording"}, make_request_facts(), False),
        ({"path": "*/Recordings/*.mp3"}, make_request_facts(path="/x/Recordings/RE1.mp3"), True),
        ({"path": "*/Recordings/*.mp3"}, make_request_facts(path="/x/Recordings/RE1.wav"), False),
        ({"account": f"AC{'1' * 32}"}, make_request_facts(), True),
        ({"account": f"AC{'2' * 32}"}, make_request_facts(), False),
        ({"sid": "it"}, make_request_facts(FETCH_OPERATION, f"/Recordings/{SID}.json"), True),
        ({"sid": "it"}, make_request_facts(FETCH_OPERATION, f"/Recordings/{SID.upper()}.json"), True),
        ({"sid": SID.upper()}, make_request_facts(FETCH_OPERATION, f"/Recordings/{SID}.json"), True),
        ({"sid": f"RE{'9' * 32}"}, make_request_facts(FETCH_OPERATION, f"/Recordings/{SID}.json"), False),
        ({"page": 0}, make_request_facts(), True),
        ({"page": 2}, make_request_facts(page=2), True),
        ({"page": 2}, make_request_facts(page=1), False),
        ({"header": {"User-Agent": "twilio-*"}}, make_request_facts(agent="twilio-python/9"), True),
        ({"header": {"User-Agent": "twilio-*"}}, make_request_facts(agent="curl"), False),
        ({"header": {"X-None": ""}}, make_request_facts(), True),
        ({"header": {"X-None": "*?"}}, make_request_facts(), False),
        ({"op": "list_recordings", "page": 1}, make_request_facts(page=0), False),
    ],
)
def test_rule_matches_when_all_conditions_hold(when: dict[str, Any], facts: RequestFacts, is_match: bool) -> None:
    assert match_statuses(make_account_with_rules({"when": when, "then": {"status": 500}}), facts) == [
        500 if is_match else None
    ]


def test_every_applies_to_each_nth_matching_request() -> None:
    account = make_account_with_rules({"when": {"op": "list_recordings", "every": 3}, "then": {"status": 429}})
    requests = [make_request_facts(query=f"Page={number}") for number in range(7)]
    assert match_statuses(account, *requests[:4], make_request_facts(FETCH_OPERATION), *requests[4:]) == [
        *(None, None, 429, None),
        None,
        *(None, 429, None),
    ]


def test_times_and_ttl_limit_rule() -> None:
    account = make_account_with_rules({"then": {"status": 500}, "times": 2}, {"then": {"status": 503}, "ttl": "10s"})
    assert match_statuses(account, *[make_request_facts()] * 3) == [500, 500, 503]
    account.advance(9.999999)
    assert match_statuses(account, make_request_facts()) == [503]
    account.advance(0.000001)
    assert match_statuses(account, make_request_facts()) == [None]


def test_probability_depends_on_request_and_seed() -> None:
    requests = [make_request_facts(query=f"n={number}") for number in range(200)]
    rule = {"then": {"status": 500}, "probability": 0.3}
    statuses = match_statuses(make_account_with_rules(rule), *requests)
    reversed_statuses = match_statuses(make_account_with_rules(rule), *reversed(requests))
    assert statuses == reversed_statuses[::-1]
    assert 30 < sum(status == 500 for status in statuses) < 90
    account = make_account_with_rules(rule)
    separate_statuses = [
        match_statuses(account, make_request_facts(FETCH_OPERATION, "/other"), request)[1] for request in requests
    ]
    assert statuses == separate_statuses
    assert statuses != match_statuses(make_account_with_rules(rule, seed="1"), *requests)
    assert statuses != match_statuses(
        make_account_with_rules({"when": {"page": 9}, "then": {"status": 1}} | {"then": {"status": 400}}, rule),
        *requests,
    )
    repeated_statuses = match_statuses(account, *requests)
    assert statuses != repeated_statuses, "a request that comes again has another chance"
    assert match_statuses(make_account_with_rules({**rule, "probability": 0}), *requests) == [None] * 200


def test_early_retry_is_refused_when_retry_after_is_enforced() -> None:
    then = {"status": 429, "retry_after": 2, "enforce_retry_after": True}
    account = make_account_with_rules({"when": {"every": 2}, "then": then, "times": 1})
    assert match_statuses(
        account, make_request_facts(), make_request_facts(), make_request_facts(), make_request_facts(query="other")
    ) == [None, 429, 429, None]
    account.advance(1.999999)
    assert match_statuses(account, make_request_facts()) == [429]
    account.advance(0.000001)
    assert match_statuses(account, make_request_facts(), make_request_facts()) == [None, None]
    assert account.fault_rules.rules[0].applied == 1


@pytest.mark.parametrize(
    "rules",
    [
        {"faults": [{"then": {"status": 429, "retry_after": 2, "enforce_retry_after": True}, "times": 1}]},
        {"sequences": [{"answers": [{"status": 429, "retry_after": 2, "enforce_retry_after": True}, "ok"]}]},
    ],
)
def test_client_that_waits_in_real_time_is_not_refused_while_clock_is_frozen(rules: dict[str, Any]) -> None:
    account = make_account_with_rules(*rules.get("faults", ()), sequences=tuple(rules.get("sequences", ())))
    ticks = (100.0, 100.5, 101.999, 102.0, 102.1)
    assert match_statuses(account, *(make_request_facts(tick=tick) for tick in ticks)) == [429, 429, 429, None, None]


def test_waits_on_both_clocks_are_not_added() -> None:
    then = {"status": 429, "retry_after": 2, "enforce_retry_after": True}
    account = make_account_with_rules({"then": then, "times": 1})
    assert match_statuses(account, make_request_facts(tick=5.0)) == [429]
    account.advance(1.5)
    assert match_statuses(account, make_request_facts(tick=6.5)) == [429]
    account.advance(0.5)
    assert match_statuses(account, make_request_facts(tick=6.5)) == [None]


def test_retry_after_is_not_enforced_by_default() -> None:
    account = make_account_with_rules({"then": {"status": 429, "retry_after": 2}, "times": 1})
    assert match_statuses(account, make_request_facts(), make_request_facts()) == [429, None]


def test_sequence_position_is_kept_per_path() -> None:
    account = make_account_with_rules(sequences=({"answers": [500, {"status": 429, "retry_after": 1}, "ok", 404]},))
    first, second = make_request_facts(FETCH_OPERATION, "/a"), make_request_facts(FETCH_OPERATION, "/b")
    assert match_statuses(account, first, second, first, first, second, first, first) == [
        500,
        500,
        429,
        None,
        429,
        404,
        404,
    ]
    assert match_statuses(account, make_request_facts(FETCH_OPERATION, "/a", "another=query")) == [404]
    assert account.fault_rules.rules[0].applied == 7


def test_sequence_advances_only_on_matching_requests() -> None:
    account = make_account_with_rules(sequences=({"when": {"every": 2}, "answers": [500, 503, "ok"]},))
    assert match_statuses(account, *[make_request_facts()] * 8) == [None, 500, None, 503, None, None, None, None]


def test_sequence_refuses_early_retry_when_retry_after_is_enforced() -> None:
    then = {"status": 429, "retry_after": 2, "enforce_retry_after": True}
    account = make_account_with_rules(sequences=({"answers": [then, "ok"]},))
    assert match_statuses(account, make_request_facts(), make_request_facts(), make_request_facts(path="/b")) == [
        429,
        429,
        429,
    ]
    account.advance(2)
    assert match_statuses(account, make_request_facts(), make_request_facts()) == [None, None]


def test_ok_answer_stops_later_rules() -> None:
    account = make_account_with_rules(
        {"when": {"op": "fetch_recording"}, "then": {"status": 500}}, sequences=({"answers": ["ok"]},)
    )
    account.fault_rules.add(fault=account.fault_rules.rules[0].fault)
    assert match_statuses(account, make_request_facts(), make_request_facts(FETCH_OPERATION)) == [None, 500]
    account.fault_rules.remove(0)
    assert match_statuses(account, make_request_facts(FETCH_OPERATION)) == [None], "no later rule is asked"


@pytest.mark.parametrize(
    ("delay", "least", "most"),
    [
        ("250ms", 0.25, 0.25),
        ({"fixed": "1.5s"}, 1.5, 1.5),
        ({"uniform": {"lower": "1s", "upper": "3s"}}, 1.0, 3.0),
        ({"log_normal": {"median": "1s", "sigma": 0.5}}, 0.05, 20.0),
        ({"log_normal": {"median": "1s", "sigma": 0}}, 1.0, 1.0),
    ],
)
def test_delays_are_drawn_from_distribution_repeatably(delay: object, least: float, most: float) -> None:
    def draw_delays() -> list[float]:
        account = make_account_with_rules({"then": {"delay": delay}})
        matched_faults = [account.fault_rules.match(make_request_facts(query=str(number))) for number in range(100)]
        return [fault.delay for fault in matched_faults if fault is not None]

    delays = draw_delays()
    assert len(delays) == 100
    assert all(least <= delay_seconds <= most for delay_seconds in delays)
    assert (len(set(delays)) > 90) == (least != most)
    assert delays == draw_delays()


def test_rule_without_delay_has_zero_delay() -> None:
    fault = make_account_with_rules({"then": {"status": 500}}).fault_rules.match(make_request_facts())
    assert fault is not None
    assert fault.delay == 0


def test_rules_are_removed_by_number() -> None:
    account = make_account_with_rules({"then": {"status": 500}}, {"then": {"status": 501}})
    before = account.version
    assert (account.fault_rules.remove(7), account.version) == (0, before)
    assert account.fault_rules.remove(0) == 1
    assert [rule.number for rule in account.fault_rules.rules] == [1]
    assert account.fault_rules.add(fault=account.fault_rules.rules[0].fault).number == 2
    assert account.fault_rules.remove() == 2
    assert match_statuses(account, make_request_facts()) == [None]


MANY_PATHS = [f"/Recordings/{number}.json" for number in range(1_500)]


REFUSAL = {"status": 503, "retry_after": 9, "enforce_retry_after": True}


@pytest.mark.parametrize(
    "account",
    [
        make_account_with_rules({"then": REFUSAL, "probability": 0.5}),
        make_account_with_rules(sequences=({"answers": [REFUSAL, "ok"]},)),
    ],
    ids=["fault", "sequence"],
)
def test_rule_remembers_bounded_number_of_bounded_targets(account: Account) -> None:
    match_statuses(account, *(make_request_facts(path=path, query="x" * 9_000) for path in MANY_PATHS))
    match_statuses(account, make_request_facts(path=f"/{'y' * 9_000}"))
    (rule,) = account.fault_rules.rules
    for remembered in (rule.request_counts, rule.refusals):
        assert 0 < len(remembered) <= 1_000
        assert max(map(len, remembered)) <= 200


def test_rule_that_is_over_remembers_nothing_and_still_counts() -> None:
    fault = {"then": {"status": 503}, "times": 2}
    account = make_account_with_rules(fault)
    statuses = match_statuses(account, *(make_request_facts(path=path) for path in MANY_PATHS[:9]))
    assert statuses == [503, 503, *[None] * 7]
    (rule,) = account.fault_rules.rules
    assert (rule.request_counts, rule.matched, rule.applied) == ({}, 9, 2)


def test_refusal_that_is_over_is_forgotten() -> None:
    account = make_account_with_rules({"then": REFUSAL, "times": 1})
    assert match_statuses(account, make_request_facts()) == [503]
    account.advance(9)
    assert match_statuses(account, make_request_facts()) == [None]
    assert account.fault_rules.rules[0].refusals == {}
