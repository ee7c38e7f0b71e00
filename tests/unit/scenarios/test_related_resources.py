"""Steps of what belongs to a recording: its transcription, its call and its conference."""

from typing import Any

import pytest

from scenarios.explain.timelines import explain_scenario
from scenarios.full_timelines import build_full_timeline
from scenarios.loading.load import from_objects
from scenarios.problems import ScenarioError
from scenarios.related_resources import iter_related_statuses


def explain(**recording: Any) -> list[str]:
    return [step.what for step in explain_scenario(from_objects({"recordings": [recording]})).steps]


def test_steps_are_explained_with_what_precedes_them() -> None:
    timeline = [
        {"status": "completed"},
        {"after": "3s", "transcription": "in-progress", "call": "completed", "conference": "completed"},
        {"after": "5s", "transcription": "failed"},
    ]
    assert explain(source="Conference", timeline=timeline) == [
        "completed, transcription none, call in-progress, conference in-progress",
        "transcription in-progress, call completed, conference completed",
        "transcription failed",
    ]


@pytest.mark.parametrize(
    ("key", "first", "initial"),
    [
        ("transcription", "none", None),
        ("transcription", "in-progress", "none"),
        ("transcription", "completed", "in-progress"),
        ("call", "queued", None),
        ("call", "ringing", "queued"),
        ("call", "in-progress", "ringing"),
        ("call", "busy", "ringing"),
        ("call", "completed", "in-progress"),
        ("conference", "init", None),
        ("conference", "in-progress", "init"),
    ],
)
def test_first_step_sets_what_precedes_the_first_status(key: str, first: str, initial: str | None) -> None:
    recording = {"conference_sid": "CF" + "1" * 32, "timeline": [{"after": "1s", key: first}]}
    timeline = build_full_timeline(from_objects({"recordings": [recording]}).recordings[0])
    assert dict(iter_related_statuses(timeline[0])) == ({} if initial is None else {key: initial})
    assert dict(iter_related_statuses(timeline[1])) == {key: first}


def test_pick_is_as_generated_until_its_first_step() -> None:
    pick = {"id": "p", "where": {"conference": True}, "timeline": [{"after": "1s", "conference": "completed"}]}
    assert [step.what for step in explain_scenario(from_objects({"pick": [pick]})).steps] == ["conference completed"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"transcription": "done"},
            "transcription: expected one of none, in-progress, completed, failed, found 'done'.",
        ),
        ({"transcription": True}, "transcription: expected one of none, in-progress, completed, failed, found true."),
        ({"call": "in progress"}, "call: expected one of queued, ringing, in-progress, completed, busy, no-answer, "),
        ({"call": ["completed"]}, "call: expected one of queued, ringing, in-progress, completed, busy, no-answer, "),
        ({"conference": "ended"}, "conference: expected one of init, in-progress, completed, found 'ended'."),
        ({"transcript": "hello"}, "transcript: expected a known key, found 'transcript'. Did you mean transcription?"),
        (
            {"conference": "completed"},
            "conference: expected a recording with a conference_sid or the source ",
        ),
    ],
)
def test_broken_step_is_refused_with_one_sentence(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        explain(timeline=[{"status": "completed"}, {"after": "1s", **fields}])
    assert str(caught.value).startswith(f"recordings[0].timeline[1].{message}")


@pytest.mark.parametrize(
    ("recording", "message"),
    [
        (
            {"timeline": [{"transcription": "failed"}, {"transcription": "completed"}]},
            ".timeline[1].transcription: expected completed after none or in-progress only, found it after failed.",
        ),
        (
            {"timeline": [{"transcription": "in-progress"}, {"transcription": "none"}]},
            ".timeline[1].transcription: expected none first only, found it after in-progress.",
        ),
        (
            {"timeline": [{"call": "completed"}, {"call": "in-progress"}]},
            ".timeline[1].call: expected in-progress after queued or ringing only, found it after completed.",
        ),
        (
            {"timeline": [{"conference": "completed"}, {"conference": "init"}], "source": "Conference"},
            ".timeline[1].conference: expected init first only, found it after completed.",
        ),
        (
            {"timeline": [{"status": "absent", "transcription": "completed"}]},
            ".timeline[0].transcription: expected none with absent: such a recording has no audio.",
        ),
        (
            {"timeline": [{"transcription": "completed"}], "encryption_details": {"type": "rsa-aes"}},
            ".timeline[0].transcription: expected no transcription of an encrypted recording: it has none.",
        ),
        (
            {"timeline": [{"conference": "completed"}], "conference_sid": None},
            ".timeline[0].conference: expected a recording with a conference_sid or the source ",
        ),
        (
            {"timeline": [{"status": "deleted"}, {"call": "completed"}]},
            ".timeline[1]: expected nothing but callbacks once the recording is deleted: this step is never reached.",
        ),
        (
            {"timeline": [{"after": "1s"}]},
            ".timeline[0]: expected a step with an effect: a status, set, transcription, call, conference or callback.",
        ),
    ],
)
def test_impossible_course_is_refused_with_one_sentence(recording: dict[str, Any], message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        explain(**recording)
    assert str(caught.value).startswith(f"recordings[0]{message}")


def test_pick_of_encrypted_recordings_has_no_transcription() -> None:
    where = {"encrypted": True}
    with pytest.raises(ScenarioError, match="expected no transcription of an encrypted recording: it has none"):
        from_objects({"pick": [{"id": "p", "where": where, "timeline": [{"transcription": "failed"}]}]})


@pytest.mark.parametrize("key", ["call", "conference"])
def test_on_create_has_no_steps_of_calls_and_conferences(key: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        from_objects({"on_create": {"timeline": [{key: "completed"}]}})
    expected = f"expected no {key} in on_create: what starts a recording has a course of its own."
    assert str(caught.value) == f"on_create.timeline[0].{key}: {expected}"


def test_pick_of_any_source_has_no_steps_of_conferences() -> None:
    with pytest.raises(ScenarioError) as caught:
        from_objects({"pick": [{"id": "p", "timeline": [{"after": "1s", "conference": "completed"}]}]})
    assert str(caught.value).startswith(
        "pick[0].timeline[0].conference: expected a recording with a conference_sid or "
    )
