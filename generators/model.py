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


class Track(StrEnum):
    """Which side of a call is recorded."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    BOTH = "both"


class InFlight(StrEnum):
    """What a recording that is not finished really does; a fetch shows it as processing (WIRE §5)."""

    IN_PROGRESS = "in-progress"
    PAUSED = "paused"
    STOPPED = "stopped"


class EncryptionDetails(msgspec.Struct, frozen=True):
    """How an encrypted recording can be decrypted."""

    public_key_sid: str
    content_key: bytes
    """What the audio is encrypted with: never for the wire."""
    encrypted_cek: bytes
    """The content key, wrapped for the public key."""
    iv: bytes
    """The initialization vector."""
    given: Mapping[str, Any] | None = None
    """What is shown instead, such as what was saved from Twilio; the audio is encrypted as ever."""


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One recording. Instants are whole seconds since 1970-01-01T00:00:00Z."""

    sid: str
    account_sid: str
    call_sid: str
    conference_sid: str | None
    status: Status
    source: Source
    channels: int
    track: Track
    duration: int | None
    """Seconds, or None while there is nothing to hear."""
    price: int | None
    """In 0.00001 of the currency unit, negative as Twilio charges; None while unknown."""
    error_code: int | None
    encryption: EncryptionDetails | None
    start_time: int | None
    date_created: int
    date_updated: int
    price_unit: str = "USD"
    """The currency of the price."""
    transcript: str | None = None
    """What is spoken, a line for each turn, where that is not left to chance."""
    is_scripted: bool = False
    """Told by a scenario, so shown as it says: a generated `failed` is never shown on Twilio's wire."""
    in_flight: InFlight | None = None
    """Only in the answer to the request that made it so."""


class AdversarialRecording(Recording, frozen=True, kw_only=True):
    """A recording that wears a body drawn by Hypothesis: legal under the contract, and extreme."""

    body: Mapping[str, Any]
    """As drawn; the recording's own identity, status and date_created stand above it."""


class TranscriptionStatus(StrEnum):
    """How far a transcription is."""

    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    FAILED = "failed"


class Transcription(msgspec.Struct, frozen=True, kw_only=True):
    """What a recording says, written down."""

    sid: str
    account_sid: str
    recording_sid: str
    status: TranscriptionStatus
    text: str
    duration: int
    price: int
    """In 0.00001 of the currency unit."""
    date_created: int
    date_updated: int


class AddOnResult(msgspec.Struct, frozen=True, kw_only=True):
    """What an add-on made of a recording."""

    sid: str
    account_sid: str
    recording_sid: str
    add_on_sid: str
    add_on_configuration_sid: str
    date_created: int
    date_completed: int


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an add-on's result; its data is served apart."""

    sid: str
    account_sid: str
    recording_sid: str
    add_on_result_sid: str
    add_on_sid: str
    add_on_configuration_sid: str
    label: str
    date_created: int


class CallStatus(StrEnum):
    """How far a call is: Twilio has more statuses, but a call that was recorded has been answered."""

    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call that recordings belong to."""

    sid: str
    account_sid: str
    caller: str
    """A number in E.164 form."""
    called: str
    direction: str
    status: CallStatus
    start_time: int
    end_time: int | None


class Conference(msgspec.Struct, frozen=True, kw_only=True):
    """A conference that recordings belong to."""

    sid: str
    account_sid: str
    friendly_name: str
    status: CallStatus
    date_created: int
    date_updated: int
