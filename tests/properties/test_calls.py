"""Calls play random documents for random people: they end, what they record adds up, and nothing comes too early."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generators.instants import SECOND
from generators.model import InFlight, Recording
from generators.sids import Kind
from mockserver.account.account import Account
from mockserver.account.calls import app_requests
from mockserver.account.commands.calls import DeleteCall, HangUpCall, UpdateCall
from mockserver.account.commands.conferences import (
    AnnounceToConference,
    EndConference,
    KickParticipant,
    ParticipantChanges,
    UpdateParticipant,
)
from mockserver.account.commands.recordings import CreateCallRecording, DeleteRecording, UpdateRecording
from mockserver.account.resources.parent import Parent
from mockserver.account.state.app_requests import VoiceDocument
from mockserver.account.state.decoding import decode_state
from mockserver.account.state.in_progress import PauseBehavior
from mockserver.account.state.live_calls import Direction, LiveCall
from mockserver.account.state.machine_detection import MachineDetection
from mockserver.account.state.subscription import StatusSubscription
from mockserver.rest.errors import TwilioError
from scenarios.callers import Caller
from scenarios.model import Scenario
from tests.accounts import make_scenario, rebuild
from tests.calls import AGENT, ALL_EVENTS, APP, Line, respond
from tests.harness import make_settings

PATHS = ("/voice", "/a", "/b", "/screen")
CALLEES = (AGENT, "+15005550009")
FEW_DOCUMENTS = 25
PLAIN: dict[str, Any] = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}


def write(tag: str, content: str = "", /, **attributes: str | None) -> str:
    """Return an element. Attributes that are None are left out."""
    written = "".join(f' {key}="{value}"' for key, value in attributes.items() if value is not None)
    return f"<{tag}{written}>{content}</{tag}>"


def elements(tag: str, content: st.SearchStrategy[str] | None = None, /, **attributes: Any) -> st.SearchStrategy[str]:
    """Elements whose attributes have one of some values."""
    drawn = {key: st.sampled_from(values) for key, values in attributes.items()}
    return st.builds(write, st.just(tag), st.just("") if content is None else content, **drawn)


URLS = (None, "/a", "b", "/missing", "", "ftp://a/", "https://twimlets.com/echo?Twiml=%3CResponse%2F%3E")
CALLBACKS: dict[str, Any] = {
    "recordingStatusCallback": (None, "/rec"),
    "recordingStatusCallbackEvent": (None, "in-progress completed absent"),
}
WAITS = (
    None,
    "",
    "/a",
    "/b",
    "/missing",
    "https://twimlets.com/echo?Twiml=%3CResponse%3E%3CSay%3EHi%3C/Say%3E%3CRedirect/%3E%3C/Response%3E",
)
TRIM = ("trim-silence", "do-not-trim")
PROMPTS = (
    elements("Say", st.sampled_from(["Hello there", "How are you today, my friend?", ""]), loop=("1", "3")),
    elements("Pause", length=("0", "1", "20")),
    elements("Play", digits=("1ww2", "#")),
)
NUMBERS = elements(
    "Number",
    st.sampled_from(CALLEES),
    url=(None, "/screen", "/a"),
    sendDigits=(None, "1w2"),
    statusCallback=(None, "/status"),
    statusCallbackEvent=("initiated ringing answered completed",),
)
CONFERENCES = elements(
    "Conference",
    st.sampled_from(["room", "hall"]),
    record=(None, "record-from-start"),
    trim=TRIM,
    startConferenceOnEnter=(None, "false"),
    endConferenceOnExit=(None, "true"),
    waitUrl=WAITS,
    statusCallback=("/conference",),
    statusCallbackEvent=("start end join leave",),
    **CALLBACKS,
)
VERBS = st.one_of(
    *PROMPTS,
    elements("Record", action=URLS, timeout=("1", "0"), maxLength=(None, "3"), trim=TRIM, **CALLBACKS),
    elements(
        "Record",
        action=("/b",),
        transcribe=("true",),
        transcribeCallback=(None, "/transcription"),
        trim=TRIM,
        **CALLBACKS,
    ),
    elements(
        "Gather",
        st.lists(st.one_of(*PROMPTS), max_size=2).map("".join),
        action=URLS,
        input=("dtmf", "speech", "dtmf speech"),
        numDigits=(None, "1", "4"),
        actionOnEmptyResult=(None, "true"),
        timeout=("0", "5"),
    ),
    elements(
        "Dial",
        st.lists(NUMBERS, max_size=3).map("".join),
        action=URLS,
        record=("do-not-record", "true", "record-from-ringing-dual", "record-from-answer-dual"),
        trim=TRIM,
        sequential=(None, "true"),
        timeout=("5", "30"),
        timeLimit=(None, "2"),
        recordingTrack=(None, "outbound"),
        answerOnBridge=(None, "true"),
        **CALLBACKS,
    ),
    elements("Dial", CONFERENCES, action=URLS, record=("do-not-record", "true"), trim=TRIM, **CALLBACKS),
    elements("Start", elements("Recording", name=(None, "n"), trim=TRIM, track=(None, "inbound"), **CALLBACKS)),
    elements("Stop", elements("Recording", name=("n", "m"))),
    elements("Enqueue", st.just("queue"), action=URLS, waitUrl=WAITS),
    elements("Redirect", st.sampled_from(["/a", "b", "", "/missing"])),
    elements("Reject", reason=("busy", "rejected")),
    st.sampled_from(["<Hangup/>", "<Leave/>", "<Unknown/>"]),
)
DOCUMENTS = st.lists(VERBS, max_size=5).map(lambda verbs: respond("".join(verbs)))
APPS = st.fixed_dictionaries(dict.fromkeys(PATHS, DOCUMENTS))
PEOPLE = st.builds(
    Caller,
    answers=st.sampled_from([True, True, True, "machine", "busy", "no-answer", "failed"]),
    rings=st.sampled_from([None, "0s", "7s", "90s"]),
    speech=st.sampled_from([None, (), ("Hello this is Ann", "", "Goodbye")]),
    digits=st.sampled_from(["", "1", "12w3#45", "ww*"]),
    hangs_up_after=st.sampled_from([None, None, "0s", "3s", "40s"]),
)
CALLEE_SCENARIOS = st.tuples(PEOPLE, PEOPLE).map(
    lambda people: msgspec.structs.replace(
        make_scenario(),
        callers=tuple(
            msgspec.structs.replace(person, to=number) for person, number in zip(people, CALLEES, strict=True)
        ),
    )
)
DETECTION = MachineDetection(callback=StatusSubscription(f"{APP}/detected"))
CALLS = st.fixed_dictionaries(
    {
        "caller": PEOPLE,
        "direction": st.sampled_from([Direction.INBOUND, Direction.OUTBOUND_API]),
        "events": st.sampled_from([None, ALL_EVENTS]),
        "fallback": st.sampled_from([None, "/b"]),
        "time_limit": st.sampled_from([20, 600]),
        "send_digits": st.sampled_from([None, None, "1ww2"]),
        "detection": st.sampled_from([None, None, DETECTION, msgspec.structs.replace(DETECTION, is_async=True)]),
    }
)


@contextmanager
def limit_documents() -> Iterator[None]:
    """Let a call have few documents: an endless loop of them is a test of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_requests, "_MAX_DOCUMENTS", FEW_DOCUMENTS)
        yield


def place_all(line: Line, calls: list[dict[str, Any]], steps: int) -> None:
    """Place calls, and let something happen after each."""
    for call in calls:
        line.place(**call)
        for _ in range(steps):
            line.step()


def find_instants(account: Account, recording: Recording) -> tuple[int, int]:
    """Return when a recording began, and when it was stopped."""
    (began,) = [created.instant for created in account.state.created if created.sid == recording.sid]
    (stopped,) = [
        event.at
        for event in account.events.get_events_since(0)
        if event.sid == recording.sid and (event.kind, event.what) == ("signal", "stopped")
    ]
    return began, stopped


def check_durations(line: Line, trimmed: bool) -> None:
    """Check that completed recordings last as long as what they hold."""
    for recording in line.recordings:
        if recording.status == "completed":
            assert recording.duration is not None
            turns = recording.turns or ()
            began, stopped = find_instants(line.account, recording)
            whole = (stopped - began) // SECOND
            if trimmed:
                assert recording.duration <= max(1, whole)
                assert recording.duration == max(1, (turns[-1].stop_ms - turns[0].start_ms) // 1000) or not turns
            else:
                assert recording.duration == max(1, whole)
            assert all(0 <= turn.start_ms <= turn.stop_ms <= (recording.duration + 1) * 1000 for turn in turns)


def check_order(line: Line) -> None:
    """Check that no callback came before its cause, and that those of one subject are in order."""
    first_seen: dict[tuple[str, str], int] = {}
    for number, received in enumerate(line.app.received):
        form = received.form
        if received.path == "/rec":
            first_seen[form["RecordingSid"], form["RecordingStatus"]] = number
        elif "RecordingSid" in form and "RecordingStatus" not in form and "CallDuration" not in form:
            first_seen.setdefault((form["RecordingSid"], "action"), number)
    for (sid, status), number in first_seen.items():
        if status in ("completed", "absent"):
            before = [first_seen[sid, name] for name in ("in-progress", "action") if (sid, name) in first_seen]
            assert all(earlier < number for earlier in before)
    for path, key in (("/status", "CallSid"), ("/conference", "ConferenceSid")):
        numbers: dict[str, list[int]] = {}
        for received in line.app.list(path):
            numbers.setdefault(received[key], []).append(int(received["SequenceNumber"]))
        assert all(ordered == sorted(set(ordered)) for ordered in numbers.values())
    ends = [received for received in line.app.list("/status") if "CallDuration" in received.form]
    assert len({received["CallSid"] for received in ends}) == len(ends)
    for received in ends:
        later = line.app.received[line.app.received.index(received) + 1 :]
        asked = [other for other in later if not other.is_callback and other["CallSid"] == received["CallSid"]]
        assert all(other["CallStatus"] == received["CallStatus"] for other in asked)


@given(APPS, CALLEE_SCENARIOS, st.lists(CALLS, min_size=1, max_size=3), st.integers(0, 4))
@settings(max_examples=30, **PLAIN)
def test_calls_end_and_leave_nothing_open(
    app: dict[str, str], scenario: Scenario, calls: list[dict[str, Any]], steps: int
) -> None:
    with limit_documents(), Line(app, scenario) as line:
        place_all(line, calls, steps)
        line.finish(*line.calls)
        assert all(call.is_over and not call.recordings and not call.timers for call in line.calls)
        assert line.account.timers.next_due is None
        assert (line.account.state.in_progress, line.account.state.playing) == ({}, {})
        assert (line.account.state.live.app_requests, line.account.state.live.transcription_requests) == ({}, {})
        assert {recording.status for recording in line.recordings} <= {"completed", "absent"}
        assert all(not conference.participants for conference in line.account.state.live.conferences.values())
        check_order(line)


def change_recording(line: Line, call: LiveCall, status: InFlight, behavior: PauseBehavior) -> None:
    parent = Parent.from_sid(Kind.CALL, call.sid)
    line.account.apply(UpdateRecording(sid="Twilio.CURRENT", parent=parent, status=status, behavior=behavior))


def delete_recording(line: Line, call: LiveCall) -> None:
    for recording in line.recordings:
        if recording.call_sid == call.sid:
            line.account.apply(DeleteRecording(sid=recording.sid))


def change_conferences(line: Line, call: LiveCall, *, is_end: bool) -> None:
    for conference in [*line.account.state.live.conferences.values()]:
        sid = conference.sid
        line.account.apply(
            EndConference(sid=sid) if is_end else KickParticipant(conference_sid=sid, participant=call.sid)
        )


def hold(line: Line, call: LiveCall, *, is_held: bool) -> None:
    """Put a call on hold in its conference, or end that and announce something."""
    hold_url, news = (f"{APP}/a", None) if is_held else (None, f"{APP}/b")
    changes = ParticipantChanges(hold=is_held, hold_url=hold_url, announce_url=news)
    for conference in [*line.account.state.live.conferences.values()]:
        line.account.apply(UpdateParticipant(conference_sid=conference.sid, participant=call.sid, changes=changes))


def announce(line: Line) -> None:
    for conference in [*line.account.state.live.conferences.values()]:
        line.account.apply(AnnounceToConference(sid=conference.sid, url=f"{APP}/a", method="GET"))


CHANGES: tuple[Callable[[Line, LiveCall], object], ...] = (
    lambda line, call: line.account.apply(UpdateCall(number=call.number, status="completed")),
    lambda line, call: line.account.apply(UpdateCall(number=call.number, voice=VoiceDocument(f"{APP}/b"))),
    lambda line, call: line.account.apply(UpdateCall(number=call.number, time_limit=5)),
    lambda line, call: line.account.apply(HangUpCall(number=call.number)),
    lambda line, call: line.account.apply(DeleteCall(number=call.number)),
    lambda line, call: line.account.apply(CreateCallRecording(call_sid=call.sid)),
    lambda line, call: change_recording(line, call, InFlight.PAUSED, PauseBehavior.SKIP),
    lambda line, call: change_recording(line, call, InFlight.IN_PROGRESS, PauseBehavior.SILENCE),
    lambda line, call: change_recording(line, call, InFlight.STOPPED, PauseBehavior.SILENCE),
    delete_recording,
    lambda line, call: change_conferences(line, call, is_end=False),
    lambda line, call: change_conferences(line, call, is_end=True),
    lambda line, call: hold(line, call, is_held=True),
    lambda line, call: hold(line, call, is_held=False),
    lambda line, call: announce(line),
)
"""What the API, or the person on the line, does to a call."""


@given(
    APPS,
    CALLEE_SCENARIOS,
    st.lists(CALLS, min_size=1, max_size=2),
    st.lists(st.tuples(st.integers(0, 4), st.sampled_from(CHANGES), st.integers(0, 4)), max_size=8),
)
@settings(max_examples=80, **PLAIN)
def test_calls_end_whatever_is_done_to_them(
    app: dict[str, str],
    scenario: Scenario,
    calls: list[dict[str, Any]],
    changes: list[tuple[int, Callable[[Line, LiveCall], object], int]],
) -> None:
    with limit_documents(), Line(app, scenario) as line:
        place_all(line, calls, 0)
        for steps, change, number in changes:
            for _ in range(steps):
                line.step()
            if line.calls:
                with suppress(TwilioError):  # what cannot be done now is refused
                    change(line, line.calls[number % len(line.calls)])
                line.settle()
        line.finish(*line.calls)
        assert all(call.is_over and not call.recordings and not call.timers for call in line.calls)
        assert (line.account.timers.next_due, line.account.state.in_progress) == (None, {})
        assert (line.account.state.live.app_requests, line.account.state.live.transcription_requests) == ({}, {})
        assert all(not conference.participants for conference in line.account.state.live.conferences.values())
        check_order(line)


@pytest.mark.parametrize("trimmed", [True, False])
@given(APPS, CALLEE_SCENARIOS, CALLS)
@settings(max_examples=20, **PLAIN)
def test_durations_of_recordings_add_up(
    trimmed: bool, app: dict[str, str], scenario: Scenario, call: dict[str, Any]
) -> None:
    present, absent = TRIM if trimmed else TRIM[::-1]
    documents = {path: document.replace(f'"{absent}"', f'"{present}"') for path, document in app.items()}
    with limit_documents(), Line(documents, scenario) as line:
        line.finish(line.place(**call))
        check_durations(line, trimmed)


@given(APPS, CALLEE_SCENARIOS, st.lists(CALLS, min_size=1, max_size=2), st.integers(0, 6))
@settings(max_examples=20, **PLAIN)
def test_snapshot_in_the_middle_of_a_call_leads_to_the_same_end(
    app: dict[str, str], scenario: Scenario, calls: list[dict[str, Any]], steps: int
) -> None:
    with limit_documents(), Line(app, scenario) as line:
        place_all(line, calls, steps)
        snapshot = line.account.snapshot()
        *_, state = iter_states(snapshot)
        assert msgspec.msgpack.encode(state) == snapshot
        line.finish(*line.calls)
        with Line(app, scenario) as again:
            again.restore(snapshot)
            again.finish(*again.calls)
            assert read_state(again) == read_state(line)


def read_state(line: Line) -> dict[Any, Any]:
    """Return the plain state of a line, without what differs in a restored account: cache version and real seconds."""
    state: dict[Any, Any] = msgspec.msgpack.decode(line.account.snapshot(), type=dict[Any, Any])
    del state["version"]
    for delivery in state["deliveries"].values():
        for attempt in delivery["attempts"]:
            attempt["seconds"] = 0
    return state


def iter_states(snapshot: bytes) -> Iterator[Any]:
    """Yield what decoding a snapshot yields, and at last the state."""
    yield (yield from decode_state(snapshot))


@given(APPS, CALLEE_SCENARIOS, st.lists(CALLS, min_size=1, max_size=2), st.integers(0, 6))
@settings(max_examples=20, **PLAIN)
def test_commands_of_calls_lead_to_the_same_state_again(
    app: dict[str, str], scenario: Scenario, calls: list[dict[str, Any]], steps: int
) -> None:
    with limit_documents():
        with Line(app, scenario) as line:
            place_all(line, calls, steps)
            line.finish(*line.calls)
        again = rebuild(line.account, make_settings(count=0))
        assert again.snapshot() == line.account.snapshot()
