"""The statuses of what belongs to a recording: which one follows which, and which one comes before the first step."""

from collections.abc import Iterator, Mapping

import msgspec

from generators.model import CallStatus
from scenarios.statuses import ConferenceStatus, TranscriptionStep
from scenarios.steps import Step, Timeline

_UNANSWERED = (CallStatus.QUEUED, CallStatus.RINGING)
_NOT_READY = (TranscriptionStep.NONE, TranscriptionStep.IN_PROGRESS)

PRECEDING: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "transcription": {
        TranscriptionStep.NONE: (),
        TranscriptionStep.IN_PROGRESS: (TranscriptionStep.NONE,),
        TranscriptionStep.COMPLETED: _NOT_READY,
        TranscriptionStep.FAILED: _NOT_READY,
    },
    "call": {
        CallStatus.QUEUED: (),
        CallStatus.RINGING: (CallStatus.QUEUED,),
        CallStatus.IN_PROGRESS: _UNANSWERED,
        CallStatus.COMPLETED: (CallStatus.IN_PROGRESS,),
        **dict.fromkeys((CallStatus.BUSY, CallStatus.NO_ANSWER, CallStatus.FAILED, CallStatus.CANCELED), _UNANSWERED),
    },
    "conference": {
        ConferenceStatus.INIT: (),
        ConferenceStatus.IN_PROGRESS: (ConferenceStatus.INIT,),
        ConferenceStatus.COMPLETED: (ConferenceStatus.IN_PROGRESS,),
    },
}
"""The statuses that may precede each status, by the key of a step. The last one precedes the first step."""


def iter_related_statuses(step: Step) -> Iterator[tuple[str, str]]:
    """Yield what a step sets of what belongs to its recording: the key and the status."""
    for key in PRECEDING:
        status = getattr(step, key)
        if status is not None:
            yield key, status


def with_initial_related_statuses(timeline: Timeline) -> Timeline:
    """Return a timeline whose first step, which runs at once, also sets what precedes the first status of each kind."""
    later: dict[str, str] = {}
    for step in timeline:
        for key, status in iter_related_statuses(step):
            later.setdefault(key, status)
    initial = {
        key: PRECEDING[key][status][-1]
        for key, status in later.items()
        if getattr(timeline[0], key) is None and PRECEDING[key][status]
    }
    if not initial:
        return timeline
    return (msgspec.structs.replace(timeline[0], **initial), *timeline[1:])
