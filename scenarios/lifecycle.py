"""The life of a recording: which status follows which, and its complete timeline."""

import msgspec
from msgspec import UNSET

from generators.model import Status
from scenarios.callbacks import ScriptedCallback, StepCallbacks
from scenarios.statuses import CallbackEvent, RecordingStatus
from scenarios.steps import CallbackEvents, Step

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


_EVENTS_BY_STATUS = {event.value: event for event in CallbackEvent}


def get_step_callbacks(step: Step, subscribed_events: CallbackEvents) -> StepCallbacks:
    """Return the callbacks of a step, in order."""
    if step.callback is UNSET:
        event = None if step.status is None else _EVENTS_BY_STATUS.get(step.status.value)
        return (event,) if event in subscribed_events else ()
    return (step.callback,) if isinstance(step.callback, CallbackEvent | ScriptedCallback) else step.callback
