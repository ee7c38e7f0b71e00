"""Checks timelines: steps in an impossible order, and triggers that can never fire."""

from collections.abc import Iterator
from datetime import datetime

from msgspec import UNSET

from scenarios.callbacks import get_event
from scenarios.full_timelines import get_subscription, with_initial_step
from scenarios.lifecycle import STATUSES, get_step_callbacks
from scenarios.model import OnCreate, Pick, ScriptedRecording
from scenarios.problems import Problem, ValuePath
from scenarios.statuses import CallbackEvent, RecordingStatus
from scenarios.steps import CallbackEvents, Step
from scenarios.trigger_problems import CheckContext
from scenarios.validation.callback_checks import check_callbacks
from scenarios.validation.coherence_checks import check_step_values
from scenarios.validation.related_resource_checks import RelatedResourceChecker, changes_something
from scenarios.validation.trigger_checks import check_trigger, walk_past_instants

_EFFECTS = "a status, set, transcription, call, conference"


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
        self._related = RelatedResourceChecker(subject)
        self._start = start
        self._latest_instant: datetime | None = None

    def check_step(self, step: Step, path: ValuePath) -> Iterator[Problem]:
        """Yield the problems of the next step."""
        if step.after:
            context = CheckContext(self._status, self._sent_events, self._start, self._latest_instant)
            yield from check_trigger(step.after, context, (*path, "after"), "a step")
            self._latest_instant = max(
                filter(None, (self._latest_instant, *walk_past_instants(step.after))), default=None
            )
        if not changes_something(step) and step.callback in (UNSET, ()):
            yield Problem(path, f"expected a step with an effect: {_EFFECTS} or callback.")
        yield from self._check_status(step, path)
        self._status = step.status or self._status
        yield from check_step_values(step.set, self._status, (*path, "set"))
        yield from self._related.check_step(step, self._status, path)
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
