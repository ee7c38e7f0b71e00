"""Recordings created through the API (WIRE §5), with a clock that only tests move."""

from collections.abc import Iterator
from typing import Any

import pytest

from generators.contract import find_violations
from generators.model import Source, Status
from mockserver.rest.representations.wires import WireSetting
from mockserver.testing.sink import Sink
from tests.harness import Api, make_settings

CALL = "CA" + "1" * 32
CONFERENCE = "CF" + "2" * 32
RECORDINGS_PATH = f"Calls/{CALL}/Recordings.json"
HOOK_URL = "http://127.0.0.1/hook"
PROCESSING_SECONDS = 2


def create_recording(api: Api, **form: str | list[str]) -> dict[str, Any]:
    answer = api.post(RECORDINGS_PATH, **form)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def update_recording(api: Api, sid: str, status: str, **form: str) -> dict[str, Any]:
    answer = api.post(f"Calls/{CALL}/Recordings/{sid}.json", Status=status, **form)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


@pytest.fixture
def twilio() -> Iterator[Api]:
    with Api(make_settings(wire=WireSetting.TWILIO)) as api:
        yield api


def test_created_recording_is_in_progress_with_null_fields(twilio: Api) -> None:
    recording = create_recording(twilio, RecordingChannels="dual", RecordingTrack="inbound")
    assert recording["status"] == "in-progress"
    assert recording["source"] == "StartCallRecordingAPI"
    assert (recording["channels"], recording["track"]) == (2, "inbound")
    assert (recording["price"], recording["price_unit"], recording["duration"], recording["encryption_details"]) == (
        None,
    ) * 4
    assert recording["call_sid"] == CALL
    assert recording["uri"] == f"{twilio.root}/Calls/{CALL}/Recordings/{recording['sid']}.json"
    assert recording["date_created"] == recording["start_time"] == "Thu, 01 Jan 2026 00:00:00 +0000"
    assert "media_url" not in recording


@pytest.mark.parametrize(
    ("behavior", "duration"), [({"PauseBehavior": "skip"}, "30"), ({"PauseBehavior": "silence"}, "90"), ({}, "90")]
)
def test_pause_shortens_duration_only_when_skipped(twilio: Api, behavior: dict[str, str], duration: str) -> None:
    sid = create_recording(twilio)["sid"]
    twilio.advance(10)
    assert update_recording(twilio, sid, "paused", **behavior)["status"] == "paused"
    assert twilio.get_in_account(f"Calls/{CALL}/Recordings/{sid}.json").json()["status"] == "processing"
    twilio.advance(60)
    assert update_recording(twilio, sid, "in-progress")["status"] == "in-progress"
    twilio.advance(20)
    stopped_recording = update_recording(twilio, "Twilio.CURRENT", "stopped")
    assert (stopped_recording["status"], stopped_recording["sid"], stopped_recording["duration"]) == (
        "stopped",
        sid,
        None,
    )
    assert twilio.get(twilio.get_recording_path(sid)).json()["status"] == "processing"
    twilio.advance(PROCESSING_SECONDS - 0.001)
    assert twilio.get(twilio.get_recording_path(sid)).json()["status"] == "processing"
    twilio.advance(0.001)
    completed_recording = twilio.get(twilio.get_recording_path(sid)).json()
    assert (completed_recording["status"], completed_recording["duration"], completed_recording["price_unit"]) == (
        "completed",
        duration,
        "USD",
    )
    assert completed_recording["price"] == f"-0.00{250 * -(-int(duration) // 60)}"
    assert completed_recording["date_updated"] == "Thu, 01 Jan 2026 00:01:32 +0000"


def test_paused_recording_can_be_stopped(twilio: Api) -> None:
    sid = create_recording(twilio)["sid"]
    twilio.advance(5)
    update_recording(twilio, sid, "paused", PauseBehavior="skip")
    twilio.advance(60)
    update_recording(twilio, sid, "stopped")
    twilio.advance(PROCESSING_SECONDS)
    assert twilio.get(twilio.get_recording_path(sid)).json()["duration"] == "5"


def test_repeated_status_update_changes_nothing(twilio: Api) -> None:
    sid = create_recording(twilio)["sid"]
    assert update_recording(twilio, sid, "in-progress")["status"] == "in-progress"
    update_recording(twilio, sid, "paused", PauseBehavior="skip")
    twilio.advance(30)
    assert update_recording(twilio, sid, "paused")["status"] == "paused"
    update_recording(twilio, sid, "in-progress")
    twilio.advance(7)
    update_recording(twilio, sid, "stopped")
    twilio.advance(PROCESSING_SECONDS)
    assert twilio.get(twilio.get_recording_path(sid)).json()["duration"] == "7"


def test_recording_stopped_immediately_has_duration_of_one_second(twilio: Api) -> None:
    sid = create_recording(twilio)["sid"]
    update_recording(twilio, sid, "stopped")
    twilio.advance(PROCESSING_SECONDS)
    assert twilio.get(twilio.get_recording_path(sid)).json()["duration"] == "1"


def test_updates_move_date_updated(twilio: Api) -> None:
    sid = create_recording(twilio)["sid"]
    path = f"Calls/{CALL}/Recordings/{sid}.json"
    for seconds, status in ((5, "paused"), (7, "in-progress"), (9, "stopped")):
        twilio.advance(seconds)
        answer = update_recording(twilio, sid, status)
        shown = twilio.get_twilio_json(path)["date_updated"]
        assert (shown, twilio.get_account().clock.now() // 1_000_000 % 60) == (
            answer["date_updated"],
            int(shown[23:25]),
        )
    twilio.advance(1)
    assert twilio.get_twilio_json(path)["date_updated"] == shown


def test_update_that_changes_nothing_keeps_date_updated(twilio: Api) -> None:
    made = create_recording(twilio)
    twilio.advance(5)
    assert update_recording(twilio, made["sid"], "in-progress")["date_updated"] == made["date_updated"]


def test_second_create_returns_active_recording_until_stopped(twilio: Api) -> None:
    first = create_recording(twilio)
    answer = twilio.post(RECORDINGS_PATH)
    assert (answer.status_code, answer.json()) == (200, first)
    update_recording(twilio, first["sid"], "stopped")
    second = create_recording(twilio)
    assert second["sid"] != first["sid"]
    assert [r["sid"] for r in twilio.get_twilio_json(RECORDINGS_PATH)["recordings"]] == [second["sid"], first["sid"]]


def test_created_recording_is_listed_first_and_filtered(twilio: Api) -> None:
    before = twilio.list_sids("PageSize=1000")
    sid = create_recording(twilio)["sid"]
    assert twilio.list_sids("PageSize=1000") == [sid, *before]
    assert twilio.list_sids(f"CallSid={CALL}") == [sid]
    assert twilio.list_sids(f"CallSid={'CA' + '3' * 32}") == []
    assert twilio.list_sids(f"ConferenceSid={CONFERENCE}") == []
    assert twilio.list_sids("DateCreated%3E=2026-01-01") == [sid]
    assert twilio.list_sids("DateCreated=2026-01-01") == [sid]
    assert sid not in twilio.list_sids("DateCreated%3C=2025-12-31&PageSize=1000")
    first = twilio.get_page("PageSize=1")
    second = twilio.get(first["next_page_uri"]).json()
    assert second["recordings"][0]["sid"] == before[0]
    previous_page = twilio.get(second["previous_page_uri"]).json()
    assert [r["sid"] for r in previous_page["recordings"]] == [sid]
    assert twilio.get(f"{twilio.list_path}?PageToken=PB{sid}").json()["recordings"] == []
    next_page_uri = twilio.get(f"{twilio.list_path}?PageToken=PB{sid}").json()["next_page_uri"]
    assert twilio.get(next_page_uri).json()["recordings"][0]["sid"] == sid


def test_created_recording_can_be_deleted_when_completed(twilio: Api) -> None:
    sid = create_recording(twilio)["sid"]
    path = f"{twilio.root}/Calls/{CALL}/Recordings/{sid}.json"
    assert twilio.request("DELETE", path).json()["code"] == 20009
    update_recording(twilio, sid, "stopped")
    twilio.advance(PROCESSING_SECONDS)
    assert twilio.request("DELETE", path).status_code == 204
    assert twilio.get(path).status_code == 404
    assert sid not in twilio.list_sids("PageSize=1000")
    deleted_recording = twilio.get(f"{twilio.get_recording_path(sid)}?IncludeSoftDeleted=true").json()
    assert (deleted_recording["status"], deleted_recording["duration"]) == ("deleted", "1")
    assert sid in twilio.list_sids("IncludeSoftDeleted=true")


def test_recording_in_progress_conforms_to_schema_on_schema_wire(api: Api) -> None:
    recording = create_recording(api)
    assert (recording["status"], recording["price_unit"]) == ("processing", "USD")
    assert find_violations(recording) == []
    assert find_violations(api.get_in_account(RECORDINGS_PATH).json()["recordings"][0]) == []


def test_generated_call_cannot_be_recorded(twilio: Api) -> None:
    call_sid = twilio.get_page()["recordings"][0]["call_sid"]
    answer = twilio.post(f"Calls/{call_sid}/Recordings.json")
    assert (answer.status_code, answer.json()["code"]) == (400, 21220)
    assert answer.json()["message"] == "Requested resource is not eligible for recording"


def test_generated_call_can_be_recorded_when_in_progress(twilio: Api) -> None:
    call_sid = twilio.get_page()["recordings"][0]["call_sid"]
    twilio.get_account().start_recording(call_sid, source=Source.DIAL_VERB)
    assert twilio.post(f"Calls/{call_sid}/Recordings.json").status_code == 201
    answer = twilio.post(f"Calls/{call_sid}/Recordings/Twilio.CURRENT.json", Status="paused")
    assert (answer.status_code, answer.json()["code"]) == (400, 16108)
    assert "has 2 active recordings: RE" in answer.headers["x-mock-reason"]


def test_conference_recording_can_be_paused_and_stopped(twilio: Api) -> None:
    conference = CONFERENCE.lower().replace("cf", "CF", 1)
    index = twilio.get_account().start_recording(CALL, conference_sid=conference, source=Source.CONFERENCE)
    sid = twilio.get_account().corpus.get_sid(index)
    path = f"Conferences/{CONFERENCE}/Recordings/{sid}.json"
    recording = twilio.post(f"Conferences/{CONFERENCE}/Recordings/Twilio.CURRENT.json", Status="paused").json()
    assert (recording["status"], recording["sid"], recording["conference_sid"]) == ("paused", sid, CONFERENCE)
    assert recording["uri"] == f"{twilio.root}/{path}"
    assert "track" not in recording
    assert twilio.post(path, Status="in-progress").json()["status"] == "in-progress"
    stopped = twilio.post(path, Status="stopped")
    assert (stopped.status_code, stopped.json()["status"]) == (200, "stopped")
    assert twilio.get_twilio_json(path)["status"] == "processing"
    assert [r["sid"] for r in twilio.get_twilio_json(f"Conferences/{CONFERENCE}/Recordings.json")["recordings"]] == [
        sid
    ]
    assert twilio.list_sids(f"ConferenceSid={CONFERENCE}") == [sid]
    assert twilio.request("DELETE", f"{twilio.root}/{path}").json()["code"] == 20009


def test_callback_events_are_repeated_or_space_separated(twilio: Api) -> None:
    forms: list[str | list[str]] = [["in-progress", "completed"], "in-progress completed", ["in-progress completed"]]
    for number, events in enumerate(forms):
        call = f"CA{number:032x}"
        answer = twilio.post(
            f"Calls/{call}/Recordings.json",
            RecordingStatusCallback="http://127.0.0.1/hook",
            RecordingStatusCallbackEvent=events,
            RecordingStatusCallbackMethod="GET",
            Trim="trim-silence",
        )
        assert answer.status_code == 201
        assert "x-mock-warning" not in answer.headers
        account = twilio.get_account()
        subscription = account.state.subscriptions[
            account.recordings.recording_index.created.get_indices_of_parent(call)[0]
        ]
        assert (subscription.method, subscription.events) == ("GET", ("in-progress", "completed"))


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://a/", "/hook", "a.example.com/hook", "http://", "http:///hook", "http://a:x/", "http://a:99999/"),
        *("http://a:0/", "http://[::1/", "https://?a=b", ""),
    ],
)
def test_bad_callback_url_is_warning_13256_and_recording_is_made(twilio: Api, url: str) -> None:
    answer = twilio.post(RECORDINGS_PATH, RecordingStatusCallback=url)
    assert answer.status_code == 201
    warning = f"13256 {url!r} is not an http or https URL: no callbacks are sent."
    assert answer.headers.get("x-mock-warning") == (warning if url else None)
    assert twilio.get_account().state.subscriptions == {}


@pytest.mark.parametrize("url", ["HTTPS://a.example.com", "http://me:secret@[::1]:8000/hook?a=b#rc=1", "http://a"])
def test_good_callback_url_is_subscribed_without_warning(twilio: Api, url: str) -> None:
    answer = twilio.post(RECORDINGS_PATH, RecordingStatusCallback=url)
    assert "x-mock-warning" not in answer.headers
    assert [subscription.url for subscription in twilio.get_account().state.subscriptions.values()] == [url]


def test_failed_is_an_event_and_those_of_participants_are_error_13621(twilio: Api) -> None:
    known = ["in-progress", "completed", "absent", "failed"]
    events = ["started", *known, "paused", "resumed", "stopped", "failed"]
    answer = twilio.post(RECORDINGS_PATH, RecordingStatusCallback=HOOK_URL, RecordingStatusCallbackEvent=events)
    assert answer.status_code == 201
    warnings = answer.headers["x-mock-warning"]
    assert [event for event in events if f"13621 {event!r}" in warnings] == ["started", "paused", "resumed", "stopped"]
    (subscription,) = twilio.get_account().state.subscriptions.values()
    assert known == [event.value for event in subscription.events]


def test_list_in_one_event_is_error_13621_and_sends_no_callbacks(twilio: Api) -> None:
    events = "['in-progress', 'completed']"  # what twilio-python makes of a list in TwiML
    answer = twilio.post(RECORDINGS_PATH, RecordingStatusCallback=HOOK_URL, RecordingStatusCallbackEvent=events)
    assert answer.status_code == 201
    warnings = answer.headers["x-mock-warning"]
    assert warnings.count("13621 ") == 2
    assert "No known event is left: no callbacks are sent." in warnings
    assert list(twilio.get_account().callbacks) == []


def test_questionable_parameters_are_accepted_with_warning(twilio: Api) -> None:
    answer = twilio.post(
        RECORDINGS_PATH, RecordingStatusCallback="ftp://x", RecordingStatusCallbackEvent=["completed", "ringing"]
    )
    assert answer.status_code == 201
    warnings = answer.headers["x-mock-warning"]
    assert "13621 'ringing' is not a recording status event: expected in-progress, completed, absent" in warnings
    assert "13256 'ftp://x' is not an http or https URL" in warnings
    second_answer = twilio.post(f"Calls/CA{'4' * 32}/Recordings.json", PlayBeep="true", recordingchannels="dual")
    assert "'PlayBeep' is not a parameter of this operation" in second_answer.headers["x-mock-warning"]
    assert "Did you mean RecordingChannels?" in second_answer.headers["x-mock-warning"]


@pytest.mark.parametrize(
    ("form", "found"),
    [
        ({"RecordingChannels": "2"}, "RecordingChannels: expected one of mono, dual, found '2'"),
        ({"RecordingConfigurationId": "x"}, "RecordingConfigurationId: this mock does not emulate this parameter"),
        ({"RecordingTrack": "left"}, "RecordingTrack: expected one of inbound, outbound, both"),
        ({"Trim": "yes"}, "Trim: expected one of trim-silence, do-not-trim"),
        ({"RecordingStatusCallbackMethod": "PUT"}, "RecordingStatusCallbackMethod: expected one of GET, POST"),
    ],
)
def test_invalid_create_form_changes_nothing(twilio: Api, form: dict[str, str], found: str) -> None:
    answer = twilio.post(RECORDINGS_PATH, **form)
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert found in answer.headers["x-mock-reason"]
    assert twilio.get_twilio_json(RECORDINGS_PATH)["recordings"] == []


@pytest.mark.parametrize(
    ("sid", "form", "status", "code"),
    [
        ("{live}", {}, 400, 20001),
        ("{live}", {"Status": "completed"}, 400, 20001),
        ("{live}", {"Status": "paused", "PauseBehavior": "hum"}, 400, 20001),
        ("{over}", {"Status": "paused"}, 400, 21220),
        ("{elsewhere}", {"Status": "paused"}, 404, 20404),
        ("RE" + "0" * 32, {"Status": "paused"}, 404, 20404),
    ],
)
def test_invalid_update_changes_nothing(twilio: Api, sid: str, form: dict[str, str], status: int, code: int) -> None:
    stopped_sid = create_recording(twilio)["sid"]
    update_recording(twilio, stopped_sid, "stopped")
    active_sid = create_recording(twilio)["sid"]
    sids = {"live": active_sid, "over": stopped_sid, "elsewhere": twilio.find_sid(Status.COMPLETED)}
    before = twilio.get_account().version
    answer = twilio.post(f"Calls/{CALL}/Recordings/{sid.format(**sids)}.json", **form)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert twilio.get_account().version == before


def test_current_recording_returns_404_when_none_is_active(twilio: Api) -> None:
    answer = twilio.post(f"Calls/{CALL}/Recordings/Twilio.CURRENT.json", Status="paused")
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)
    assert "has no active recording" in answer.headers["x-mock-reason"]


@pytest.mark.parametrize(
    ("path", "delete_status"),
    [
        ("Calls/CA1/Recordings.json", 405),
        ("Conferences/x/Recordings.json", 405),
        ("Calls/CA1/Recordings/RE1.json", 404),
        ("Conferences/x/Recordings/RE1.json", 404),
    ],
)
def test_malformed_parent_sid_returns_404(twilio: Api, path: str, delete_status: int) -> None:
    assert twilio.get_in_account(path).json()["code"] == 20404
    assert twilio.request("DELETE", f"{twilio.root}/{path}").status_code == delete_status


def test_form_above_64_kilobytes_is_rejected(twilio: Api) -> None:
    answer = twilio.post(RECORDINGS_PATH, Filler="x" * 70_000)
    assert (answer.status_code, answer.json()["code"]) == (413, 20001)


def test_call_created_by_recording_stays_in_progress(twilio: Api) -> None:
    recording = create_recording(twilio)
    update_recording(twilio, recording["sid"], "stopped")
    twilio.advance(3600)
    call = twilio.get_twilio_json(f"Calls/{CALL}.json")
    assert (call["status"], call["duration"], call["end_time"], call["price"]) == ("in-progress", None, None, None)
    create_recording(twilio)
    calls = twilio.get_twilio_json("Calls.json?PageSize=2")
    assert calls["calls"][0]["sid"] == CALL
    assert calls["calls"][1]["status"] == "completed"
    next_page = twilio.get(calls["next_page_uri"]).json()
    assert twilio.get(next_page["previous_page_uri"]).json()["calls"][0]["sid"] == CALL
    empty_page = twilio.get_twilio_json(f"Calls.json?PageToken=PB{CALL}")
    assert twilio.get(empty_page["next_page_uri"]).json()["calls"][0]["sid"] == CALL


def test_recording_url_of_callback_has_the_host_of_its_subscriber(twilio: Api, sink: Sink) -> None:
    create_recording(twilio, RecordingStatusCallback=sink.url, RecordingStatusCallbackEvent="in-progress")
    twilio.wait_for_callbacks()
    (callback,) = sink.received
    assert callback.parameters["RecordingUrl"].startswith(f"http://localhost:4010{twilio.root}/Recordings/RE")


def test_secret_of_api_key_signs_no_callbacks(twilio: Api, sink: Sink) -> None:
    sink.token = twilio.get_account().token
    for auth, call in (
        (("SK" + "1" * 32, "secret"), "CA" + "1" * 32),
        ((twilio.mock.demo.sid, twilio.mock.demo.token), "CA" + "2" * 32),
        ((twilio.mock.demo.sid, "secret"), "CA" + "3" * 32),
    ):
        twilio.auth = auth
        form = {"RecordingStatusCallback": sink.url, "RecordingStatusCallbackEvent": "in-progress"}
        assert twilio.post(f"Calls/{call}/Recordings.json", **form).status_code == 201
        twilio.wait_for_callbacks()
    assert [callback.signature_ok for callback in sink.received] == [True, True, False]
