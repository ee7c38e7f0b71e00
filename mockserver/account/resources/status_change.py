"""The effect of a status on a recording, as a pure function (WIRE §5)."""

from decimal import Decimal
from typing import Any

import msgspec
from msgspec import UNSET

from generators import distributions
from generators.corpus.weekly_rhythm import SECOND
from generators.model import EncryptionDetails, Recording, Status
from generators.random_fields import RandomFields
from mockserver.account.state.in_progress import RecordingInProgress
from scenarios.model import RecordingFields, RecordingStatus
from scenarios.timeline import parse_instant

_STATUS_SHOWN_AS = {
    RecordingStatus.COMPLETED: Status.COMPLETED,
    RecordingStatus.ABSENT: Status.ABSENT,
    RecordingStatus.FAILED: Status.FAILED,
}
"""The status that a fetch shows for a finished recording. For all others it shows `processing`."""
_SMALLEST = Decimal("0.00001")


class StatusChange(msgspec.Struct, frozen=True):
    """A recording, and its progress while it is active."""

    recording: Recording
    capture: RecordingInProgress | None


def apply_status(
    before: StatusChange, stage: RecordingStatus, now: int, chance: RandomFields, usual_seconds: int
) -> StatusChange:
    """Return a recording in another status. A deletion is not stored in the recording.

    Args:
        now: the instant, in microseconds since the epoch.
        usual_seconds: the duration if the recording was not recorded here.
    """
    capture = _advance_in_progress(before.capture, stage, now)
    recording = before.recording
    shown = _STATUS_SHOWN_AS.get(stage, Status.PROCESSING)
    seconds = None
    if shown is Status.COMPLETED:
        seconds = usual_seconds if before.capture is None else before.capture.duration_seconds(now)
    changed = msgspec.structs.replace(
        recording,
        status=shown,
        duration=seconds,
        price=None if seconds is None else distributions.compute_price(seconds),
        error_code=distributions.draw_error_code(shown, recording.encryption is not None, chance.error),
        date_updated=now // SECOND,
        is_scripted=True,
    )
    return StatusChange(changed, capture)


def _advance_in_progress(
    capture: RecordingInProgress | None, stage: RecordingStatus, now: int
) -> RecordingInProgress | None:
    match stage:
        case RecordingStatus.IN_PROGRESS:
            return RecordingInProgress(since=now) if capture is None else capture.resume(now)
        case RecordingStatus.PAUSED:
            return (capture or RecordingInProgress(since=now)).pause(now)
        case RecordingStatus.STOPPED | RecordingStatus.PROCESSING:
            return None if capture is None else capture.stop(now)
        case _:
            return None


def without_adversarial_body(recording: Recording) -> Recording:
    """Return the recording without its generated adversarial body, so that scripted fields are visible."""
    return Recording(**{name: getattr(recording, name) for name in Recording.__struct_fields__})


def with_fields(recording: Recording, facts: RecordingFields) -> Recording:
    """Return the recording with the given fields set."""
    said = {name: getattr(facts, name) for name in RecordingFields.__struct_fields__}
    changes = {
        name: _READ[name](value) if name in _READ else value for name, value in said.items() if value is not UNSET
    }
    if not changes:
        return recording
    if "encryption_details" in changes:
        changes["encryption"] = _encryption(recording, changes.pop("encryption_details"))
    if changes.get("duration") is not None and "price" not in changes:
        changes["price"] = distributions.compute_price(changes["duration"])
    return msgspec.structs.replace(recording, **changes)


def price_of(value: float | str) -> int:
    """Return an amount of money in units of 0.00001."""
    return int((Decimal(str(value)) / _SMALLEST).to_integral_value())


def _encryption(recording: Recording, given: dict[str, Any] | None) -> EncryptionDetails | None:
    if given is None:
        return None
    known = recording.encryption
    if known is None:
        # The key that decrypts such a recording is unknown here, so any key will do: the audio is noise.
        known = EncryptionDetails(public_key_sid="", content_key=bytes(32), encrypted_cek=b"", iv=bytes(12))
    return msgspec.structs.replace(known, given=given)


_READ: dict[str, Any] = {
    "duration": lambda value: None if value is None else int(value),
    "price": lambda value: None if value is None else price_of(value),
    "start_time": lambda value: None if value is None else parse_instant(value) // SECOND,
    "date_updated": lambda value: parse_instant(value) // SECOND,
}
