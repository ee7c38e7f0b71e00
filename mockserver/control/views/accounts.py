"""The views of an account and of its changes."""

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from mockserver.control.views.clock import ClockView, serialize_clock
from mockserver.control.views.faults import RuleView, serialize_rule
from mockserver.control.views.scenario import (
    EventView,
    TimelineView,
    TimerView,
    serialize_event,
    serialize_timeline,
    serialize_timer,
)

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.account import Account


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """The state of an account."""

    account_sid: str
    auth_token: str
    scenario: str | None
    corpus: int
    """The number of generated recordings."""
    created: int
    """The number of recordings that the API, a scenario or a test created since."""
    clock: ClockView
    timelines: tuple[TimelineView, ...]
    timers: tuple[TimerView, ...]
    rules: tuple[RuleView, ...]
    callbacks: dict[str, int]
    """The number of callbacks by state."""
    requests: int
    """The number of all requests so far."""
    dropped: int
    """The number of requests that the journal has dropped."""


class ChangeResult(msgspec.Struct, frozen=True, kw_only=True):
    """The account after a change, and the events that the change caused, in order."""

    account: AccountView
    events: tuple[EventView, ...]


class SnapshotView(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot to roll back to."""

    name: str
    at: str


def serialize_account(account: "Account") -> AccountView:
    state = account.state
    return AccountView(
        account_sid=account.sid,
        auth_token=account.token,
        scenario=None if account.scenario is None else account.scenario.name,
        corpus=account.corpus.count,
        created=len(state.created),
        clock=serialize_clock(account),
        timelines=tuple(serialize_timeline(account, index) for index in state.playing),
        timers=tuple(serialize_timer(account, timer) for timer in account.scheduler.iter_pending()),
        rules=tuple(map(serialize_rule, state.rules)),
        callbacks=dict(Counter(delivery.state.value for delivery in state.deliveries)),
        requests=account.journal.total,
        dropped=account.journal.dropped,
    )


def build_change_result(account: "Account", first_serial: int) -> ChangeResult:
    """Return the account, and its events from a number on."""
    events = tuple(map(serialize_event, account.events.get_events_since(first_serial)))
    return ChangeResult(account=serialize_account(account), events=events)
