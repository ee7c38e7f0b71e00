"""What can become of a recording: which status follows which, and the timeline that it goes through."""

import msgspec
from msgspec import UNSET

from scenarios.model import Facts, OnCreate, Pick, ScriptedRecording, Stage, Step, Timeline

_LIVE = frozenset({Stage.IN_PROGRESS, Stage.PAUSED, Stage.STOPPED})

BEFORE = {
    Stage.IN_PROGRESS: frozenset({Stage.PAUSED}),
    Stage.PAUSED: frozenset({Stage.IN_PROGRESS}),
    Stage.STOPPED: frozenset({Stage.IN_PROGRESS, Stage.PAUSED}),
    Stage.PROCESSING: _LIVE,
    Stage.COMPLETED: _LIVE | {Stage.PROCESSING},
    Stage.ABSENT: _LIVE | {Stage.PROCESSING},
    Stage.FAILED: _LIVE | {Stage.PROCESSING},
    Stage.DELETED: frozenset({Stage.COMPLETED}),
}
"""What a recording can have been before. Twilio deletes completed ones only (WIRE §6). To SDKs a live one is being
processed (WIRE §5), so that it may be completed with nothing in between."""

_FIRST = {
    Stage.IN_PROGRESS: Stage.PAUSED,
    Stage.PAUSED: Stage.IN_PROGRESS,
    Stage.STOPPED: Stage.IN_PROGRESS,
    Stage.PROCESSING: Stage.IN_PROGRESS,
    Stage.DELETED: Stage.COMPLETED,
}

_SAID_IN: dict[Stage | None, tuple[str, ...]] = {
    Stage.COMPLETED: ("duration", "price"),
    Stage.ABSENT: ("error_code",),
    Stage.FAILED: ("error_code",),
}
"""Facts that hold only in some statuses."""
_SAID_AT_FIRST: dict[Stage | None, tuple[str, ...]] = {Stage.DELETED: ("duration", "price")}
"""Facts of what the first step finds there already: what is deleted was completed before."""


def whole(subject: ScriptedRecording | Pick | OnCreate) -> Timeline:
    """Return the timeline as it is played: its beginning, and the facts of its recording in the steps that say them."""
    steps = beginning(subject)
    if isinstance(subject, OnCreate):
        return steps
    return tuple(_saying(step, subject, is_first=at == 0) for at, step in enumerate(steps))


def beginning(subject: ScriptedRecording | Pick | OnCreate) -> Timeline:
    """Return the timeline, beginning with a step at once where the recording is made by the scenario.

    A scripted recording begins with its `status`. Without one it begins with its first step, where that is at once
    and has a status; else as what its first status follows, which is `processing` for most, and `completed` where no
    step has a status. What is made through the API begins in progress. A pick begins as it was generated.
    """
    if isinstance(subject, Pick):
        return subject.timeline
    if isinstance(subject, OnCreate):
        given = Stage.IN_PROGRESS
        return subject.timeline if _begins(subject.timeline, given) else (Step(status=given), *subject.timeline)
    if subject.status is None and subject.timeline and _begins(subject.timeline, subject.timeline[0].status):
        return subject.timeline
    return (Step(status=subject.status or _before(subject.timeline)), *subject.timeline)


def _saying(step: Step, facts: Facts, *, is_first: bool) -> Step:
    names = _SAID_IN.get(step.status, ())
    if is_first:
        names = (*names, *_SAID_AT_FIRST.get(step.status, ()), "date_updated")
    given = {name: getattr(facts, name) for name in names if getattr(step.set, name) is UNSET}
    missing = {name: value for name, value in given.items() if value is not UNSET}
    return msgspec.structs.replace(step, set=msgspec.structs.replace(step.set, **missing)) if missing else step


def _begins(timeline: Timeline, status: Stage | None) -> bool:
    return status is not None and timeline[0].after is None and timeline[0].status is status


def _before(timeline: Timeline) -> Stage:
    first = next((step.status for step in timeline if step.status), None)
    return _FIRST.get(first, Stage.PROCESSING) if first else Stage.COMPLETED
