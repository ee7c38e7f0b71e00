"""The data model of recordings. `mockserver.rest.representations` turns it into documents."""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Any, Literal, Self

import msgspec

API_VERSION = "2010-04-01"


class Status(StrEnum):
    """The statuses of `recording.schema.json`."""

    PROCESSING = "processing"
    COMPLETED = "completed"
    ABSENT = "absent"
    DELETED = "deleted"
    FAILED = "failed"

    __hash__ = str.__hash__  # every recording needs it, and that of Enum is slow


class Source(StrEnum):
    """How a recording was started."""

    DIAL_VERB = "DialVerb"
    CONFERENCE = "Conference"
    OUTBOUND_API = "OutboundAPI"
    TRUNKING = "Trunking"
    RECORD_VERB = "RecordVerb"
    START_CALL_RECORDING_API = "StartCallRecordingAPI"
    START_CONFERENCE_RECORDING_API = "StartConferenceRecordingAPI"

    __hash__ = str.__hash__  # every recording needs it, and that of Enum is slow


CONFERENCE_SOURCES = frozenset({Source.CONFERENCE, Source.START_CONFERENCE_RECORDING_API})

DUAL_SOURCES = frozenset({Source.DIAL_VERB, Source.OUTBOUND_API, Source.TRUNKING, Source.START_CALL_RECORDING_API})
"""Sources that allow two channels: `<Record>` and conferences are mixed to one."""


class Track(StrEnum):
    """The recorded side of a call."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"
    BOTH = "both"


class InFlight(StrEnum):
    """The real status of an active recording. A fetch shows it as processing (WIRE §5)."""

    IN_PROGRESS = "in-progress"
    PAUSED = "paused"
    STOPPED = "stopped"


class EncryptionDetails(msgspec.Struct, frozen=True, gc=False):
    """How to decrypt an encrypted recording."""

    public_key_sid: str
    content_key: bytes
    """The key that encrypts the audio. It is never sent."""
    encrypted_cek: bytes
    """The content key, wrapped with the public key."""
    iv: bytes
    """The initialization vector."""
    given: Mapping[str, Any] | None = None
    """Details to show instead, for example from a Twilio export. The audio is encrypted as usual."""


class SpokenTurn(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What one side of a recording says, or the keys that it presses. Times count from the start of the recording."""

    channel: Literal[1, 2]
    """The side: 1 is the first voice and the left channel, 2 the second and the right."""
    start_ms: int
    stop_ms: int
    text: str
    """The words; empty for keys alone."""
    digits: str = ""
    """The keys, heard as tones one after the other; `w` and `W` are pauses of half a second and of a second."""


class TranscriptionStatus(StrEnum):
    """The status of a transcription."""

    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    FAILED = "failed"


class RequestedTranscription(msgspec.Struct, frozen=True, gc=False):
    """The state of a transcription that the call asked for, as with `<Record transcribe>`."""

    status: TranscriptionStatus | None
    """None if the recording has no transcription yet."""
    date_created: int
    date_updated: int


class Recording(msgspec.Struct, frozen=True, gc=False, kw_only=True, omit_defaults=True):
    """A recording. Instants are whole seconds since the epoch.

    Fields with their defaults are not encoded: a snapshot may hold thousands of recordings.
    """

    sid: str
    account_sid: str
    call_sid: str
    conference_sid: str | None
    status: Status
    source: Source
    channels: int
    track: Track
    duration: int | None = None
    """Seconds, or None while there is no audio."""
    price: int | None = None
    """In units of 0.00001, negative as Twilio charges it; None while unknown."""
    error_code: int | None = None
    encryption: EncryptionDetails | None = None
    start_time: int | None
    date_created: int
    date_updated: int
    price_unit: str | None = None
    """The currency that a scenario sets; None for US dollars."""
    transcript: str | None = None
    """The spoken text, one line per turn; None to generate it."""
    turns: tuple[SpokenTurn, ...] | None = None
    """What was said, if that is known; None to generate it, or to use the transcript. Empty for silence."""
    transcription: RequestedTranscription | None = None
    """The transcription that the call asked for. Any other completed recording has one at once."""
    is_scripted: bool = False
    """True if a scenario set its fields. A generated `failed` is never shown on Twilio's wire, a scripted one is."""
    in_flight: InFlight | None = None
    """Set only in the response to the request that changed it."""
    twilio_wire: Mapping[str, Any] | None = None
    """Values that only Twilio's wire shows, by key: the contract allows none of them, such as a null call_sid."""

    def without_twilio_values(self, keys: Collection[str]) -> Self:
        """Return the recording without its values for Twilio's wire that a change of these keys replaces."""
        known = self.twilio_wire
        if known is None or known.keys().isdisjoint(keys):  # almost always
            return self
        remaining = {key: value for key, value in known.items() if key not in keys}
        return msgspec.structs.replace(self, twilio_wire=remaining or None)


class AdversarialRecording(Recording, frozen=True, kw_only=True):
    """A recording with a body drawn by Hypothesis: valid under the contract, and extreme."""

    body: Mapping[str, Any]
    """The drawn body. The recording's own identity, status and date_created replace those in it."""


class Transcription(msgspec.Struct, frozen=True, kw_only=True):
    """The text of a recording."""

    sid: str
    account_sid: str
    recording_sid: str
    status: TranscriptionStatus
    text: str | None
    """None while it is in progress."""
    duration: int
    price: int | None
    """In units of 0.00001; None while it is in progress."""
    date_created: int
    date_updated: int


class AddOnResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of an add-on for a recording."""

    sid: str
    account_sid: str
    recording_sid: str
    add_on_sid: str
    add_on_configuration_sid: str
    date_created: int
    date_completed: int


class Payload(msgspec.Struct, frozen=True, kw_only=True):
    """A part of an add-on's result. Its data is a separate resource."""

    sid: str
    account_sid: str
    recording_sid: str
    add_on_result_sid: str
    add_on_sid: str
    add_on_configuration_sid: str
    label: str
    date_created: int


class CallStatus(StrEnum):
    """The status of a call."""

    QUEUED = "queued"
    RINGING = "ringing"
    IN_PROGRESS = "in-progress"
    COMPLETED = "completed"
    BUSY = "busy"
    NO_ANSWER = "no-answer"
    FAILED = "failed"
    CANCELED = "canceled"


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """A call, as a fetch shows it. Instants are seconds since the epoch."""

    sid: str
    account_sid: str
    from_number: str
    """A number in E.164 form, or another address."""
    to_number: str
    direction: str
    status: CallStatus
    date_created: int | None
    """None in the response to its creation only."""
    date_updated: int | None
    start_time: int | None
    end_time: int | None
    duration: int | None
    """Seconds from the answer to the end."""
    is_priced: bool
    parent_call_sid: str | None = None
    answered_by: str | None = None
    forwarded_from: str | None = None
    caller_name: str | None = None
    phone_number_sid: str | None = None
    trunk_sid: str | None = None


class Conference(msgspec.Struct, frozen=True, kw_only=True):
    """A conference, as a fetch shows it. Instants are seconds since the epoch."""

    sid: str
    account_sid: str
    friendly_name: str
    status: str
    """`init`, `in-progress` or `completed`."""
    date_created: int
    date_updated: int
    reason_ended: str | None = None
    call_sid_ending: str | None = None
