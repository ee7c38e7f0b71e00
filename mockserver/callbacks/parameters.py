"""The parameters of a recording status callback, in the order of a capture of 2022 (WIRE §12, §17)."""

import json
from base64 import b64encode

from generators.model import EncryptionDetails, Recording, Status
from mockserver.rest.representations.dates import format_rfc2822

_STATUSES_WITH_ERROR = {
    "completed": (Status.COMPLETED,),
    "absent": (Status.ABSENT, Status.FAILED),
    "failed": (Status.ABSENT, Status.FAILED),
}
"""The statuses whose error code belongs to an event. Recordings with the other events have no error yet."""


def build_parameters(recording: Recording, event: str, recording_url: str) -> tuple[tuple[str, str], ...]:
    """Return the names and values of a callback's parameters.

    Args:
        recording: the recording as it is, or was, in the status of the event.
        event: the value of RecordingStatus, such as `in-progress`, `completed` or `absent`.
        recording_url: an absolute URL without an extension, as Twilio sends it.
    """
    start_time = recording.date_created if recording.start_time is None else recording.start_time
    is_conference = recording.conference_sid is not None
    is_completed = event == "completed"
    encryption = recording.encryption if is_completed else None
    parameters = {
        "RecordingSource": recording.source.value,
        # Twilio does this (WIRE §17): a conference's callback has neither RecordingTrack nor CallSid.
        "RecordingTrack": None if is_conference else recording.track.value,
        "RecordingSid": recording.sid,
        "RecordingUrl": recording_url,
        "RecordingStatus": event,
        "RecordingChannels": str(recording.channels),
        "ErrorCode": str(_get_error_code(recording, event)),
        "CallSid": None if is_conference else recording.call_sid,
        "ConferenceSid": recording.conference_sid,
        "RecordingStartTime": format_rfc2822(start_time),
        "AccountSid": recording.account_sid,
        "RecordingDuration": _format_duration(recording) if is_completed else None,
        "EncryptionDetails": None if encryption is None else _format_encryption_details(encryption),
    }
    return tuple(
        (name, value) for name, value in (parameters | _get_own_values(recording)).items() if value is not None
    )


def _get_own_values(recording: Recording) -> dict[str, str | None]:
    """Return the values that the recording has on Twilio's wire only, which callbacks are part of."""
    own = recording.twilio_wire or {}
    names = {"RecordingSource": "source", "CallSid": "call_sid", "RecordingChannels": "channels"}
    values = {name: own[key] for name, key in names.items() if key in own}
    return {name: None if value is None else str(value) for name, value in values.items()}


def _get_error_code(recording: Recording, event: str) -> int:
    return (recording.error_code or 0) if recording.status in _STATUSES_WITH_ERROR.get(event, ()) else 0


def _format_duration(recording: Recording) -> str | None:
    return None if recording.duration is None else str(recording.duration)


def _format_encryption_details(details: EncryptionDetails) -> str:
    """Return the keys that Twilio's tutorial on decryption reads (WIRE §1.1)."""
    return json.dumps(
        {
            "type": "rsa-aes",
            "public_key_sid": details.public_key_sid,
            "encrypted_cek": b64encode(details.encrypted_cek).decode(),
            "iv": b64encode(details.iv).decode(),
        }
    )
