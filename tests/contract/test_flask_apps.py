"""Voice apps as published ones are written, in Flask with the TwiML builders of twilio-python (WIRE-CALLS §8)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask, redirect, request, session, url_for
from twilio.base.exceptions import TwilioRestException
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import Dial, VoiceResponse
from werkzeug.wrappers import Response

from generators.seeds import derive_bytes
from mockserver.testing import MockServer, MockTwilio

PUBLIC = "https://app.example.com"
NUMBER, AGENT = "+15005550006", "+15005550008"
QUESTIONS = ("Please leave your name.", "How often a week?")


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer(count=0) as server:
        yield server


@pytest.fixture
def mock(server: MockServer, request: pytest.FixtureRequest) -> Iterator[MockTwilio]:
    sid = "AC" + derive_bytes("tests", "account of test", request.node.nodeid)[:16].hex()
    with server.account(sid) as mock:
        yield mock


def make_app(mock: MockTwilio) -> Flask:
    """Return an app that refuses what Twilio has not signed, and receives what is sent to its public name."""
    app = Flask("voice")
    app.secret_key = "secret"

    @app.before_request
    def check() -> tuple[str, int] | None:
        url = PUBLIC + request.path + (f"?{request.query_string.decode()}" if request.query_string else "")
        signature = request.headers["X-Twilio-Signature"]
        is_signed = RequestValidator(mock.auth_token).validate(url, request.form.to_dict(), signature)
        return None if is_signed else ("not signed", 403)

    mock.callbacks.deliver_to(app)
    return app


def test_survey_that_redirects_and_keeps_its_state_in_a_session(mock: MockTwilio) -> None:
    app, answers = make_app(mock), []

    @app.get("/voice")
    def start() -> Response:
        session["asked"] = 0
        return redirect(url_for("ask", number=0))

    @app.get("/question/<int:number>")
    def ask(number: int) -> str:
        session["asked"] += 1
        response = VoiceResponse()
        response.say(QUESTIONS[number])
        if number == 0:
            response.record(action=url_for("answer", number=0), method="POST", transcribe_callback="/transcribed")
        else:
            response.gather(action=url_for("answer", number=1), method="post")
        return str(response)

    @app.post("/answer/<int:number>")
    def answer(number: int) -> str:
        answers.append(request.values.get("Digits", ""))
        response = VoiceResponse()
        if number + 1 < len(QUESTIONS):
            response.redirect(url_for("ask", number=number + 1), method="GET")
        else:
            response.say(f"Thank you for {session['asked']} answers.")
        return str(response)

    call = mock.calls.incoming(f"{PUBLIC}/voice", method="GET", speech="Ann Miller from Springfield", digits="*7#")
    assert call.heard == (*QUESTIONS, "Thank you for 2 answers.")
    assert answers == ["*", "7"]
    assert [recording.transcript for recording in call.recordings] == ["Ann Miller from Springfield"]
    assert [event.code for event in call.debugger] == [13617]


def test_recorder_that_downloads_the_recording_and_deletes_it_with_its_call(mock: MockTwilio) -> None:
    app, client, deleted = make_app(mock), mock.client(), []

    @app.post("/voice")
    def ask() -> str:
        session["caller"] = request.values["Caller"]
        response = VoiceResponse()
        response.gather(action="call", method="post", num_digits=11, finish_on_key="#").say("Enter the number.")
        return str(response)

    @app.post("/call")
    def connect() -> str:
        response = VoiceResponse()
        dial = Dial(record="record-from-answer", action="done", recording_status_callback="recorded", time_limit=3600)
        dial.number(request.values["Digits"])
        response.append(dial)
        return str(response)

    @app.post("/done")
    def end() -> str:
        response = VoiceResponse()
        response.say(f"{session['caller']} talked for {request.values['DialCallDuration']} seconds.")
        return str(response)

    @app.post("/recorded")
    def store() -> str:
        recording = client.recordings(request.values["RecordingSid"])
        media = client.request("GET", f"{mock.base_url}{urlsplit(request.values['RecordingUrl']).path}.mp3")
        deleted.extend([media.status_code, recording.delete(), client.calls(request.values["CallSid"]).delete()])
        return ""

    call = mock.calls.incoming(f"{PUBLIC}/voice", from_="+14155550100", digits="15005550008#", speech=["Hello."])
    dialed = int(call.requests[-1].parameters["DialCallDuration"])
    assert call.heard[-1] == f"+14155550100 talked for {dialed} seconds."
    assert deleted == [200, True, True]
    assert (call.recordings, client.recordings.list(call_sid=call.sid)) == ((), [])
    mock.debugger.assert_clean()


def test_caller_waits_for_the_agent_whom_the_app_calls_within_its_answer(mock: MockTwilio) -> None:
    app, client, recorded = make_app(mock), mock.client(), []

    def join(name: str, *, is_agent: bool) -> str:
        response, dial = VoiceResponse(), Dial()
        options = {"record": "record-from-start", "recording_status_callback": f"{PUBLIC}/recorded"}
        dial.conference(
            name, start_conference_on_enter=is_agent, end_conference_on_exit=not is_agent, wait_url="/wait", **options
        )
        response.append(dial)
        return str(response)

    @app.post("/voice")
    def call_agent() -> str:
        sid = request.form["CallSid"]
        client.calls.create(to=AGENT, from_=NUMBER, url=f"{PUBLIC}{url_for('agent', name=sid)}")
        return join(sid, is_agent=False)

    @app.post("/agent/<name>")
    def agent(name: str) -> str:
        return join(name, is_agent=True)

    @app.post("/wait")
    def wait() -> str:
        response = VoiceResponse()
        response.say("Please hold.")
        response.pause(length=20)
        response.redirect("/wait")
        return str(response)

    @app.post("/recorded")
    def note() -> str:
        recorded.append(request.form["RecordingStatus"])
        return ""

    call = mock.calls.incoming(f"{PUBLIC}/voice", speech=["I need help."])
    (conference,) = client.conferences.list(friendly_name=call.sid, status="in-progress")
    participants = client.conferences(conference.sid).participants.list()
    assert len(participants) == 2
    assert (len(call.said), call.heard[0], len(call.heard)) == (1, "Please hold.", 2)
    mock.calls.hang_up(call)
    assert [child.status for child in mock.calls.list()] == ["completed", "completed"]
    assert (recorded, [found.source for found in client.recordings.list()]) == (["completed"], ["Conference"])
    mock.debugger.assert_clean()


def test_request_counts_whose_answer_the_app_overtakes_by_the_api(mock: MockTwilio) -> None:
    app, client = make_app(mock), mock.client()

    @app.post("/voice")
    def end() -> str:
        client.calls(request.form["CallSid"]).update(status="completed")
        return ""

    @app.post("/menu")
    def replace() -> str:
        client.calls(request.form["CallSid"]).update(twiml="<Response><Say>This instead.</Say></Response>")
        response = VoiceResponse()
        response.say("Never heard.")
        return str(response)

    @app.post("/start")
    def start() -> str:
        response = VoiceResponse()
        response.redirect("/menu")
        return str(response)

    call = mock.calls.incoming(f"{PUBLIC}/start")
    assert call.heard == ("This instead.",)
    assert [asked.url for asked in call.requests] == [f"{PUBLIC}/start", f"{PUBLIC}/menu"]
    ended = mock.calls.incoming(f"{PUBLIC}/voice")
    assert (ended.status, [asked.status for asked in ended.requests]) == ("canceled", [200])
    mock.debugger.assert_clean()


@pytest.mark.parametrize(
    ("person", "status"), [({"digits": "#"}, "in-progress"), ({"hangs_up_after": "6s"}, "completed")]
)
def test_app_looks_at_its_call_in_the_record_action(mock: MockTwilio, person: dict[str, Any], status: str) -> None:
    app, client = make_app(mock), mock.client()
    seen: list[object] = []

    def download(url: str) -> int:
        code: int = client.request("GET", f"{mock.base_url}{urlsplit(url).path}.wav").status_code
        return code

    @app.post("/voice")
    def record() -> str:
        response = VoiceResponse()
        response.record(action="/done", recording_status_callback="/recorded")
        return str(response)

    @app.post("/done")
    def end() -> str:
        call = client.calls(request.form["CallSid"]).fetch()
        seen.append((request.form["CallStatus"], call.status, call.direction, download(request.form["RecordingUrl"])))
        return str(VoiceResponse())

    @app.post("/recorded")
    def store() -> str:
        seen.append(download(request.form["RecordingUrl"]))
        return ""

    mock.calls.incoming(f"{PUBLIC}/voice", speech="Hello, this is Ann Miller from Springfield.", **person)
    assert seen == [(status, status, "inbound", 404), 200]
    mock.debugger.assert_clean()


@pytest.mark.parametrize("direction", ["inbound", "outbound"])
def test_app_starts_a_recording_in_its_first_answer(mock: MockTwilio, direction: str) -> None:
    app, client = make_app(mock), mock.client()
    codes: list[int | None] = []

    @app.post("/voice")
    def start() -> str:
        for _ in range(3):
            try:
                client.calls(request.form["CallSid"]).recordings.create(trim="do-not-trim")
                codes.append(None)
                break
            except TwilioRestException as error:  # an inbound call rings until it is answered
                codes.append(error.code)
        response = VoiceResponse()
        response.say("How can I help you?")
        response.pause(4)
        return str(response)

    url, is_inbound = f"{PUBLIC}/voice", direction == "inbound"
    call = mock.calls.incoming(url) if is_inbound else mock.calls.outgoing(AGENT, url)
    assert codes == ([21220] * 3 if is_inbound else [None])
    recorded = [] if is_inbound else [("StartCallRecordingAPI", call.duration)]
    assert [(recording.source, recording.duration) for recording in call.recordings] == recorded
    assert call.heard == ("How can I help you?",)
    mock.debugger.assert_clean()


def test_callee_is_recorded_by_the_app_that_hears_of_its_answer(mock: MockTwilio) -> None:
    app, client = make_app(mock), mock.client()

    @app.post("/voice")
    def connect() -> str:
        response, dial = VoiceResponse(), Dial()
        dial.number(AGENT, status_callback="/child", status_callback_event="answered")
        response.append(dial)
        return str(response)

    @app.post("/child")
    def record() -> str:
        child = client.calls(request.form["CallSid"])
        child.recordings.create(recording_channels="dual", recording_status_callback=f"{PUBLIC}/recorded")
        return ""

    @app.post("/recorded")
    def keep() -> str:
        recorded.append((request.form["CallSid"], request.form["RecordingStatus"]))
        return ""

    recorded: list[tuple[str, str]] = []
    call = mock.calls.incoming(f"{PUBLIC}/voice", speech=["I need help."])
    (child,) = client.calls.list(parent_call_sid=call.sid)
    (recording,) = client.recordings.list(call_sid=child.sid)
    assert (recording.source, recording.channels, recording.duration) == ("StartCallRecordingAPI", 2, child.duration)
    assert (recorded, call.recordings) == ([(child.sid, "completed")], ())
    mock.debugger.assert_clean()


def test_action_and_transcription_share_a_url_with_a_query(mock: MockTwilio) -> None:
    app, asked = make_app(mock), []

    @app.post("/voice")
    def record() -> str:
        response, url = VoiceResponse(), url_for("message", agent="Ann & Bob", step=2)
        response.record(action=url, transcribe=True, transcribe_callback=url, timeout=3)
        return str(response)

    @app.post("/message")
    def message() -> str:
        asked.append((request.args["agent"], request.args["step"], request.form.get("TranscriptionText")))
        return str(VoiceResponse())

    spoken = "My bicycle has a flat tyre, please call me back today."
    mock.calls.incoming(f"{PUBLIC}/voice", speech=spoken)
    assert asked == [("Ann & Bob", "2", None), ("Ann & Bob", "2", spoken)]
    mock.debugger.assert_clean()
