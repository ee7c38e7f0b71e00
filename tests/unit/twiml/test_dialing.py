"""`<Dial>` and its nouns (WIRE-CALLS §3.4)."""

import pytest

from generators.model import Track
from mockserver.twiml.acts import (
    AnsweringMachineDetection,
    CallTarget,
    ConferenceTarget,
    Dial,
    DialRecord,
    RecordingCallback,
)
from tests.twiml_documents import read_act, read_response

NUMBER = CallTarget("+14155550123")
SERVICE = CallTarget("911")
DETECTION = AnsweringMachineDetection(
    waits_for_end=True, timeout=9, speech_threshold=1000, speech_end_threshold=500, status_callback_method="GET"
)


@pytest.mark.parametrize(
    ("content", "dial"),
    [
        ("<Dial> (415) 555-0123 </Dial>", Dial(targets=(NUMBER,))),
        ("<Dial>911</Dial>", Dial(targets=(SERVICE,))),
        ("<Dial>\n<Number>+1 415 555 0123</Number>\n</Dial>", Dial(targets=(NUMBER,))),
        (
            '<Dial action="/d" method="get" timeout="600" timeLimit="60" callerId="415-555-0100" record="true" '
            'trim="trim-silence" recordingTrack="outbound" recordingStatusCallback="/r" hangupOnStar="true" '
            'answerOnBridge="true" sequential="true">+14155550123</Dial>',
            Dial(
                "/d",
                "GET",
                600,
                60,
                "+14155550100",
                DialRecord.FROM_ANSWER,
                True,
                Track.OUTBOUND,
                RecordingCallback("/r"),
                True,
                True,
                True,
                (NUMBER,),
            ),
        ),
        ('<Dial callerId="client:bob">+14155550123</Dial>', Dial(caller_id="client:bob", targets=(NUMBER,))),
        (
            '<Dial><Number url="/w" method="GET" statusCallback="/s" statusCallbackMethod="get" '
            'statusCallbackEvent="initiated answered" sendDigits="ww12#">+14155550123</Number></Dial>',
            Dial(targets=(CallTarget("+14155550123", "/w", "GET", "/s", "GET", ("initiated", "answered"), "ww12#"),)),
        ),
        (
            '<Dial><Number machineDetection="Enable" amdStatusCallback="/a">911</Number></Dial>',
            Dial(targets=(CallTarget("911", detection=AnsweringMachineDetection(status_callback="/a")),)),
        ),
        (
            '<Dial><Sip machineDetection="DetectMessageEnd" machineDetectionTimeout="9" amdStatusCallbackMethod="get" '
            'machineDetectionSpeechThreshold="1000" machineDetectionSpeechEndThreshold="500">sip:a@b</Sip></Dial>',
            Dial(targets=(CallTarget("sip:a@b", detection=DETECTION),)),
        ),
        ('<Dial><Number machineDetection="Disabled">911</Number></Dial>', Dial(targets=(SERVICE,))),
        ("<Dial><Client>bob</Client><Number>911</Number></Dial>", Dial(targets=(CallTarget("client:bob"), SERVICE))),
        (
            '<Dial><Client url="/w"><Identity>bob</Identity><Parameter name="a" value="b"/></Client></Dial>',
            Dial(targets=(CallTarget("client:bob", "/w"),)),
        ),
        (
            "<Dial><Sip>sip:a@example.com;transport=tcp</Sip></Dial>",
            Dial(targets=(CallTarget("sip:a@example.com;transport=tcp"),)),
        ),
        (
            '<Dial><Sip username="u"><Uri>SIPS:a@b</Uri><Headers><Header name="a" value="b"/></Headers></Sip></Dial>',
            Dial(targets=(CallTarget("SIPS:a@b"),)),
        ),
        ("<Dial><Conference>Room 1</Conference></Dial>", Dial(targets=(ConferenceTarget("Room 1"),))),
        (
            '<Dial><Conference record="record-from-start" trim="do-not-trim" recordingStatusCallback="/r" '
            'startConferenceOnEnter="false" endConferenceOnExit="true" muted="true" beep="onenter" maxParticipants="2" '
            'waitUrl="" waitMethod="GET" statusCallback="/s" statusCallbackMethod="GET" '
            'statusCallbackEvent="join leave" participantLabel="me">a</Conference></Dial>',
            Dial(
                targets=(
                    ConferenceTarget(
                        "a",
                        True,
                        False,
                        RecordingCallback("/r"),
                        False,
                        True,
                        True,
                        "onEnter",
                        2,
                        "",
                        "GET",
                        "/s",
                        "GET",
                        ("join", "leave"),
                        "me",
                    ),
                )
            ),
        ),
        ('<Dial><Conference record="True">a</Conference></Dial>', Dial(targets=(ConferenceTarget("a", True),))),
    ],
)
def test_dial(content: str, dial: Dial) -> None:
    assert dial == read_act(content)


def test_defaults_of_a_conference_and_of_callbacks_are_those_of_twilio() -> None:
    act = read_act("<Dial><Conference recordingStatusCallback='/r'>a</Conference></Dial>")
    assert isinstance(act, Dial)
    (room,) = act.targets
    defaults = {
        **{"record": False, "trim": True, "start_on_enter": True, "end_on_exit": False, "beep": "true"},
        **{"max_participants": 250, "callback": RecordingCallback("/r", "POST", ("completed",))},
    }
    assert defaults == {name: getattr(room, name) for name in defaults}


@pytest.mark.parametrize(
    ("value", "record"),
    [
        ("do-not-record", DialRecord.NONE),
        ("false", DialRecord.NONE),
        ("True", DialRecord.FROM_ANSWER),
        ("record-from-answer", DialRecord.FROM_ANSWER),
        ("record-from-ringing", DialRecord.FROM_RINGING),
        ("record-from-answer-dual", DialRecord.FROM_ANSWER_DUAL),
        ("record-from-ringing-dual", DialRecord.FROM_RINGING_DUAL),
    ],
)
def test_record_values(value: str, record: DialRecord) -> None:
    act = read_act(f'<Dial record="{value}">911</Dial>')
    assert isinstance(act, Dial)
    assert record == act.record
    assert record.is_dual is value.endswith("-dual")
    assert record.is_from_ringing is ("ringing" in value)


@pytest.mark.parametrize(
    ("content", "code", "dial"),
    [
        ('<Dial record="record-from-start">911</Dial>', 13217, Dial(targets=(SERVICE,))),
        ('<Dial method="PUT"/>', 13210, None),
        ('<Dial timeout="3">911</Dial>', 13212, Dial(timeout=5, targets=(SERVICE,))),
        ('<Dial timeout="601">911</Dial>', 13212, Dial(timeout=600, targets=(SERVICE,))),
        ('<Dial timeout="0">911</Dial>', 13212, Dial(targets=(SERVICE,))),
        ('<Dial timeLimit="x">911</Dial>', 13216, Dial(targets=(SERVICE,))),
        ('<Dial hangupOnStar="x">911</Dial>', 13213, Dial(targets=(SERVICE,))),
        ('<Dial answerOnBridge="x">911</Dial>', 13219, Dial(targets=(SERVICE,))),
        ('<Dial sequential="x">911</Dial>', 13218, Dial(targets=(SERVICE,))),
        ('<Dial trim="x">911</Dial>', 12200, Dial(targets=(SERVICE,))),
        ('<Dial recordingTrack="x">911</Dial>', 13622, Dial(targets=(SERVICE,))),
        ("<Dial>Bob</Dial>", 13223, Dial()),
        ("<Dial/>", 13223, Dial()),
        ("<Dial><Number>Bob</Number><Number>911</Number></Dial>", 13223, Dial(targets=(SERVICE,))),
        ('<Dial><Number method="PUT">911</Number></Dial>', 13221, Dial(targets=(SERVICE,))),
        ('<Dial><Number sendDigits="x">911</Number></Dial>', 13222, Dial(targets=(SERVICE,))),
        ('<Dial><Number statusCallbackEvent="x">911</Number></Dial>', 21626, Dial(targets=(SERVICE,))),
        ('<Dial><Number statusCallback="ftp://a">911</Number></Dial>', 12200, Dial(targets=(SERVICE,))),
        ("<Dial><Client/></Dial>", 12200, Dial()),
        ("<Dial><Sip>bob</Sip></Dial>", 13243, Dial()),
        ('<Dial><Sip method="PUT">sip:a@b</Sip></Dial>', 13241, Dial(targets=(CallTarget("sip:a@b"),))),
        ("<Dial><Conference/></Dial>", 13237, Dial()),
        ('<Dial><Conference record="x">a</Conference></Dial>', 13217, Dial(targets=(ConferenceTarget("a"),))),
        ('<Dial><Conference trim="x">a</Conference></Dial>', 13239, Dial(targets=(ConferenceTarget("a"),))),
        ('<Dial><Conference muted="x">a</Conference></Dial>', 13230, Dial(targets=(ConferenceTarget("a"),))),
        ('<Dial><Conference endConferenceOnExit="x">a</Conference></Dial>', 13231, None),
        ('<Dial><Conference startConferenceOnEnter="x">a</Conference></Dial>', 13232, None),
        ('<Dial><Conference waitMethod="x">a</Conference></Dial>', 13234, None),
        ('<Dial><Conference beep="x">a</Conference></Dial>', 13235, Dial(targets=(ConferenceTarget("a"),))),
        ('<Dial><Conference maxParticipants="1">a</Conference></Dial>', 12200, None),
        (
            "<Dial>911<Conference>a</Conference></Dial>",
            13000,
            Dial(targets=(SERVICE,)),
        ),
        ("<Dial><Queue>a</Queue></Dial>", 13750, Dial()),
        ("<Dial><WhatsApp>+14155550123</WhatsApp><Number>911</Number></Dial>", 13750, Dial(targets=(SERVICE,))),
    ],
)
def test_bad_value_of_dial_and_nouns(content: str, code: int, dial: Dial | None) -> None:
    script = read_response(content)
    assert code in [problem.code for problem in script.problems]
    if dial is not None:
        assert (dial,) == script.acts
        assert len(script.problems) == 1
