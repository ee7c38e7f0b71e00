"""Which timeline a new recording plays."""

from typing import Any

import pytest

from generators.model import Source, Track
from scenarios.creation_matcher import Creation
from scenarios.creations import count_matches, find_rule, list_rules
from scenarios.explain.timelines import explain_scenario
from scenarios.loading.load import from_objects
from scenarios.problems import ScenarioError

CALL, OTHER_CALL = "CA" + "a" * 32, "CA" + "2" * 32
ABSENT = [{"status": "absent"}]


def choose(on_create: Any, *creations: Creation) -> list[int | None]:
    """Return the positions of the items that new recordings play, one after another."""
    rules, counts, chosen = list_rules(from_objects({"on_create": on_create}).on_create), dict[int, int](), []
    for creation in creations:
        counts = count_matches(rules, creation, counts)
        rule = find_rule(rules, creation, counts)
        chosen.append(None if rule is None else rules.index(rule))
    return chosen


def make_creation(**fields: Any) -> Creation:
    values: dict[str, Any] = {
        "call_sid": CALL,
        "channels": 1,
        "track": Track.BOTH,
        "source": Source.START_CALL_RECORDING_API,
    }
    return Creation(**values | fields)


@pytest.mark.parametrize(
    ("when", "other"),
    [
        ({"call_sid": CALL.upper().replace("CA", "CA", 1)}, {"call_sid": OTHER_CALL}),
        ({"channels": 1}, {"channels": 2}),
        ({"track": "both"}, {"track": Track.INBOUND}),
        ({"source": "StartCallRecordingAPI"}, {"source": Source.DIAL_VERB}),
        ({"channels": 1, "track": "both"}, {"channels": 2, "track": Track.INBOUND}),
    ],
)
def test_first_item_that_matches_plays(when: dict[str, Any], other: dict[str, Any]) -> None:
    on_create = [{"when": when, "timeline": ABSENT}, {"timeline": [{"status": "completed"}]}]
    assert choose(on_create, make_creation(), make_creation(**other)) == [0, 1]
    assert choose({"when": when, "timeline": ABSENT}, make_creation(), make_creation(**other)) == [0, None]
    assert choose({"timeline": ABSENT}, make_creation(**other)) == [0]


def test_nth_counts_recordings_that_match_otherwise() -> None:
    on_create = [
        {"when": {"channels": 2, "nth": 2}, "timeline": ABSENT},
        {"when": {"nth": 3}, "timeline": [{"status": "failed"}]},
    ]
    dual, single = make_creation(channels=2), make_creation()
    assert choose(on_create, dual, single, dual, dual) == [None, None, 0, None], "the third plays the first item"
    assert choose(on_create, single, single, single, dual, dual) == [None, None, 1, None, 0]


def test_explanation_names_each_item_and_what_all_others_play() -> None:
    on_create = [
        {"when": {"nth": 2}, "timeline": ABSENT},
        {"when": {"nth": 1, "channels": 2, "source": "DialVerb"}, "timeline": ABSENT},
        {"when": {"channels": 1, "track": "inbound", "call_sid": CALL}, "timeline": ABSENT},
    ]
    steps = explain_scenario(from_objects({"on_create": on_create})).created
    assert list(dict.fromkeys(step.handle for step in steps)) == [
        "on_create[0] (number 2)",
        "on_create[1] (number 1 of those from DialVerb with 2 channels)",
        f"on_create[2] (with 1 channel with the track inbound of {CALL})",
        "on_create (all others)",
    ]
    assert [step.what for step in steps if step.handle.startswith("on_create[0]")] == ["in-progress", "absent"]
    assert [step.what for step in steps][-3:] == ["in-progress", "processing", "completed"]
    single = explain_scenario(from_objects({"on_create": {"when": {"nth": 2}, "timeline": ABSENT}})).created
    assert list(dict.fromkeys(step.handle for step in single)) == ["on_create (number 2)", "on_create (all others)"]
    every = explain_scenario(from_objects({"on_create": [{"timeline": ABSENT}]})).created
    assert {step.handle for step in every} == {"on_create[0]"}


@pytest.mark.parametrize(
    ("on_create", "message"),
    [
        ([], "on_create: expected a mapping, or a list of at least one, found an empty list."),
        (5, "on_create: expected a mapping, or a list of at least one, found 5."),
        ([5], "on_create[0]: expected a mapping, found 5."),
        ([{}], "on_create[0]: expected the key 'timeline', found none."),
        (
            [{"when": {}, "timeline": ABSENT}],
            "on_create[0].when: expected a condition, or no `when` to match every new ",
        ),
        ({"when": {}, "timeline": ABSENT}, "on_create.when: expected a condition, or no `when` to match every new "),
        ([{"when": 2, "timeline": ABSENT}], "on_create[0].when: expected a mapping, found 2."),
        (
            [{"when": {"n-th": 2}, "timeline": ABSENT}],
            "on_create[0].when.n-th: expected a known key, found 'n-th'. Did you mean nth?",
        ),
        (
            [{"when": {"nth": 0}, "timeline": ABSENT}],
            "on_create[0].when.nth: expected a whole number of at least 1, found 0.",
        ),
        ([{"when": {"channels": 3}, "timeline": ABSENT}], "on_create[0].when.channels: expected one of 1, 2, found 3."),
        (
            [{"when": {"track": "inbond"}, "timeline": ABSENT}],
            "on_create[0].when.track: expected one of inbound, outbound, both, found 'inbond'. Did you mean inbound?",
        ),
        (
            [{"when": {"call_sid": "CA1"}, "timeline": ABSENT}],
            "on_create[0].when.call_sid: expected a call's SID: CA and 32 hexadecimal digits, found 'CA1'.",
        ),
        (
            [{"when": {"source": "RecordVerb", "channels": 2}, "timeline": ABSENT}],
            "on_create[0].when.channels: expected 1 channel with RecordVerb, which has one voice, found 2.",
        ),
        (
            [{"when": {"source": "RecordVerb"}, "timeline": [{"status": "absent", "set": {"channels": 2}}]}],
            "on_create[0].timeline[0].set.channels: expected 1 channel with RecordVerb, which has one voice, found 2.",
        ),
        (
            [{"timeline": ABSENT}, {"when": {"nth": 2}, "timeline": ABSENT}],
            "on_create[1]: expected on_create[0] last, because it has no `when` and matches all, found this after it.",
        ),
        (
            [{"when": {"nth": 2}, "timeline": ABSENT}] * 2,
            "on_create[1]: expected another `when` than that of on_create[0], found the same. It never plays.",
        ),
        (
            [{"timeline": [{"status": "completed"}, {"status": "absent"}]}],
            "on_create[0].timeline[1].status: expected absent after ",
        ),
    ],
)
def test_broken_on_create_is_refused_with_one_sentence(on_create: Any, message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        from_objects({"on_create": on_create})
    assert str(caught.value).startswith(message)
