"""Checks timelines: steps in an impossible order, and triggers that can never fire."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import UNSET

from scenarios.callbacks import get_event
from scenarios.lifecycle import STATUSES, get_step_callbacks, get_subscription, with_initial_step
from scenarios.model import CallbackEvents, OnCreate, Pick, ScriptedRecording, Step
from scenarios.problems import Problem, ValuePath
from scenarios.statuses import CallbackEvent, RecordingStatus
from scenarios.triggers import MAX_TRIGGERS, CheckContext, Trigger, find_trigger_problem, walk_leaf_triggers
from scenarios.validation.belonging_checks import BelongingsChecker, changes_something
from scenarios.validation.callback_checks import check_callbacks
from scenarios.validation.coherence_checks import check_step_values
from scenarios.validation.dates import check_instant

_EFFECTS = "a status, set, transcription, call, conference"
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
        self._belongings = BelongingsChecker(subject)
        self._start = start
        self._latest_instant: datetime | None = None

    def check_step(self, step: Step, path: ValuePath) -> Iterator[Problem]:
        """Yield the problems of the next step."""
        if step.after:
            yield from self._check_trigger(step.after, (*path, "after"))
            yield from _check_trigger_count(step.after, (*path, "after"))
            self._latest_instant = max(
                filter(None, (self._latest_instant, *_walk_past_instants(step.after))), default=None
            )
        if not changes_something(step) and step.callback in (UNSET, ()):
            yield Problem(path, f"expected a step with an effect: {_EFFECTS} or callback.")
        yield from self._check_status(step, path)
        self._status = step.status or self._status
        yield from check_step_values(step.set, self._status, (*path, "set"))
        yield from self._belongings.check_step(step, self._status, path)
        yield from check_callbacks(step, (*path, "callback"))
        self._sent_events.update(map(get_event, get_step_callbacks(step, self._subscribed_events)))

    def _check_status(self, step: Step, path: ValuePath) -> Iterator[Problem]:
        if self._status is RecordingStatus.DELETED and changes_something(step):
            yield Problem(
                path, "expected nothing but callbacks once the recording is deleted: this step is never reached."
            )
        elif step.status and self._status and self._status not in STATUSES[step.status].preceding:
            before = " or ".join(status for status in RecordingStatus if status in STATUSES[step.status].preceding)
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
        context = CheckContext(self._status, self._sent_events, self._start, self._latest_instant)
        sentence = find_trigger_problem(trigger, context)
        if sentence:
            yield Problem(path, sentence)


def _check_trigger_count(trigger: Trigger, path: ValuePath) -> Iterator[Problem]:
    count = sum(1 for _ in walk_leaf_triggers(trigger))
    if count > MAX_TRIGGERS:
        yield Problem(path, f"expected at most {MAX_TRIGGERS} triggers for a step, found {count}.")


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
