"""The views of an account and of its changes."""

from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

from mockserver.control.views.callbacks import count_by_state
from mockserver.control.views.clock import ClockView, serialize_clock
from mockserver.control.views.faults import RuleView, serialize_limit, serialize_rule
from mockserver.control.views.instants import serialize_instant
from mockserver.control.views.scenario import (
    MAX_EVENTS,
    EventView,
    TimelineView,
    TimerView,
    serialize_event,
    serialize_timeline,
    serialize_timer,
)

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from collections.abc import Sequence

    from mockserver.account.account import Account
    from mockserver.account.snapshots import Snapshot
    from mockserver.account.state.events import Event

MAX_SHOWN = 1000
"""The largest number of timelines, timers and rules in a response: other requests wait while it is built."""


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """The state of an account."""

    account_sid: str
    auth_token: str
    scenario: str | None
    corpus: int
    """The number of generated recordings that a list shows at T0: deleted ones come on top."""
    created: int
    """The number of recordings that the API, a scenario or a test created since."""
    clock: ClockView
    timelines: tuple[TimelineView, ...]
    """The first 1,000 of them."""
    timers: tuple[TimerView, ...]
    """The next 1,000 of them."""
    rules: tuple[RuleView, ...]
    """The first 1,000 of them."""
    timeline_count: int
    """The number of timelines that wait."""
    timer_count: int
    """The number of timers that wait."""
    rule_count: int
    """The number of fault rules and rate limits."""
    callbacks: dict[str, int]
    """The number of callbacks by state."""
    requests: int
    """The number of all requests so far."""
    dropped: int
    """The number of requests that the journal has dropped."""


class AccountSummary(msgspec.Struct, frozen=True, kw_only=True):
    """An account after a change, with counts. The account's own view has the timelines, timers and rules."""

    account_sid: str
    auth_token: str
    scenario: str | None
    corpus: int
    """The number of generated recordings that a list shows at T0: deleted ones come on top."""
    created: int
    """The number of recordings that the API, a scenario or a test created since."""
    clock: ClockView
    timelines: int
    """The number of timelines that wait."""
    timers: int
    """The number of timers that wait."""
    rules: int
    """The number of fault rules and rate limits."""
    callbacks: dict[str, int]
    """The number of callbacks by state."""
    requests: int
    """The number of all requests so far."""
    dropped: int
    """The number of requests that the journal has dropped."""


class ChangeResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a change changed: the account in counts, and the events that the change caused, in order."""

    account: AccountSummary
    events: tuple[EventView, ...]
    """The first 1,000 of them. The account's events from `next_event` on are the others."""
    event_count: int
    """The number of all of them. The account's log may have dropped some of the others."""
    next_event: int
    """The serial number of the event after those in `events`."""


class MemberView(msgspec.Struct, frozen=True, kw_only=True):
    """An account that a scenario set up together with others."""

    id: str | None
    """Its id in the scenario; None if it has a SID there."""
    name: str | None
    """Its friendly name, if the scenario sets one."""
    account_sid: str
    auth_token: str
    """The primary auth token."""
    parent_account_sid: str | None


class ForgottenView(msgspec.Struct, frozen=True, kw_only=True):
    """An account that was dropped with all that it had."""

    account_sid: str


class SnapshotView(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot to roll back to."""

    name: str
    at: str
    """The instant on the account's clock."""
    taken_at: str
    """The instant on the machine's clock."""
    scenario: str | None
    """The scenario that the account played."""
    size: int
    """The number of bytes that it takes."""


def serialize_snapshot(name: str, snapshot: "Snapshot") -> SnapshotView:
    return SnapshotView(
        name=name,
        at=serialize_instant(snapshot.at),
        taken_at=serialize_instant(snapshot.taken_at),
        scenario=None if snapshot.scenario is None else snapshot.scenario.name,
        size=len(snapshot.state),
    )


def serialize_account(account: "Account") -> AccountView:
    state = account.state
    return AccountView(
        **_collect_plain_values(account),
        timelines=tuple(serialize_timeline(account, index) for index in islice(state.playing, MAX_SHOWN)),
        timers=tuple(serialize_timer(account, timer) for timer in islice(account.scheduler.iter_pending(), MAX_SHOWN)),
        rules=(*map(serialize_rule, state.rules[:MAX_SHOWN]), *map(serialize_limit, state.limits[:MAX_SHOWN])),
        timeline_count=len(state.playing),
        timer_count=account.scheduler.count_pending(),
        rule_count=len(state.rules) + len(state.limits),
    )


def summarize_account(account: "Account") -> AccountSummary:
    """Return the account in counts. The time that this takes depends on the log of callbacks only."""
    state = account.state
    return AccountSummary(
        **_collect_plain_values(account),
        timelines=len(state.playing),
        timers=account.scheduler.count_pending(),
        rules=len(state.rules) + len(state.limits),
    )


def _collect_plain_values(account: "Account") -> dict[str, Any]:
    return {
        "account_sid": account.sid,
        "auth_token": account.token,
        "scenario": None if account.scenario is None else account.scenario.name,
        "corpus": account.corpus.spec.listed,
        "created": len(account.state.created),
        "clock": serialize_clock(account),
        "callbacks": count_by_state(account.callbacks),
        "requests": account.journal.total,
        "dropped": account.journal.dropped,
    }


def build_change_result(account: "Account", first_serial: int, events: "Sequence[Event] | None" = None) -> ChangeResult:
    """Return the account in counts, and its first events from a number on.

    Args:
        events: those events, if they were collected during the change; else they are read from the log.
    """
    if events is None:
        events = account.events.get_events_since(first_serial, limit=MAX_EVENTS)
    end = account.events.next_serial
    return ChangeResult(
        account=summarize_account(account),
        events=tuple(map(serialize_event, events)),
        event_count=end - first_serial,
        next_event=events[-1].serial + 1 if events else end,
    )
