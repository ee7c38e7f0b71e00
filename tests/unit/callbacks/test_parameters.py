import json
from base64 import b64decode
from typing import Any

import pytest

from generators.model import EncryptionDetails, Recording, Source, Status, Track
from mockserver.callbacks.parameters import build_parameters

RECORDING_URL = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1"
PARAMETER_NAMES = [
    *("RecordingSource", "RecordingTrack", "RecordingSid", "RecordingUrl", "RecordingStatus", "RecordingChannels"),
    *("ErrorCode", "CallSid", "RecordingStartTime", "AccountSid"),
]


def make_recording(**changes: Any) -> Recording:
    fields: dict[str, Any] = {
        "sid": "RE1",
        "account_sid": "AC1",
        "call_sid": "CA1",
        "conference_sid": None,
        "status": Status.COMPLETED,
        "source": Source.START_CALL_RECORDING_API,
        "channels": 2,
        "track": Track.BOTH,
        "duration": 7,
        "price": -250,
        "error_code": None,
        "encryption": None,
        "start_time": 1_650_498_325,
        "date_created": 1_650_498_325,
        "date_updated": 1_650_498_335,
    }
    return Recording(**fields | changes)


def test_completed_callback_has_all_parameters() -> None:
    assert build_parameters(make_recording(), "completed", RECORDING_URL) == (
        ("RecordingSource", "StartCallRecordingAPI"),
        ("RecordingTrack", "both"),
        ("RecordingSid", "RE1"),
        ("RecordingUrl", RECORDING_URL),
        ("RecordingStatus", "completed"),
        ("RecordingChannels", "2"),
        ("ErrorCode", "0"),
        ("CallSid", "CA1"),
        ("RecordingStartTime", "Wed, 20 Apr 2022 23:45:25 +0000"),
        ("AccountSid", "AC1"),
        ("RecordingDuration", "7"),
    )


def test_values_of_twilio_wire_replace_others() -> None:
    own = {"source": "StartCallRecordingTwiML", "call_sid": None, "channels": 0, "price": "-1"}
    plain = build_parameters(make_recording(), "completed", RECORDING_URL)
    expected = {**dict(plain), "RecordingSource": "StartCallRecordingTwiML", "RecordingChannels": "0"}
    del expected["CallSid"]
    assert build_parameters(make_recording(twilio_wire=own), "completed", RECORDING_URL) == tuple(expected.items())


@pytest.mark.parametrize("event", ["in-progress", "absent", "failed"])
def test_other_events_have_no_duration(event: str) -> None:
    found = build_parameters(make_recording(), event, RECORDING_URL)
    assert [name for name, _ in found] == PARAMETER_NAMES
    assert dict(found)["RecordingStatus"] == event


def test_unknown_duration_is_omitted() -> None:
    assert [
        name for name, _ in build_parameters(make_recording(duration=None), "completed", RECORDING_URL)
    ] == PARAMETER_NAMES


def test_zero_duration_is_included() -> None:
    assert ("RecordingDuration", "0") in build_parameters(make_recording(duration=0), "completed", RECORDING_URL)


def test_absent_recording_has_error_code() -> None:
    absent = make_recording(status=Status.ABSENT, error_code=16101)
    assert ("ErrorCode", "16101") in build_parameters(absent, "absent", RECORDING_URL)


@pytest.mark.parametrize(
    ("event", "status", "error_code"),
    [
        ("in-progress", Status.ABSENT, "0"),
        ("completed", Status.ABSENT, "0"),
        ("completed", Status.COMPLETED, "16107"),
        ("absent", Status.COMPLETED, "0"),
        ("absent", Status.FAILED, "16107"),
        ("failed", Status.FAILED, "16107"),
        ("failed", Status.ABSENT, "16107"),
    ],
)
def test_error_code_belongs_to_status_of_event(event: str, status: Status, error_code: str) -> None:
    found = build_parameters(make_recording(status=status, error_code=16107), event, RECORDING_URL)
    assert ("ErrorCode", error_code) in found


def test_conference_recording_has_conference_sid_and_neither_call_sid_nor_track() -> None:
    found = dict(build_parameters(make_recording(conference_sid="CF1"), "completed", RECORDING_URL))
    assert found["ConferenceSid"] == "CF1"
    assert set(found) == {
        *("AccountSid", "ConferenceSid", "RecordingSid", "RecordingUrl", "RecordingStatus", "RecordingDuration"),
        *("RecordingChannels", "RecordingStartTime", "RecordingSource", "ErrorCode"),
    }


def test_encrypted_recording_has_encryption_details_without_content_key() -> None:
    details = EncryptionDetails(public_key_sid="CR1", content_key=b"secret", encrypted_cek=b"wrapped", iv=b"vector")
    name, value = build_parameters(make_recording(encryption=details), "completed", RECORDING_URL)[-1]
    found = json.loads(value)
    assert name == "EncryptionDetails"
    assert list(found) == ["type", "public_key_sid", "encrypted_cek", "iv"]
    assert (found["type"], found["public_key_sid"]) == ("rsa-aes", "CR1")
    assert (b64decode(found["encrypted_cek"]), b64decode(found["iv"])) == (b"wrapped", b"vector")
    early = build_parameters(make_recording(encryption=details), "in-progress", RECORDING_URL)
    assert [name for name, _ in early] == PARAMETER_NAMES


def test_callback_without_start_time_has_the_creation_date() -> None:
    found = dict(build_parameters(make_recording(start_time=None, date_created=86_400), "completed", RECORDING_URL))
    assert found["RecordingStartTime"] == "Fri, 02 Jan 1970 00:00:00 +0000"
