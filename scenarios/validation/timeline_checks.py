"""Checks timelines: steps in an impossible order, and triggers that can never fire."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import UNSET

from scenarios.explain.timelines import callbacks_of_step, get_subscription
from scenarios.lifecycle import BEFORE, initial_timeline
from scenarios.model import (
    CallbackEvent,
    Events,
    OnCreate,
    Pick,
    RecordingFields,
    RecordingStatus,
    ScriptedRecording,
    Step,
    Trigger,
)
from scenarios.problems import Problem, ValuePath, describe_value
from scenarios.validation.dates import check_instant

_KINDS = Trigger.__struct_fields__


def check_timeline(
    subject: ScriptedRecording | Pick | OnCreate, path: ValuePath, start: datetime | None
) -> Iterator[Problem]:
    """Yield the problems of a recording's timeline.

    Args:
        subject: the recording, pick or `on_create`.
        path: its path in the scenario.
        start: the start of the account's clock, if known.
    """
    steps = initial_timeline(subject)
    added = len(steps) - len(subject.timeline)
    course = _StatusChecker(subject, start)
    for number, step in enumerate(steps, -added):
        yield from course.play(step, (*path, "timeline", number) if number >= 0 else path)


class _StatusChecker:
    """Follows the status of a recording from step to step."""

    def __init__(self, subject: ScriptedRecording | Pick | OnCreate, start: datetime | None) -> None:
        self._status = (
            RecordingStatus(subject.where.status) if isinstance(subject, Pick) and subject.where.status else None
        )
        # The client that creates a recording through the API chooses its events.
        self._subscribed: Events = tuple(CallbackEvent) if isinstance(subject, OnCreate) else get_subscription(subject)
        self._sent: set[CallbackEvent] = set()
        self._start = start
        self._latest: datetime | None = None

    def play(self, step: Step, path: ValuePath) -> Iterator[Problem]:
        """Yield the problems of the next step."""
        if step.after:
            yield from self._check_trigger(step.after, (*path, "after"))
            self._latest = max(filter(None, (self._latest, *_instants(step.after))), default=None)
        if step.status is None and step.set == RecordingFields() and step.callback in (UNSET, ()):
            yield Problem(path, "expected a step with an effect: a status, set or callback.")
        yield from self._check_status(step, path)
        self._status = step.status or self._status
        self._sent.update(callbacks_of_step(step, self._subscribed))

    def _check_status(self, step: Step, path: ValuePath) -> Iterator[Problem]:
        if self._status is RecordingStatus.DELETED and (step.status or step.set != RecordingFields()):
            yield Problem(
                path, "expected nothing but callbacks once the recording is deleted: this step is never reached."
            )
        elif step.status and self._status and self._status not in BEFORE[step.status]:
            before = " or ".join(stage for stage in RecordingStatus if stage in BEFORE[step.status])
            sentence = f"expected {step.status} after {before} only, found it after {self._status}."
            yield Problem((*path, "status"), sentence)

    def _check_trigger(self, trigger: Trigger, path: ValuePath) -> Iterator[Problem]:
        given = [kind for kind in _KINDS if getattr(trigger, kind) is not None]
        if len(given) == 1:
            yield from self._check_kind(trigger, (*path, given[0]))
        else:
            yield Problem(path, _one_key(given))

    def _check_kind(self, trigger: Trigger, path: ValuePath) -> Iterator[Problem]:
        for number, inside in enumerate(trigger.any or trigger.all or ()):
            yield from self._check_trigger(inside, (*path, number))
        yield from check_instant(trigger.at, path)
        why = self._never(trigger)
        if why:
            yield Problem(path, why)

    def _never(self, trigger: Trigger) -> str | None:
        """Explain why a trigger can never fire, or return None."""
        if trigger.media and self._status not in (None, RecordingStatus.COMPLETED):
            return f"expected downloads of a completed recording, but it is {self._status} by then."
        if trigger.callback and trigger.callback not in self._sent:
            return (
                f"expected a callback that was sent, but no earlier step sends {trigger.callback}: "
                f"give one `callback: {trigger.callback}`, or the recording a status_callback for it."
            )
        if trigger.at and self._start and trigger.at < self._start:
            start = describe_value(self._start)
            return f"expected an instant after the clock's start at {start}, found {describe_value(trigger.at)}."
        if trigger.at and self._latest and trigger.at <= self._latest:
            earlier = f"{describe_value(self._latest)}, which an earlier step waits for"
            return f"expected an instant after {earlier}, found {describe_value(trigger.at)}."
        return None


def _one_key(given: list[str]) -> str:
    if not given:
        return f"expected one of {', '.join(_KINDS)}, found none."
    return f"expected one trigger, found {' and '.join(given)}: put `any:` or `all:` around them, as a list."


def _instants(trigger: Trigger) -> Iterator[datetime]:
    """Return the instants that have certainly passed when the trigger fires."""
    if trigger.at:
        yield trigger.at
    for inside in trigger.all or ():
        yield from _instants(inside)
