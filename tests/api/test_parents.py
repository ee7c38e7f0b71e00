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


def to_upper_case(sid: str) -> str:
    """Return a SID with its digits in upper case, which names the same resource."""
    return sid[:2] + sid[2:].upper()


@pytest.mark.parametrize("parent", ["Calls", "Conferences"])
def test_sids_in_upper_case_name_generated_recordings_below_parents(parent: str) -> None:
    with Api(make_settings(count=100, mix="completed=1,conference=0.5,encrypted=0")) as api:
        field = "call_sid" if parent == "Calls" else "conference_sid"
        recording = next(found for found in api.list_recordings("PageSize=1000") if found[field])
        own, above = to_upper_case(recording["sid"]), to_upper_case(recording[field])
        below = f"{parent}/{above}/Recordings"
        assert api.get_twilio_json(f"{parent}/{above}.json")["sid"] == recording[field]
        listed = api.get_twilio_json(f"{below}.json?PageSize=1000")["recordings"]
        assert recording["sid"] in {found["sid"] for found in listed}
        assert api.get_twilio_json(f"{below}/{own}.json")["sid"] == recording["sid"]
        for suffix in ("", ".wav", ".mp3"):
            response = api.request("HEAD", f"{api.root}/{below}/{own}{suffix}")
            assert response.headers["content-type"].startswith("audio/")
        assert api.request("DELETE", f"{api.root}/{below}/{own}.json").status_code == 204
        assert api.get(api.get_recording_path(recording["sid"])).status_code == 404
        other = to_upper_case(listed[-1][field][:2] + "ab" * 16)
        assert api.get_in_account(f"{parent}/{other}/Recordings/{listed[-1]['sid']}.json").status_code == 404


@pytest.mark.parametrize("parent", ["Calls", "Conferences"])
def test_sids_in_upper_case_name_created_recordings_below_parents(parent: str) -> None:
    call_sid, conference_sid = "CA" + "ab" * 16, "CF" + "cd" * 16
    above = to_upper_case(call_sid if parent == "Calls" else conference_sid)
    with Api(make_settings(count=0)) as api:
        index = api.get_account().start_recording(to_upper_case(call_sid), conference_sid=to_upper_case(conference_sid))
        sid = api.get_account().recordings.recording_index.get_sid(index)
        below = f"{parent}/{above}/Recordings"
        for path in (f"{below}/{to_upper_case(sid)}.json", f"{below}/Twilio.CURRENT.json"):
            for status in ("paused", "in-progress"):
                changed = api.post(path, Status=status).json()
                assert (changed["sid"], changed["call_sid"], changed["conference_sid"]) == (
                    sid,
                    call_sid,
                    conference_sid,
                )
        assert api.get_twilio_json(f"{below}/{to_upper_case(sid)}.json")["sid"] == sid
        assert [found["sid"] for found in api.get_twilio_json(f"{below}.json")["recordings"]] == [sid]
        assert api.get_twilio_json(f"{parent}/{above}.json")["sid"] == above[:2] + above[2:].lower()
        assert api.post(f"Calls/{to_upper_case(call_sid)}/Recordings.json").status_code == 200
        assert api.post(f"Calls/{to_upper_case(call_sid)}/Recordings.json").json()["sid"] == sid
        api.post(f"Calls/{to_upper_case(call_sid)}/Recordings/{to_upper_case(sid)}.json", Status="stopped")
        api.advance(2)
        assert api.request("DELETE", f"{api.root}/{below}/{to_upper_case(sid)}.json").status_code == 204


@pytest.mark.parametrize(("path", "status"), [("Calls/CA{0}.json", 200), ("Conferences/CF{0}.json", 404)])
def test_unknown_parents_have_empty_recording_lists_and_only_calls_exist(api: Api, path: str, status: int) -> None:
    path = path.format("0" * 32)
    answer = api.get_in_account(path)
    assert (answer.status_code, answer.json().get("code")) == (status, None if status == 200 else 20404)
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


def test_filters_by_call_and_conference_apply_to_created_recordings() -> None:
    call, conference = CALL, CONFERENCE
    both = {"id": "both", "call_sid": call, "conference_sid": conference, "source": "Conference"}
    with make_api_with_recordings(both, {"id": "call", "call_sid": call}) as api:
        assert len(api.list_sids(f"CallSid={call}")) == 2
        (sid,) = api.list_sids(f"CallSid={call}&ConferenceSid={conference}")
        assert sid == api.get_account().resolve_handle("both")


def test_list_with_deleted_recordings_has_those_that_a_client_deleted() -> None:
    with make_api_with_recordings({"id": "it", "status": "completed", "duration": 3}) as api:
        sid = api.get_account().resolve_handle("it")
        assert api.request("DELETE", f"{api.root}/Recordings/{sid}.json").status_code == 204
        assert sid not in api.list_sids()
        assert sid in api.list_sids("IncludeSoftDeleted=true")
