"""Updates of a recording's status and fields, as a step of a timeline sets them."""

from functools import partial

from msgspec import UNSET

from generators.instants import to_microseconds
from generators.model import Status
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.resources.status_change import (
    RecordingWithProgress,
    apply_status,
    with_fields,
    without_adversarial_body,
)
from scenarios.relative_dates import get_instant
from scenarios.statuses import RecordingStatus
from scenarios.steps import NO_FIELDS, RecordingFields


def apply_update(
    recording_index: RecordingIndex, index: int, status: RecordingStatus | None, fields: RecordingFields
) -> None:
    """Set the status of a recording, if one is given, and its fields. Every change moves `date_updated`."""
    set_status(recording_index, index, status, fields)
    if status is None and fields != NO_FIELDS and fields.date_updated is UNSET:
        recording_index.touch(index)


def set_status(
    recording_index: RecordingIndex, index: int, status: RecordingStatus | None, fields: RecordingFields = NO_FIELDS
) -> None:
    """Set the status of a recording, if one is given, and its fields."""
    in_progress = recording_index.state.in_progress
    recording = without_adversarial_body(recording_index.get_even_if_deleted(index))
    if status is RecordingStatus.DELETED and recording.status is not Status.COMPLETED:
        set_status(recording_index, index, RecordingStatus.COMPLETED)  # a deleted recording was completed before
        recording = recording_index.get_even_if_deleted(index)
    elif status is not None and status is not RecordingStatus.DELETED:
        before, now = RecordingWithProgress(recording, in_progress.get(index)), recording_index.clock.now()
        get_random_fields = partial(recording_index.get_random_fields, index)
        get_typical_duration = partial(recording_index.get_typical_duration, index)
        after = apply_status(before, status, now, get_random_fields, get_typical_duration)
        recording = after.recording
        if after.progress is None:
            in_progress.pop(index, None)
        else:
            in_progress[index] = after.progress
    recording_index.put(index, with_fields(recording, fields))
    if status is RecordingStatus.DELETED:
        date = fields.date_updated
        recording_index.delete(index, None if date is UNSET else to_microseconds(get_instant(date)))
