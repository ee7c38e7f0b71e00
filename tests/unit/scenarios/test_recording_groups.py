"""Several recordings alike, and recordings of one call or conference: handles, mistakes and explanations."""

from pathlib import Path
from typing import Any

import pytest

from scenarios.explain.timelines import explain_scenario
from scenarios.handles import assign_recording_handles, list_ids
from scenarios.loading.all_problems import find_all_problems
from scenarios.loading.combine import merge_scenarios
from scenarios.loading.load import from_objects, loads
from scenarios.loading.scenario_input import load_any_scenario
from scenarios.loading.sources import build_file_source
from scenarios.problems import ScenarioError
from scenarios.recording_groups import map_recordings
from scenarios.steps import RecordingFields

CALL, CONFERENCE, SID = "CA" + "a" * 32, "CF" + "a" * 32, "RE" + "a" * 32
NUMBERS = "expected a whole number from 1 to 1000, found"
BROKEN_COUNTS: list[tuple[dict[str, Any], str]] = [
    ({"recordings": [{"count": 0}]}, f"recordings[0].count: {NUMBERS} 0."),
    ({"recordings": [{"count": -1}]}, f"recordings[0].count: {NUMBERS} -1."),
    ({"recordings": [{"count": 1001}]}, f"recordings[0].count: {NUMBERS} 1001."),
    ({"recordings": [{"count": 2.5}]}, f"recordings[0].count: {NUMBERS} 2.5."),
    ({"recordings": [{"count": "3"}]}, f"recordings[0].count: {NUMBERS} '3'."),
    ({"recordings": [{"cuont": 3}]}, "recordings[0].cuont: expected a known key, found 'cuont'. Did you mean count?"),
    (
        {"recordings": [{"sid": SID, "count": 2}]},
        f"recordings[0].sid: expected no SID with `count: 2`, found {SID}. Give them an id instead.",
    ),
    (
        {"recordings": [{"id": "sale", "count": 2}, {"id": "sale-2"}]},
        "recordings[1]: expected a unique id, found 'sale-2', which recordings[0] has.",
    ),
    (
        {
            "recordings": [{"id": "sale", "count": 2}],
            "faults": [{"when": {"sid": "sale"}, "then": {"status": 500}}],
        },
        "faults[0].when.sid: expected a SID or the id of a recording here, found 'sale'. Did you mean sale-2?",
    ),
    (
        {"recordings": [{"count": 1000}] * 101},
        "recordings[100].count: expected at most 100,000 recordings with a count in all, found 101,000 up to here.",
    ),
]
BROKEN_GROUPS: list[tuple[Any, str]] = [
    ({"support": []}, ": expected a list, found a mapping."),
    (["support"], "[0]: expected a mapping, found 'support'."),
    ([{}] * 1001, ": expected at most 1000 values, found 1001."),
    ([{"id": "support"}], "[0]: expected the key 'recordings', found none."),
    ([{"recordings": []}], "[0].recordings: expected a list of at least one, found an empty list."),
    ([{"recordings": "saved.json"}], "[0].recordings: expected a list of at least one, found 'saved.json'."),
    ([{"id": "a b", "recordings": [{}]}], "[0].id: expected a name of at most 64 letters, digits, dots, hyphens and"),
    ([{"sid": CALL, "recordings": [{}]}], "[0].sid: expected a known key, found 'sid'. Did you mean id?"),
    ([{"id": "a", "recordings": [{}]}] * 2, "[1].id: expected a unique id, found 'a', which KEY[0] has."),
    (
        [{"recordings": [{"id": "a"}, {"id": "a"}]}],
        "[0].recordings[1]: expected a unique id, found 'a', which KEY[0].recordings[0] has.",
    ),
    (
        [{"recordings": [{"account_sid": "AC1"}]}],
        "[0].recordings[0].account_sid: expected no value: it depends on the account that plays the scenario.",
    ),
]
NO_SID = "expected none, because KEY[0] gives its recordings one, found"
ELSEWHERE = "Write a recording with another one under `recordings`."
BROKEN_MEMBERS: list[tuple[str, dict[str, Any], str]] = [
    ("calls", {"call_sid": CALL}, f"call_sid: {NO_SID} {CALL!r}. {ELSEWHERE}"),
    ("calls", {"call_sid": None}, f"call_sid: {NO_SID} nothing. {ELSEWHERE}"),
    ("conferences", {"conference_sid": CONFERENCE}, f"conference_sid: {NO_SID} {CONFERENCE!r}. {ELSEWHERE}"),
    (
        "conferences",
        {"source": "DialVerb"},
        "source: expected Conference or StartConferenceRecordingAPI in a conference, found DialVerb.",
    ),
]


def refuse(value: dict[str, Any]) -> str:
    with pytest.raises(ScenarioError) as caught:
        from_objects(value)
    return str(caught.value)


@pytest.mark.parametrize(("value", "sentence"), BROKEN_COUNTS)
def test_broken_count_is_refused(value: dict[str, Any], sentence: str) -> None:
    assert refuse(value) == sentence


@pytest.mark.parametrize("key", ["calls", "conferences"])
@pytest.mark.parametrize(("groups", "sentence"), BROKEN_GROUPS)
def test_broken_group_is_refused(key: str, groups: Any, sentence: str) -> None:
    assert refuse({key: groups}).startswith(key + sentence.replace("KEY", key))


@pytest.mark.parametrize(("key", "recording", "sentence"), BROKEN_MEMBERS)
def test_recording_that_contradicts_its_group_is_refused(key: str, recording: dict[str, Any], sentence: str) -> None:
    expected = f"{key}[0].recordings[0].{sentence.replace('KEY', key)}"
    assert refuse({key: [{"recordings": [recording]}]}) == expected


def test_every_mistake_of_a_group_is_found_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "broken.yaml"
    path.write_text(
        """
recordings:
  - {id: sale, count: 0}
calls:
  - recordings:
      - {status: absent, duration: x}
      - {status: absent, duration: 3}
      - {id: sale, media: none.wav}
conferences:
  - {id: a, recordings: [{conference_sid: null}]}
  - {id: a, recordings: [{}]}
""",
        encoding="utf-8",
    )
    found = [str(error).removeprefix(f"{path}:") for error in find_all_problems(build_file_source(path, str(path)))]
    assert [sentence.partition(": expected")[0] for sentence in found] == [
        "3: recordings[0].count",
        "6: calls[0].recordings[0].duration",
        "7: calls[0].recordings[1].duration",
        "8: calls[0].recordings[2].media",
        "10: conferences[0].recordings[0].conference_sid",
        "11: conferences[1].id",
    ]


def test_too_many_copies_are_the_only_mistake_that_is_found(tmp_path: Path) -> None:
    path = tmp_path / "many.yaml"
    path.write_text("recordings:\n" + "  - {id: a, count: 1000}\n" * 101, encoding="utf-8")
    assert len(find_all_problems(build_file_source(path, str(path)))) == 1


def test_handles_have_numbers_if_there_are_several() -> None:
    scenario = loads("""
recordings: [{id: one}, {id: sale, count: 2}, {count: 2}]
calls: [{id: sale, recordings: [{id: leg, count: 2}, {}]}]
conferences: [{recordings: [{id: mixed}]}]
pick: [{id: late, count: 2, timeline: [{status: deleted}]}]
""")
    own = ["one", "sale-1", "sale-2", "leg-1", "leg-2", "mixed", "late-1", "late-2"]
    assert list_ids(scenario) == own
    free = ["recording-4", "recording-5", "recording-8"]
    assert assign_recording_handles(scenario) == (*own[:3], *free[:2], *own[3:5], free[2], "mixed")


def test_explanation_names_the_recordings_of_calls_and_conferences() -> None:
    scenario = loads("""
calls:
  - {recordings: [{id: a}]}
  - {id: call-1, recordings: [{id: b, count: 2, timeline: [{after: 5s, status: absent, callback: absent}]}]}
conferences: [{id: standup, recordings: [{id: c, timeline: [{after: 5s, conference: completed}]}]}]
""")
    explanation = explain_scenario(scenario)
    assert explanation.world == ("Call call-2: a.", "Call call-1: b-1, b-2.", "Conference standup: c.")
    assert [(step.handle, step.what) for step in explanation.steps] == [
        ("a", "completed"),
        ("b-1", "processing"),
        ("b-1", "absent, callback absent"),
        ("b-2", "processing"),
        ("b-2", "absent, callback absent"),
        ("c", "completed, conference in-progress"),
        ("c", "conference completed"),
    ]


def test_groups_of_several_scenarios_are_joined() -> None:
    first, second = (
        from_objects({"name": name, "calls": [{"recordings": [{"id": name}]}]}) for name in ("first", "second")
    )
    assert explain_scenario(merge_scenarios([first, second])).world == ("Call call-1: first.", "Call call-2: second.")


@pytest.mark.parametrize("key", ["calls", "conferences"])
def test_group_with_the_same_id_in_two_scenarios_is_refused(key: str) -> None:
    scenarios = [
        from_objects({"name": name, key: [{"id": "it", "recordings": [{"id": name}]}]}) for name in ("first", "second")
    ]
    with pytest.raises(ScenarioError) as caught:
        merge_scenarios(scenarios)
    noun = key.removesuffix("s")
    assert str(caught.value) == f"expected a {noun} with the id it in one scenario, found in first and second."


def test_recordings_of_groups_are_read_like_others(tmp_path: Path) -> None:
    (tmp_path / "hello.wav").write_bytes(b"RIFF")
    recording = {
        "source": "StartCallRecordingTwiML",
        "media": "hello.wav",
        "start_time": "-5s",
        "timeline": [{"after": "5s", "call": "completed"}],
    }
    value = {"calls": [{"recordings": [recording]}]}
    scenario = load_any_scenario(value, folders=[tmp_path])
    (read,) = scenario.calls[0].recordings
    assert (read.media, read.source) == (str(tmp_path / "hello.wav"), "StartCallRecordingAPI")
    assert scenario == from_objects(scenario)


def test_all_recordings_can_be_changed_at_once() -> None:
    scenario = loads("recordings: [{id: a}]\ncalls: [{recordings: [{id: b}]}]\nconferences: [{recordings: [{id: c}]}]")
    made = map_recordings(scenario, lambda recording: type(recording)(id=f"new-{recording.id}"))
    assert list_ids(made) == ["new-a", "new-b", "new-c"]
    assert isinstance(made.conferences[0].recordings[0], RecordingFields)
