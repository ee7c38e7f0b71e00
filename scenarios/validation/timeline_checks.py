"""Checks timelines: steps in an impossible order, and triggers that can never fire."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import UNSET

from scenarios.explain.timelines import get_step_callbacks, get_subscription
from scenarios.lifecycle import PRECEDING_STATUSES, with_initial_step
from scenarios.model import (
    CallbackEvent,
    CallbackEvents,
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

_TRIGGER_FIELDS = Trigger.__struct_fields__


def check_timeline(
    subject: ScriptedRecording | Pick | OnCreate, path: ValuePath, start: datetime | None
) -> Iterator[Problem]:
    """Yield the problems of a recording's timeline.

    Args:
        subject: the recording, pick or `on_create`.
        path: its path in the scenario.
        start: the start of the account's clock, if known.
    """
    steps = with_initial_step(subject)
    added = len(steps) - len(subject.timeline)
    course = _StatusChecker(subject, start)
    for number, step in enumerate(steps, -added):
        yield from course.check_step(step, (*path, "timeline", number) if number >= 0 else path)


class _StatusChecker:
    """Follows the status of a recording from step to step."""

    def __init__(self, subject: ScriptedRecording | Pick | OnCreate, start: datetime | None) -> None:
        self._status = (
            RecordingStatus(subject.where.status) if isinstance(subject, Pick) and subject.where.status else None
        )
        # The client that creates a recording through the API chooses its events.
        self._subscribed_events: CallbackEvents = (
            tuple(CallbackEvent) if isinstance(subject, OnCreate) else get_subscription(subject)
        )
        self._sent_events: set[CallbackEvent] = set()
        self._start = start
        self._latest_instant: datetime | None = None

    def check_step(self, step: Step, path: ValuePath) -> Iterator[Problem]:
        """Yield the problems of the next step."""
        if step.after:
            yield from self._check_trigger(step.after, (*path, "after"))
            self._latest_instant = max(
                filter(None, (self._latest_instant, *_walk_past_instants(step.after))), default=None
            )
        if step.status is None and step.set == RecordingFields() and step.callback in (UNSET, ()):
            yield Problem(path, "expected a step with an effect: a status, set or callback.")
        yield from self._check_status(step, path)
        self._status = step.status or self._status
        self._sent_events.update(get_step_callbacks(step, self._subscribed_events))

    def _check_status(self, step: Step, path: ValuePath) -> Iterator[Problem]:
        if self._status is RecordingStatus.DELETED and (step.status or step.set != RecordingFields()):
            yield Problem(
                path, "expected nothing but callbacks once the recording is deleted: this step is never reached."
            )
        elif step.status and self._status and self._status not in PRECEDING_STATUSES[step.status]:
            before = " or ".join(stage for stage in RecordingStatus if stage in PRECEDING_STATUSES[step.status])
            sentence = f"expected {step.status} after {before} only, found it after {self._status}."
            yield Problem((*path, "status"), sentence)

    def _check_trigger(self, trigger: Trigger, path: ValuePath) -> Iterator[Problem]:
        given = [kind for kind in _TRIGGER_FIELDS if getattr(trigger, kind) is not None]
        if len(given) == 1:
            yield from self._check_kind(trigger, (*path, given[0]))
        else:
            yield Problem(path, _describe_trigger_count(given))

    def _check_kind(self, trigger: Trigger, path: ValuePath) -> Iterator[Problem]:
        for number, inside in enumerate(trigger.any or trigger.all or ()):
            yield from self._check_trigger(inside, (*path, number))
        yield from check_instant(trigger.at, path)
        why = self._explain_impossible(trigger)
        if why:
            yield Problem(path, why)

    def _explain_impossible(self, trigger: Trigger) -> str | None:
        """Explain why a trigger can never fire, or return None."""
        if trigger.media and self._status not in (None, RecordingStatus.COMPLETED):
            return f"expected downloads of a completed recording, but it is {self._status} by then."
        if trigger.callback and trigger.callback not in self._sent_events:
            return (
                f"expected a callback that was sent, but no earlier step sends {trigger.callback}: "
                f"give one `callback: {trigger.callback}`, or the recording a status_callback for it."
            )
        if trigger.at and self._start and trigger.at < self._start:
            start = describe_value(self._start)
            return f"expected an instant after the clock's start at {start}, found {describe_value(trigger.at)}."
        if trigger.at and self._latest_instant and trigger.at <= self._latest_instant:
            earlier = f"{describe_value(self._latest_instant)}, which an earlier step waits for"
            return f"expected an instant after {earlier}, found {describe_value(trigger.at)}."
        return None


def _describe_trigger_count(names: list[str]) -> str:
    if not names:
        return f"expected one of {', '.join(_TRIGGER_FIELDS)}, found none."
    return f"expected one trigger, found {' and '.join(names)}: put `any:` or `all:` around them, as a list."


def _walk_past_instants(trigger: Trigger) -> Iterator[datetime]:
    """Return the instants that have certainly passed when the trigger fires."""
    if trigger.at:
        yield trigger.at
    for inside in trigger.all or ():
        yield from _walk_past_instants(inside)
