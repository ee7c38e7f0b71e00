"""Transcriptions that a `<Record>` asks for."""

import pytest

from mockserver.account.commands.calls import DeleteCall
from mockserver.account.commands.recordings import DeleteRecording
from scenarios.callers import Caller
from tests.accounts import make_scenario
from tests.calls import Line, respond

LONG = "I would like to order a birthday cake with strawberries for Sunday afternoon, please."
ASKED = "transcribe='true' transcribeCallback='/transcribed'"


def record(attributes: str = ASKED) -> dict[str, str]:
    """Return an app that records."""
    return {"/voice": respond(f"<Record action='/done' {attributes}/>"), "/done": respond()}


def test_transcription_is_complete_after_its_recording_and_is_sent() -> None:
    with Line(record(f"{ASKED} recordingStatusCallback='/rec'")) as line:
        line.play(caller=Caller(speech=(LONG,)))
        sent = line.app.get("/transcribed")
        assert (sent["TranscriptionStatus"], sent["TranscriptionText"]) == ("completed", LONG)
        assert (sent["RecordingSid"], sent.method) == (line.recordings[0].sid, "POST")
        assert [received.path for received in line.app.received][-2:] == ["/rec", "/transcribed"]


def test_transcription_without_words_has_failed() -> None:
    with Line(record(f"{ASKED} trim='do-not-trim'")) as line:
        line.play(caller=Caller(speech=()))
        sent = line.app.get("/transcribed")
        assert (sent["TranscriptionStatus"], "TranscriptionText" in sent.form) == ("failed", False)


def test_absent_recording_is_not_transcribed() -> None:
    with Line(record()) as line:
        line.play(caller=Caller(speech=()))
        assert [recording.status for recording in line.recordings] == ["absent"]
        assert (line.app.list("/transcribed"), line.codes) == ([], [])


@pytest.mark.parametrize("speech", ["Hi", "word " * 2000])
def test_recording_that_is_too_short_or_too_long_is_not_transcribed(speech: str) -> None:
    with Line(record(f"{ASKED} maxLength='130'")) as line:
        line.play(caller=Caller(speech=(speech,)))
        assert line.app.list("/transcribed") == []
        assert 13617 in line.codes
        assert "expected a recording of more than 2 and less than 120 seconds" in line.debugger[-1].text


def test_transcribe_callback_alone_is_not_called_and_noted() -> None:
    with Line(record("transcribeCallback='/transcribed'")) as line:
        line.play(caller=Caller(speech=(LONG,)))
        assert line.app.list("/transcribed") == []
        assert [(event.level, event.code) for event in line.debugger] == [("warning", 13617)]


def test_transcription_without_a_callback_is_made() -> None:
    with Line(record("transcribe='true'")) as line:
        line.play(caller=Caller(speech=(LONG,)))
        (recording,) = line.recordings
        assert recording.transcription is not None
        assert recording.transcription.status == "completed"


def test_relative_callback_of_a_document_without_a_url_is_noted() -> None:
    content = f"<Record action='http://127.0.0.1:5000/done' {ASKED}/>"
    with Line({"/done": respond()}) as line:
        line.play(None, twiml=respond(content), caller=Caller(speech=(LONG,)))
        assert (line.codes, line.app.list("/transcribed")) == ([15004], [])


def test_recording_that_is_deleted_first_is_not_transcribed() -> None:
    with Line(record()) as line:
        call = line.place(caller=Caller(speech=(LONG,)))
        while not call.is_over:
            line.step()
        line.advance(3)
        line.account.apply(DeleteRecording(sid=line.recordings[0].sid))
        line.advance(30)
        assert (line.codes, line.app.list("/transcribed")) == ([13618], [])


def test_transcription_of_a_deleted_call_is_sent() -> None:
    with Line(record()) as line:
        call = line.place(caller=Caller(speech=(LONG,)))
        while not call.is_over:
            line.step()
        line.account.apply(DeleteCall(number=call.number))
        line.advance(30)
        assert line.app.get("/transcribed")["CallSid"] == call.sid


def test_recording_that_never_completes_is_looked_at_for_a_while() -> None:
    never = make_scenario(on_create={"timeline": [{"after": {"signal": "never"}, "status": "completed"}]})
    with Line(record(), never) as line:
        call = line.place(caller=Caller(speech=(LONG,)))
        while not call.is_over:
            line.step()
        line.advance(3600)
        assert (line.account.state.live.transcription_requests, line.app.list("/transcribed")) == ({}, [])
        assert line.account.timers.next_due is None
