"""The progress of a timeline, as pure functions: (state, what happened, time) -> the next step.

Instants are microseconds since the epoch.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

import msgspec

from scenarios.durations import parse_duration
from scenarios.model import CallbackEvent, Step, Timeline, Trigger

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_parse_cached_duration = lru_cache(maxsize=1024)(parse_duration)


class RequestKind(StrEnum):
    """What a request does with the recordings that it shows. Each counts as a request."""

    FETCH = "fetches"
    LIST = "lists"
    MEDIA = "media"
    CHANGE = "changes"


class TimelineProgress(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a recording's timeline."""

    timeline: Timeline
    step: int = 0
    """The number of the awaited step."""
    since: int
    """The instant of the previous step."""
    counts: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Fetches, lists, downloads and all requests since then."""
    signals: frozenset[str] = frozenset()
    """Signals that were sent and not used yet."""
    delivered: frozenset[CallbackEvent] = frozenset()
    """Events whose callbacks were answered with 2xx and not used yet."""

    @property
    def awaited_step(self) -> Step | None:
        """The awaited step, or None at the end."""
        return self.timeline[self.step] if self.step < len(self.timeline) else None


_COUNT_POSITIONS = {RequestKind.FETCH: 0, RequestKind.LIST: 1, RequestKind.MEDIA: 2}
_REQUESTS_POSITION = 3


def after_request(progress: TimelineProgress, kind: RequestKind) -> TimelineProgress:
    """Return the state after one more request."""
    counts = list(progress.counts)
    counts[_REQUESTS_POSITION] += 1
    if kind in _COUNT_POSITIONS:
        counts[_COUNT_POSITIONS[kind]] += 1
    fetches, lists, media, requests = counts
    return msgspec.structs.replace(progress, counts=(fetches, lists, media, requests))


def after_signal(progress: TimelineProgress, name: str) -> TimelineProgress:
    """Return the state after a signal."""
    return msgspec.structs.replace(progress, signals=progress.signals | {name})


def after_delivery(progress: TimelineProgress, event: CallbackEvent) -> TimelineProgress:
    """Return the state after a callback was answered with 2xx."""
    return msgspec.structs.replace(progress, delivered=progress.delivered | {event})


def find_due_step(progress: TimelineProgress, now: int) -> tuple[Step, TimelineProgress] | None:
    """Return the step that is due and the state after it, or None if the timeline waits."""
    step = progress.awaited_step
    if step is None or not (step.after is None or _is_satisfied(step.after, progress, now)):
        return None
    return step, after_step(progress, now)


def after_step(progress: TimelineProgress, now: int) -> TimelineProgress:
    """Return the state after the awaited step: counts start at zero, and used signals and events are removed."""
    step = progress.awaited_step
    awaited = list(_walk_leaf_triggers(step.after)) if step is not None and step.after is not None else []
    return msgspec.structs.replace(
        progress,
        step=progress.step + 1,
        since=now,
        counts=(0, 0, 0, 0),
        signals=progress.signals - {each.signal for each in awaited},
        delivered=progress.delivered - {each.callback for each in awaited},
    )


def find_next_instant(progress: TimelineProgress, now: int) -> int | None:
    """Return the next instant at which time alone may make the awaited step due, or None."""
    step = progress.awaited_step
    if step is None or step.after is None:
        return None
    instants = (_compute_due_instant(leaf, progress.since) for leaf in _walk_leaf_triggers(step.after))
    return min((instant for instant in instants if instant is not None and instant > now), default=None)


def to_microseconds(instant: datetime) -> int:
    """Return an instant with a zone in microseconds since the epoch."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def _is_satisfied(trigger: Trigger, progress: TimelineProgress, now: int) -> bool:
    if trigger.any is not None:
        return any(_is_satisfied(each, progress, now) for each in trigger.any)
    if trigger.all is not None:
        return all(_is_satisfied(each, progress, now) for each in trigger.all)
    if trigger.signal is not None:
        return trigger.signal in progress.signals
    if trigger.callback is not None:
        return trigger.callback in progress.delivered
    instant = _compute_due_instant(trigger, progress.since)
    if instant is not None:
        return now >= instant
    wanted = (trigger.fetches, trigger.lists, trigger.media, trigger.requests)
    return all(least is None or found >= least for least, found in zip(wanted, progress.counts, strict=True))


def _compute_due_instant(trigger: Trigger, since: int) -> int | None:
    if trigger.time is not None:
        return since + _parse_cached_duration(trigger.time)
    return None if trigger.at is None else to_microseconds(trigger.at)


def _walk_leaf_triggers(trigger: Trigger) -> Iterator[Trigger]:
    branches = trigger.any or trigger.all
    if branches is None:
        yield trigger
    else:
        for branch in branches:
            yield from _walk_leaf_triggers(branch)
