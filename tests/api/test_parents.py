from typing import Any

import pytest

from tests.accounts import make_scenario
from tests.harness import Api, make_settings

CALL = "CA" + "1" * 32
CONFERENCE = "CF" + "2" * 32


def make_api_with_recordings(*recordings: dict[str, Any]) -> Api:
    return Api(make_settings(count=3), scenario=make_scenario(recordings=list(recordings)))


def get_parent(api: Api, path: str, *keys: str) -> tuple[Any, ...]:
    """Return values of a call or conference, which must be the same in its list."""
    document = api.get_twilio_json(f"{path}.json")
    name = path.partition("/")[0]
    assert document in api.get_twilio_json(f"{name}.json")[name.lower()]
    return tuple(document[key] for key in keys)


def test_call_links_to_its_recordings(api: Api) -> None:
    for recording in api.get_twilio_json("Recordings.json?PageSize=20")["recordings"]:
        call = api.get_twilio_json(f"Calls/{recording['call_sid']}.json")
        assert (call["sid"], call["status"], call["account_sid"]) == (
            recording["call_sid"],
            "completed",
            api.mock.demo.sid,
        )
        assert call["uri"] == f"{api.root}/Calls/{call['sid']}.json"
        listed = api.get(call["subresource_uris"]["recordings"], x_mock_wire="twilio").json()["recordings"]
        assert recording["sid"] in {entry["sid"] for entry in listed}
        assert {entry["call_sid"] for entry in listed} == {call["sid"]}
        assert int(call["duration"]) >= int(recording["duration"] or 0)
        assert call["from"].startswith("+1")
        assert call["from_formatted"].startswith("(")


def test_conference_links_to_its_recordings(api: Api) -> None:
    recording = next(r for r in api.list_recordings("PageSize=1000") if r["conference_sid"])
    conference = api.get_twilio_json(f"Conferences/{recording['conference_sid']}.json")
    assert (conference["status"], conference["reason_conference_ended"]) == ("completed", "last-participant-left")
    listed = api.get(conference["subresource_uris"]["recordings"], x_mock_wire="twilio").json()["recordings"]
    assert recording["sid"] in {entry["sid"] for entry in listed}
    fetched = api.get_twilio_json(f"Conferences/{recording['conference_sid']}/Recordings/{recording['sid']}.json")
    assert fetched in listed
    assert "track" not in fetched


@pytest.mark.parametrize(
    ("name", "key", "field"), [("Calls", "calls", "call_sid"), ("Conferences", "conferences", "conference_sid")]
)
def test_parent_lists_have_each_parent_once_newest_first(name: str, key: str, field: str) -> None:
    with Api(make_settings(count=300)) as api:
        everything = api.list_recordings("PageSize=1000&IncludeSoftDeleted=true")
        expected = list(dict.fromkeys(r[field] for r in everything if r[field]))
        body = api.get_twilio_json(f"{name}.json?PageSize=5")
        found = list(body[key])
        while body["next_page_uri"]:
            body = api.get(body["next_page_uri"], x_mock_wire="twilio").json()
            found += body[key]
        assert expected == [parent["sid"] for parent in found]
        assert [parent["sid"] for parent in api.get(body["previous_page_uri"]).json()[key]][-1] in expected


@pytest.mark.parametrize("path", ["Calls/CA{0}.json", "Conferences/CF{0}.json"])
def test_unknown_parents_return_404_and_empty_recording_lists(api: Api, path: str) -> None:
    path = path.format("0" * 32)
    assert api.get_in_account(path).json()["code"] == 20404
    assert api.get_twilio_json(path.replace(".json", "/Recordings.json"))["recordings"] == []
    assert api.get_in_account(path[:7] + ".json").json()["code"] == 20404


def test_account_has_auth_token_and_working_subresource_uris(api: Api) -> None:
    account = api.get(f"{api.root}.json", x_mock_wire="twilio").json()
    assert (account["sid"], account["auth_token"]) == (api.mock.demo.sid, api.mock.demo.token)
    for uri in account["subresource_uris"].values():
        assert api.get(uri).status_code == 200
    other_sid = "AC" + "5" * 32
    answer = api.get(f"/2010-04-01/Accounts/{other_sid}.json").json()
    assert (answer["sid"], answer["owner_account_sid"]) == (other_sid, other_sid)
    assert api.get(f"{api.root}.xml").text.startswith("<?xml")


def test_conference_list_is_served_when_conferences_are_absent_or_rare() -> None:
    with Api(make_settings(count=10**9, mix="conference=0")) as api:
        assert api.get_twilio_json("Conferences.json")["conferences"] == []
    with Api(make_settings(count=10**9, mix="conference=0.0001")) as api:
        assert len(api.get_twilio_json("Conferences.json")["conferences"]) == 50


@pytest.mark.parametrize("status", ["completed", "absent", "processing", "deleted"])
def test_scripted_call_and_conference_are_over_when_their_recording_is(status: str) -> None:
    recording = {"status": status, "call_sid": CALL, "conference_sid": CONFERENCE, "source": "Conference"}
    created = {"date_created": "2025-12-01T00:00:00Z"}
    with make_api_with_recordings(recording | created | ({"duration": 9} if status == "completed" else {})) as api:
        assert get_parent(api, f"Conferences/{CONFERENCE}", "status", "reason_conference_ended") == (
            "completed",
            "last-participant-left",
        )
        status_of_call, start, end, duration = get_parent(
            api, f"Calls/{CALL}", "status", "start_time", "end_time", "duration"
        )
        assert (status_of_call, start) == ("completed", "Mon, 01 Dec 2025 00:00:00 +0000")
        if status == "completed":
            assert (end, duration) == ("Mon, 01 Dec 2025 00:00:09 +0000", "9")
        answer = api.post(f"Calls/{CALL}/Recordings.json")
        assert (answer.status_code, answer.json()["code"]) == (400, 21220)
        assert "because its scripted recordings are" in answer.headers["x-mock-reason"]


def test_scripted_call_goes_on_until_its_last_recording_ends() -> None:
    steps = [
        {"after": {"time": "5s"}, "status": "paused"},
        {"after": {"time": "7s"}, "status": "processing"},
        {"after": {"time": "2s"}, "status": "completed"},
    ]
    live = {"id": "live", "status": "in-progress", "call_sid": CALL, "timeline": steps}
    with make_api_with_recordings(live, {"status": "completed", "call_sid": CALL, "duration": 3}) as api:
        for seconds, expected in ((0, ("in-progress", None)), (5, ("in-progress", None)), (7, ("completed", "12"))):
            api.advance(seconds)
            assert get_parent(api, f"Calls/{CALL}", "status", "duration") == expected
        api.advance(2)
        assert get_parent(api, f"Calls/{CALL}", "status", "duration") == ("completed", "12")


def test_call_recorded_through_api_goes_on(api: Api) -> None:
    sid = api.post(f"Calls/{CALL}/Recordings.json").json()["sid"]
    api.post(f"Calls/{CALL}/Recordings/{sid}.json", Status="stopped")
    api.advance(60)
    assert get_parent(api, f"Calls/{CALL}", "status", "end_time") == ("in-progress", None)
    assert api.post(f"Calls/{CALL}/Recordings.json").status_code == 201


def test_generated_call_is_in_progress_while_it_is_recorded(api: Api) -> None:
    sid = api.get_twilio_json("Recordings.json")["recordings"][0]["call_sid"]
    assert get_parent(api, f"Calls/{sid}", "status") == ("completed",)
    api.get_account().start_recording(sid)
    assert get_parent(api, f"Calls/{sid}", "status") == ("in-progress",)


def test_call_starts_with_its_oldest_recording() -> None:
    days = ("2025-12-03", "2025-12-01", "2025-12-02")
    known = [{"call_sid": CALL, "date_created": day, "status": "completed"} for day in days]
    later = {"call_sid": "CA" + "3" * 32, "date_created": "2025-12-02T12:00:00Z", "status": "completed"}
    with make_api_with_recordings(*known, later) as api:
        assert get_parent(api, f"Calls/{CALL}", "start_time") == ("Mon, 01 Dec 2025 00:00:00 +0000",)
        listed = [call["sid"] for call in api.get_twilio_json("Calls.json")["calls"]]
        assert [sid for sid in listed if sid in (CALL, later["call_sid"])] == [later["call_sid"], CALL]
        listed = api.get_twilio_json(f"Calls/{CALL}/Recordings.json")["recordings"]
        assert [recording["date_created"][5:7] for recording in listed] == ["03", "02", "01"]
