"""The progress of a timeline, as pure functions: (state, what happened, time) -> the next step.

Instants are microseconds since the epoch.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

import msgspec

from scenarios.durations import parse_microseconds
from scenarios.model import CallbackEvent, Step, Timeline, Trigger

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_length = lru_cache(maxsize=1024)(parse_microseconds)


class Act(StrEnum):
    """What a request does with the recordings that it shows. Each counts as a request."""

    FETCH = "fetches"
    LIST = "lists"
    MEDIA = "media"
    CHANGE = "changes"


class Playing(msgspec.Struct, frozen=True, kw_only=True):
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
    def awaited(self) -> Step | None:
        """The awaited step, or None at the end."""
        return self.timeline[self.step] if self.step < len(self.timeline) else None


_COUNTED = {Act.FETCH: 0, Act.LIST: 1, Act.MEDIA: 2}
_REQUESTS = 3


def after_request(playing: Playing, act: Act) -> Playing:
    """Return the state after one more request."""
    counts = list(playing.counts)
    counts[_REQUESTS] += 1
    if act in _COUNTED:
        counts[_COUNTED[act]] += 1
    fetches, lists, media, requests = counts
    return msgspec.structs.replace(playing, counts=(fetches, lists, media, requests))


def after_signal(playing: Playing, name: str) -> Playing:
    """Return the state after a signal."""
    return msgspec.structs.replace(playing, signals=playing.signals | {name})


def after_delivery(playing: Playing, event: CallbackEvent) -> Playing:
    """Return the state after a callback was answered with 2xx."""
    return msgspec.structs.replace(playing, delivered=playing.delivered | {event})


def is_due(playing: Playing, now: int) -> tuple[Step, Playing] | None:
    """Return the step that is due and the state after it, or None if the timeline waits."""
    step = playing.awaited
    if step is None or not (step.after is None or _holds(step.after, playing, now)):
        return None
    return step, after_step(playing, now)


def after_step(playing: Playing, now: int) -> Playing:
    """Return the state after the awaited step: counts start at zero, and used signals and events are removed."""
    step = playing.awaited
    awaited = list(_leaf_triggers(step.after)) if step is not None and step.after is not None else []
    return msgspec.structs.replace(
        playing,
        step=playing.step + 1,
        since=now,
        counts=(0, 0, 0, 0),
        signals=playing.signals - {each.signal for each in awaited},
        delivered=playing.delivered - {each.callback for each in awaited},
    )


def next_instant(playing: Playing, now: int) -> int | None:
    """Return the next instant at which time alone may make the awaited step due, or None."""
    step = playing.awaited
    if step is None or step.after is None:
        return None
    instants = (_instant(leaf, playing.since) for leaf in _leaf_triggers(step.after))
    return min((instant for instant in instants if instant is not None and instant > now), default=None)


def parse_instant(moment: datetime) -> int:
    """Return an instant with a zone in microseconds since the epoch."""
    return (moment - _EPOCH) // timedelta(microseconds=1)


def _holds(trigger: Trigger, playing: Playing, now: int) -> bool:
    if trigger.any is not None:
        return any(_holds(each, playing, now) for each in trigger.any)
    if trigger.all is not None:
        return all(_holds(each, playing, now) for each in trigger.all)
    if trigger.signal is not None:
        return trigger.signal in playing.signals
    if trigger.callback is not None:
        return trigger.callback in playing.delivered
    instant = _instant(trigger, playing.since)
    if instant is not None:
        return now >= instant
    wanted = (trigger.fetches, trigger.lists, trigger.media, trigger.requests)
    return all(least is None or found >= least for least, found in zip(wanted, playing.counts, strict=True))


def _instant(trigger: Trigger, since: int) -> int | None:
    if trigger.time is not None:
        return since + _length(trigger.time)
    return None if trigger.at is None else parse_instant(trigger.at)


def _leaf_triggers(trigger: Trigger) -> Iterator[Trigger]:
    branches = trigger.any or trigger.all
    if branches is None:
        yield trigger
    else:
        for branch in branches:
            yield from _leaf_triggers(branch)
