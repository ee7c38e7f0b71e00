"""Conferences: when they start and end, who is heard, what is recorded, and their callbacks."""

from typing import Any

import pytest

from mockserver.account.commands.calls import HangUpCall, UpdateCall
from mockserver.account.state.app_requests import VoiceDocument
from mockserver.account.state.live_calls import Direction, LiveCall
from mockserver.account.state.live_conferences import JoinOptions, LiveConference
from scenarios.callers import Caller
from tests.calls import SILENT, Line, get_seconds, list_heard, respond

ANN, BOB, EVE = (Caller(speech=(f"Hello, this is {name}.",)) for name in ("Ann", "Bob", "Eve"))


def join(dial: str = "", **conference: str) -> dict[str, Any]:
    """Return an app that leads its callers into a conference. `dial` has attributes of the `<Dial>`."""
    written = "".join(f' {name}="{value}"' for name, value in conference.items())
    events = "statusCallback='/conference' statusCallbackEvent='start end join leave'"
    voice = f"<Dial action='/dialed' {dial}><Conference {events}{written}>room</Conference></Dial><Say>Never</Say>"
    return {"/voice": respond(voice), "/dialed": respond("<Say>Goodbye</Say>")}


def get_conference(line: Line) -> LiveConference:
    """Return the latest conference."""
    conferences: list[LiveConference] = [*line.account.state.live.conferences.values()]
    return conferences[-1]


def hang_up(line: Line, *calls: LiveCall) -> None:
    """Let persons hang up, one after the other, and play to the end."""
    for call in calls:
        line.account.apply(HangUpCall(number=call.number))
        line.settle()
    line.finish(*calls)


def list_events(line: Line) -> list[str]:
    """Return the conference events that the app received."""
    return [received["StatusCallbackEvent"] for received in line.app.list("/conference")]


def test_conference_starts_with_its_second_participant_and_is_recorded_from_then() -> None:
    with Line(join(record="record-from-start", trim="do-not-trim", recordingStatusCallback="/rec")) as line:
        first = line.place(caller=ANN)
        line.advance(10)
        assert (get_conference(line).status, line.recordings) == ("init", [])
        second = line.place(caller=BOB)
        line.advance(20)
        hang_up(line, second, first)
        conference, (recording,) = get_conference(line), line.recordings
        assert (recording.source, recording.channels, recording.duration) == ("Conference", 1, 20)
        assert (recording.conference_sid, recording.call_sid) == (conference.sid, first.sid)
        assert [(turn.channel, turn.text) for turn in recording.turns or ()] == [
            (1, "Hello, this is Ann."),
            (2, "Hello, this is Bob."),
        ]
        assert list_heard(first) == list_heard(second) == ["Hello, this is Ann.", "Hello, this is Bob."]
        assert line.app.get("/rec")["ConferenceSid"] == conference.sid


def test_events_of_a_conference_are_in_order() -> None:
    with Line(join()) as line:
        calls = [line.place(caller=person) for person in (ANN, BOB)]
        line.advance(30)
        hang_up(line, *calls)
        assert list_events(line) == [
            *("participant-join", "participant-join", "conference-start"),
            *("participant-leave", "participant-leave", "conference-end"),
        ]
        last = line.app.list("/conference")[-1]
        assert (last["ReasonConferenceEnded"], last["CallSidEndingConference"]) == (
            "last-participant-left",
            calls[1].sid,
        )
        assert get_conference(line).status == "completed"


def test_action_of_a_conference_says_answered() -> None:
    with Line(join()) as line:
        calls = [line.place(caller=person) for person in (ANN, BOB)]
        line.advance(30)
        hang_up(line, *calls)
        assert [(asked["DialCallStatus"], asked["CallStatus"]) for asked in line.app.list("/dialed")] == [
            ("answered", "completed")
        ] * 2
        assert "DialCallSid" not in line.app.list("/dialed")[0].form


def test_participant_that_ends_the_conference_lets_the_others_go_on() -> None:
    with Line(join(endConferenceOnExit="true")) as line:
        first, second = line.place(caller=ANN), line.place(caller=BOB)
        line.advance(30)
        hang_up(line, second)
        line.finish(first)
        assert get_conference(line).reason_ended == "participant-with-end-conference-on-exit-left"
        assert (list_heard(first)[-1], list_heard(second)[-1]) == ("Goodbye", "Hello, this is Bob.")
        assert list_events(line)[-3:] == ["participant-leave", "participant-leave", "conference-end"]


def test_conference_waits_for_one_who_starts_it() -> None:
    with Line(join(startConferenceOnEnter="false") | {"/host": join()["/voice"]}) as line:
        for _ in range(2):
            line.place(caller=SILENT)
        assert get_conference(line).status == "init"
        line.place("/host", caller=SILENT)
        assert get_conference(line).status == "in-progress"


def test_muted_participant_says_nothing() -> None:
    with Line(join() | {"/quiet": join(muted="true")["/voice"]}) as line:
        first, _ = line.place(caller=ANN), line.place("/quiet", caller=BOB)
        line.advance(30)
        assert list_heard(first) == ["Hello, this is Ann."]


def test_late_participant_is_heard_after_the_others() -> None:
    with Line(join()) as line:
        first, _, third = (line.place(caller=person) for person in (ANN, BOB, EVE))
        line.advance(30)
        assert list_heard(first) == [f"Hello, this is {name}." for name in ("Ann", "Bob", "Eve")]
        starts = [utterance.start for utterance in third.talk]
        assert starts == sorted(set(starts))


def test_participant_hangs_up_in_time_while_the_others_talk() -> None:
    with Line(join()) as line:
        first = line.place(caller=Caller(speech=(), hangs_up_after="10s"))
        line.advance(5)
        line.place(caller=Caller(speech=("word " * 200,)))
        line.finish(first)
        assert get_seconds(first) == 10


def test_dial_around_a_conference_records_the_leg_until_the_call_leaves() -> None:
    with Line(join("record='record-from-answer-dual'", endConferenceOnExit="true")) as line:
        line.app.answers["/dialed"] = respond("<Pause length='30'/>")
        first, second = line.place(caller=ANN), line.place(caller=BOB)
        line.advance(20)
        hang_up(line, second)
        line.finish(first)
        assert [(one.source, one.channels, one.duration) for one in line.recordings] == [("DialVerb", 2, 20)] * 2
        sids = {asked["CallSid"]: asked["RecordingSid"] for asked in line.app.list("/dialed")}
        assert sids == {one.call_sid: one.sid for one in line.recordings}


def test_recording_options_of_a_dial_do_not_record_its_conference() -> None:
    with Line(join("recordingStatusCallback='/rec' recordingStatusCallbackEvent='in-progress completed'")) as line:
        calls = [line.place(caller=person) for person in (ANN, BOB)]
        line.advance(20)
        hang_up(line, *calls)
        assert (line.recordings, line.app.list("/rec"), line.codes) == ([], [], [])


def test_status_callback_and_recording_of_the_first_participant_count() -> None:
    other = "<Dial><Conference record='record-from-start' statusCallback='/other' trim='do-not-trim' "
    second = respond(
        f"{other} statusCallbackEvent='join leave' recordingStatusCallback='/other'>room</Conference></Dial>"
    )
    with Line(join(record="true", recordingStatusCallback="/rec") | {"/second": second}) as line:
        calls = [line.place(caller=ANN), line.place("/second", caller=BOB)]
        line.advance(20)
        hang_up(line, *calls)
        assert line.app.list("/other") == []
        assert (line.app.get("/rec")["RecordingStatus"], len(line.recordings)) == ("completed", 1)
        assert list_events(line).count("participant-join") == 2


def place_participant(line: Line, **options: Any) -> LiveCall:
    """Call somebody into the conference, as the API does."""
    number = get_conference(line).number
    return line.place(
        None, direction=Direction.OUTBOUND_API, joins=JoinOptions(conference=number, **options), caller=BOB
    )


def test_participant_that_is_called_joins_when_it_answers() -> None:
    with Line(join()) as line:
        first = line.place(caller=ANN)
        second = place_participant(line, label="bob")
        assert list_events(line) == ["participant-join"]
        line.advance(30)
        assert list_events(line)[1:] == ["participant-join", "conference-start"]
        assert line.app.list("/conference")[1]["ParticipantLabel"] == "bob"
        hang_up(line, first, second)


@pytest.mark.parametrize("status", ["completed", "canceled"])
def test_participant_that_is_cancelled_while_it_rings_leaves_no_trace(status: str) -> None:
    with Line(join()) as line:
        first, second = line.place(caller=ANN), place_participant(line)
        line.account.apply(UpdateCall(number=second.number, status=status))
        line.settle()
        assert (second.status, len(get_conference(line).participants)) == ("canceled", 1)
        assert get_conference(line).status == "init"
        hang_up(line, first)


def test_participant_that_answers_after_the_end_opens_the_conference_again() -> None:
    with Line(join()) as line:
        first, second = line.place(caller=ANN), place_participant(line)
        hang_up(line, first)
        line.advance(20)
        conferences = [*line.account.state.live.conferences.values()]
        assert [one.status for one in conferences] == ["completed", "init"]
        assert [one.call for one in conferences[1].participants] == [second.number]


def test_end_by_the_api_lets_a_called_participant_go() -> None:
    with Line(join()) as line:
        first = line.place(caller=ANN)
        second = place_participant(line)
        line.advance(30)
        line.account.live_calls.conferences.end(get_conference(line), "conference-ended-via-api")
        line.finish(first, second)
        assert (get_conference(line).reason_ended, list_heard(first)[-1]) == ("conference-ended-via-api", "Goodbye")
        line.account.live_calls.conferences.end(get_conference(line), "again")
        assert get_conference(line).reason_ended == "conference-ended-via-api"


def test_first_participant_has_the_first_channel_after_it_left() -> None:
    with Line(join(record="record-from-start")) as line:
        first, second = line.place(caller=ANN), line.place(caller=BOB)
        line.advance(10)
        hang_up(line, first)
        third = line.place(caller=EVE)
        line.advance(10)
        hang_up(line, second, third)
        (recording,) = line.recordings
        assert [turn.channel for turn in recording.turns or ()] == [1, 2, 2]


def test_call_that_waits_alone_is_waiting_for_others() -> None:
    with Line(join()) as line:
        first = line.place(caller=ANN)
        assert line.account.live_calls.is_waiting_for_others(first)
        second = line.place(caller=BOB)
        assert not line.account.live_calls.is_waiting_for_others(second)
        line.advance(30)
        assert line.account.live_calls.is_waiting_for_others(second)
        assert not line.account.live_calls.is_waiting_for_others(line.place(None, twiml=respond("<Pause/>")))


def test_conference_is_left_by_a_redirect() -> None:
    with Line(join()) as line:
        first = line.place(caller=ANN)
        line.account.apply(UpdateCall(number=first.number, voice=VoiceDocument(twiml=respond("<Say>Out</Say>"))))
        line.finish(first)
        assert (list_heard(first), line.app.paths) == (["Out"], ["/voice"])


def test_star_lets_a_caller_leave_the_conference_after_all_is_said() -> None:
    with Line(join("hangupOnStar='true'")) as line:
        first, second = line.place(caller=ANN), line.place(caller=Caller(speech=("Hi",), digits="*"))
        line.finish(second)
        assert list_heard(second) == ["Hello, this is Ann.", "Hi", "*", "Goodbye"]
        assert [one.call for one in get_conference(line).participants] == [first.number]
        assert line.app.get("/dialed")["DialCallStatus"] == "answered"
        hang_up(line, first)
        assert get_conference(line).reason_ended == "last-participant-left"


def test_full_conference_refuses_another_participant() -> None:
    with Line(join("record='true'", maxParticipants="2")) as line:
        calls = [line.place(caller=person) for person in (ANN, BOB)]
        third = line.play(caller=EVE)
        assert (list_heard(third), line.app.get("/dialed")["DialCallStatus"]) == (["Goodbye"], "failed")
        assert [(event.level, event.code, event.call_sid) for event in line.debugger] == [("error", 16020, third.sid)]
        assert {recording.call_sid for recording in line.recordings} == {call.sid for call in calls}
        hang_up(line, calls[0])
        fourth = line.place(caller=EVE)
        assert [one.call for one in get_conference(line).participants] == [calls[1].number, fourth.number]


def test_call_that_finds_the_conference_full_goes_on_without_an_action() -> None:
    dial = "<Dial><Conference maxParticipants='2'>room</Conference></Dial><Say>Full</Say>"
    with Line({"/voice": respond(dial)}) as line:
        for _ in range(2):
            line.place(caller=SILENT)
        assert list_heard(line.play(caller=SILENT)) == ["Full"]
