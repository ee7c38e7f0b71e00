"""The data model of a timeline: its steps, and the fields of a recording that they set."""

from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from generators.model import CallStatus, Source, Track
from scenarios.callbacks import ScriptedCallback, StepCallbacks
from scenarios.field_types import Currency, ErrorCode, Price, Seconds
from scenarios.relative_dates import RecordingDate
from scenarios.statuses import CallbackEvent, ConferenceStatus, RecordingStatus, TranscriptionStep
from scenarios.triggers import WrittenTrigger

CallbackEvents = tuple[CallbackEvent, ...]


class RecordingFields(
    msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Scripted fields of a recording. The others are generated."""

    duration: Seconds | UnsetType | None = UNSET
    """The seconds that it lasts."""
    price: Price | UnsetType | None = UNSET
    """Twilio's charge, at most 0."""
    price_unit: Currency | UnsetType = UNSET
    """The currency of the price."""
    error_code: ErrorCode | UnsetType | None = UNSET
    """The code of what went wrong."""
    channels: Literal[1, 2] | UnsetType = UNSET
    """The number of channels: 2 has each side on its own."""
    source: Source | UnsetType = UNSET
    """What started the recording."""
    track: Track | UnsetType = UNSET
    """The side of the call that was recorded."""
    encryption_details: dict[str, Any] | UnsetType | None = UNSET
    """The details of an encrypted recording, as Twilio sends them. Null shows that it is not encrypted."""
    start_time: RecordingDate | UnsetType | None = UNSET
    """The instant at which the recording began, until `date_created`."""
    date_updated: RecordingDate | UnsetType = UNSET
    """The instant of the last change, from `date_created` on."""


NO_FIELDS = RecordingFields()


class Step(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One change of a recording, and its condition."""

    after: WrittenTrigger | None = None
    """The condition; at once if left out."""
    status: RecordingStatus | None = None
    """The new status. If it is left out, the status stays: the step only sets fields or sends callbacks."""
    set: RecordingFields = NO_FIELDS
    """Fields of the recording that change."""
    transcription: TranscriptionStep | None = None
    """The new status of its transcription. Without a step, a completed recording has a transcription at once."""
    call: CallStatus | None = None
    """The new status of its call. Without a step, the call is over when its recordings are."""
    conference: ConferenceStatus | None = None
    """The new status of its conference. Without a step, the conference is over when its recordings are."""
    callback: CallbackEvent | ScriptedCallback | StepCallbacks | UnsetType = UNSET
    """The callback events to send, by default the status's own if the recording subscribes to it. `[]` sends none. An
    object says what is wrong with a callback, such as `{event: completed, signature: missing}`.
    """


MAX_STEPS = 1000
"""The most steps of one timeline: all of them may run at once, for one request."""
Timeline = tuple[Step, ...]
