"""Scripted callbacks: what they say, and what is refused."""

from typing import Any

import pytest

from mockserver.callbacks.parameters import build_parameters
from scenarios.callbacks import PARAMETER_NAMES, ScriptedCallback
from scenarios.explain.callbacks import describe_callback
from scenarios.explain.timelines import explain_scenario
from scenarios.loading.load import from_objects
from scenarios.problems import ScenarioError
from scenarios.statuses import CallbackEvent
from tests.accounts import make_account, make_scenario

PLACE = "recordings[0].timeline[0].callback"


def load_callback(callback: Any) -> Any:
    """Return the callback of a scenario's only step."""
    recording = {"id": "it", "status": "processing", "timeline": [{"status": "completed", "callback": callback}]}
    return from_objects({"recordings": [recording]}).recordings[0].timeline[0].callback


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "callback completed"),
        ({"signature": "wrong"}, "callback completed (signed with another token)"),
        ({"signature": "missing"}, "callback completed (not signed)"),
        ({"signature": "sha256"}, "callback completed (signed with HMAC-SHA256)"),
        ({"times": 2}, "callback completed (twice)"),
        ({"times": 3, "delay": "3s"}, "callback completed (3s later, 3 times)"),
        (
            {"delay": "1m30s", "fields": "at_delivery"},
            "callback completed (1m30s later, with the fields of then)",
        ),
        (
            {"set": {"RecordingDuration": 0, "New": "x"}, "drop": ["CallSid", "ErrorCode"]},
            "callback completed (RecordingDuration 0, New x, without CallSid and ErrorCode)",
        ),
    ],
)
def test_scripted_callback_is_described_in_words(fields: dict[str, Any], expected: str) -> None:
    callback = load_callback({"event": "completed", **fields})
    assert expected == describe_callback(callback)


def test_explanation_names_scripted_and_plain_callbacks_in_order() -> None:
    callbacks = [{"event": "completed", "delay": "3s"}, "in-progress"]
    recording = {"status": "processing", "timeline": [{"status": "completed", "callback": callbacks}]}
    explanation = explain_scenario(make_scenario(recordings=[recording]))
    assert explanation.steps[1].what == "completed, callback completed (3s later), callback in-progress"


def test_parameters_are_changed_added_and_dropped_in_order() -> None:
    callback = ScriptedCallback(event=CallbackEvent.COMPLETED, set={"A": "9", "C": 3}, drop=("B",))
    assert callback.change_parameters((("A", "1"), ("B", "2"))) == (("A", "9"), ("C", "3"))


def test_known_parameters_are_those_of_a_callback() -> None:
    found = set[str]()
    account = make_account(count=60, mix="encrypted=0.3,Conference=0.3")
    for index in range(60):
        recording = account.corpus.generate_recording(index)
        found |= {name for name, _ in build_parameters(recording, "completed", "http://a/")}
    assert found == set(PARAMETER_NAMES)


@pytest.mark.parametrize(
    ("callback", "path", "sentence"),
    [
        ({}, "", "expected the key 'event', found none."),
        ({"event": "done"}, ".event", "expected one of in-progress, completed, absent, failed, found 'done'."),
        (
            {"event": "completed", "url": "x"},
            ".url",
            "expected a known key, found 'url'. Known here: event, signature, times, delay, fields, set, drop.",
        ),
        (
            {"event": "completed", "signature": "mising"},
            ".signature",
            "expected one of wrong, missing, sha256, found 'mising'. Did you mean missing?",
        ),
        ({"event": "completed", "times": 0}, ".times", "expected a whole number from 1 to 100, found 0."),
        ({"event": "completed", "times": 101}, ".times", "expected a whole number from 1 to 100, found 101."),
        ({"event": "completed", "delay": 3}, ".delay", "expected a duration such as 30s, 250ms or 1m30s, found 3."),
        ({"event": "completed", "delay": "0s"}, ".delay", "expected a duration above 0s, or no delay, found 0s."),
        (
            {"event": "completed", "fields": "at_delivery"},
            ".fields",
            "expected at_delivery with a delay only, found at_delivery without one: the callback is sent at the event.",
        ),
        (
            {"event": "completed", "fields": "at_delivry", "delay": "1s"},
            ".fields",
            "expected one of at_event, at_delivery, found 'at_delivry'. Did you mean at_delivery?",
        ),
        (
            {"event": "completed", "set": {"recordingsid": "x"}},
            ".set.recordingsid",
            "expected the name as Twilio writes it, found 'recordingsid'. Did you mean RecordingSid?",
        ),
        (
            {"event": "completed", "set": {"ErrorCode": None}},
            ".set.ErrorCode",
            "expected a text of at most 10000 characters, or a whole number, found nothing.",
        ),
        (
            {"event": "completed", "set": {"a b": "x"}},
            ".set.a b",
            "expected the name of a parameter, such as RecordingDuration, found 'a b'.",
        ),
        (
            {"event": "completed", "drop": ["RecordingSidd"]},
            ".drop[0]",
            "expected a parameter that a callback has, found 'RecordingSidd'. Did you mean RecordingSid?",
        ),
        (
            {"event": "completed", "drop": ["X"]},
            ".drop[0]",
            f"expected a parameter that a callback has, found 'X'. Known here: {', '.join(PARAMETER_NAMES)}.",
        ),
        (
            {"event": "completed", "set": {"CallSid": "x"}, "drop": ["CallSid"]},
            ".drop[0]",
            "expected a parameter that `set` does not set, found 'CallSid'.",
        ),
        (["completed", {"event": "absent", "delay": "0s"}], "[1].delay", "expected a duration above 0s, or no delay, "),
    ],
)
def test_broken_callback_is_refused_with_one_sentence(callback: Any, path: str, sentence: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        load_callback(callback)
    assert str(caught.value).startswith(f"{PLACE}{path}: {sentence}")
