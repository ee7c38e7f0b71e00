"""Scripted recordings with a date that is still to come."""

from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.clock_rate import ClockRate
from tests.accounts import make_scenario
from tests.harness import Api, make_settings

CALL = "CA" + "1" * 32
SID = "RE" + "2" * 32
LATER: dict[str, Any] = {
    "id": "later",
    "sid": SID,
    "call_sid": CALL,
    "date_created": "2026-01-01T00:01:00Z",
    "status": "in-progress",
    "timeline": [{"after": {"time": "9s"}, "status": "completed"}],
}


@pytest.fixture
def waiting() -> Iterator[Api]:
    """A mock with a recording that is created a minute after the start of the clock."""
    with Api(make_settings(count=3, wire=WireSetting.TWILIO), make_scenario(recordings=[LATER])) as api:
        yield api


def test_recording_does_not_exist_before_its_date(waiting: Api) -> None:
    assert SID not in waiting.list_sids()
    assert waiting.get(waiting.get_recording_path(SID)).status_code == 404
    assert CALL not in [call["sid"] for call in waiting.get_twilio_json("Calls.json")["calls"]]
    assert waiting.get_twilio_json(f"Calls/{CALL}/Recordings.json")["recordings"] == []
    assert [timer["what"] for timer in waiting.run_command("GET", "")["timers"]] == ["the creation of later"]
    waiting.advance(59)
    assert SID not in waiting.list_sids()


def test_recording_is_created_and_played_at_its_date(waiting: Api) -> None:
    assert SID not in waiting.list_sids()
    waiting.advance(61)
    assert waiting.list_sids()[0] == SID
    found = waiting.get(waiting.get_recording_path(SID)).json()
    created = "Thu, 01 Jan 2026 00:01:00 +0000"
    assert (found["status"], found["date_created"], found["date_updated"]) == ("processing", created, created)
    assert waiting.get_twilio_json(f"Calls/{CALL}.json")["status"] == "in-progress"
    waiting.advance(8)
    found = waiting.get(waiting.get_recording_path(SID)).json()
    assert (found["status"], found["duration"]) == ("completed", "9")
    assert found["date_updated"] == "Thu, 01 Jan 2026 00:01:09 +0000"
    assert waiting.run_command("GET", "")["timers"] == []


def test_handle_is_known_at_its_date(waiting: Api) -> None:
    answer = waiting.send_command("GET", "/recordings/later")
    assert answer.status_code == 404
    expected = "Recording later does not exist before 2026-01-01T00:01:00+00:00."
    assert answer.headers["x-mock-reason"] == expected
    waiting.advance(60)
    assert waiting.run_command("GET", "/recordings/later")["sid"] == SID


def test_snapshot_keeps_upcoming_recordings(waiting: Api) -> None:
    waiting.run_command("POST", "/snapshots", {})
    waiting.advance(60)
    assert SID in waiting.list_sids()
    waiting.run_command("POST", "/rollback", {})
    assert SID not in waiting.list_sids()
    waiting.advance(60)
    assert SID in waiting.list_sids()


def test_running_clock_creates_recording() -> None:
    later = {**LATER, "date_created": "2026-01-01T01:00:00Z"}
    settings = make_settings(count=3, clock=ClockRate(36_000.0))
    with Api(settings, make_scenario(recordings=[later])) as api:
        api.list_sids()
        api.wait_for(lambda: bool(len(api.get_account().recordings.recording_index.created)))
        assert api.list_sids()[0] == SID


def test_added_recording_is_shown_as_it_will_be_and_created_at_its_date(api: Api) -> None:
    fields = {**LATER, "status": "completed", "duration": 7, "timeline": []}
    shown = api.run_command("POST", "/recordings", fields)
    assert (shown["handle"], shown["sid"], shown["status"]) == ("later", SID, "completed")
    assert (shown["document"]["duration"], shown["document"]["call_sid"]) == ("7", CALL)
    assert shown["document"]["date_created"] == "Thu, 01 Jan 2026 00:01:00 +0000"
    assert SID not in api.list_sids()
    for taken in ({"id": "later"}, {"sid": SID.lower().replace("re", "RE", 1)}):
        answer = api.send_command("POST", "/recordings", taken)
        assert (answer.status_code, answer.json()["code"]) == (400, 20001)
        assert "exists already" in answer.headers["x-mock-reason"]
    api.advance(60)
    assert api.list_sids()[0] == SID
    assert api.run_command("GET", "/recordings/later") == shown


@pytest.mark.parametrize(
    ("path", "command", "sentence"),
    [
        (
            "",
            {"date_updated": "2025-12-31"},
            "date_updated: expected an instant from date_created on, found 2025-12-31",
        ),
        (
            "/it",
            {"set": {"start_time": "2026-01-02"}},
            "start_time: expected an instant until date_created, found 2026",
        ),
        ("/it", {"set": {"duration": 5}}, "set.duration: expected none with absent, because such a recording has no"),
        ("/it", {"set": {"price": 5}}, "set.price: expected a price of at most 0, because a charge is negative"),
    ],
)
def test_contradicting_values_are_refused(path: str, command: dict[str, Any], sentence: str) -> None:
    scenario = make_scenario(recordings=[{"id": "it", "status": "absent"}])
    with Api(make_settings(count=3), scenario) as api:
        answer = api.send_command("POST", f"/recordings{path}", command)
        assert (answer.status_code, answer.json()["code"]) == (400, 20001)
        assert sentence in answer.headers["x-mock-reason"]
        assert len(api.get_account().state.created) == 1
