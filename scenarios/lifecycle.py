"""The life of a recording: which status follows which, and its complete timeline."""

import msgspec
from msgspec import UNSET

from generators.model import Status
from scenarios.callbacks import ScriptedCallback, StepCallbacks
from scenarios.model import FieldsWithSubscription, OnCreate, Pick, ScriptedRecording
from scenarios.related_resources import with_initial_related_statuses
from scenarios.statuses import CallbackEvent, RecordingStatus
from scenarios.steps import CallbackEvents, RecordingFields, Step, Timeline
from scenarios.triggers import Trigger

_ACTIVE = frozenset({RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED, RecordingStatus.STOPPED})
_ACTIVE_OR_PROCESSING = _ACTIVE | {RecordingStatus.PROCESSING}


class StatusFacts(msgspec.Struct, frozen=True):
    """A row of the table of statuses."""

    preceding: frozenset[RecordingStatus]
    """The statuses that may precede this one."""
    initial: RecordingStatus
    """The status in which a timeline starts if this is its first status, and the timeline does not set it at once."""
    shown_as: Status = Status.PROCESSING
    """The status that a fetch shows (WIRE §5)."""
    fields: tuple[str, ...] = ()
    """The fields that a step with this status sets."""
    initial_fields: tuple[str, ...] = ()
    """The fields that are set too if a timeline starts with this status."""
    signal: str | None = None
    """The signal that an update through the API to this status sends."""
    no_media: str = ""
    """The end of the sentence that explains why the recording has no media."""


STATUSES = {
    RecordingStatus.IN_PROGRESS: StatusFacts(
        frozenset({RecordingStatus.PAUSED}), RecordingStatus.PAUSED, signal="resumed"
    ),
    RecordingStatus.PAUSED: StatusFacts(
        frozenset({RecordingStatus.IN_PROGRESS}), RecordingStatus.IN_PROGRESS, signal="paused"
    ),
    RecordingStatus.STOPPED: StatusFacts(
        frozenset({RecordingStatus.IN_PROGRESS, RecordingStatus.PAUSED}), RecordingStatus.IN_PROGRESS, signal="stopped"
    ),
    RecordingStatus.PROCESSING: StatusFacts(
        _ACTIVE,
        RecordingStatus.IN_PROGRESS,
        no_media=": wait for the status completed, for example with a recording_status_callback",
    ),
    RecordingStatus.COMPLETED: StatusFacts(
        _ACTIVE_OR_PROCESSING, RecordingStatus.PROCESSING, Status.COMPLETED, ("duration", "price", "error_code")
    ),
    RecordingStatus.ABSENT: StatusFacts(
        _ACTIVE_OR_PROCESSING,
        RecordingStatus.PROCESSING,
        Status.ABSENT,
        ("error_code",),
        no_media=", and never will: see its error_code",
    ),
    RecordingStatus.FAILED: StatusFacts(
        _ACTIVE_OR_PROCESSING,
        RecordingStatus.PROCESSING,
        Status.FAILED,
        ("error_code",),
        no_media=", and never will: see its error_code",
    ),
    RecordingStatus.DELETED: StatusFacts(
        frozenset({RecordingStatus.COMPLETED}),
        RecordingStatus.COMPLETED,
        Status.DELETED,
        initial_fields=("duration", "price"),
    ),
}
"""One row per status. Twilio deletes completed recordings only (WIRE §6). SDKs see an active recording as processing,
so it may become completed without a step in between. A deleted recording was completed before.
"""
STATUSES_WITHOUT_AUDIO = frozenset({RecordingStatus.ABSENT, RecordingStatus.FAILED})
"""The final statuses of a recording that has no audio, and an error code that says why."""
ERROR_CODES_WITH_AUDIO = frozenset({16107, 16111, 16112})
"""The error codes of a completed recording: encrypted with another key, or not uploaded (WIRE §5)."""
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


def get_step_callbacks(step: Step, subscribed_events: CallbackEvents) -> StepCallbacks:
    """Return the callbacks of a step, in order."""
    if step.callback is UNSET:
        return tuple(event for event in CallbackEvent if event.value == step.status and event in subscribed_events)
    return (step.callback,) if isinstance(step.callback, CallbackEvent | ScriptedCallback) else step.callback


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
