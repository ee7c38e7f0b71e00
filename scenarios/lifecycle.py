"""The life of a recording: which status follows which, and its complete timeline."""

import msgspec
from msgspec import UNSET

from scenarios.model import OnCreate, Pick, RecordingFields, RecordingStatus, ScriptedRecording, Step, Timeline

_ACTIVE_STATUSES = frozenset({RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED, RecordingStatus.STOPPED})

PRECEDING_STATUSES = {
    RecordingStatus.IN_PROGRESS: frozenset({RecordingStatus.PAUSED}),
    RecordingStatus.PAUSED: frozenset({RecordingStatus.IN_PROGRESS}),
    RecordingStatus.STOPPED: frozenset({RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED}),
    RecordingStatus.PROCESSING: _ACTIVE_STATUSES,
    RecordingStatus.COMPLETED: _ACTIVE_STATUSES | {RecordingStatus.PROCESSING},
    RecordingStatus.ABSENT: _ACTIVE_STATUSES | {RecordingStatus.PROCESSING},
    RecordingStatus.FAILED: _ACTIVE_STATUSES | {RecordingStatus.PROCESSING},
    RecordingStatus.DELETED: frozenset({RecordingStatus.COMPLETED}),
}
"""The statuses that may precede each status. Twilio deletes completed recordings only (WIRE §6). SDKs see an active
recording as processing (WIRE §5), so it may become completed without a step in between.
"""

_INITIAL_STATUSES = {
    RecordingStatus.IN_PROGRESS: RecordingStatus.PAUSED,
    RecordingStatus.PAUSED: RecordingStatus.IN_PROGRESS,
    RecordingStatus.STOPPED: RecordingStatus.IN_PROGRESS,
    RecordingStatus.PROCESSING: RecordingStatus.IN_PROGRESS,
    RecordingStatus.DELETED: RecordingStatus.COMPLETED,
}

_FIELDS_BY_STATUS: dict[RecordingStatus | None, tuple[str, ...]] = {
    RecordingStatus.COMPLETED: ("duration", "price"),
    RecordingStatus.ABSENT: ("error_code",),
    RecordingStatus.FAILED: ("error_code",),
}
"""Fields that exist only in some statuses."""
_INITIAL_FIELDS_BY_STATUS: dict[RecordingStatus | None, tuple[str, ...]] = {
    RecordingStatus.DELETED: ("duration", "price")
}
"""Fields that the first step finds already set: a deleted recording was completed before."""


def full_timeline(subject: ScriptedRecording | Pick | OnCreate) -> Timeline:
    """Return the timeline as played: with its first step, and the recording's fields in the steps that set them."""
    steps = with_initial_step(subject)
    if isinstance(subject, OnCreate):
        return steps
    return tuple(_with_fields(step, subject, is_first=at == 0) for at, step in enumerate(steps))


def with_initial_step(subject: ScriptedRecording | Pick | OnCreate) -> Timeline:
    """Return the timeline, starting with a step at once if the scenario creates the recording.

    A scripted recording starts with its `status`. Without one it starts with its first step, if that step runs at once
    and has a status. Otherwise it starts with a status that may precede its first one: `processing` for most, and
    `completed` if no step has a status. A recording that the API creates starts in progress, a pick as generated.
    """
    if isinstance(subject, Pick):
        return subject.timeline
    if isinstance(subject, OnCreate):
        given = RecordingStatus.IN_PROGRESS
        return subject.timeline if _starts_with(subject.timeline, given) else (Step(status=given), *subject.timeline)
    if subject.status is None and subject.timeline and _starts_with(subject.timeline, subject.timeline[0].status):
        return subject.timeline
    return (Step(status=subject.status or _choose_initial_status(subject.timeline)), *subject.timeline)


def _with_fields(step: Step, fields: RecordingFields, *, is_first: bool) -> Step:
    names = _FIELDS_BY_STATUS.get(step.status, ())
    if is_first:
        names = (*names, *_INITIAL_FIELDS_BY_STATUS.get(step.status, ()), "date_updated")
    given = {name: getattr(fields, name) for name in names if getattr(step.set, name) is UNSET}
    missing = {name: value for name, value in given.items() if value is not UNSET}
    return msgspec.structs.replace(step, set=msgspec.structs.replace(step.set, **missing)) if missing else step


def _starts_with(timeline: Timeline, status: RecordingStatus | None) -> bool:
    return status is not None and timeline[0].after is None and timeline[0].status is status


def _choose_initial_status(timeline: Timeline) -> RecordingStatus:
    first = next((step.status for step in timeline if step.status), None)
    return _INITIAL_STATUSES.get(first, RecordingStatus.PROCESSING) if first else RecordingStatus.COMPLETED
