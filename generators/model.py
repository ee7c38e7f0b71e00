"""What a recording is, as typed values. How it looks on a wire is `mockserver.wire`'s business."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

import msgspec

API_VERSION = "2010-04-01"


class Status(StrEnum):
    """The statuses of `recording.schema.json`."""

    PROCESSING = "processing"
    COMPLETED = "completed"
    ABSENT = "absent"
    DELETED = "deleted"
    FAILED = "failed"


class Source(StrEnum):
    """How a recording was started."""

    DIAL_VERB = "DialVerb"
    CONFERENCE = "Conference"
    OUTBOUND_API = "OutboundAPI"
    TRUNKING = "Trunking"
    RECORD_VERB = "RecordVerb"
    START_CALL_RECORDING_API = "StartCallRecordingAPI"
    START_CONFERENCE_RECORDING_API = "StartConferenceRecordingAPI"


CONFERENCE_SOURCES = frozenset({Source.CONFERENCE, Source.START_CONFERENCE_RECORDING_API})

DUAL_SOURCES = frozenset({Source.DIAL_VERB, Source.OUTBOUND_API, Source.TRUNKING, Source.START_CALL_RECORDING_API})
"""Sources that can have two channels: `<Record>` and conferences are mixed to one."""


class EncryptionDetails(msgspec.Struct, frozen=True):
    """How an encrypted recording can be decrypted."""

    public_key_sid: str
    encrypted_cek: str
    """Base64 of the content key, wrapped for the public key."""
    iv: str
    """Base64 of the initialization vector."""


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One recording. Instants are whole seconds since 1970-01-01T00:00:00Z."""

    sid: str
    account_sid: str
    call_sid: str
    conference_sid: str | None
    status: Status
    source: Source
    channels: int
    duration: int | None
    """Seconds, or None while there is nothing to hear."""
    price: int | None
    """In 0.00001 of the currency unit, negative as Twilio charges; None while unknown."""
    error_code: int | None
    encryption: EncryptionDetails | None
    start_time: int
    date_created: int
    date_updated: int


class AdversarialRecording(Recording, frozen=True, kw_only=True):
    """A recording that wears a body drawn by Hypothesis: legal under the contract, and extreme."""

    body: Mapping[str, Any]
    """As drawn; the recording's own identity, status and date_created stand above it."""
