"""What documents record: sources, channels, durations, and what the app hears of it."""

import pytest

from generators.model import InFlight
from generators.sids import Kind
from mockserver.account.commands.calls import HangUpCall, UpdateCall
from mockserver.account.commands.recordings import UpdateRecording
from mockserver.account.resources.parent import Parent
from mockserver.account.state.app_requests import VoiceDocument
from mockserver.account.state.in_progress import PauseBehavior
from mockserver.account.state.live_calls import Direction, LiveCall
from mockserver.account.state.live_recordings import RecordOptions
from scenarios.callers import Caller
from tests.calls import APP, SILENT, Line, get_seconds, list_heard, respond

HELLO = "Hello, this is Ann. Please call me back."
"""It takes three seconds."""
ANN = Caller(speech=(HELLO,))
DONE = {"/done": respond("<Say>Thanks</Say>")}


def update_recording(line: Line, call: LiveCall, status: InFlight, behavior: PauseBehavior) -> None:
    """Pause, resume or stop the only active recording of a call, as the API does."""
    (index,) = line.account.state.in_progress
    sid, parent = line.account.state.recordings[index].sid, Parent.from_sid(Kind.CALL, call.sid)
    line.account.apply(UpdateRecording(sid=sid, parent=parent, status=status, behavior=behavior))
    line.settle()


def play_record(attributes: str, caller: Caller = ANN) -> tuple[Line, LiveCall]:
    """Play a call that records with these attributes."""
    line = Line({"/voice": respond(f"<Record action='/done' {attributes}/><Say>Nothing</Say>")} | DONE)
    with line:
        return line, line.play(caller=caller)


def test_record_asks_its_action_at_once_and_the_file_is_later() -> None:
    line, call = play_record("recordingStatusCallback='/rec' recordingStatusCallbackEvent='in-progress completed'")
    (recording,) = line.recordings
    order = [(received.path, received.form.get("RecordingStatus")) for received in line.app.received]
    assert order == [("/voice", None), ("/rec", "in-progress"), ("/done", None), ("/rec", "completed")]
    action = line.app.get("/done")
    assert (recording.source, recording.channels, recording.duration) == ("RecordVerb", 1, 3)
    assert (action["RecordingSid"], action["RecordingDuration"], action["CallStatus"]) == (
        recording.sid,
        "8",  # with the silence that ended it
        "in-progress",
    )
    assert action["RecordingUrl"].endswith(f"/Recordings/{recording.sid}")
    assert "Digits" not in action.form
    assert line.app.list("/rec")[1]["RecordingDuration"] == "3"
    assert list_heard(call) == [HELLO, "Thanks"]


def test_untrimmed_record_keeps_the_silence_at_its_end() -> None:
    line, _ = play_record("trim='do-not-trim'")
    assert [recording.duration for recording in line.recordings] == [8]


@pytest.mark.parametrize(
    ("attributes", "digits", "pressed", "seconds"),
    [
        ("", "#", "#", "4"),
        ("finishOnKey='1'", "1", "1", "4"),
        ("finishOnKey='12'", "1", None, "8"),
        ("timeout='2'", "", None, "5"),
        ("timeout='0' maxLength='20'", "", None, "20"),
        ("maxLength='3'", "#", None, "3"),
    ],
)
def test_key_silence_or_the_longest_time_ends_a_record(
    attributes: str, digits: str, pressed: str | None, seconds: str
) -> None:
    line, _ = play_record(attributes, Caller(speech=(HELLO,), digits=digits))
    action = line.app.get("/done")
    assert (action.form.get("Digits"), action["RecordingDuration"]) == (pressed, seconds)


def test_message_of_a_caller_who_hangs_up_is_reported_in_the_order_of_its_life() -> None:
    record = (
        "<Record action='/done' recordingStatusCallback='/rec' recordingStatusCallbackEvent='in-progress completed' "
        "transcribe='true' transcribeCallback='/text'/>"
    )
    with Line({"/voice": respond(f"<Say>Leave a message.</Say>{record}")} | DONE) as line:
        line.play(caller=Caller(speech=(HELLO,), hangs_up_after="9s"), events=("completed",))
        order = [received.path for received in line.app.received]
        statuses = [received["RecordingStatus"] for received in line.app.list("/rec")]
        # WIRE-CALLS §6: the action and the end of the call come in either order, before the file is ready.
        assert (order[:2], {*order[2:4]}, order[4:]) == (["/voice", "/rec"], {"/done", "/status"}, ["/rec", "/text"])
        assert (statuses, line.app.get("/status")["CallStatus"]) == (["in-progress", "completed"], "completed")


def test_hang_up_ends_a_record_and_its_action_is_asked() -> None:
    line, call = play_record("", Caller(speech=(HELLO,), hangs_up_after="4s"))
    action = line.app.get("/done")
    assert (action["Digits"], action["CallStatus"], action["RecordingDuration"]) == ("hangup", "completed", "4")
    assert (get_seconds(call), [recording.duration for recording in line.recordings]) == (4, [3])
    assert list_heard(call) == [HELLO]


def test_silent_record_is_absent_and_the_next_verb_follows() -> None:
    line, call = play_record("recordingStatusCallback='/rec' recordingStatusCallbackEvent='absent'", SILENT)
    assert [recording.status for recording in line.recordings] == ["absent"]
    assert (list_heard(call), line.app.get("/rec")["RecordingStatus"]) == (["Nothing"], "absent")
    assert "/done" not in line.app.paths


def test_record_without_an_action_asks_its_own_document() -> None:
    with Line() as line:
        line.app.answers["/voice"] = lambda received: respond("" if "RecordingSid" in received.form else "<Record/>")
        line.play(caller=ANN)
        assert line.app.paths == ["/voice", "/voice"]


def test_api_stops_a_record_and_its_action_follows() -> None:
    with Line({"/voice": respond("<Record action='/done'/>")} | DONE) as line:
        call = line.place(caller=ANN)
        line.advance(3)
        update_recording(line, call, InFlight.STOPPED, PauseBehavior.SILENCE)
        line.finish(call)
        (recording,) = line.recordings
        assert (recording.status, recording.duration) == ("completed", 3)
        assert (line.app.get("/done")["RecordingSid"], get_seconds(call)) == (recording.sid, 4)


def test_redirect_by_the_api_ends_a_record_without_its_action() -> None:
    with Line({"/voice": respond("<Record action='/done'/>"), "/other": respond("<Say>Moved</Say>")} | DONE) as line:
        call = line.place(caller=ANN)
        line.advance(3)
        line.account.apply(UpdateCall(number=call.number, voice=VoiceDocument(f"{APP}/other")))
        line.finish(call)
        assert (line.app.paths, [recording.duration for recording in line.recordings]) == (["/voice", "/other"], [3])


@pytest.mark.parametrize(("behavior", "duration"), [(PauseBehavior.SKIP, 10), (PauseBehavior.SILENCE, 30)])
def test_pause_of_an_api_recording_is_left_out_or_silent(behavior: PauseBehavior, duration: int) -> None:
    with Line({"/voice": respond("<Pause length='30'/>")}) as line:
        call = line.place(caller=ANN, direction=Direction.OUTBOUND_API, record=RecordOptions(trim=False))
        line.advance(3 + 5)
        update_recording(line, call, InFlight.PAUSED, behavior)
        line.advance(20)
        update_recording(line, call, InFlight.IN_PROGRESS, behavior)
        line.finish(call)
        (recording,) = line.recordings
        assert (recording.source, recording.duration, get_seconds(call)) == ("OutboundAPI", duration, 30)


def test_call_that_is_placed_with_record_is_recorded_from_its_answer_to_its_end() -> None:
    content = "<Say>Hello there</Say><Gather input='speech' action='/done'/>"
    with Line({"/voice": respond(content)} | DONE) as line:
        call = line.play(
            caller=ANN, direction=Direction.OUTBOUND_API, record=RecordOptions(2, trim=False), events=("completed",)
        )
        (recording,) = line.recordings
        assert (recording.source, recording.channels, recording.duration) == ("OutboundAPI", 2, get_seconds(call))
        assert [(turn.channel, turn.text) for turn in recording.turns or ()] == [
            (2, "Hello there"),
            (1, HELLO),
            (2, "Thanks"),
        ]
        end = line.app.get("/status")
        assert (end["RecordingSid"], end["RecordingDuration"], end["CallDuration"]) == (
            recording.sid,
            str(recording.duration),
            str(recording.duration),
        )


def test_document_starts_recordings_that_go_on_until_they_are_stopped_or_the_call_ends() -> None:
    content = (
        "<Start><Recording name='a' channels='mono' trim='do-not-trim'/></Start><Pause length='3'/>"
        "<Start><Recording name='b' trim='do-not-trim'/></Start><Start><Recording name='b'/></Start>"
        "<Stop><Recording name='a'/></Stop><Stop><Recording name='c'/></Stop><Pause length='4'/>"
    )
    with Line({"/voice": respond(content)}) as line:
        line.play()
        assert [(one.channels, one.duration) for one in line.recordings] == [(1, 3), (2, 4)]


def test_recording_that_a_document_starts_survives_redirects() -> None:
    first = "<Start><Recording trim='do-not-trim'/></Start><Pause length='2'/><Redirect>/next</Redirect>"
    with Line({"/voice": respond(first), "/next": respond("<Pause length='30'/>")}) as line:
        call = line.place()
        line.advance(5)
        parent = Parent.from_sid(Kind.CALL, call.sid)
        stopped, behavior = InFlight.STOPPED, PauseBehavior.SILENCE
        line.account.apply(UpdateRecording(sid="Twilio.CURRENT", parent=parent, status=stopped, behavior=behavior))
        line.finish(call)
        assert [recording.duration for recording in line.recordings] == [5]
        assert get_seconds(call) == 2 + 30


def test_unnamed_start_that_is_met_again_starts_another_recording() -> None:
    again = iter(("<Redirect/>", ""))
    with Line() as line:
        start = "<Start><Recording trim='do-not-trim'/></Start><Pause length='3'/>"
        line.app.answers["/voice"] = lambda _: respond(start + next(again))
        line.play()
        assert [recording.duration for recording in line.recordings] == [6, 3]


def test_key_presses_and_repeated_prompts_are_recorded() -> None:
    content = (
        "<Start><Recording/></Start><Play digits='1ww2'/><Say loop='2'>Hi</Say><Pause length='45'/>"
        "<Play loop='3'>https://cdn.example.com/music.mp3</Play><Say>Bye</Say>"
    )
    with Line({"/voice": respond(content)}) as line:
        call = line.play()
        (recording,) = line.recordings
        assert [(turn.text, turn.digits) for turn in recording.turns or ()] == [
            ("", "1ww2"),
            ("Hi Hi", ""),
            ("Bye", ""),
        ]
        assert recording.duration == int(get_seconds(call)) >= 48 + 3 * 5  # a file that is not fetched lasts 5 seconds
        assert (line.app.paths, line.codes) == (["/voice"], [])


def test_recorded_party_hangs_up_while_the_call_still_rings() -> None:
    with Line({"/voice": respond("<Pause length='5'/>")}) as line:
        call = line.place(caller=ANN)
        line.account.apply(HangUpCall(number=call.number))
        assert (call.status, call.answered_at) == ("canceled", None)


def test_trimmed_recording_begins_with_the_first_word() -> None:
    with Line() as line:
        content = "<Pause length='3'/><Say>Hello there</Say><Pause length='4'/>"
        call = line.play(twiml=respond(content), direction=Direction.OUTBOUND_API, record=RecordOptions(trim=True))
        (recording,) = line.recordings
        assert recording.duration == get_seconds(call) - 3 - 4
        assert [(turn.start_ms, turn.text) for turn in recording.turns or ()] == [(0, "Hello there")]
