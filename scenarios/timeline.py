"""The progress of a timeline, as pure functions: (state, what happened, time) -> the next step.

Instants are microseconds since the epoch.
"""

from collections.abc import Collection
from operator import add
from typing import TypeVar

import msgspec

from scenarios.operations import RequestKind
from scenarios.statuses import CallbackEvent
from scenarios.steps import Step, Timeline
from scenarios.triggers import COUNTED, Trigger, compute_instants, is_satisfied, walk_leaf_triggers

Text = TypeVar("Text", bound=str)


class TimelineProgress(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """The state of a recording's timeline."""

    timeline: Timeline
    step: int = 0
    """The number of the awaited step."""
    since: int
    """The instant of the previous step."""
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Fetches, lists, downloads and all requests since then."""
    signals: tuple[str, ...] = ()
    """Signals that were sent and not used yet, sorted: a frozenset's order differs from process to process."""
    delivered: tuple[CallbackEvent, ...] = ()
    """Events whose callbacks were answered with 2xx and not used yet, sorted."""

    @property
    def awaited_step(self) -> Step | None:
        """The awaited step, or None at the end."""
        return self.timeline[self.step] if self.step < len(self.timeline) else None


_INCREMENTS = {kind.value: [int(counted in (kind.value, "requests")) for counted in COUNTED] for kind in RequestKind}
"""What a request adds to each count, by the value of its kind: a member of an enumeration has a slow hash."""


def after_request(progress: TimelineProgress, kind: RequestKind) -> TimelineProgress:
    """Return the state after one more request."""
    fetches, lists, media, requests = map(add, progress.counts, _INCREMENTS[kind._value_])
    return msgspec.structs.replace(progress, counts=(fetches, lists, media, requests))


def after_signal(progress: TimelineProgress, name: str) -> TimelineProgress:
    """Return the state after a signal."""
    return msgspec.structs.replace(progress, signals=tuple(sorted({*progress.signals, name})))


def after_delivery(progress: TimelineProgress, event: CallbackEvent) -> TimelineProgress:
    """Return the state after a callback was answered with 2xx."""
    return msgspec.structs.replace(progress, delivered=tuple(sorted({*progress.delivered, event})))


def find_due_step(progress: TimelineProgress, now: int) -> tuple[Step, TimelineProgress] | None:
    """Return the step that is due and the state after it, or None if the timeline waits."""
    step = progress.awaited_step
    if step is None or not (step.after is None or is_satisfied(step.after, progress, now)):
        return None
    return step, after_step(progress, now)


def after_step(progress: TimelineProgress, now: int) -> TimelineProgress:
    """Return the state after the awaited step: counts start at zero, and used signals and events are removed."""
    step = progress.awaited_step
    awaited = list(walk_leaf_triggers(step.after)) if step is not None and step.after is not None else []
    return msgspec.structs.replace(
        progress,
        step=progress.step + 1,
        since=now,
        counts=(0, 0, 0, 0),
        signals=_without(progress.signals, {trigger.signal for trigger in awaited}),
        delivered=_without(progress.delivered, {trigger.callback for trigger in awaited}),
    )


def find_met_trigger(progress: TimelineProgress, now: int) -> Trigger | None:
    """Return what makes the awaited step due: of `any`, the first branch that holds. None if it waits for nothing."""
    step = progress.awaited_step
    trigger = None if step is None else step.after
    while trigger is not None and trigger.any is not None:
        trigger = next(branch for branch in trigger.any if is_satisfied(branch, progress, now))
    return trigger


def _without(values: tuple[Text, ...], used: Collection[str | None]) -> tuple[Text, ...]:
    return values and tuple(value for value in values if value not in used)


def find_next_instant(progress: TimelineProgress, now: int) -> int | None:
    """Return the next instant at which time alone may make the awaited step due, or None."""
    step = progress.awaited_step
    if step is None or step.after is None:
        return None
    instants = compute_instants(step.after, progress.since)
    return min((instant for instant in instants if instant > now), default=None)
