"""What happens between the answer of a call and its document: keys, and the detection of machines."""

from typing import Any

import pytest

from generators.instants import SECOND
from mockserver.account.commands.calls import HangUpCall, UpdateCall
from mockserver.account.state.app_requests import VoiceDocument
from mockserver.account.state.live_calls import Direction, LiveCall
from mockserver.account.state.live_recordings import RecordOptions
from mockserver.account.state.machine_detection import MachineDetection
from mockserver.account.state.subscription import StatusSubscription
from scenarios.callers import Caller
from tests.accounts import make_scenario
from tests.calls import ALL_EVENTS, APP, SILENT, Line, get_seconds, list_heard, respond

OUTBOUND = Direction.OUTBOUND_API
MACHINE = Caller(answers="machine", speech=())
AMD = StatusSubscription(f"{APP}/amd")


def get_delay(line: Line, call: LiveCall) -> float:
    """Return the seconds from the answer of a call to its voice URL."""
    assert call.answered_at is not None
    return (line.app.get("/voice").at - call.answered_at) / SECOND


# -- keys -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("digits", "seconds"), [("12#", 0.6), ("ww1W2", 2.4), ("1,A2", 0.4), (None, 0)])
def test_keys_are_heard_after_the_answer_and_recorded(digits: str | None, seconds: float) -> None:
    record = RecordOptions(trim=False)
    with Line({"/voice": respond("<Pause length='4'/>")}) as line:
        call = line.play(direction=OUTBOUND, send_digits=digits, record=record, caller=SILENT, events=ALL_EVENTS)
        assert (get_delay(line, call), get_seconds(call)) == (seconds, 4 + seconds)
        assert line.recordings[0].duration == int(4 + seconds)
        pressed = [utterance.digits for utterance in call.talk if utterance.digits]
        assert pressed == ([] if digits is None else [digits.replace(",A", "")])
        assert len(line.app.list("/status")) == 4


def test_callee_of_a_dial_hears_its_keys_before_it_is_connected() -> None:
    dial = "<Dial timeout='5' action='/done'><Number sendDigits='wwwwwwwwwwwwwwwwww12'>+15005550008</Number></Dial>"
    callers = [{"to": "+15005550008", "rings": "2s", "speech": ["Hello"]}]
    with Line({"/voice": respond(dial), "/done": respond()}, make_scenario(callers=callers)) as line:
        call = line.play(caller=SILENT)
        child = line.calls[1]
        assert call.answered_at is not None
        assert [utterance.digits for utterance in child.talk if utterance.digits] == ["w" * 18 + "12"]
        assert (list_heard(call), line.app.get("/done")["DialCallStatus"]) == (["Hello"], "completed")
        assert (call.talk[0].start - call.answered_at) / SECOND == 2 + 9.4
        assert line.app.get("/done")["DialBridged"] == "true"


@pytest.mark.parametrize("is_led_away", [False, True])
def test_callee_that_leaves_while_it_hears_keys_is_not_connected(is_led_away: bool) -> None:
    dial = "<Dial action='/done'><Number sendDigits='WWWWWWWWW'>+15005550008</Number></Dial>"
    with Line({"/voice": respond(dial), "/done": respond(), "/b": respond("<Say>Hi</Say>")}) as line:
        call = line.place(caller=SILENT)
        line.advance(4)
        child = line.calls[1]
        if is_led_away:
            line.account.apply(UpdateCall(number=child.number, voice=VoiceDocument(f"{APP}/b")))
        else:
            line.account.apply(HangUpCall(number=child.number))
        line.finish(call, child)
        assert line.app.get("/done")["DialBridged"] == "false"
        assert ("/b" in line.app.paths) is is_led_away


def test_call_that_is_led_elsewhere_while_it_sends_keys_plays_the_other_document() -> None:
    with Line({"/voice": respond("<Say>Never</Say>"), "/b": respond("<Say>Hi</Say>")}) as line:
        call = line.place(direction=OUTBOUND, send_digits="WWWW", caller=SILENT)
        line.advance(4)
        line.account.apply(UpdateCall(number=call.number, voice=VoiceDocument(f"{APP}/b")))
        line.finish(call)
        assert line.app.paths == ["/b"]


# -- machines -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("caller", "options", "answered_by", "seconds"),
    [
        (SILENT, {}, "human", 2.2),
        (MACHINE, {}, "machine_start", 2.4),
        (MACHINE, {"waits_for_end": True}, "machine_end_beep", 7.2),
        (MACHINE, {"waits_for_end": True, "timeout": 5_000}, "unknown", 5),
        (SILENT, {"speech_end_threshold": 500}, "human", 1.5),
    ],
)
def test_detection_delays_the_document_that_gets_its_result(
    caller: Caller, options: dict[str, Any], answered_by: str, seconds: float
) -> None:
    detection = MachineDetection(**options, callback=AMD)
    with Line({"/voice": respond()}) as line:
        call = line.play(direction=OUTBOUND, caller=caller, detection=detection, events=ALL_EVENTS)
        assert (line.app.get("/voice")["AnsweredBy"], get_delay(line, call)) == (answered_by, seconds)
        found = [received.form.get("AnsweredBy") for received in line.app.list("/status")]
        assert found == [None, None, None, answered_by]
        assert line.app.list("/amd") == []


@pytest.mark.parametrize(("callback", "count"), [(AMD, 1), (None, 0)])
def test_asynchronous_detection_sends_its_result_while_the_call_goes_on(
    callback: StatusSubscription | None, count: int
) -> None:
    detection = MachineDetection(is_async=True, callback=callback)
    with Line({"/voice": respond("<Pause length='9'/>")}) as line:
        call = line.play(direction=OUTBOUND, caller=MACHINE, detection=detection, events=("completed",))
        assert ("AnsweredBy" in line.app.get("/voice").form, get_delay(line, call)) == (False, 0)
        assert len(line.app.list("/amd")) == count
        for received in line.app.list("/amd"):
            assert received.form == {
                "CallSid": call.sid,
                "AccountSid": line.account.sid,
                "AnsweredBy": "machine_start",
                "MachineDetectionDuration": "2400",
            }
            assert call.answered_at is not None
            assert (received.at - call.answered_at) / SECOND == 2.4
        assert line.app.get("/status")["AnsweredBy"] == "machine_start"


@pytest.mark.parametrize(("callback", "count"), [("amdStatusCallback='/amd'", 1), ("", 0)])
def test_callee_of_a_dial_is_detected_while_it_talks(callback: str, count: int) -> None:
    noun = f"<Number machineDetection='Enable' {callback} statusCallback='/status'>+15005550008</Number>"
    callers = [{"to": "+15005550008", "answers": "machine", "speech": ["word " * 20]}]
    app = {"/voice": respond(f"<Dial>{noun}<Client>ann</Client></Dial>")}
    with Line(app, make_scenario(callers=callers)) as line:
        line.play(caller=SILENT)
        child = line.calls[1]
        assert [(one["CallSid"], one["AnsweredBy"]) for one in line.app.list("/amd")] == [
            (child.sid, "machine_start")
        ] * count
        assert line.app.get("/status")["AnsweredBy"] == "machine_start"


def test_relative_receiver_of_a_detection_without_a_url_is_noted() -> None:
    noun = "<Sip machineDetection='Enable' amdStatusCallback='/amd'>sip:ann@host.example</Sip>"
    with Line() as line:
        line.play(twiml=respond(f"<Dial>{noun}</Dial>"), caller=SILENT)
        assert line.codes == [15004]


def test_call_that_ends_before_the_detection_has_no_result() -> None:
    detection = MachineDetection(is_async=True, callback=AMD)
    with Line({"/voice": respond()}) as line:
        call = line.play(direction=OUTBOUND, caller=MACHINE, detection=detection)
        assert (call.answered_by, line.app.list("/amd")) == (None, [])


def test_machine_that_no_call_detects_is_known_at_the_answer() -> None:
    with Line({"/voice": respond()}) as line:
        line.play(direction=OUTBOUND, caller=MACHINE)
        line.play(direction=OUTBOUND)
        assert [received.form.get("AnsweredBy") for received in line.app.list("/voice")] == ["machine_start", None]


def test_snapshot_while_a_call_detects_goes_on() -> None:
    with Line({"/voice": respond()}) as line:
        line.place(direction=OUTBOUND, caller=MACHINE, detection=MachineDetection(), send_digits="1")
        line.advance(4)
        line.restore(line.account.snapshot())
        line.finish(*line.calls)
        assert line.app.get("/voice")["AnsweredBy"] == "machine_start"
