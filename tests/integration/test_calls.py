"""Calls that a test places: the handle plays them to their end, with an app in the process of the test."""

import asyncio
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import trio

from mockserver.control.client.changes import BlockedLoopError
from mockserver.control.client.errors import ControlError
from mockserver.testing import MockServer, MockTwilio
from mockserver.testing.failure_report import describe_account
from tests.receivers import run_receiver
from tests.voice_apps import ORIGIN, VOICEMAIL, AsyncVoiceApp, VoiceApp

VOICE = f"{ORIGIN}/voice"


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def mock(server: MockServer) -> Iterator[MockTwilio]:
    with server.account("AC" + "8" * 32) as mock:
        mock.reset()
        yield mock


def make_app(mock: MockTwilio, **documents: str) -> VoiceApp:
    app = VoiceApp({f"/{path}": document for path, document in documents.items()})
    mock.callbacks.deliver_to(app)
    return app


@pytest.mark.parametrize("app", [VoiceApp(VOICEMAIL), AsyncVoiceApp(VOICEMAIL)])
def test_incoming_call_leaves_a_message_with_an_app_that_has_no_server(mock: MockTwilio, app: VoiceApp) -> None:
    app.requests.clear()
    mock.callbacks.deliver_to(app)
    message = "Hi, this is Ann. Please call me back."
    call = mock.calls.incoming(VOICE, from_="+14155550100", speech=message, digits="#", status_callback=f"{ORIGIN}/end")
    assert (call.status, call.direction, call.from_, call.is_over, call.is_played) == (
        "completed",
        "inbound",
        "+14155550100",
        True,
        True,
    )
    assert call.heard == ("Leave a message.", "Thank you.")
    assert call.said == (message,)
    (recording,) = call.recordings
    assert (recording.status, recording.source, recording.channels) == ("completed", "RecordVerb", 1)
    assert recording.transcript == message
    assert app.get_form("/thanks")["RecordingUrl"] == recording.url
    assert app.get_form("/recorded")["RecordingDuration"] == str(recording.duration)
    assert app.get_form("/transcribed")["TranscriptionText"] == message
    assert app.get_form("/end")["CallDuration"] == str(call.duration)
    assert [(request.purpose, request.status) for request in call.requests] == [("voice URL", 200), ("action", 200)]
    assert call.requests[1].parameters["Digits"] == "#"
    assert (call.errors, call.warnings) == ((), ())
    mock.debugger.assert_clean()


@pytest.mark.parametrize("run", [asyncio.run, trio.run])
@pytest.mark.parametrize("app", [VoiceApp(VOICEMAIL), AsyncVoiceApp(VOICEMAIL)])
def test_async_twins_play_calls_in_the_thread_of_the_event_loop(mock: MockTwilio, app: VoiceApp, run: Any) -> None:
    app.threads.clear()
    found: list[str] = []

    async def main() -> None:
        mock.callbacks.deliver_to(app)
        found.append((await mock.calls.incoming_async(VOICE)).status)
        placed = await mock.calls.incoming_async(VOICE, wait=False)
        found.append(placed.status)
        found.append((await mock.calls.play_async(placed)).status)
        ringing = await mock.calls.outgoing_async("+15005550009", VOICE, wait=False)
        found.append((await mock.calls.hang_up_async(ringing)).status)

    run(main) if run is trio.run else run(main())
    assert found == ["completed", "ringing", "completed", "busy"]
    assert app.threads == {threading.get_ident()}


def test_blocking_call_on_running_loop_names_async_twin(mock: MockTwilio) -> None:
    async def main() -> None:
        mock.callbacks.deliver_to(AsyncVoiceApp(VOICEMAIL))
        with pytest.raises(BlockedLoopError, match=r"incoming_async|advance_async"):
            mock.calls.incoming(VOICE)

    asyncio.run(main())


def test_blocking_call_whose_app_does_not_answer_names_async_twin(mock: MockTwilio) -> None:
    released = threading.Event()
    with run_receiver(lambda connection: released.wait()) as url:

        async def main() -> None:
            with pytest.raises(BlockedLoopError, match=r"request to .*incoming_async"):
                mock.calls.incoming(f"{url}#rt=200&tt=300&rc=0")

        asyncio.run(main())
        released.set()


def test_outgoing_call_is_recorded_and_its_keys_answer_questions(mock: MockTwilio) -> None:
    app = make_app(
        mock,
        voice='<Gather numDigits="1" action="/menu"><Say>Press one.</Say></Gather><Say>Nothing?</Say>',
        menu="<Say>Good.</Say>",
    )
    call = mock.calls.outgoing(
        "+15005550009",
        VOICE,
        method="GET",
        digits="1",
        record="dual",
        recording_status_callback=f"{ORIGIN}/recorded",
        status_callback=f"{ORIGIN}/status",
        status_callback_method="GET",
        status_callback_events=["initiated", "answered"],
    )
    assert call.heard == ("Press one.", "Good.")
    assert call.pressed == "1"
    assert [(one.source, one.channels) for one in call.recordings] == [("OutboundAPI", 2)]
    assert sorted(app.paths) == ["/menu", "/recorded", "/status", "/status", "/voice"]
    assert app.get_form("/menu")["Digits"] == "1"


def test_document_needs_no_app(mock: MockTwilio) -> None:
    call = mock.calls.outgoing("+15005550009", twiml="<Response><Say>One</Say><Play>/a.mp3</Play></Response>")
    assert call.heard == ("One",)
    assert call.requests == ()


@pytest.mark.parametrize(
    ("answers", "status"), [("busy", "busy"), ("no-answer", "no-answer"), ("failed", "failed"), (True, "completed")]
)
def test_outgoing_call_ends_as_its_person_answers(mock: MockTwilio, answers: Any, status: str) -> None:
    call = mock.calls.outgoing("+15005550009", twiml="<Response/>", answers=answers, rings=3)
    assert call.status == status


def test_machine_answers(mock: MockTwilio) -> None:
    call = mock.calls.outgoing("+15005550009", twiml="<Response/>", answers="machine")
    assert call.answered_by == "machine_start"


def test_person_hangs_up_by_script(mock: MockTwilio) -> None:
    app = make_app(mock, voice='<Record action="/thanks" playBeep="false"/>')
    call = mock.calls.incoming(VOICE, speech=["A message that is much longer than two seconds, " * 3], hangs_up_after=2)
    assert (call.status, call.duration) == ("completed", 2)
    assert app.get_form("/thanks") | {"Digits": "hangup", "CallStatus": "completed"} == app.get_form("/thanks")


def test_hang_up_ends_a_call(mock: MockTwilio) -> None:
    call = mock.calls.incoming(VOICE, wait=False)
    assert (call.status, call.is_played) == ("ringing", False)
    assert mock.calls.hang_up(call.sid).status == "canceled"
    with pytest.raises(ControlError, match=r"expected a call in progress, found CA.*, which is canceled"):
        mock.calls.hang_up(call)


def test_call_in_a_silent_conference_waits_for_others(mock: MockTwilio) -> None:
    make_app(mock, voice="<Dial><Conference>room</Conference></Dial>")
    first = mock.calls.incoming(VOICE, speech="I am the first.")
    assert (first.status, first.is_played) == ("in-progress", True)
    second = mock.calls.incoming(VOICE, speech="I am the second.")
    assert second.heard == ("I am the first.",)
    assert [spoken.speaker for spoken in second.conversation] == ["other", "person"]
    assert mock.calls.hang_up(second).status == "completed"
    assert mock.calls.get(first).status == "in-progress"
    assert mock.calls.hang_up(first).status == "completed"
    assert [summary.status for summary in mock.calls] == ["completed", "completed"]
    assert len(mock.calls) == 2


def test_call_of_a_dial_has_its_parent(mock: MockTwilio) -> None:
    make_app(mock, voice="<Dial>+15005550009</Dial>")
    call = mock.calls.incoming(VOICE)
    _, child = mock.calls.list()
    assert (child.direction, child.parent_call_sid) == ("outbound-dial", call.sid)
    assert "person" in {spoken.speaker for spoken in mock.calls.get(child).conversation}


def test_errors_of_the_app_are_in_the_debugger(mock: MockTwilio) -> None:
    make_app(mock, voice="<Sayy>One</Sayy>", broken="<Say>", fallback="<Say>Sorry.</Say>")
    call = mock.calls.incoming(VOICE)
    assert [event.code for event in call.warnings] == [12200]
    with pytest.raises(AssertionError, match=r"warning 12200: .*\(POST https://app.example.com/voice answered 200\)"):
        mock.debugger.assert_clean()
    mock.debugger.assert_clean(ignore=[12200])
    broken = mock.calls.incoming(f"{ORIGIN}/broken", fallback_url=f"{ORIGIN}/fallback")
    assert [event.code for event in broken.errors] == [12100]
    assert [request.url for request in broken.requests] == [f"{ORIGIN}/broken", f"{ORIGIN}/fallback"]
    assert [event.code for event in mock.debugger] == [12200, 12100]
    assert len(mock.debugger) == 2
    assert [event.code for event in mock.debugger.list(since=mock.debugger.events[1].serial)] == [12100]


def test_app_places_a_call_while_it_answers(mock: MockTwilio) -> None:
    app = make_app(mock, voice="<Say>One</Say>")
    inner: list[str] = []
    app.on_request = lambda path: inner.append(mock.calls.outgoing("+15005550009", twiml="<Response/>").status)
    assert mock.calls.incoming(VOICE).status == "completed"
    assert inner == ["completed"]


def test_running_clock_is_waited_for() -> None:
    with MockTwilio(clock="1000x") as mock:
        app = VoiceApp(VOICEMAIL)
        mock.callbacks.deliver_to(app)
        call = mock.calls.incoming(VOICE, speech="Hello, this is Ann. Please call me back tomorrow.", digits="#")
        assert [one.status for one in call.recordings] == ["completed"]
        assert app.paths[-1] == "/transcribed"


def test_call_is_played_change_by_change(mock: MockTwilio) -> None:
    call = mock.calls.outgoing("+15005550009", twiml="<Response><Say>One</Say></Response>", wait=False)
    statuses = [call.status]
    while not call.is_played:
        call = mock.calls.play_on(call)
        statuses.append(call.status)
    assert statuses == ["queued", "ringing", "in-progress", "completed"]


def test_call_reference_must_have_a_sid(mock: MockTwilio) -> None:
    reference: Any = 3
    with pytest.raises(TypeError, match="expected a CallSid"):
        mock.calls.get(reference)


def test_text_of_a_call_shows_its_conversation(mock: MockTwilio) -> None:
    call = mock.calls.outgoing("+15005550009", twiml="<Response><Say>One</Say></Response>", record=True)
    text = str(call)
    assert '"One"' in text
    assert f"{call.recordings[0].url}.wav" in text


def test_failing_report_shows_debugger_events(mock: MockTwilio) -> None:
    mock.calls.outgoing("+15005550009", twiml="<Response><Sayy/></Response>")
    assert "debugger: warning 12200: " in describe_account(mock)


def test_calls_work_on_an_external_server(server: MockServer) -> None:
    with MockServer(url=server.base_url) as external:
        account = external.account("AC" + "9" * 32)
        account.clock.freeze()
        call = account.calls.outgoing("+15005550009", twiml="<Response><Record/></Response>", speech="One two three.")
        assert [recording.transcript for recording in call.recordings] == ["One two three."]
        assert [event.code for event in account.debugger] == [11100]  # a Record without action asks the document
        account.forget()
