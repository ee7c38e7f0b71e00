"""The parameters of requests about a call."""

from typing import Any

import pytest

from mockserver.callbacks.action_parameters import (
    build_dial_extra,
    build_digits_extra,
    build_enqueue_extra,
    build_fallback_extra,
    build_record_extra,
    build_recording_extra,
    build_speech_extra,
)
from mockserver.callbacks.progress_parameters import (
    build_conference_end_extra,
    build_conference_parameters,
    build_end_extra,
    build_participant_extra,
    build_progress_extra,
)
from mockserver.callbacks.voice_parameters import build_transcribe_parameters, build_voice_parameters

CAPTURED_PROGRESS = (
    "Called ToState CallerCountry Direction Timestamp CallbackSource SipResponseCode CallerState ToZip SequenceNumber "
    "CallSid To CallerZip ToCountry CalledZip ApiVersion CalledCity CallStatus Duration From CallDuration AccountSid "
    "CalledCountry CallerCity ToCity FromCountry Caller FromCity CalledState FromZip FromState"
)
"""The order of a status callback (captures of 2018 and 2022, WIRE-CALLS §1.5)."""
CAPTURED_TRANSCRIPTION = (
    "ApiVersion TranscriptionType TranscriptionUrl TranscriptionSid Called RecordingSid CallStatus RecordingUrl From "
    "Direction url AccountSid TranscriptionText Caller TranscriptionStatus CallSid To ForwardedFrom"
)
"""The order of a transcribeCallback (a capture, WIRE §12)."""
RECORDING: dict[str, Any] = {"sid": "RE1", "url": "https://api.twilio.com/RE1", "duration": 7}


def build(**changes: Any) -> dict[str, str]:
    call: dict[str, Any] = {
        "call_sid": "CA1",
        "account_sid": "AC1",
        "from_": "+14155550100",
        "to": "+442071838750",
        "status": "ringing",
        "direction": "inbound",
    }
    return dict(build_voice_parameters(**call | changes))


def test_request_about_a_call_has_the_standard_parameters() -> None:
    empty = {f"{party}{part}": "" for party in ("From", "To", "Caller", "Called") for part in ("City", "State", "Zip")}
    assert build() == {
        "CallSid": "CA1",
        "AccountSid": "AC1",
        "From": "+14155550100",
        "To": "+442071838750",
        "Caller": "+14155550100",
        "Called": "+442071838750",
        "CallStatus": "ringing",
        "ApiVersion": "2010-04-01",
        "Direction": "inbound",
        **empty,
        "FromCountry": "US",
        "CallerCountry": "US",
        "ToCountry": "GB",
        "CalledCountry": "GB",
    }


def test_clients_and_sip_addresses_have_no_place() -> None:
    found = build(from_="client:alice", to="sip:bob@example.test")
    assert not [name for name in found if name.endswith(("City", "State", "Zip", "Country"))]
    assert (found["Caller"], found["Called"]) == ("client:alice", "sip:bob@example.test")


def test_values_that_only_some_calls_have() -> None:
    found = build(parent_call_sid="CA2", forwarded_from="+1", caller_name="BOB")
    assert (found["ParentCallSid"], found["ForwardedFrom"], found["CallerName"]) == ("CA2", "+1", "BOB")
    assert not {"ParentCallSid", "ForwardedFrom", "CallerName"} & build().keys()


def test_status_callback_of_an_ended_call_has_the_captured_order() -> None:
    progress = build_progress_extra(timestamp=1_461_195_925, sequence_number=3)
    found = build(status="completed", extra={**progress, **build_end_extra(duration=61, sip_response_code=200)})
    assert CAPTURED_PROGRESS.split() == list(found)
    assert [found[name] for name in ("Timestamp", "CallbackSource", "SequenceNumber")] == [
        "Wed, 20 Apr 2016 23:45:25 +0000",
        "call-progress-events",
        "3",
    ]
    assert (found["CallDuration"], found["Duration"], found["SipResponseCode"]) == ("61", "2", "200")


def test_standard_parameters_of_a_status_callback_can_differ() -> None:
    extra = build_progress_extra(timestamp=0, sequence_number=0, answered_by="machine_start")
    found = build(extra={"CallStatus": "initiated", **extra})
    assert (found["CallStatus"], found["AnsweredBy"]) == ("initiated", "machine_start")
    assert not {"CallDuration", "Duration", "SipResponseCode", "RecordingUrl"} & found.keys()


@pytest.mark.parametrize(("duration", "minutes"), [(0, "0"), (1, "1"), (60, "1"), (61, "2")])
def test_duration_is_in_minutes_rounded_up(duration: int, minutes: str) -> None:
    assert build_end_extra(duration=duration) == {
        "CallDuration": str(duration),
        "Duration": minutes,
        "SipResponseCode": None,
    }


def test_end_of_a_recorded_call_has_the_recording() -> None:
    found = build_end_extra(duration=9, recording=build_recording_extra(**RECORDING))
    assert [found[f"Recording{name}"] for name in ("Sid", "Url", "Duration")] == ["RE1", RECORDING["url"], "7"]


def test_gather_sends_digits_without_the_finish_key() -> None:
    assert build_digits_extra("123", "#") == {"Digits": "123", "FinishedOnKey": "#"}
    assert build_digits_extra("") == {"Digits": "", "FinishedOnKey": ""}


def test_gather_sends_speech_with_its_confidence() -> None:
    assert build_speech_extra("hello there", 0.95) == {"SpeechResult": "hello there", "Confidence": "0.95"}


@pytest.mark.parametrize("digits", ["hangup", "#", None])
def test_record_sends_the_recording_and_what_ended_it(digits: str | None) -> None:
    found = build(extra=build_record_extra(**RECORDING, digits=digits))
    assert (found["RecordingSid"], found["RecordingUrl"], found["RecordingDuration"]) == ("RE1", RECORDING["url"], "7")
    assert found.get("Digits") == digits


def test_dial_sends_the_child_call() -> None:
    found = build(extra=build_dial_extra(status="completed", call_sid="CA2", duration=3, is_bridged=True))
    assert {name: found[name] for name in found if name.startswith("Dial")} == {
        "DialCallStatus": "completed",
        "DialCallSid": "CA2",
        "DialCallDuration": "3",
        "DialBridged": "true",
    }


def test_dial_of_a_conference_sends_its_status_only() -> None:
    found = build(extra=build_dial_extra(status="answered"))
    assert [name for name in found if name.startswith("Dial")] == ["DialCallStatus"]


def test_enqueue_and_fallback_send_their_result() -> None:
    assert build_enqueue_extra(result="hangup", sid="QU1", seconds=4) == {
        "QueueResult": "hangup",
        "QueueSid": "QU1",
        "QueueTime": "4",
    }
    assert build_fallback_extra(11200, "http://a/") == {"ErrorCode": "11200", "ErrorUrl": "http://a/"}


def test_transcribe_callback_has_the_captured_order() -> None:
    found = build_transcribe_parameters(
        call_sid="CA1",
        account_sid="AC1",
        from_="+14155550100",
        to="+442071838750",
        status="completed",
        direction="inbound",
        forwarded_from="+1",
        recording_sid="RE1",
        recording_url="https://api.twilio.com/RE1",
        transcription_sid="TR1",
        transcription_status="completed",
        transcription_text="hello",
        url="http://app.test/transcribed",
    )
    assert CAPTURED_TRANSCRIPTION.split() == [name for name, _ in found]
    values = dict(found)
    assert values["TranscriptionUrl"] == "https://api.twilio.com/RE1/Transcriptions/TR1"
    assert (values["TranscriptionText"], values["url"]) == ("hello", "http://app.test/transcribed")


def build_conference(event: str, extra: Any) -> dict[str, str]:
    parameters = build_conference_parameters(
        event=event,
        conference_sid="CF1",
        account_sid="AC1",
        friendly_name="room",
        timestamp=0,
        sequence_number=2,
        extra=extra,
    )
    return dict(parameters)


def test_conference_callback_has_its_participant() -> None:
    extra = build_participant_extra(call_sid="CA1", label="host", is_muted=True, ends_conference=True)
    assert build_conference("participant-join", extra) == {
        "ConferenceSid": "CF1",
        "FriendlyName": "room",
        "AccountSid": "AC1",
        "SequenceNumber": "2",
        "Timestamp": "Thu, 01 Jan 1970 00:00:00 +0000",
        "StatusCallbackEvent": "participant-join",
        "CallSid": "CA1",
        "ParticipantLabel": "host",
        "Muted": "true",
        "Hold": "false",
        "Coaching": "false",
        "StartConferenceOnEnter": "true",
        "EndConferenceOnExit": "true",
    }


def test_end_of_a_conference_has_its_reason() -> None:
    found = build_conference(
        "conference-end", build_conference_end_extra(reason="last-participant-left", call_sid="CA1")
    )
    assert (found["ReasonConferenceEnded"], found["CallSidEndingConference"]) == ("last-participant-left", "CA1")
    assert "ParticipantLabelEndingConference" not in found
