"""The triggers of steps: one table with the field, the condition, the words and the check of each."""

from collections.abc import Callable, Collection, Iterator
from datetime import UTC
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Annotated, Any, Protocol

import msgspec
from msgspec import Meta

from generators.instants import get_real_datetime, to_microseconds
from scenarios.durations import Duration, find_duration_problem, parse_duration
from scenarios.numbers import Count
from scenarios.statuses import CallbackEvent
from scenarios.trigger_problems import (
    CheckContext,
    find_callback_problem,
    find_instant_problem,
    find_media_problem,
    find_no_problem,
)

if TYPE_CHECKING:
    from datetime import datetime
else:
    datetime = get_real_datetime()

Instant = Annotated[datetime, Meta(tz=True, description="An instant with its zone, such as 2026-03-01T09:00:00Z.")]
_parse_cached_duration = lru_cache(maxsize=1024)(parse_duration)

MAX_TRIGGERS = 100
"""The most triggers of one step: each request that shows the recording checks all of them."""


class Trigger(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The condition for a step: exactly one of these. Requests count from the previous step, per recording."""

    fetches: Count | None = None
    """The number of fetches. The last of them still sees the old state."""
    lists: Count | None = None
    """The number of list pages that show the recording."""
    requests: Count | None = None
    """The number of requests of any kind that show the recording."""
    media: Count | None = None
    """The number of downloads of its media."""
    time: Duration | None = None
    """The duration since the previous step."""
    at: Instant | None = None
    """The instant, on the account's clock."""
    signal: Annotated[str, Meta(min_length=1, max_length=64)] | None = None
    """The name of a signal that a test sends. Updates through the API send signals: `Status=stopped` sends `stopped`,
    `paused` sends `paused`, and `in-progress` sends `resumed`. An early signal is remembered.
    """
    callback: CallbackEvent | None = None
    """The event whose callback the receiver must have answered with 2xx."""
    any: Annotated[tuple["WrittenTrigger", ...], Meta(min_length=1, max_length=MAX_TRIGGERS)] | None = None
    """Several triggers, of which one must hold."""
    all: Annotated[tuple["WrittenTrigger", ...], Meta(min_length=1, max_length=MAX_TRIGGERS)] | None = None
    """Several triggers, which must all hold."""


WrittenTrigger = Annotated[
    Trigger, Meta(description="A duration such as 12s, or a trigger such as {fetches: 3} or {signal: finish}.")
]
"""A trigger as a file has it: `12s` stands for `{time: 12s}`, and the loader writes it out."""


class Progress(Protocol):
    """What happened since the previous step. Instants are microseconds since the epoch."""

    @property
    def since(self) -> int:
        """The instant of the previous step."""

    @property
    def counts(self) -> tuple[int, int, int, int]:
        """The numbers of requests, in the order of `COUNTED`."""

    @property
    def signals(self) -> Collection[str]:
        """Signals that were sent and not used yet."""

    @property
    def delivered(self) -> Collection[CallbackEvent]:
        """Events whose callbacks were answered with 2xx and not used yet."""


Check = Callable[[Progress, int], bool]
"""Returns True if a condition holds, from what happened and the present instant."""


class TriggerKind(msgspec.Struct, frozen=True):
    """A row of the table: a field of `Trigger`, and how its value works."""

    field: str
    build_check: Callable[[Any], Check]
    describe: Callable[[Any], str]
    find_problem: Callable[[Any, CheckContext], str | None] = find_no_problem
    compute_instant: Callable[[Any, int], int | None] = lambda value, since: None
    """The instant at which time alone satisfies the trigger, from the value and the previous step's instant."""


COUNTED = ("fetches", "lists", "media", "requests")
"""The triggers that count requests, in the order of `Progress.counts`."""

_MAX_CHECKS = 1024
_checks: dict[int, tuple[Trigger, Check]] = {}
"""The checks of triggers that were asked, by the identity of the trigger. Each poll asks the same ones."""


def is_satisfied(trigger: Trigger, progress: Progress, now: int) -> bool:
    """Return True if the condition holds."""
    known = _checks.get(id(trigger))  # it is kept with its trigger, so no other one has this identity
    if known is None:
        if len(_checks) >= _MAX_CHECKS:
            _checks.clear()
        known = _checks[id(trigger)] = trigger, _build_check(trigger)
    return known[1](progress, now)


def describe_trigger(trigger: Trigger | None) -> str:
    """Describe a trigger, such as `after 3 fetches, or 30s later, or signal finish`."""
    if trigger is None:
        return "at once"
    kind, value = _get_kind(trigger)
    return kind.describe(value)


def find_trigger_problem(trigger: Trigger, context: CheckContext) -> str | None:
    """Explain why a trigger can never fire, or return None."""
    kind, value = _get_kind(trigger)
    return kind.find_problem(value, context)


def compute_instants(trigger: Trigger, since: int) -> Iterator[int]:
    """Yield the instants at which time alone may satisfy the trigger."""
    for leaf in walk_leaf_triggers(trigger):
        kind, value = _get_kind(leaf)
        if (instant := kind.compute_instant(value, since)) is not None:
            yield instant


def walk_leaf_triggers(trigger: Trigger) -> Iterator[Trigger]:
    """Yield the triggers inside `any` and `all`."""
    branches = trigger.any or trigger.all
    if branches is None:
        yield trigger
    else:
        for branch in branches:
            yield from walk_leaf_triggers(branch)


def format_instant(instant: datetime) -> str:
    """Return an instant in UTC, such as `2026-03-01T09:00:00Z`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _build_counted(
    field: str, noun: str, find_problem: Callable[[Any, CheckContext], str | None] = find_no_problem
) -> TriggerKind:
    position = COUNTED.index(field)
    plural = f"{noun}es" if noun.endswith("h") else f"{noun}s"
    return TriggerKind(
        field,
        lambda count: lambda progress, now: progress.counts[position] >= count,
        lambda count: f"after {count} {noun if count == 1 else plural}",
        find_problem,
    )


def _build_time_check(duration: str) -> Check:
    length = parse_duration(duration)
    return lambda progress, now: now >= progress.since + length


def _build_instant_check(at: datetime) -> Check:
    instant = to_microseconds(at)
    return lambda progress, now: now >= instant


def _build_branches_check(result: bool, branches: tuple[Trigger, ...]) -> Check:
    """Return the check that has a result as soon as one branch has it: True for `any`, False for `all`."""
    checks = [_build_check(branch) for branch in branches]

    def check(progress: Progress, now: int) -> bool:
        for check_branch in checks:  # a generator would cost each poll 2 percent
            if check_branch(progress, now) is result:
                return result
        return not result

    return check


def _describe_branches(branches: tuple[Trigger, ...], conjunction: str) -> str:
    return f", {conjunction} ".join(
        f"({describe_trigger(branch)})" if branch.any or branch.all else describe_trigger(branch) for branch in branches
    )


TRIGGER_KINDS = (
    _build_counted("fetches", "fetch"),
    TriggerKind(
        "time",
        _build_time_check,
        lambda duration: f"{duration} later",
        lambda duration, context: find_duration_problem(duration),
        compute_instant=lambda duration, since: since + _parse_cached_duration(duration),
    ),
    TriggerKind("signal", lambda name: lambda progress, now: name in progress.signals, lambda name: f"signal {name}"),
    _build_counted("lists", "list"),
    _build_counted("requests", "request"),
    _build_counted("media", "download", find_media_problem),
    TriggerKind(
        "at",
        _build_instant_check,
        lambda at: f"at {format_instant(at)}",
        find_instant_problem,
        lambda at, since: to_microseconds(at),
    ),
    TriggerKind(
        "callback",
        lambda event: lambda progress, now: event in progress.delivered,
        lambda event: f"after the callback {event}",
        find_callback_problem,
    ),
    TriggerKind(
        "any",
        partial(_build_branches_check, True),
        lambda branches: _describe_branches(branches, "or"),
    ),
    TriggerKind(
        "all",
        partial(_build_branches_check, False),
        lambda branches: _describe_branches(branches, "and"),
    ),
)
"""One row per field of `Trigger`."""


def _build_check(trigger: Trigger) -> Check:
    kind, value = _get_kind(trigger)
    return kind.build_check(value)


def _get_kind(trigger: Trigger) -> tuple[TriggerKind, Any]:
    """Return the row of the only field that is set: the scenario was checked."""
    for kind in TRIGGER_KINDS:  # pragma: no branch - a field is set. A generator would take twice as long
        if (value := getattr(trigger, kind.field)) is not None:
            break
    return kind, value
