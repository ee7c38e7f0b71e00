"""Broken `after`, `until` and `ttl`: one sentence each, with path, expected, found and what to do instead."""

from typing import Any

import pytest

from scenarios.loading.load import from_objects
from scenarios.problems import ScenarioError

RULES: dict[str, dict[str, Any]] = {
    "faults": {"then": {"status": 500}},
    "sequences": {"answers": [500, "ok"]},
    "page_drift": {"insert": 1},
}
BROKEN_TRIGGERS: list[tuple[Any, str]] = [
    (5, ": expected a duration such as 12s, or a trigger such as {fetches: 3} or {signal: finish}, found 5."),
    ("soon", ": expected a duration such as 12s, or a trigger such as {fetches: 3} or {signal: finish}, found 'soon'."),
    ({}, ": expected one of fetches, lists, requests, media, time, at, signal, callback, any, all, found none."),
    (
        {"time": "5s", "signal": "go"},
        ": expected one trigger, found time and signal: put `any:` or `all:` around them, as a list.",
    ),
    ({"fetches": 3}, ".fetches: expected requests, which counts the requests that the rule's `when` matches, found f"),
    ({"any": [{"lists": 1}, "5s"]}, ".any[0].lists: expected requests, which counts the requests that the rule's `"),
    ({"all": [{"media": 1}]}, ".all[0].media: expected requests, which counts the requests that the rule's `when` ma"),
    ({"requests": 0}, ".requests: expected a whole number of at least 1, found 0."),
    ({"request": 3}, ".request: expected a known key, found 'request'. Did you mean requests?"),
    ({"callback": "complete"}, ".callback: expected one of in-progress, completed, absent, failed, found 'complete'."),
    ({"time": "36501d"}, ".time: expected a duration of at most 36500d, found 36501d."),
    ({"any": []}, ".any: expected a list of at least one, found an empty list."),
    (
        {"any": [{"all": [{}]}]},
        ".any[0].all[0]: expected one of fetches, lists, requests, media, time, at, signal, cal",
    ),
    ({"at": "2026-03-01T09:05:00"}, ".at: expected an instant with its zone, such as 2026-03-01T09:00:00Z, found '20"),
    ({"at": "2026-02-28T09:05:00Z"}, ".at: expected an instant after the clock's start at 2026-03-01T09:00:00+00:00, "),
    ({"any": ["1s"] * 101}, ".any: expected at most 100 values, found 101."),
    (
        {"any": [{"any": ["1s"] * 60}, {"any": ["1s"] * 60}]},
        ": expected at most 100 triggers for a rule, found 120.",
    ),
]


def get_error_message(key: str, **window: Any) -> str:
    scenario = {"clock": {"start": "2026-03-01T09:00:00Z"}, key: [{**RULES[key], **window}]}
    with pytest.raises(ScenarioError) as error:
        from_objects(scenario)
    return str(error.value)


@pytest.mark.parametrize("key", RULES)
@pytest.mark.parametrize("name", ["after", "until"])
@pytest.mark.parametrize(("trigger", "message"), BROKEN_TRIGGERS)
def test_broken_condition_is_refused_with_one_sentence(key: str, name: str, trigger: Any, message: str) -> None:
    assert get_error_message(key, **{name: trigger}).startswith(f"{key}[0].{name}{message}")


@pytest.mark.parametrize("key", RULES)
@pytest.mark.parametrize(
    ("window", "message"),
    [
        ({"ttl": 5}, "ttl: expected a duration such as 30s, 250ms or 1m30s, found 5."),
        ({"ttl": "5"}, "ttl: expected a duration such as 30s, 250ms or 1m30s, found '5'."),
        ({"ttl": "-5s"}, "ttl: expected a duration such as 30s, 250ms or 1m30s, found '-5s'."),
        ({"ttl": "5 s"}, "ttl: expected a duration such as 30s, 250ms or 1m30s, found '5 s'."),
        ({"ttl": {"time": "5s"}}, "ttl: expected a duration such as 30s, 250ms or 1m30s, found a mapping."),
        ({"ttl": ["5s"]}, "ttl: expected a duration such as 30s, 250ms or 1m30s, found a list."),
        ({"ttl": True}, "ttl: expected a duration such as 30s, 250ms or 1m30s, found true."),
        ({"ttl": "36501d"}, "ttl: expected a duration of at most 36500d, found 36501d."),
        (
            {"ttl": "5s", "until": "5s"},
            "ttl: expected ttl or until, found both: ttl is the short form of `until: {time: ...}`.",
        ),
        ({"tttl": "5s"}, "tttl: expected a known key, found 'tttl'. Did you mean ttl?"),
        ({"afer": "5s"}, "afer: expected a known key, found 'afer'. Did you mean after?"),
        (
            {"after": {"at": "2026-03-01T09:10:00Z"}, "until": {"at": "2026-03-01T09:05:00Z"}},
            "until.at: expected an instant after 2026-03-01T09:10:00+00:00, at which the rule starts, "
            "found 2026-03-01T09:05:00+00:00.",
        ),
    ],
)
def test_broken_end_is_refused_with_one_sentence(key: str, window: dict[str, Any], message: str) -> None:
    assert get_error_message(key, **window) == f"{key}[0].{message}"


@pytest.mark.parametrize("key", RULES)
def test_end_may_be_an_instant_that_the_start_need_not_wait_for(key: str) -> None:
    after = {"any": [{"at": "2026-03-01T09:10:00Z"}, {"signal": "go"}]}
    from_objects({key: [{**RULES[key], "after": after, "until": {"at": "2026-03-01T09:05:00Z"}}]})
