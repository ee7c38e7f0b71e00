"""The effect of a status on a recording, as a pure function (WIRE §5)."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET

from generators import distributions
from generators.instants import SECOND, to_microseconds
from generators.model import EncryptionDetails, Recording, Status
from generators.random_fields import RandomFields
from mockserver.account.state.in_progress import RecordingInProgress
from scenarios.lifecycle import STATUSES
from scenarios.statuses import RecordingStatus
from scenarios.steps import NO_FIELDS, RecordingFields

_PRICE_STEP = Decimal("0.00001")
_STATUS_FIELDS = ("duration", "price", "price_unit", "error_code")
"""The fields that a change of the status replaces."""


class RecordingWithProgress(msgspec.Struct, frozen=True):
    """A recording, and its progress while it is active."""

    recording: Recording
    progress: RecordingInProgress | None


def apply_status(
    before: RecordingWithProgress,
    status: RecordingStatus,
    now: int,
    get_random_fields: Callable[[], RandomFields],
    get_typical_seconds: Callable[[], int],
) -> RecordingWithProgress:
    """Return a recording in another status. A deletion is not stored in the recording.

    Args:
        now: the instant, in microseconds since the epoch.
        get_random_fields: returns the random fields of the recording. Only a failure needs them.
        get_typical_seconds: returns the duration, for a recording that was not recorded here.
    """
    capture = _advance_progress(before.progress, status, now, get_typical_seconds)
    recording = before.recording
    shown = STATUSES[status].shown_as
    seconds = None
    if shown is Status.COMPLETED:
        progress = before.progress
        seconds = get_typical_seconds() if progress is None else progress.compute_duration_seconds(now)
    error_code = None
    if shown in (Status.ABSENT, Status.FAILED):
        error_code = distributions.draw_error_code(shown, recording.encryption is not None, get_random_fields().error)
    changed = msgspec.structs.replace(
        recording.without_twilio_values(_STATUS_FIELDS),
        status=shown,
        duration=seconds,
        price=None if seconds is None else distributions.compute_price(seconds),
        error_code=error_code,
        date_updated=now // SECOND,
        is_scripted=True,
    )
    return RecordingWithProgress(changed, capture)


def _advance_progress(
    progress: RecordingInProgress | None,
    status: RecordingStatus,
    now: int,
    get_typical_seconds: Callable[[], int],
) -> RecordingInProgress | None:
    match status:
        case RecordingStatus.IN_PROGRESS:
            return RecordingInProgress(since=now) if progress is None else progress.reopen(now).resume(now)
        case RecordingStatus.PAUSED:
            return (progress or RecordingInProgress(since=now)).reopen(now).pause(now)
        case RecordingStatus.STOPPED:
            stopped = progress or RecordingInProgress(recorded=get_typical_seconds() * SECOND, since=None)
            return msgspec.structs.replace(stopped.stop(now), is_processing=False)
        case RecordingStatus.PROCESSING:
            return None if progress is None else msgspec.structs.replace(progress.stop(now), is_processing=True)
        case _:
            return None


def without_adversarial_body(recording: Recording) -> Recording:
    """Return the recording without its generated adversarial body, so that scripted fields are visible."""
    if type(recording) is Recording:  # almost always
        return recording
    return Recording(**{name: getattr(recording, name) for name in Recording.__struct_fields__})


def with_fields(recording: Recording, fields: RecordingFields) -> Recording:
    """Return the recording with the given fields set."""
    if fields == NO_FIELDS:  # almost always
        return recording
    said = {name: getattr(fields, name) for name in RecordingFields.__struct_fields__}
    changes = {
        name: _CONVERTERS[name](value) if name in _CONVERTERS else value
        for name, value in said.items()
        if value is not UNSET
    }
    recording = recording.without_twilio_values(changes)
    if "encryption_details" in changes:
        changes["encryption"] = _build_encryption(recording, changes.pop("encryption_details"))
    if changes.get("duration") is not None and "price" not in changes:
        changes["price"] = distributions.compute_price(changes["duration"])
    return msgspec.structs.replace(recording, **changes)


def parse_price(value: float | str) -> int:
    """Return an amount of money in units of 0.00001."""
    return int((Decimal(str(value)) / _PRICE_STEP).to_integral_value())


def _build_encryption(recording: Recording, details: dict[str, Any] | None) -> EncryptionDetails | None:
    if details is None:
        return None
    known = recording.encryption
    if known is None:
        # The key that decrypts such a recording is unknown here, so any key will do: the audio is noise.
        known = EncryptionDetails(public_key_sid="", content_key=bytes(32), encrypted_cek=b"", iv=bytes(12))
    return msgspec.structs.replace(known, given=details)


_CONVERTERS: dict[str, Any] = {
    "duration": lambda value: None if value is None else int(value),
    "price": lambda value: None if value is None else parse_price(value),
    "start_time": lambda value: None if value is None else to_microseconds(value) // SECOND,
    "date_updated": lambda value: to_microseconds(value) // SECOND,
}
