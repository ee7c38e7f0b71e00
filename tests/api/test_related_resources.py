"""Transcriptions, calls and conferences that follow the steps of a recording's timeline."""

from typing import Any

import pytest

from mockserver.rest.representations.wires import WireSetting
from scenarios.explain.timelines import explain_scenario
from scenarios.loading.load import loads
from scenarios.model import Scenario
from tests.harness import Api, make_settings

TRANSCRIBED = loads("""
recordings:
  - id: it
    source: RecordVerb
    timeline:
      - {status: completed, set: {duration: 9}}
      - {after: 5s, transcription: in-progress}
      - {after: 10s, transcription: completed}
  - id: unclear
    timeline: [{status: completed}, {after: 5s, transcription: failed}]
""")
TALKS = loads("""
recordings:
  - id: call
    timeline:
      - {status: in-progress, call: ringing}
      - {after: 3s, call: in-progress}
      - {after: 5s, status: completed, set: {duration: 5}}
      - {after: 20s, call: completed}
  - id: missed
    timeline: [{status: absent, call: queued}, {after: 5s, call: ringing}, {after: 5s, call: no-answer}]
  - id: room
    source: Conference
    timeline:
      - {status: completed, conference: init}
      - {after: 5s, conference: in-progress}
      - {after: 60s, conference: completed}
""")


def make_api(scenario: Scenario, **settings: Any) -> Api:
    return Api(make_settings(wire=WireSetting.TWILIO, count=5, **settings), scenario)


def advance(api: Api, seconds: int) -> None:
    api.run_command("POST", "/clock", {"advance": f"{seconds}s"})


def list_transcriptions(api: Api, handle: str) -> list[Any]:
    path = f"Recordings/{api.get_account().resolve_handle(handle)}/Transcriptions.json"
    found: list[Any] = api.get_twilio_json(path)["transcriptions"]
    assert [one["sid"] for one in found] == [
        one["sid"]
        for one in api.get_twilio_json("Transcriptions.json")["transcriptions"]
        if one["recording_sid"] == api.get_account().resolve_handle(handle)
    ]
    return found


def fetch_parent(api: Api, kind: str, handle: str) -> Any:
    recording = api.get_twilio_json(f"Recordings/{api.get_account().resolve_handle(handle)}.json")
    return api.get_twilio_json(f"{kind}/{recording['call_sid' if kind == 'Calls' else 'conference_sid']}.json")


def list_explained(scenario: Scenario, handle: str) -> list[str]:
    return [step.what for step in explain_scenario(scenario).steps if step.handle == handle]


def test_transcription_is_asked_for_and_then_completed() -> None:
    with make_api(TRANSCRIBED) as api:
        assert list_transcriptions(api, "it") == []
        advance(api, 5)
        (pending,) = list_transcriptions(api, "it")
        assert (pending["status"], pending["transcription_text"], pending["price"]) == ("in-progress", None, None)
        advance(api, 10)
        (completed,) = list_transcriptions(api, "it")
        assert (completed["status"], completed["sid"]) == ("completed", pending["sid"])
        assert completed["transcription_text"]
        assert completed["date_created"] == pending["date_created"] != completed["date_updated"]
        assert api.list_steps("it") == list_explained(TRANSCRIBED, "it")


def test_transcription_fails() -> None:
    with make_api(TRANSCRIBED) as api:
        assert [one["status"] for one in list_transcriptions(api, "unclear")] == ["in-progress"]
        advance(api, 5)
        (failed,) = list_transcriptions(api, "unclear")
        assert (failed["status"], failed["transcription_text"]) == ("failed", "(blank)")
        assert api.list_steps("unclear") == list_explained(TRANSCRIBED, "unclear")


def test_transcription_is_unknown_before_it_is_asked_for() -> None:
    with make_api(TRANSCRIBED) as api:
        advance(api, 5)
        sid = list_transcriptions(api, "it")[0]["sid"]
        path = f"Transcriptions/{sid}.json"
        assert api.get_in_account(path).status_code == 200
        api.send_command("POST", "/reset", {})
        assert api.get_in_account(path).status_code == 404


def test_call_has_a_course_beside_its_recording() -> None:
    with make_api(TALKS) as api:
        start = api.get_account().clock.now() // 1_000_000
        call = fetch_parent(api, "Calls", "call")
        assert (call["status"], call["end_time"], call["duration"]) == ("ringing", None, None)
        advance(api, 3)
        call = fetch_parent(api, "Calls", "call")
        assert (call["status"], call["end_time"]) == ("in-progress", None)
        advance(api, 5)
        assert fetch_parent(api, "Calls", "call")["status"] == "in-progress", "its recording is over"
        advance(api, 20)
        call = fetch_parent(api, "Calls", "call")
        assert (call["status"], call["duration"], call["price"] is None) == ("completed", "25", False)
        assert api.get_account().clock.now() // 1_000_000 - start == 28
        assert api.list_steps("call") == list_explained(TALKS, "call")


def test_call_without_an_answer_has_no_duration() -> None:
    with make_api(TALKS) as api:
        call = fetch_parent(api, "Calls", "missed")
        assert (call["status"], call["start_time"]) == ("queued", None)
        advance(api, 10)
        call = fetch_parent(api, "Calls", "missed")
        assert (call["status"], call["duration"], call["price"]) == ("no-answer", "0", None)
        assert api.list_steps("missed") == list_explained(TALKS, "missed")


def test_conference_has_a_course_beside_its_recording() -> None:
    with make_api(TALKS) as api:
        assert fetch_parent(api, "Conferences", "room")["status"] == "init"
        advance(api, 5)
        conference = fetch_parent(api, "Conferences", "room")
        assert (conference["status"], conference["reason_conference_ended"]) == ("in-progress", None)
        advance(api, 60)
        conference = fetch_parent(api, "Conferences", "room")
        assert conference["status"] == "completed"
        assert conference["reason_conference_ended"] == "last-participant-left"
        assert api.list_steps("room") == list_explained(TALKS, "room")


@pytest.mark.parametrize(
    ("kind", "key", "handle"), [("Calls", "calls", "call"), ("Conferences", "conferences", "room")]
)
def test_lists_are_filtered_by_the_status_of_the_step(kind: str, key: str, handle: str) -> None:
    with make_api(TALKS) as api:
        advance(api, 6)
        sid = fetch_parent(api, kind, handle)["sid"]
        assert [one["sid"] for one in api.get_twilio_json(f"{kind}.json?Status=in-progress")[key]] == [sid]
        assert sid not in [one["sid"] for one in api.get_twilio_json(f"{kind}.json?Status=completed")[key]]
        advance(api, 100)
        assert sid in [one["sid"] for one in api.get_twilio_json(f"{kind}.json?Status=completed")[key]]


def test_generated_recording_can_be_picked_for_its_call() -> None:
    pick = loads("pick: [{id: p, timeline: [{after: 5s, call: in-progress}, {after: 5s, call: completed}]}]")
    with make_api(pick) as api:
        assert fetch_parent(api, "Calls", "p")["status"] == "completed"
        advance(api, 5)
        sid = fetch_parent(api, "Calls", "p")["sid"]
        assert [one["sid"] for one in api.get_twilio_json("Calls.json?Status=in-progress")["calls"]] == [sid]
        advance(api, 5)
        call = fetch_parent(api, "Calls", "p")
        assert (call["status"], call["duration"]) == ("completed", "5")


def test_step_by_command_changes_what_belongs_to_a_recording() -> None:
    with make_api(TALKS) as api:
        api.run_command("POST", "/recordings/room", {"conference": "completed"})
        assert fetch_parent(api, "Conferences", "room")["status"] == "completed"
        api.run_command("POST", "/recordings/missed", {"call": "busy"})
        assert fetch_parent(api, "Calls", "missed")["status"] == "busy"
        refused = api.send_command("POST", "/recordings/missed", {"conference": "completed"})
        assert (refused.status_code, "without a conference" in refused.headers["x-mock-reason"]) == (400, True)


def test_step_by_command_leaves_a_live_call_alone() -> None:
    with make_api(TALKS) as api:
        sid = api.post(
            "Calls.json", To="+15551230001", From="+15551230002", Twiml="<Response><Pause/></Response>", Record="true"
        ).json()["sid"]
        advance(api, 3)
        (recording,) = api.get_twilio_json(f"Calls/{sid}/Recordings.json")["recordings"]
        refused = api.send_command("POST", f"/recordings/{recording['sid']}", {"call": "completed"})
        assert refused.status_code == 400
        assert f"call: expected none that is live, found {sid}" in refused.headers["x-mock-reason"]


def test_course_survives_a_snapshot() -> None:
    with make_api(TALKS) as api:
        advance(api, 8)
        api.run_command("POST", "/snapshots", {})
        advance(api, 100)
        api.run_command("POST", "/rollback", {})
        assert fetch_parent(api, "Calls", "call")["status"] == "in-progress"
        advance(api, 20)
        assert fetch_parent(api, "Calls", "call")["duration"] == "25"
