"""Live conferences over REST: participants come and go, are muted and kicked, and are recorded (WIRE-CALLS §2)."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from generators.sids import Kind, is_sid
from mockserver.rest.representations.wires import WireSetting
from tests.harness import Api, make_settings, parse_error

ROOM = "Conferences/Room/Participants.json"
FORM = {"To": "+15005550006", "From": "+15005550002"}
NEWS = "http://twimlets.com/echo?Twiml=%3CResponse%3E%3CSay%3ENews%3C%2FSay%3E%3C%2FResponse%3E"
DIAL = "<Response><Dial><Conference endConferenceOnExit='{end}'>Room</Conference></Dial><Pause length='9'/></Response>"


@pytest.fixture
def api() -> Iterator[Api]:
    with Api(make_settings(count=40, mix="completed=1,conference=0.5", wire=WireSetting.TWILIO)) as api:
        yield api


def add(api: Api, **form: str | list[str]) -> dict[str, Any]:
    answer = api.post(ROOM, **{**FORM, **form})
    assert answer.status_code == 201, answer.headers["x-mock-reason"]
    participant: dict[str, Any] = answer.json()
    return participant


def open_room(api: Api, **form: str | list[str]) -> str:
    """Return the SID of a conference of ann and bob, which has begun."""
    first = add(api, Label="ann", **form)
    assert add(api, Label="bob")["conference_sid"] == first["conference_sid"]
    api.advance(3)
    sid: str = first["conference_sid"]
    assert fetch(api, sid)["status"] == "in-progress"
    return sid


def fetch(api: Api, sid: str) -> dict[str, Any]:
    conference: dict[str, Any] = api.get_twilio_json(f"Conferences/{sid}.json")
    return conference


def list_labels(api: Api, sid: str, query: str = "") -> list[str]:
    found = api.get_twilio_json(f"Conferences/{sid}/Participants.json?{query}")["participants"]
    return [participant["label"] for participant in found]


def list_events(api: Api) -> list[str]:
    return [delivery.event for delivery in api.get_account().state.deliveries.values()]


def remove(api: Api, sid: str, participant: str) -> httpx.Response:
    return api.request("DELETE", f"{api.root}/Conferences/{sid}/Participants/{participant}.json")


def test_created_participant_is_called_into_a_new_conference(api: Api) -> None:
    found = add(api, Label="ann", Muted="true", EndConferenceOnExit="true", StartConferenceOnEnter="false")
    sid = found["conference_sid"]
    assert is_sid(sid, Kind.CONFERENCE)
    expected = {
        "account_sid": api.mock.demo.sid,
        "call_sid": found["call_sid"],
        "call_sid_to_coach": None,
        "coaching": False,
        "conference_sid": sid,
        "date_created": "Thu, 01 Jan 2026 00:00:00 +0000",
        "date_updated": "Thu, 01 Jan 2026 00:00:00 +0000",
        "end_conference_on_exit": True,
        "hold": False,
        "label": "ann",
        "muted": True,
        "queue_time": "0",
        "start_conference_on_enter": False,
        "status": "queued",
        "uri": f"{api.root}/Conferences/{sid}/Participants/{found['call_sid']}.json",
    }
    assert found == expected
    statuses = []
    for _ in range(3):
        statuses.append(api.get_twilio_json(f"Conferences/{sid}/Participants/ann.json")["status"])
        api.advance(1.5)
    assert statuses == ["queued", "ringing", "connected"]
    conference = fetch(api, sid)
    assert (conference["friendly_name"], conference["status"]) == ("Room", "init")
    assert conference["subresource_uris"]["participants"] == f"{api.root}/Conferences/{sid}/Participants.json"
    assert "<Muted>true</Muted>" in api.get_in_account(f"Conferences/{sid}/Participants/ann.xml").text


def test_participant_joins_a_conference_by_sid_only_if_it_is_open(api: Api) -> None:
    sid = open_room(api)
    path = f"Conferences/{sid}/Participants.json"
    assert api.post(path, **FORM).json()["conference_sid"] == sid
    api.post(f"Conferences/{sid}.json", Status="completed")
    for gone in (path, f"Conferences/CF{'1' * 32}/Participants.json"):
        answer = api.post(gone, **FORM)
        assert (answer.status_code, parse_error(answer)["code"]) == (404, "20404")


def test_live_conferences_are_listed_by_name_and_status(api: Api) -> None:
    sid = open_room(api)
    everything = api.get_twilio_json("Conferences.json?PageSize=1000")["conferences"]
    assert everything[0]["sid"] == sid
    assert len(everything) > 5

    def list_sids(query: str) -> list[str]:
        return [found["sid"] for found in api.get_twilio_json(f"Conferences.json?{query}")["conferences"]]

    assert list_sids("FriendlyName=Room") == [sid]
    assert list_sids("Status=in-progress") == [sid]
    assert list_sids("FriendlyName=Room&Status=completed") == []
    assert list_sids("DateUpdated=2026-01-01&PageSize=1000") == [sid]
    api.post(f"Conferences/{sid}.json", Status="completed")
    assert list_sids("FriendlyName=Room&Status=completed") == [sid]


def test_participants_are_listed_by_their_state(api: Api) -> None:
    sid = open_room(api, Muted="true")
    assert list_labels(api, sid) == ["bob", "ann"]
    assert list_labels(api, "Room") == ["bob", "ann"]
    assert list_labels(api, sid, "Muted=true") == ["ann"]
    assert list_labels(api, sid, "Muted=false") == ["bob"]
    assert list_labels(api, sid, "Hold=true") == []
    assert list_labels(api, sid, "Coaching=false&Hold=false") == ["bob", "ann"]
    first = api.get_twilio_json(f"Conferences/{sid}/Participants.json?PageSize=1")
    second = api.get(first["next_page_uri"]).json()
    assert [page["participants"][0]["label"] for page in (first, second)] == ["bob", "ann"]
    assert api.get(second["previous_page_uri"]).json()["participants"][0]["label"] == "bob"
    newest = first["participants"][0]["call_sid"]
    path = f"{api.root}/Conferences/{sid}/Participants.json?PageSize=1&PageToken="
    above = api.get(f"{path}PB{newest}").json()
    assert (above["participants"], above["previous_page_uri"]) == ([], None)
    assert api.get(above["next_page_uri"]).json()["participants"][0]["label"] == "bob"
    below = api.get(f"{path}PA{second['participants'][0]['call_sid']}").json()
    assert (below["participants"], below["next_page_uri"]) == ([], None)
    assert api.get(below["previous_page_uri"]).json()["participants"][0]["label"] == "ann"
    assert api.get(f"{path}PACA{'1' * 32}").status_code == 400


def test_participant_is_muted_held_and_changed(api: Api) -> None:
    events = ["mute", "hold"]
    sid = open_room(api, ConferenceStatusCallback="http://127.0.0.1:1/c", ConferenceStatusCallbackEvent=events)
    path = f"Conferences/{sid}/Participants/ann.json"
    coached = "CA" + "2" * 32
    for form, key, value in (
        ({"Muted": "true"}, "muted", True),
        ({"Muted": "true"}, "muted", True),
        ({"Hold": "True"}, "hold", True),
        ({"Muted": "false"}, "muted", False),
        ({"Hold": "false"}, "hold", False),
        ({"EndConferenceOnExit": "true"}, "end_conference_on_exit", True),
        ({"Coaching": "true", "CallSidToCoach": coached}, "call_sid_to_coach", coached),
    ):
        assert api.post(path, **form).json()[key] == value
    names = ["participant-mute", "participant-hold", "participant-unmute", "participant-unhold"]
    assert list_events(api) == names
    for form, warning in (
        ({"HoldUrl": NEWS, "Hold": "false"}, "HoldUrl was ignored"),
        ({"WaitUrl": NEWS}, "WaitUrl was ignored"),
    ):
        assert api.post(path, **form).headers["x-mock-warning"].startswith(warning)
    for form, code in (({"HoldUrl": "/music"}, "21205"), ({"AnnounceMethod": "PUT"}, "21209")):
        assert parse_error(api.post(path, **form))["code"] == code
    assert parse_error(api.post(path, Muted="perhaps"))["code"] == "20001"


def test_coach_is_created_with_the_call_that_it_coaches(api: Api) -> None:
    ann = add(api)
    coach = add(api, Coaching="true", CallSidToCoach=ann["call_sid"])
    assert (coach["coaching"], coach["call_sid_to_coach"]) == (True, ann["call_sid"])
    assert add(api, CallSidToCoach=ann["call_sid"])["coaching"] is False


def test_kicked_participants_end_the_conference(api: Api) -> None:
    sid = open_room(api)
    bob = api.get_twilio_json(f"Conferences/{sid}/Participants/bob.json")["call_sid"]
    assert remove(api, sid, "ann").status_code == 204
    assert (fetch(api, sid)["status"], list_labels(api, sid)) == ("in-progress", ["bob"])
    assert remove(api, sid, "ann").status_code == 404
    assert remove(api, sid, bob[:2] + bob[2:].upper()).status_code == 204
    ended = fetch(api, sid)
    assert (ended["status"], ended["reason_conference_ended"], ended["call_sid_ending_conference"]) == (
        "completed",
        "last-participant-kicked",
        bob,
    )
    assert api.get_twilio_json(f"Calls/{bob}.json")["status"] == "completed"
    assert list_labels(api, sid) == []


def test_recording_of_a_conference_goes_on_without_its_first_participant(api: Api) -> None:
    sid = open_room(api, ConferenceRecord="true", ConferenceTrim="do-not-trim", ConferenceRecordingStatusCallback="x")
    assert add(api)["status"] == "queued"
    api.advance(3)
    assert remove(api, sid, "ann").status_code == 204
    api.advance(4)
    path = f"Conferences/{sid}/Recordings/Twilio.CURRENT.json"
    assert api.post(path, Status="paused").json()["status"] == "paused"
    api.post(f"Conferences/{sid}.json", Status="completed")
    api.advance(3)
    (recording,) = api.get_twilio_json(f"Conferences/{sid}/Recordings.json")["recordings"]
    assert (recording["status"], recording["duration"]) == ("completed", "7")


def test_participant_that_is_still_called_can_be_kicked(api: Api) -> None:
    found = add(api, Label="ann")
    assert remove(api, found["conference_sid"], "ann").status_code == 204
    api.advance(10)
    assert api.get_twilio_json(f"Calls/{found['call_sid']}.json")["status"] == "canceled"


def test_kicked_call_of_a_dial_goes_on(api: Api) -> None:
    twiml = DIAL.format(end="false")
    sid = api.post("Calls.json", **FORM, Twiml=twiml).json()["sid"]
    api.advance(3)
    assert remove(api, "Room", sid).status_code == 204
    assert api.get_twilio_json(f"Calls/{sid}.json")["status"] == "in-progress"
    api.advance(10)
    assert api.get_twilio_json(f"Calls/{sid}.json")["status"] == "completed"


def test_ended_conference_completes_its_recording(api: Api) -> None:
    sid = open_room(api, ConferenceRecord="record-from-start", Record="true", ConferenceTrim="do-not-trim")
    api.advance(20)
    answer = api.post(f"Conferences/{sid}.json", Status="completed")
    assert (answer.status_code, answer.json()["reason_conference_ended"]) == (200, "conference-ended-via-api")
    api.advance(3)
    (recording,) = api.get_twilio_json(f"Conferences/{sid}/Recordings.json")["recordings"]
    assert (recording["source"], recording["channels"], recording["status"]) == ("Conference", 1, "completed")
    assert recording["duration"] == "20"
    own = [one["source"] for one in api.get_twilio_json(f"Calls/{recording['call_sid']}/Recordings.json")["recordings"]]
    assert sorted(own) == ["Conference", "OutboundAPI"]
    for channels in (1, 2):
        sound = api.get_in_account(f"Recordings/{recording['sid']}.wav?RequestedChannels={channels}")
        assert (sound.status_code, sound.content[22]) == (200, channels)
    again = api.post(f"Conferences/{sid}.json", Status="completed")
    assert (again.status_code, parse_error(again)["code"]) == (400, "21220")


@pytest.mark.parametrize("is_by_sid", [False, True])
def test_recording_of_a_conference_is_paused_resumed_and_stopped(api: Api, is_by_sid: bool) -> None:
    sid = open_room(api, ConferenceRecord="true", ConferenceTrim="do-not-trim")
    path = f"Conferences/{sid}/Recordings"
    (begun,) = api.get_twilio_json(f"{path}.json")["recordings"]
    name = begun["sid"] if is_by_sid else "Twilio.CURRENT"
    for status, seconds in (("paused", 4), ("in-progress", 5), ("stopped", 6)):
        form = {"PauseBehavior": "skip"} if status == "paused" else {}
        changed = api.post(f"{path}/{name}.json", Status=status, **form)
        assert (changed.status_code, changed.json()["sid"], changed.json()["status"]) == (200, begun["sid"], status)
        assert ("x-mock-warning" in changed.headers) is (status == "stopped")
        api.advance(seconds)
    assert fetch(api, sid)["status"] == "in-progress"
    (recording,) = api.get_twilio_json(f"{path}.json")["recordings"]
    assert (recording["status"], recording["duration"]) == ("completed", "5")


@pytest.mark.parametrize("record", ["false", "do-not-record", "False"])
def test_conference_is_not_recorded_unless_asked_for(api: Api, record: str) -> None:
    sid = open_room(api, ConferenceRecord=record)
    assert api.get_twilio_json(f"Conferences/{sid}/Recordings.json")["recordings"] == []
    assert parse_error(api.post(ROOM, **FORM, ConferenceRecord="yes"))["code"] == "20001"


def test_callbacks_of_conference_and_recording_are_sent(api: Api) -> None:
    url = "http://127.0.0.1:1/c"
    form = {"ConferenceStatusCallback": url, "ConferenceStatusCallbackEvent": "start end join"}
    recorded = {"ConferenceRecord": "true", "ConferenceRecordingStatusCallback": url}
    sid = open_room(api, **form, **recorded)
    api.advance(20)
    api.post(f"Conferences/{sid}.json", Status="completed")
    api.advance(3)
    assert [event for event in list_events(api) if "-" in event] == [
        "participant-join",
        "participant-join",
        "conference-start",
        "conference-end",
    ]
    assert "completed" in list_events(api)


def test_created_participant_hears_its_wait_url_until_the_conference_begins(api: Api) -> None:
    add(
        api,
        Label="ann",
        WaitUrl="http://twimlets.com/echo?Twiml=%3CResponse%3E%3CSay%3EWait%3C%2FSay%3E%3C%2FResponse%3E",
    )
    api.advance(10)
    ann = api.get_account().live_calls.get(0)
    assert [utterance.text for utterance in ann.talk] == ["Wait"]
    for form, code in (({"WaitUrl": "/music"}, "21205"), ({"WaitMethod": "PUT"}, "21209")):
        assert parse_error(api.post(ROOM, **FORM, **form))["code"] == code


def test_announcements_are_played_to_one_or_all(api: Api) -> None:
    sid = open_room(api)
    answer = api.post(f"Conferences/{sid}.json", AnnounceUrl=NEWS)
    assert (answer.status_code, answer.json()["status"]) == (200, "in-progress")
    api.advance(5)
    assert api.post(f"Conferences/{sid}/Participants/bob.json", AnnounceUrl=NEWS, Hold="true", HoldUrl=NEWS).json()[
        "hold"
    ]
    api.advance(5)
    heard = [[one.text for one in call.talk].count("News") for call in api.get_account().live_calls.list_calls()]
    assert heard == [1, 3]
    answer = api.post(f"Conferences/{sid}.json", AnnounceUrl=NEWS, Status="completed")
    assert answer.headers["x-mock-warning"].startswith("AnnounceUrl was ignored")
    assert parse_error(api.post(f"Conferences/{sid}.json", AnnounceUrl=NEWS))["code"] == "21220"
    sid = open_room(api)
    for form in ({}, {"Status": "init"}):
        assert parse_error(api.post(f"Conferences/{sid}.json", **form))["code"] == "20001"


def test_conference_of_the_corpus_is_over(api: Api) -> None:
    sid = api.get_twilio_json("Conferences.json")["conferences"][0]["sid"]
    for _ in range(2):
        assert list_labels(api, sid) == []
        answer = api.post(f"Conferences/{sid}.json", Status="completed")
        assert (answer.status_code, parse_error(answer)["code"]) == (400, "21220")
        for path in (f"Conferences/{sid}", f"Conferences/CF{'1' * 32}", "Conferences/Nobody"):
            assert api.get_in_account(f"{path}/Participants/ann.json").status_code == 404
            assert api.post(f"{path}/Participants/ann.json", Muted="true").status_code == 404
            assert api.request("DELETE", f"{api.root}/{path}/Participants/ann.json").status_code == 404
        add(api)  # from now on the account has live calls


@pytest.mark.parametrize("field", ["StatusCallback", "ConferenceStatusCallback", "ConferenceRecordingStatusCallback"])
def test_page_elsewhere_calls_no_participant(api: Api, field: str) -> None:
    body = str(httpx.QueryParams({**FORM, field: "http://127.0.0.1/x"})).encode()
    headers = {"content_type": "application/x-www-form-urlencoded", "origin": "https://evil.test"}
    answer = api.post_body(ROOM, body, **headers)
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert not api.get_account().has_live_calls


def test_conference_survives_a_snapshot(api: Api) -> None:
    sid = open_room(api)
    api.run_command("POST", "/snapshots", {"name": "mine"})
    remove(api, sid, "ann")
    api.run_command("POST", "/rollback", {"name": "mine"})
    assert list_labels(api, sid) == ["bob", "ann"]


def test_full_conference_refuses_a_participant(api: Api) -> None:
    for label in ("ann", "bob"):
        add(api, Label=label, MaxParticipants="2")
    refused = api.post(ROOM, **FORM)
    assert (refused.status_code, refused.json()["code"], refused.json()["message"]) == (
        400,
        16020,
        "Conference is full",
    )
    assert len(api.get_twilio_json("Calls.json?Status=queued")["calls"]) == 2
