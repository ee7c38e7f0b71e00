"""Timelines as played: with the first step, and with the fields of the recording in the steps that set them."""

import msgspec
from msgspec import UNSET

from scenarios.lifecycle import STATUSES
from scenarios.model import FieldsWithSubscription, OnCreate, Pick, ScriptedRecording
from scenarios.related_resources import with_initial_related_statuses
from scenarios.statuses import RecordingStatus
from scenarios.steps import CallbackEvents, RecordingFields, Step, Timeline
from scenarios.triggers import Trigger

_SAVED_FIELDS = ("duration", "price", "error_code", "date_updated")
"""The fields that an imported recording keeps whatever its status is."""
DEFAULT_ON_CREATE = OnCreate(
    timeline=(
        Step(status=RecordingStatus.IN_PROGRESS),
        Step(after=Trigger(signal="stopped"), status=RecordingStatus.PROCESSING),
        Step(after=Trigger(time="2s"), status=RecordingStatus.COMPLETED),
    )
)
"""The timeline of a recording that the API creates, unless a scenario sets another."""


def get_subscription(subject: FieldsWithSubscription) -> CallbackEvents:
    """Return the callback events that a recording's own `status_callback` subscribes to."""
    return subject.status_callback_event if subject.status_callback else ()


def build_full_timeline(subject: ScriptedRecording | Pick | OnCreate) -> Timeline:
    """Return the timeline as played: with its first step, and the recording's fields in the steps that set them."""
    steps = with_initial_step(subject)
    if not isinstance(subject, Pick):
        steps = with_initial_related_statuses(steps)
    if isinstance(subject, OnCreate):
        return steps
    if isinstance(subject, ScriptedRecording) and subject.imported:
        return (_as_imported(steps[0], subject), *steps[1:])
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
    names = () if step.status is None else STATUSES[step.status].fields
    if is_first:
        initial = () if step.status is None else STATUSES[step.status].initial_fields
        names = (*names, *initial, "date_updated")
    given = {name: getattr(fields, name) for name in names if getattr(step.set, name) is UNSET}
    missing = {name: value for name, value in given.items() if value is not UNSET}
    return msgspec.structs.replace(step, set=msgspec.structs.replace(step.set, **missing)) if missing else step


def _as_imported(step: Step, saved: ScriptedRecording) -> Step:
    """Return the first step of an imported recording: with all saved values, and without callbacks.

    It happened before, so Twilio has sent its callbacks.
    """
    given = {name: getattr(saved, name) for name in _SAVED_FIELDS if getattr(saved, name) is not UNSET}
    return msgspec.structs.replace(step, set=msgspec.structs.replace(step.set, **given), callback=())


def _starts_with(timeline: Timeline, status: RecordingStatus | None) -> bool:
    return status is not None and timeline[0].after is None and timeline[0].status is status


def _choose_initial_status(timeline: Timeline) -> RecordingStatus:
    first = next((step.status for step in timeline if step.status), None)
    return STATUSES[first].initial if first else RecordingStatus.COMPLETED


DEFAULT_TIMELINE = build_full_timeline(DEFAULT_ON_CREATE)
"""`DEFAULT_ON_CREATE` as played."""
