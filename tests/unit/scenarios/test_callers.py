from typing import Any

import pytest

from generators.instants import SECOND
from scenarios.callers import DEFAULT_CALLER, Caller, find_caller
from scenarios.explain.callers import explain_caller
from scenarios.explain.timelines import explain_scenario
from scenarios.loading.combine import merge_scenarios
from scenarios.loading.load import from_objects, load, loads
from scenarios.model import Scenario
from scenarios.problems import ScenarioError

ANN, BOB, OTHER = "+15005550001", "+15005550002", "+15005550009"


@pytest.mark.parametrize(
    ("from_number", "to_number", "expected"),
    [
        (ANN, BOB, "both"),
        (ANN, OTHER, "from"),
        (OTHER, BOB, "to"),
        (OTHER, OTHER, "any"),
        (" 1 (500) 555-0001", "500.555.0002", "both"),
        ("client:Carol", OTHER, "client"),
        (OTHER, "sip:Dan@Example.com;transport=tcp", "sip"),
        ("client:carol", OTHER, "any"),
        ("anonymous", OTHER, "any"),
    ],
)
def test_first_caller_whose_numbers_match_is_found(from_number: str, to_number: str, expected: str) -> None:
    scenario = loads(f"""
callers:
  - {{from: "{ANN}", to: "+1 500 555 0002", speech: [both]}}
  - {{from: "500-555-0001", speech: [from]}}
  - {{to: "15005550002", speech: [to]}}
  - {{from: "client:Carol", speech: [client]}}
  - {{to: "sip:Dan@example.COM", speech: [sip]}}
  - {{speech: [any]}}
""")
    assert find_caller(scenario.callers, from_number, to_number).speech == (expected,)


def test_default_person_answers_and_has_something_to_say() -> None:
    assert find_caller((), ANN, BOB) is find_caller((Caller(to=OTHER),), ANN, BOB) is DEFAULT_CALLER
    assert DEFAULT_CALLER.is_reached
    assert (DEFAULT_CALLER.ring_time, DEFAULT_CALLER.hang_up_time) == (2 * SECOND, None)
    assert (DEFAULT_CALLER.speech, DEFAULT_CALLER.digits) == (None, "")


@pytest.mark.parametrize(
    ("fields", "is_reached", "ring_time"),
    [
        ({"answers": True, "rings": "500ms"}, True, SECOND // 2),
        ({"answers": "machine"}, True, 2 * SECOND),
        ({"answers": "busy"}, False, 2 * SECOND),
        ({"answers": "failed", "rings": "0s"}, False, 0),
        ({"answers": "no-answer"}, False, None),
        ({"answers": "no-answer", "rings": "20s"}, False, 20 * SECOND),
    ],
)
def test_answer_of_a_caller_has_its_time(fields: dict[str, Any], is_reached: bool, ring_time: int | None) -> None:
    (caller,) = from_objects({"callers": [fields]}).callers
    assert (is_reached, ring_time) == (caller.is_reached, caller.ring_time)


def test_caller_hangs_up_after_a_time() -> None:
    assert Caller(hangs_up_after="1m30s").hang_up_time == 90 * SECOND


def test_callers_of_a_python_object_are_checked_like_those_of_a_file() -> None:
    scenario = Scenario(callers=(Caller(from_=ANN, speech=("Hello.",), digits="1w#"),))
    assert scenario.callers == from_objects(scenario).callers
    with pytest.raises(ScenarioError, match=r"callers\[0\]\.from: expected a number"):
        from_objects(Scenario(callers=(Caller(from_="nobody"),)))
    with pytest.raises(ScenarioError, match=r"found 'from_'\. Did you mean from\?"):
        from_objects({"callers": [{"from_": ANN}]})


def test_callers_of_combined_scenarios_follow_one_another() -> None:
    first, second = loads(f"callers: [{{to: '{ANN}'}}]"), loads("callers: [{}]")
    assert merge_scenarios([first, second]).callers == first.callers + second.callers
    with pytest.raises(ScenarioError, match=r"callers\[1\]: expected other numbers than those of callers\[0\]"):
        merge_scenarios([second, first])


@pytest.mark.parametrize(
    ("caller", "expected"),
    [
        (Caller(), "from anyone to anyone: answers after 2s, says something natural"),
        (
            Caller(from_="500 555 0001", speech=("Hi.", "Yes."), digits="1w2#", hangs_up_after="20s"),
            f"from {ANN} to anyone: answers after 2s, says 'Hi.' and 1 more, presses 1w2#, hangs up after 20s",
        ),
        (Caller(to=BOB, speech=()), f"from anyone to {BOB}: answers after 2s, says nothing"),
        (
            Caller(answers="machine", rings="9s", speech=("Beep",)),
            "from anyone to anyone: a machine answers after 9s, says 'Beep'",
        ),
        (Caller(answers="no-answer"), "from anyone to anyone: does not answer"),
        (Caller(answers="no-answer", rings="9s"), "from anyone to anyone: does not answer within 9s"),
        (Caller(answers="busy"), "from anyone to anyone: busy after 2s"),
    ],
)
def test_caller_is_explained_in_a_sentence(caller: Caller, expected: str) -> None:
    assert f"Caller: {expected}." == explain_caller(caller)


def test_bundled_callers_are_explained() -> None:
    scenario = load("voicemail-callers")
    assert [explain_caller(caller) for caller in scenario.callers] == list(explain_scenario(scenario).world[1:])
    # A callee of a forwarded call, which comes from the number of the caller.
    assert find_caller(scenario.callers, ANN, "client:carol").digits == "1"
