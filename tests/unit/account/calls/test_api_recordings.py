"""What the API does to recordings of live calls and conferences."""

import pytest

from generators.model import InFlight
from generators.sids import Kind
from mockserver.account.commands.calls import HangUpCall
from mockserver.account.commands.recordings import DeleteRecording, UpdateRecording
from mockserver.account.resources.parent import Parent
from mockserver.account.state.in_progress import PauseBehavior
from mockserver.account.state.live_calls import Direction
from mockserver.account.state.live_recordings import RecordOptions
from scenarios.callers import Caller
from tests.accounts import make_scenario
from tests.calls import SILENT, Line, get_seconds, respond

TALKS = Caller(speech=("word " * 30,))


def update(line: Line, parent: Parent, status: InFlight, number: int = -1) -> None:
    """Update a recording that is active, the latest one if not told otherwise."""
    sid = line.recordings[number].sid
    line.account.apply(UpdateRecording(sid=sid, parent=parent, status=status, behavior=PauseBehavior.SKIP))
    line.settle()


def test_stop_ends_one_recording_and_the_others_go_on() -> None:
    content = "<Start><Recording trim='do-not-trim'/></Start><Pause length='9'/>"
    with Line({"/voice": respond(content)}) as line:
        call = line.place(direction=Direction.OUTBOUND_API, record=RecordOptions(trim=False))
        line.advance(3 + 4)
        update(line, Parent(Kind.CALL, call.sid), InFlight.STOPPED, 0)
        line.finish(call)
        assert [recording.duration for recording in line.recordings] == [4, 9]


def test_repeated_pause_and_resume_change_nothing() -> None:
    with Line({"/voice": respond("<Pause length='10'/>")}) as line:
        call = line.place(direction=Direction.OUTBOUND_API, record=RecordOptions(trim=False))
        line.advance(3)
        parent = Parent(Kind.CALL, call.sid)
        for status in (InFlight.IN_PROGRESS, InFlight.PAUSED, InFlight.PAUSED):
            line.advance(1)
            update(line, parent, status)
        line.finish(call)
        assert [recording.duration for recording in line.recordings] == [2]


@pytest.mark.parametrize(("status", "duration"), [(InFlight.STOPPED, 5), (InFlight.PAUSED, 5)])
def test_recording_of_a_conference_is_stopped_or_paused(status: InFlight, duration: int) -> None:
    content = "<Dial><Conference record='record-from-start' trim='do-not-trim'>room</Conference></Dial>"
    with Line({"/voice": respond(content)}) as line:
        calls = [line.place(caller=SILENT) for _ in range(2)]
        line.advance(5)
        (conference,) = line.account.state.live.conferences.values()
        update(line, Parent(Kind.CONFERENCE, conference.sid), status)
        line.advance(5)
        for call in calls:
            line.account.apply(HangUpCall(number=call.number))
        line.finish(*calls)
        assert [(one.status, one.duration) for one in line.recordings] == [("completed", duration)]


def test_recording_that_is_deleted_while_it_is_completed_stays_deleted() -> None:
    with Line({"/voice": respond("<Record action='/done'/>"), "/done": respond("<Pause length='20'/>")}) as line:
        call = line.place(caller=TALKS)
        while "/done" not in line.app.paths:
            line.step()
        line.advance(5)
        line.account.apply(DeleteRecording(sid=line.recordings[0].sid))
        line.finish(call)
        assert (
            line.account.recordings.recording_index.get(next(iter(line.account.state.recordings))).status == "deleted"
        )


def test_stop_of_another_recording_does_not_end_a_record() -> None:
    content = "<Start><Recording/></Start><Record action='/done' timeout='2'/>"
    with Line({"/voice": respond(content), "/done": respond()}) as line:
        call = line.place(caller=TALKS)
        line.advance(3)
        update(line, Parent(Kind.CALL, call.sid), InFlight.STOPPED, 0)
        line.finish(call)
        assert line.app.get("/done")["RecordingDuration"] == str(int(get_seconds(call)))


def test_recording_of_a_call_that_is_not_live_is_no_business_of_calls() -> None:
    with Line({"/voice": respond("<Pause length='20'/>")}) as line:
        line.place(direction=Direction.OUTBOUND_API, record=RecordOptions())
        line.advance(4)
        other = "CA" + "1" * 32
        line.account.start_recording(other)
        update(line, Parent(Kind.CALL, other), InFlight.STOPPED)
        assert [recording.in_flight is None for recording in line.recordings] == [True, True]
        assert len(line.account.state.in_progress) == 2


@pytest.mark.parametrize("caller", [TALKS, SILENT])
def test_recording_that_a_scenario_completes_stays_as_it_is(caller: Caller) -> None:
    at_once = make_scenario(on_create={"timeline": [{"status": "completed"}]})
    with Line({"/voice": respond("<Record action='/done'/>"), "/done": respond()}, at_once) as line:
        line.play(caller=caller)
        (recording,) = line.recordings
        assert (recording.status, recording.turns) == ("completed", None)
