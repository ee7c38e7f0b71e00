"""Calls that begin here: created, followed, updated and deleted over REST (WIRE-CALLS §1)."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from generators.sids import Kind, is_sid
from mockserver.account.commands.calls import ClaimAppRequest
from mockserver.rest.call_forms import MAX_TWIML
from mockserver.rest.representations.wires import WireSetting
from mockserver.server.routes.calls_and_conferences import FROZEN_CLOCK
from mockserver.settings.clock_rate import ClockRate
from tests.accounts import make_scenario
from tests.harness import Api, make_settings, parse_error

TWIML = "<Response><Say>Hello there</Say><Pause length='3'/></Response>"
FORM = {"To": "+15005550006", "From": "+15005550002", "Twiml": TWIML}
WAITING = FORM | {"Twiml": "<Response><Pause length='600'/></Response>"}
CALL_SID = "CA" + "1" * 32


@pytest.fixture
def api() -> Iterator[Api]:
    with Api(make_settings(count=5, wire=WireSetting.TWILIO)) as api:
        yield api


def place(api: Api, **form: str | list[str]) -> str:
    answer = api.post("Calls.json", **{**WAITING, **form})
    assert answer.status_code == 201, answer.headers["x-mock-reason"]
    sid: str = answer.json()["sid"]
    return sid


def place_answered(api: Api, **form: str | list[str]) -> str:
    sid = place(api, **form)
    api.advance(3)
    assert fetch(api, sid)["status"] == "in-progress"
    return sid


def fetch(api: Api, sid: str) -> dict[str, Any]:
    call: dict[str, Any] = api.get_twilio_json(f"Calls/{sid}.json")
    return call


def list_recordings_of(api: Api, sid: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get_twilio_json(f"Calls/{sid}/Recordings.json")["recordings"]
    return found


def list_debugger_codes(api: Api) -> list[int]:
    live = api.get_account().state.live
    return [] if live is None else [event.code for event in live.debugger_events]


def delete(api: Api, sid: str) -> httpx.Response:
    return api.request("DELETE", f"{api.root}/Calls/{sid}.json")


def list_sids(api: Api, query: str = "") -> list[str]:
    return [call["sid"] for call in api.get_twilio_json(f"Calls.json?{query}")["calls"]]


def test_created_call_is_queued_and_has_no_dates(api: Api) -> None:
    answer = api.post("Calls.json", **FORM)
    call = answer.json()
    assert answer.status_code == 201
    assert "x-mock-warning" not in answer.headers
    assert is_sid(call["sid"], Kind.CALL)
    path = f"{api.root}/Calls/{call['sid']}"
    assert call == {
        **dict.fromkeys(("annotation", "answered_by", "caller_name", "date_created", "date_updated", "duration")),
        **dict.fromkeys(("end_time", "forwarded_from", "group_sid", "parent_call_sid", "price", "start_time")),
        "trunk_sid": None,
        "account_sid": api.mock.demo.sid,
        "api_version": "2010-04-01",
        "direction": "outbound-api",
        "from": "+15005550002",
        "from_formatted": "(500) 555-0002",
        "phone_number_sid": call["phone_number_sid"],
        "price_unit": "USD",
        "queue_time": "0",
        "sid": call["sid"],
        "status": "queued",
        "subresource_uris": {"recordings": f"{path}/Recordings.json"},
        "to": "+15005550006",
        "to_formatted": "(500) 555-0006",
        "uri": f"{path}.json",
    }
    assert call["phone_number_sid"].startswith("PN")
    assert "<Call><AccountSid>" in api.post("Calls.xml", **FORM).text


def test_call_is_followed_to_its_price(api: Api) -> None:
    sid = place(api, Twiml=TWIML)
    keys = ("status", "date_created", "start_time", "end_time", "duration", "price", "caller_name", "trunk_sid")
    seen: list[tuple[Any, ...]] = []
    for _ in range(16):
        call = fetch(api, sid)
        state = tuple(call[key][17:-6] if "time" in key and call[key] else call[key] for key in keys)
        if state not in seen:
            seen.append(state)
        api.advance(1)
    created = "Thu, 01 Jan 2026 00:00:00 +0000"
    assert seen == [
        ("queued", created, None, None, "0", None, None, None),
        ("ringing", created, "00:00:01", None, "0", None, "", ""),
        ("in-progress", created, "00:00:03", None, "0", None, "", ""),
        ("completed", created, "00:00:03", "00:00:08", "5", None, "", ""),
        ("completed", created, "00:00:03", "00:00:08", "5", "-0.00850", "", ""),
    ]


@pytest.mark.parametrize(
    ("answers", "status"), [("busy", "busy"), ("no-answer", "no-answer"), ("failed", "failed"), ("machine", None)]
)
def test_call_ends_as_its_callee_answers(answers: Any, status: str | None) -> None:
    scenario = make_scenario(callers=[{"answers": answers}])
    with Api(make_settings(count=0, wire=WireSetting.TWILIO), scenario=scenario) as api:
        sid = place(api, Timeout="20", MachineDetection="Enable")
        api.advance(30)
        call = fetch(api, sid)
        if status is None:
            assert (call["status"], call["answered_by"]) == ("in-progress", "machine_start")
        else:
            assert (call["status"], call["duration"], call["price"]) == (status, "0", None)
            assert call["start_time"] is not None


@pytest.mark.parametrize("record", ["true", "True"])
def test_recorded_call_has_a_recording_with_its_options(api: Api, record: str) -> None:
    sid = place_answered(api, Record=record, RecordingChannels="dual", RecordingTrack="inbound", Trim="do-not-trim")
    (recording,) = list_recordings_of(api, sid)
    assert (recording["source"], recording["channels"], recording["track"]) == ("OutboundAPI", 2, "inbound")
    assert recording["status"] == "processing"
    api.advance(7)
    assert api.post(f"Calls/{sid}.json", Status="completed").json()["status"] == "completed"
    api.advance(3)
    (recording,) = list_recordings_of(api, sid)
    assert (recording["status"], recording["duration"]) == ("completed", "7")


def test_recording_of_a_call_is_trimmed_unless_it_says_otherwise(api: Api) -> None:
    sid = place(api, Twiml=TWIML, Record="true")
    api.advance(20)
    assert [recording["duration"] for recording in list_recordings_of(api, sid)] == ["2"]
    assert fetch(api, sid)["duration"] == "5"


def test_call_with_false_record_has_no_recording(api: Api) -> None:
    assert list_recordings_of(api, place_answered(api, Record="false", RecordingChannels="dual")) == []


@pytest.mark.parametrize(
    ("form", "code", "message"),
    [
        ({"To": ""}, "21201", "No 'To' number is specified"),
        ({"From": ""}, "21213", "'From' phone number is required"),
        (
            {"Twiml": ""},
            "21205",
            "Url parameter is required. For more information, see http://www.twilio.com/docs/api/twiml",
        ),
        ({"Url": "/voice"}, "21205", "Url is not a valid URL: /voice"),
        ({"Url": "http://"}, "21205", "Url is not a valid URL: http://"),
        ({"FallbackUrl": "voice"}, "21205", "FallbackUrl is not a valid URL: voice"),
        ({"From": "+0800918468"}, "21212", "From is not a valid phone number: +0800918468"),
        ({"From": "nobody"}, "21212", "From is not a valid phone number: nobody"),
        ({"To": "nobody"}, "21211", "Invalid 'To' Phone Number"),
        ({"To": "+1500555000612345"}, "21211", "Invalid 'To' Phone Number"),
        ({"To": "+1 500 555 0001"}, "21217", "Phone number does not appear to be valid"),
        ({"Twiml": "", "ApplicationSid": "AP" + "1" * 32}, "21218", "Invalid ApplicationSid"),
        ({"Timeout": "soon"}, "21208", "Invalid Timeout"),
        ({"Timeout": "0"}, "21208", "Invalid Timeout"),
        ({"TimeLimit": "-1"}, "20001", "Invalid TimeLimit"),
        ({"Method": "PUT"}, "21209", "Invalid Method"),
        ({"StatusCallbackMethod": "PUT"}, "21209", "Invalid Method"),
        ({"SendDigits": "1x"}, "21206", "Invalid SendDigits"),
        ({"StatusCallback": "events"}, "21609", "The StatusCallback URL events is not a valid URL."),
        ({"Record": "maybe"}, "20001", "Invalid Record"),
        ({"Record": "true", "RecordingChannels": "stereo"}, "20001", "Invalid RecordingChannels"),
        ({"Twiml": "x" * (MAX_TWIML + 1)}, "20001", "Invalid parameter"),
    ],
)
def test_wrong_field_is_refused_with_its_code(api: Api, form: dict[str, str], code: str, message: str) -> None:
    answer = api.post("Calls.json", **{**FORM, **form})
    error = parse_error(answer)
    assert (answer.status_code, error["code"], error["message"]) == (400, code, message)
    assert not api.get_account().has_live_calls


@pytest.mark.parametrize(
    ("to", "shown"),
    [
        ("(500) 555-0006", "+15005550006"),
        (" 1 500 555 0006", "+15005550006"),
        ("+44 20 7946 0000", "+442079460000"),
        ("client:ann", "client:ann"),
        ("sip:ann@Example.com", "sip:ann@example.com"),
        ("911", "911"),
    ],
)
def test_addresses_are_shown_in_their_normal_form(api: Api, to: str, shown: str) -> None:
    call = api.post("Calls.json", **{**FORM, "To": to, "From": "client:bob"}).json()
    assert (call["to"], call["from"], call["phone_number_sid"]) == (shown, "client:bob", None)
    assert call["to_formatted"] == ("(500) 555-0006" if shown == "+15005550006" else shown)


@pytest.mark.parametrize(
    ("form", "warning"),
    [
        (
            {"AsyncAmdStatusCallback": "http://127.0.0.1/amd", "MachineDetection": "Enable"},
            "AsyncAmdStatusCallback was ignored: it needs MachineDetection and AsyncAmd=true.",
        ),
        ({"AsyncAmdStatusCallback": "http://127.0.0.1/amd"}, "AsyncAmdStatusCallback was ignored"),
        ({"RecordingConfigurationId": "x"}, "RecordingConfigurationId was ignored"),
        ({"Url": "http://127.0.0.1:1/voice"}, "Twiml was ignored: Url takes precedence."),
        ({"Timeout": "1000"}, "Timeout: expected at most 600"),
        ({"TimeLimit": "100000"}, "TimeLimit: expected at most 86400"),
        ({"record": "true"}, "'record' is not a parameter of this operation, and was ignored. Did you mean Record?"),
    ],
)
def test_ignored_field_that_changes_something_is_reported(api: Api, form: dict[str, str], warning: str) -> None:
    answer = api.post("Calls.json", **{**FORM, **form})
    assert answer.status_code == 201
    (found,) = answer.headers.get_list("x-mock-warning")
    assert found.startswith(warning)


def test_ignored_field_that_changes_nothing_is_not_reported(api: Api) -> None:
    quiet = {"CallReason": "news", "Byoc": "BY1", "CallToken": "x", "SipAuthUsername": "a"}
    answer = api.post("Calls.json", **FORM, **quiet, Method="get", MachineDetectionTimeout="10")
    assert (answer.status_code, "x-mock-warning" in answer.headers) == (201, False)


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"StatusCallback": "http://127.0.0.1:1/s", "StatusCallbackEvent": "initiated ringing"}, 21626),
        ({"StatusCallback": "http://127.0.0.1:1/s", "StatusCallbackEvent": ["answered", "gone"]}, 21626),
        ({"Record": "true", "RecordingStatusCallback": "not a url"}, 13256),
        ({"Record": "true", "RecordingStatusCallbackEvent": "done completed"}, 13621),
    ],
)
def test_what_twilio_only_debugs_is_accepted_and_in_the_debugger(api: Api, form: dict[str, Any], code: int) -> None:
    answer = api.post("Calls.json", **{**FORM, **form})
    assert answer.status_code == 201
    assert list_debugger_codes(api) == [code]
    (warning,) = answer.headers.get_list("x-mock-warning")
    assert warning.startswith(f"{code} ")
    api.advance(20)
    assert api.get_account().state.deliveries == {}


def test_status_callbacks_have_repeated_events_in_order(api: Api) -> None:
    events = ["initiated", "ringing", "answered", "completed"]
    place(
        api, Twiml=TWIML, StatusCallback="http://127.0.0.1:1/s", StatusCallbackEvent=events, StatusCallbackMethod="get"
    )
    api.advance(20)
    deliveries = api.get_account().state.deliveries.values()
    assert [delivery.event for delivery in deliveries] == events
    assert {delivery.method for delivery in deliveries} == {"GET"}


def test_recording_callback_takes_events_in_one_value(api: Api) -> None:
    form = {"RecordingStatusCallback": "http://127.0.0.1:1/r", "RecordingStatusCallbackEvent": "in-progress completed"}
    place(api, Twiml=TWIML, Record="true", **form)
    api.advance(20)
    deliveries = api.get_account().state.deliveries.values()
    assert [delivery.event for delivery in deliveries] == ["in-progress", "completed"]


@pytest.mark.parametrize(
    "field", ["Url", "Twiml", "FallbackUrl", "StatusCallback", "RecordingStatusCallback", "AsyncAmdStatusCallback"]
)
def test_page_elsewhere_places_no_call(api: Api, field: str) -> None:
    body = httpx.QueryParams({"To": "+15005550006", "From": "+15005550002", field: "http://127.0.0.1/x"})
    answer = api.post_body(
        "Calls.json", str(body).encode(), content_type="application/x-www-form-urlencoded", origin="https://evil.test"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert answer.headers["x-mock-reason"].startswith(f"{field}: refused, because the request comes from a page of")
    assert not api.get_account().has_live_calls


def test_page_of_this_machine_places_a_call(api: Api) -> None:
    body = str(httpx.QueryParams(FORM)).encode()
    answer = api.post_body(
        "Calls.json", body, content_type="application/x-www-form-urlencoded", origin="http://localhost:3000"
    )
    assert answer.status_code == 201


def test_third_fetch_under_a_frozen_clock_is_warned(api: Api) -> None:
    sid = place(api)

    def warn() -> list[list[str]]:
        return [api.get_in_account(f"Calls/{sid}.json").headers.get_list("x-mock-warning") for _ in range(4)]

    assert warn() == [[], [], [FROZEN_CLOCK], [FROZEN_CLOCK]]
    report = api.call_control_api("GET", "/doctor")
    assert FROZEN_CLOCK in report["findings"][0]["seen"][0]
    api.advance(1)
    assert warn() == [[], [], [FROZEN_CLOCK], [FROZEN_CLOCK]]
    api.post(f"Calls/{sid}.json", Status="completed")
    assert warn() == [[]] * 4


def test_call_that_waits_for_its_app_is_not_warned_of(api: Api) -> None:
    sid = place(api, Url="http://127.0.0.1:1/voice")
    api.advance(3)
    api.get_account().apply(ClaimAppRequest(number=0))
    found = [api.get_in_account(f"Calls/{sid}.json").headers.get_list("x-mock-warning") for _ in range(4)]
    assert found == [[]] * 4


def test_sid_of_a_live_call_is_explained(api: Api) -> None:
    recording = api.post(f"Calls/{CALL_SID}/Recordings.json").json()["sid"]
    sid = place(api)
    explained = api.get(f"/_mock/sids/{sid}").json()
    assert (explained["is_known"], explained["why"]) == (
        True,
        "The call number 1 of those that began here. It is queued.",
    )
    assert "created here" in api.get(f"/_mock/sids/{recording}").json()["why"]
    room = api.post("Conferences/Room/Participants.json", **FORM).json()["conference_sid"]
    why = api.get(f"/_mock/sids/{room}").json()["why"]
    assert why == "The conference number 1 of those that began here. It is init."


def test_running_clock_is_not_warned_of() -> None:
    with Api(make_settings(count=0, clock=ClockRate(1.0))) as api:
        sid = place(api)
        found = [api.get_in_account(f"Calls/{sid}.json").headers.get_list("x-mock-warning") for _ in range(4)]
        assert found == [[]] * 4


# -- updates --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "status", "result"),
    [
        (0, "canceled", "canceled"),
        (1, "canceled", "canceled"),
        (0, "completed", "canceled"),
        (3, "completed", "completed"),
        (3, "canceled", "completed"),
    ],
)
def test_status_ends_a_call(api: Api, seconds: int, status: str, result: str) -> None:
    sid = place(api)
    api.advance(seconds)
    answer = api.post(f"Calls/{sid}.json", Status=status)
    assert (answer.status_code, answer.json()["status"]) == (200, result)
    warned = (
        [f"Status={status} counted as completed: the call is in progress."] if result != status == "canceled" else []
    )
    assert answer.headers.get_list("x-mock-warning") == warned
    assert fetch(api, sid)["status"] == result


def test_twiml_redirects_a_call(api: Api) -> None:
    sid = place_answered(api)
    answer = api.post(f"Calls/{sid}.json", Twiml=TWIML)
    assert (answer.status_code, answer.json()["status"]) == (200, "in-progress")
    api.advance(5)
    assert fetch(api, sid)["duration"] == "5"


def test_update_sets_status_callback_and_time_limit_with_the_url(api: Api) -> None:
    sid = place_answered(api)
    api.post(
        f"Calls/{sid}.json",
        Url="http://127.0.0.1:1/next",
        Method="GET",
        StatusCallback="http://127.0.0.1:1/s",
        TimeLimit="10",
    )
    call = api.get_account().live_calls.find(sid)
    assert call is not None
    assert call.subscription is not None
    assert (call.subscription.url, call.time_limit, call.voice.method) == ("http://127.0.0.1:1/s", 10_000_000, "GET")


def test_time_limit_alone_ends_a_call(api: Api) -> None:
    sid = place_answered(api)
    assert api.post(f"Calls/{sid}.json", TimeLimit="10").status_code == 200
    api.advance(10)
    assert (fetch(api, sid)["status"], fetch(api, sid)["duration"]) == ("completed", "10")


def test_status_callback_without_url_is_ignored(api: Api) -> None:
    sid = place_answered(api)
    answer = api.post(f"Calls/{sid}.json", Twiml=TWIML, StatusCallback="http://127.0.0.1:1/s")
    assert answer.headers["x-mock-warning"] == "StatusCallback was ignored: it needs a Url in the same request."
    answer = api.post(f"Calls/{sid}.json", Twiml=TWIML, Status="completed")
    assert answer.headers["x-mock-warning"] == "Url and Twiml were ignored: Status ends the call."


@pytest.mark.parametrize("form", [{"Status": "completed"}, {"Twiml": TWIML}, {"Url": "http://127.0.0.1:1/v"}])
@pytest.mark.parametrize("seconds", [0, 700])
def test_update_of_a_call_that_is_not_in_progress_is_refused(api: Api, form: dict[str, str], seconds: int) -> None:
    sid = place(api)
    api.advance(seconds)
    if seconds == 0 and "Status" in form:
        return
    answer = api.post(f"Calls/{sid}.json", **form)
    error = parse_error(answer)
    assert (answer.status_code, error["code"], error["message"]) == (
        400,
        "21220",
        "Call is not in-progress. Cannot redirect.",
    )


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({}, "21205"),
        ({"Url": "next"}, "21205"),
        ({"Status": "ringing"}, "20001"),
        ({"Url": "http://a", "Method": "X"}, "21209"),
    ],
)
def test_wrong_update_is_refused(api: Api, form: dict[str, str], code: str) -> None:
    sid = place_answered(api)
    answer = api.post(f"Calls/{sid}.json", **form)
    assert (answer.status_code, parse_error(answer)["code"]) == (400, code)
    assert api.post("Calls/CA1.json", Status="completed").status_code == 404


def test_call_of_the_corpus_is_over(api: Api) -> None:
    sid = list_sids(api)[0]
    for form in ({"Status": "completed"}, {"Twiml": TWIML}):
        assert parse_error(api.post(f"Calls/{sid}.json", **form))["code"] == "21220"
    assert delete(api, sid).status_code == 204
    assert sid not in list_sids(api)
    assert api.get_in_account(f"Calls/{sid}.json").status_code == 404
    assert list_recordings_of(api, sid) != []
    assert delete(api, sid).status_code == 404
    assert api.post(f"Calls/{sid}.json", Status="completed").status_code == 404
    assert api.post(f"Calls/{sid}/Recordings.json").status_code == 404
    api.run_command("POST", "/snapshots", {"name": "mine"})
    api.run_command("POST", "/rollback", {"name": "mine"})
    assert sid not in list_sids(api)


# -- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ({}, (False, False, 30_000, 2_400, 1_200)),
        (
            {"MachineDetectionTimeout": "10", "MachineDetectionSpeechThreshold": "1500", "AsyncAmd": "true"},
            (False, True, 10_000, 1_500, 1_200),
        ),
        (
            {"MachineDetection": "DetectMessageEnd", "MachineDetectionSpeechEndThreshold": "900"},
            (True, False, 30_000, 2_400, 900),
        ),
    ],
)
def test_detection_of_machines_has_its_fields(api: Api, form: dict[str, str], expected: tuple[Any, ...]) -> None:
    place(api, **{"MachineDetection": "Enable", **form})
    found = api.get_account().live_calls.get(0).detection
    assert found is not None
    names = ("waits_for_end", "is_async", "timeout", "speech_threshold", "speech_end_threshold")
    assert tuple(getattr(found, name) for name in names) == expected


def test_result_of_an_asynchronous_detection_is_sent(api: Api) -> None:
    events = []
    url = "http://127.0.0.1:1/amd"
    detection = {"AsyncAmd": "true", "AsyncAmdStatusCallback": url, "AsyncAmdStatusCallbackMethod": "GET"}
    sid = place(api, MachineDetection="Enable", SendDigits="1", **detection)
    for _ in range(2):
        api.advance(4)
        events.append([(one.event, one.method) for one in api.get_account().state.deliveries.values()])
        assert fetch(api, sid)["answered_by"] == ("human" if events[-1] else None)
    assert events == [[], [("machine-detection", "GET")]]


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"MachineDetectionTimeout": "2"}, "20001"),
        ({"AsyncAmdStatusCallback": "/amd"}, "21205"),
        ({"AsyncAmdStatusCallbackMethod": "PUT"}, "21209"),
    ],
)
def test_detection_with_a_bad_field_is_refused(api: Api, form: dict[str, str], code: str) -> None:
    assert parse_error(api.post("Calls.json", **FORM, MachineDetection="Enable", **form))["code"] == code


# -- unknown calls --------------------------------------------------------------------------------


def test_unknown_call_is_in_progress_and_its_end_ends_its_recordings(api: Api) -> None:
    upper = CALL_SID[:2] + CALL_SID[2:].upper()
    recording = api.post(f"Calls/{upper}/Recordings.json").json()["sid"]
    assert not api.get_account().has_live_calls
    assert parse_error(delete(api, CALL_SID))["code"] == "20009"
    api.advance(5)
    ended = api.post(f"Calls/{upper}.json", Status="completed").json()
    assert (ended["status"], ended["sid"], ended["duration"], ended["direction"]) == (
        "completed",
        CALL_SID,
        "5",
        "inbound",
    )
    api.advance(2)
    assert [(one["sid"], one["status"], one["duration"]) for one in list_recordings_of(api, CALL_SID)] == [
        (recording, "completed", "5")
    ]
    assert list_sids(api).count(CALL_SID) == 1
    assert fetch(api, upper)["sid"] == CALL_SID
    assert parse_error(api.post(f"Calls/{CALL_SID}/Recordings.json"))["code"] == "21220"
    assert delete(api, CALL_SID).status_code == 204
    assert CALL_SID not in list_sids(api)


def test_recording_of_an_unknown_call_is_stopped_beside_a_live_call(api: Api) -> None:
    live = place_answered(api)
    sid = api.post(f"Calls/{CALL_SID}/Recordings.json").json()["sid"]
    assert api.post(f"Calls/{CALL_SID}/Recordings/{sid}.json", Status="stopped").json()["status"] == "stopped"
    assert fetch(api, CALL_SID)["status"] == fetch(api, live)["status"] == "in-progress"


def test_recording_of_an_unknown_conference_is_stopped_beside_a_live_call(api: Api) -> None:
    live = place_answered(api)
    recording = {"id": "it", "status": "in-progress", "source": "Conference"}
    api.run_command("POST", "/recordings", recording)
    shown = api.get_in_account(f"Recordings/{api.get_account().resolve_handle('it')}.json").json()
    path = f"Conferences/{shown['conference_sid']}/Recordings/{shown['sid']}.json"
    assert api.post(path, Status="paused").json()["status"] == "paused"
    assert fetch(api, live)["status"] == "in-progress"


def test_call_that_nothing_knows_is_adopted_by_an_update(api: Api) -> None:
    assert api.post(f"Calls/{CALL_SID}.json", Twiml=TWIML).json()["status"] == "in-progress"
    assert list_sids(api).count(CALL_SID) == 1
    recording = api.post(f"Calls/{CALL_SID}/Recordings.json", RecordingChannels="dual").json()
    api.advance(10)
    assert fetch(api, CALL_SID)["status"] == "completed"
    assert [(one["sid"], one["duration"]) for one in list_recordings_of(api, CALL_SID)] == [(recording["sid"], "5")]


def test_fetch_and_delete_of_a_call_that_nothing_knows_change_nothing(api: Api) -> None:
    upper = CALL_SID[:2] + CALL_SID[2:].upper()
    version, earlier = api.get_account().version, fetch(api, upper)
    assert (earlier["sid"], earlier["status"], earlier["duration"]) == (CALL_SID, "in-progress", "0")
    assert parse_error(delete(api, CALL_SID))["code"] == "20009"
    assert "<Status>in-progress</Status>" in api.get_in_account(f"Calls/{CALL_SID}").text
    assert CALL_SID not in list_sids(api)
    account = api.get_account()
    assert (account.version, account.has_live_calls, account.has_state) == (version, False, False)
    api.advance(5)
    api.post(f"Calls/{CALL_SID}.json", TimeLimit="60")
    later = fetch(api, CALL_SID)
    assert (later["from"], later["to"]) == (earlier["from"], earlier["to"])
    assert (later["direction"], later["status"]) == (earlier["direction"], earlier["status"])


def test_current_recording_of_a_call_that_nothing_knew_is_updated(api: Api) -> None:
    current = f"Calls/{CALL_SID}/Recordings/Twilio.CURRENT.json"
    assert api.post(current, Status="stopped").status_code == 404
    sids = []
    for is_live in (False, True):
        sids.append(api.post(f"Calls/{CALL_SID}/Recordings.json").json()["sid"])
        assert fetch(api, CALL_SID)["status"] == "in-progress"
        assert api.post(current, Status="paused", PauseBehavior="skip").json()["status"] == "paused"
        api.advance(4)
        assert api.post(current, Status="in-progress").json()["status"] == "in-progress"
        api.advance(3)
        assert api.post(current, Status="stopped").json()["sid"] == sids[-1]
        assert api.get_account().has_live_calls == is_live
        api.post(f"Calls/{CALL_SID}.json", TimeLimit="600")
    api.advance(2)
    found = {one["sid"]: (one["status"], one["duration"]) for one in list_recordings_of(api, CALL_SID)}
    assert found == dict.fromkeys(sids, ("completed", "3"))


def test_call_of_this_account_that_does_not_exist_is_not_in_progress(api: Api) -> None:
    corpus = api.get_account().corpus
    own = corpus.sids.encode(Kind.CALL, corpus.count + 5)
    assert api.get_in_account(f"Calls/{own}.json").status_code == 404
    assert api.post(f"Calls/{own}.json", Status="completed").status_code == 404
    assert delete(api, own).status_code == 404


# -- recordings through the API -------------------------------------------------------------------


def test_call_can_be_recorded_only_while_it_is_in_progress(api: Api) -> None:
    sid = place(api)
    codes = []
    for seconds in (0, 1, 2, 700):
        api.advance(seconds)
        answer = api.post(f"Calls/{sid}/Recordings.json")
        codes.append((answer.status_code, answer.json().get("code")))
    assert codes == [(400, 21220), (400, 21220), (201, None), (400, 21220)]


def test_recording_of_a_live_call_is_paused_resumed_and_stopped(api: Api) -> None:
    sid = place_answered(api, Record="true")
    started = api.post(f"Calls/{sid}/Recordings.json", RecordingChannels="dual").json()
    assert (started["status"], started["source"], started["channels"]) == ("in-progress", "StartCallRecordingAPI", 2)
    assert parse_error(api.post(f"Calls/{sid}/Recordings/Twilio.CURRENT.json", Status="paused"))["code"] == "16108"
    for status, seconds in (("paused", 4), ("in-progress", 5), ("stopped", 6)):
        form = {"PauseBehavior": "skip"} if status == "paused" else {}
        changed = api.post(f"Calls/{sid}/Recordings/{started['sid']}.json", Status=status, **form).json()
        assert changed["status"] == status
        api.advance(seconds)
    (stopped,) = [one for one in list_recordings_of(api, sid) if one["sid"] == started["sid"]]
    assert (stopped["status"], stopped["duration"]) == ("completed", "5")
    assert api.post(f"Calls/{sid}/Recordings/Twilio.CURRENT.json", Status="stopped").json()["source"] == "OutboundAPI"


def test_trim_of_an_api_recording_is_off_unless_asked_for(api: Api) -> None:
    plain, trimmed = place_answered(api), place_answered(api)
    api.post(f"Calls/{plain}/Recordings.json")
    api.post(f"Calls/{trimmed}/Recordings.json", Trim="trim-silence")
    for sid in (plain, trimmed):
        api.advance(2)
        api.post(f"Calls/{sid}.json", Twiml=TWIML)
    api.advance(20)
    (long,), (short,) = list_recordings_of(api, plain), list_recordings_of(api, trimmed)
    assert (long["duration"], short["duration"]) == ("7", "2")


# -- deletions and lists --------------------------------------------------------------------------


def test_deleted_call_leaves_its_recordings(api: Api) -> None:
    sid = place(api, Twiml=TWIML, Record="true")
    assert (parse_error(delete(api, sid))["code"], delete(api, sid).status_code) == ("20009", 409)
    api.advance(20)
    assert delete(api, sid).status_code == 204
    assert api.get_in_account(f"Calls/{sid}.json").status_code == 404
    assert delete(api, sid).status_code == 404
    assert sid not in list_sids(api)
    assert len(list_recordings_of(api, sid)) == 1


def test_live_calls_are_listed_before_the_corpus_and_once(api: Api) -> None:
    old = list_sids(api)
    placed = [place(api, Twiml=TWIML, Record="true") for _ in range(3)]
    api.advance(20)
    assert list_sids(api) == [*reversed(placed), *old]
    body = api.get_twilio_json("Calls.json?PageSize=2")
    found = [call["sid"] for call in body["calls"]]
    while body["next_page_uri"]:
        body = api.get(body["next_page_uri"]).json()
        found += [call["sid"] for call in body["calls"]]
    assert found == [*reversed(placed), *old]
    back = api.get(body["previous_page_uri"]).json()
    assert [call["sid"] for call in back["calls"]] == found[-len(body["calls"]) - 2 : -len(body["calls"])]
    assert list_sids(api) == list_sids(api, "PageSize=50")


def test_page_tokens_survive_deletions(api: Api) -> None:
    placed = [place(api, Twiml=TWIML) for _ in range(6)]
    api.advance(20)
    body, seen = api.get_twilio_json("Calls.json?PageSize=2"), []
    while body["next_page_uri"]:
        for call in body["calls"]:
            seen.append(call["sid"])
            assert delete(api, call["sid"]).status_code == 204
        body = api.get(body["next_page_uri"]).json()
    assert seen[:6] == placed[::-1]
    assert len({*seen}) == len(seen)
    unknown = api.get_in_account(f"Calls.json?PageToken=PACA{'9' * 32}&Page=1")
    assert unknown.status_code == 400


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("Status=completed", ["first"]),
        ("Status=in-progress", ["third", "second"]),
        ("Status=busy", []),
        ("To=%2B15005550006", ["second", "first"]),
        ("To=+15005550006", ["second", "first"]),
        ("To=(500)%20555-0006", ["second", "first"]),
        ("To=client:ann", ["third"]),
        ("From=%2B15005550002", ["third", "second", "first"]),
        ("From=%2B15005550009", []),
        ("StartTime=2026-01-01", ["third", "second", "first"]),
        ("StartTime%3E=2026-01-01T00:00:20Z", ["third", "second"]),
        ("StartTime%3C=2026-01-01T00:00:20Z&StartTime%3E=2026-01-01", ["first"]),
        ("EndTime=2026-01-01", ["first"]),
        ("ParentCallSid=CA" + "0" * 32, []),
    ],
)
def test_filter_selects_live_calls(query: str, expected: list[str]) -> None:
    with Api(make_settings(count=30, wire=WireSetting.TWILIO)) as api:
        placed = {"first": place(api, Twiml=TWIML)}
        api.advance(20)
        placed |= {"second": place(api), "third": place(api, To="client:ann")}
        api.advance(10)
        names = {sid: name for name, sid in placed.items()}
        assert [names[sid] for sid in list_sids(api, query) if sid in names] == expected


def test_child_leg_is_listed_by_its_parent_and_recorded(api: Api) -> None:
    parent = place_answered(api, Twiml="<Response><Dial><Number>+15005550009</Number></Dial></Response>")
    api.advance(3)
    (child,) = api.get_twilio_json(f"Calls.json?ParentCallSid={parent.upper().replace('CA', 'CA', 1)}")["calls"]
    assert (child["direction"], child["parent_call_sid"], child["status"]) == ("outbound-dial", parent, "in-progress")
    recording = api.post(f"Calls/{child['sid']}/Recordings.json").json()
    assert (recording["call_sid"], recording["status"]) == (child["sid"], "in-progress")
    api.post(f"Calls/{parent}.json", Status="completed")
    assert fetch(api, child["sid"])["status"] == "completed"


def test_call_can_be_refused_by_a_fault(api: Api) -> None:
    fault = {"when": {"op": "create_call"}, "then": {"status": 429}, "times": 1}
    api.run_command("POST", "/faults", {"faults": [fault]})
    assert [api.post("Calls.json", **FORM).status_code for _ in range(2)] == [429, 201]


def test_oldest_finished_calls_are_forgotten(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.account.calls.new_calls._MAX_FINISHED", 3)
    monkeypatch.setattr("mockserver.account.calls.context._MAX_FORGOTTEN", 2)
    placed = []
    for _ in range(6):
        placed.append(place(api, Twiml=TWIML))
        api.advance(20)
    assert list_sids(api)[:3] == placed[:2:-1]
    assert api.get_in_account(f"Calls/{placed[2]}.json").status_code == 404
    assert list(api.get_account().state.live.forgotten) == [1, 2]
    below = api.get_in_account(f"Calls.json?PageToken=PA{placed[2]}&Page=1&PageSize=3").json()
    above = api.get_in_account(f"Calls.json?PageToken=PB{placed[2]}&Page=1&PageSize=1").json()
    assert placed[0] not in {call["sid"] for call in below["calls"]}
    assert [call["sid"] for call in above["calls"]] == [placed[3]]
    assert api.get_in_account(f"Calls.json?PageToken=PA{placed[0]}&Page=1").status_code == 400


def test_page_beside_forgotten_calls_names_their_place(api: Api) -> None:
    old, sid = list_sids(api), place(api, Twiml=TWIML)
    api.advance(20)
    assert delete(api, sid).status_code == 204
    page = api.get_in_account(f"Calls.json?PageToken=PB{old[0]}&Page=1&PageSize=2").json()
    assert page["calls"] == []
    assert [call["sid"] for call in api.get(page["next_page_uri"]).json()["calls"]] == old[:2]


def test_page_between_forgotten_calls_names_the_place_of_one(api: Api) -> None:
    old, placed = list_sids(api), [place(api, Twiml=TWIML) for _ in range(2)]
    api.advance(20)
    for sid in placed:
        delete(api, sid)
    page = api.get_in_account(f"Calls.json?PageToken=PB{placed[0]}&Page=1&PageSize=2").json()
    assert page["calls"] == []
    assert f"PageToken=PA{placed[1]}" in page["next_page_uri"]
    assert [call["sid"] for call in api.get(page["next_page_uri"]).json()["calls"]] == old[:2]


@pytest.mark.parametrize("query", ["EndTime%3C=2027-01-01", "EndTime%3C=2027-01-01&Status=completed"])
def test_filter_by_end_selects_calls_of_both_kinds(api: Api, query: str) -> None:
    old, sid = list_sids(api, query), place(api, Twiml=TWIML)
    api.advance(20)
    assert list_sids(api, query) == [sid, *old]
    assert len(old) > 1
