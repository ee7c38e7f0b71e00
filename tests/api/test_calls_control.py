"""The control API of live calls: placing, playing, and the debugger."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from mockserver.testing import MockTwilio
from tests.accounts import make_scenario
from tests.harness import Api, make_settings

TWIML = "<Response><Say>One</Say><Pause length='60'/><Say>Two</Say></Response>"
OUTGOING: dict[str, Any] = {"direction": "outgoing", "to": "+15005550009", "twiml": TWIML}
NO_CALL = "CA" + "0" * 32


@contextmanager
def run_app(wait: Any) -> Iterator[str]:
    """Yield the URL of an app that calls a function before it answers."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            wait()
            self.send_response(200)
            self.send_header("Content-Type", "text/xml")
            self.end_headers()
            self.wfile.write(b"<Response><Say>One</Say></Response>")

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/voice"
        server.shutdown()


def test_calls_at_once_are_all_played(api: Api) -> None:
    barrier = threading.Barrier(3)
    with run_app(lambda: barrier.wait(30)) as url:
        place = ("POST", "/_mock/accounts/demo/calls", {"url": url})
        answers = api.request_concurrently(place, place, place)
    assert [(call["status"], call["is_played"]) for call in answers] == [("completed", True)] * 3


def test_reset_ends_the_wait_for_a_call(api: Api) -> None:
    is_asked, is_released = threading.Event(), threading.Event()

    def wait() -> None:
        is_asked.set()
        is_released.wait(30)

    async def reset_when_asked() -> None:
        await asyncio.to_thread(is_asked.wait, 30)
        api.mock.reset(api.mock.demo.sid)

    with run_app(wait) as url:
        (call,) = api.request_beside(reset_when_asked(), ("POST", "/_mock/accounts/demo/calls", {"url": url}))
        is_released.set()
    assert call["status"] == "ringing"
    assert api.run_command("GET", "/calls") == []


def test_account_without_calls_has_none(api: Api) -> None:
    assert api.run_command("GET", "/calls") == []
    assert api.run_command("GET", "/debugger") == []
    assert not api.get_account().has_live_calls


def test_outgoing_call_is_played_to_its_end(api: Api) -> None:
    call = api.run_command("POST", "/calls", OUTGOING)
    assert (call["status"], call["from"], call["to"]) == ("completed", "+15005550006", "+15005550009")
    assert [spoken["text"] for spoken in call["conversation"]] == ["One", "Two"]
    assert api.run_command("GET", f"/calls/{call['sid']}") == call
    assert [summary["sid"] for summary in api.run_command("GET", "/calls")] == [call["sid"]]


def test_call_without_wait_is_played_change_by_change(api: Api) -> None:
    call = api.run_command("POST", "/calls", OUTGOING | {"wait": False})
    path, heard = f"/calls/{call['sid']}/play", []
    assert (call["status"], call["is_played"]) == ("queued", False)
    while not call["is_played"]:
        call = api.run_command("POST", path, {"until": "change"})
        heard.append((call["status"], len(call["conversation"])))
    assert heard == [("ringing", 0), ("in-progress", 1), ("in-progress", 2), ("completed", 2)]
    assert api.run_command("POST", path) == call


def test_time_limit_ends_the_wait(api: Api) -> None:
    call = api.run_command("POST", "/calls", OUTGOING | {"wait": False})
    path = f"/calls/{call['sid']}/play"
    assert not api.run_command("POST", path, {"timeout": "0s"})["is_played"]
    assert "timeout: " in api.send_command("POST", path, {"timeout": "soon"}).headers["x-mock-reason"]


def test_client_asks_again_if_a_call_takes_longer_than_a_request(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mockserver.control.endpoints.call_operations._LONGEST_WAIT", 0.0)
    with MockTwilio() as mock:
        assert mock.calls.outgoing("+15005550009", twiml=TWIML).status == "completed"


def test_words_after_a_hang_up_are_not_in_the_conversation(api: Api) -> None:
    twiml = "<Response><Gather><Say>One</Say><Pause length='60'/><Say>Two</Say></Gather></Response>"
    call = api.run_command("POST", "/calls", OUTGOING | {"twiml": twiml, "hangs_up_after": "10s"})
    assert [spoken["text"] for spoken in call["conversation"]] == ["One"]


def test_person_of_the_scenario_gets_the_fields_of_the_command(api: Api) -> None:
    scenario = {"name": "mine", "callers": [{"to": "+15005550009", "speech": ["From the scenario."], "digits": "1"}]}
    api.run_command("PUT", "/scenario", {"scenario": scenario})
    twiml = "<Response><Record finishOnKey='#' action='https://twimlets.com/echo'/></Response>"
    plain = api.run_command("POST", "/calls", OUTGOING | {"twiml": twiml})
    changed = api.run_command("POST", "/calls", OUTGOING | {"twiml": twiml, "digits": "#"})
    other = api.run_command("POST", "/calls", OUTGOING | {"twiml": twiml, "speech": "From the command."})
    said = [
        [spoken["text"] for spoken in call["conversation"] if spoken["speaker"] == "person" and spoken["text"]]
        for call in (plain, changed, other)
    ]
    assert said == [["From the scenario."], ["From the scenario."], ["From the command."]]


def test_call_alone_in_a_conference_waits_for_one_that_is_still_to_be_answered(api: Api) -> None:
    room = "<Response><Dial><Conference>Room</Conference></Dial></Response>"
    api.run_command("POST", "/calls", OUTGOING)  # is over, and nobody waits for it
    agent = api.run_command("POST", "/calls", OUTGOING | {"twiml": room, "wait": False, "speech": ["Bob."]})
    caller = api.run_command("POST", "/calls", OUTGOING | {"to": "+15005550008", "twiml": room, "speech": ["Ann."]})
    assert (agent["status"], caller["status"], caller["is_played"]) == ("queued", "in-progress", True)
    assert {spoken["text"] for spoken in caller["conversation"]} == {"Ann.", "Bob."}
    assert api.run_command("GET", f"/calls/{agent['sid']}")["is_played"]


def test_call_in_a_conference_waits_for_no_call_in_a_queue(api: Api) -> None:
    queue = "<Response><Enqueue>support</Enqueue></Response>"
    room = "<Response><Dial><Conference>Room</Conference></Dial></Response>"
    queued = api.run_command("POST", "/calls", OUTGOING | {"twiml": queue, "wait": False})
    while queued["status"] != "in-progress":
        queued = api.run_command("POST", f"/calls/{queued['sid']}/play", {"until": "change"})
    api.run_command("POST", "/calls", OUTGOING | {"to": "+15005550008", "twiml": room})
    assert api.run_command("GET", f"/calls/{queued['sid']}")["status"] == "in-progress"


def test_call_in_a_conference_waits_until_a_participant_hangs_up(api: Api) -> None:
    room = "<Response><Dial><Conference endConferenceOnExit='true'>Room</Conference></Dial></Response>"
    api.run_command("POST", "/calls", OUTGOING | {"twiml": room, "wait": False, "hangs_up_after": "60s"})
    caller = api.run_command("POST", "/calls", OUTGOING | {"to": "+15005550008", "twiml": room})
    assert (caller["status"], caller["duration"]) == ("completed", 60)


def test_recording_that_never_completes_ends_the_wait() -> None:
    scenario = make_scenario(on_create={"timeline": [{"after": {"signal": "never"}, "status": "completed"}]})
    with Api(make_settings(), scenario) as api:
        call = api.run_command("POST", "/calls", OUTGOING | {"record": True})
        assert (call["status"], call["is_played"]) == ("completed", True)
        assert [recording["status"] for recording in call["recordings"]] == ["processing"]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ({}, "expected the url that the call asks"),
        ({"url": "http://x/", "twiml": "<Response/>"}, "found both"),
        ({"url": "/voice"}, "url: expected a URL such as http://127.0.0.1:5000/voice, found '/voice'"),
        ({"url": "http://x/", "status_callback": "x"}, "status_callback: expected a URL"),
        ({"url": "http://x/", "from": "nobody at all"}, "from: expected a number such as +15005550006"),
        ({"url": "http://x/", "direction": "outgoing"}, "to: expected the called number of an outgoing call"),
        ({"url": "http://x/", "digits": "one"}, "digits: expected"),
        ({"url": "http://x/", "hangs_up_after": "late"}, "hangs_up_after: expected"),
        ({"url": "http://x/", "recording_status_callback": "http://x/"}, "expected with record only"),
        ({"url": "http://x/", "record": True}, "record: expected an outgoing call"),
        ({"url": "http://x/", "answers": "busy"}, "answers: expected an outgoing call"),
        ({"url": "http://x/", "methods": "GET"}, "Expected some of direction, url, method"),
    ],
)
def test_invalid_call_is_refused(api: Api, command: dict[str, Any], reason: str) -> None:
    response = api.send_command("POST", "/calls", command)
    assert response.status_code == 400
    assert reason in response.json()["reason"]
    assert "callers[0]" not in response.json()["reason"]
    assert api.run_command("GET", "/calls") == []


def test_call_of_a_foreign_page_is_refused(api: Api) -> None:
    api.mock.control_token = "secret"
    response = api.send_command("POST", "/calls", OUTGOING, authorization="Bearer secret", origin="http://evil.example")
    assert response.status_code == 400
    assert "Calls are refused for pages of another origin, found 'http://evil.example'" in response.json()["reason"]
    assert not api.get_account().has_live_calls


@pytest.mark.parametrize("with_calls", [False, True])
@pytest.mark.parametrize(("method", "tail"), [("GET", ""), ("POST", "/play"), ("POST", "/hang-up")])
def test_unknown_call_is_not_found(api: Api, method: str, tail: str, with_calls: bool) -> None:
    if with_calls:
        api.run_command("POST", "/calls", OUTGOING)
    response = api.send_command(method, f"/calls/{NO_CALL}{tail}")
    assert response.status_code == 404
    assert NO_CALL in response.headers["x-mock-reason"]


def test_call_that_only_recordings_know_is_hung_up_while_it_is_in_progress(api: Api) -> None:
    sid = api.post(f"Calls/{NO_CALL}/Recordings.json").json()["sid"]
    api.advance(5)
    call = api.run_command("POST", f"/calls/{NO_CALL}/hang-up")
    assert (call["sid"], call["status"], call["direction"]) == (NO_CALL, "completed", "inbound")
    assert [(one["sid"], one["status"], one["duration"]) for one in call["recordings"]] == [(sid, "completed", 5)]
    over = api.get_account().corpus.generate_recording(0).call_sid
    response = api.send_command("POST", f"/calls/{over}/hang-up")
    assert (response.status_code, response.json()["code"]) == (400, 21220)


def test_debugger_shows_events_since_a_number(api: Api) -> None:
    for _ in range(3):
        api.run_command("POST", "/calls", OUTGOING | {"twiml": "<Response><Sayy/></Response>"})
    events = api.run_command("GET", "/debugger?since=1&limit=1")
    assert [(event["serial"], event["code"], event["level"]) for event in events] == [(1, 12200, "warning")]
    kinds = {event["kind"] for event in api.run_command("GET", "/events")}
    assert kinds == {"call", "debugger"}


def test_state_says_what_a_call_and_a_transcription_wait_for(api: Api) -> None:
    twiml = "<Response><Record action='http://127.0.0.1:9/' transcribe='true'/></Response>"
    call = api.run_command("POST", "/calls", OUTGOING | {"twiml": twiml, "wait": False})
    assert f"what call {call['sid']} does next" in {timer["what"] for timer in api.run_command("GET", "")["timers"]}
    for _ in range(60):
        api.run_command("POST", "/clock", {"advance": "1s"})
        waits = {timer["what"] for timer in api.run_command("GET", "")["timers"]}
        if any(what.startswith("the transcription of RE") for what in waits):
            return
    raise AssertionError(f"no transcription waits: {waits}")
