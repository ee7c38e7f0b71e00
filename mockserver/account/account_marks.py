"""Counters of an account, by which a follower sees that something has changed."""

from collections.abc import Hashable, Iterator
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:
    from mockserver.account.account import Account

_MAX_CALLS = 100
"""The number of the latest calls in which a follower sees what is said."""


class NoticeKind(StrEnum):
    """What has changed."""

    RECORDING = "recording"
    """Recordings, the progress of their timelines, or what decides about them, such as the time of the clock."""
    EVENT = "event"
    REQUEST = "request"
    CALLBACK = "callback"
    CALL = "call"
    """Calls, what is said in them, or the debugger's events."""
    CLOCK = "clock"
    """The clock was moved, or its rate was changed."""
    RULES = "rules"
    """Fault rules, rate limits or arrivals."""
    ACCOUNT = "account"
    """Another account has replaced it, or its snapshots or overrides changed: a follower reads everything again."""
    LAG = "lag"
    """Notices are missing: a follower reads everything again."""


class Marks(msgspec.Struct, frozen=True, kw_only=True):
    """The counters of an account at one instant."""

    account: Hashable
    settings: object
    clock: tuple[int, int, float]
    recordings: tuple[int, ...]
    next_event: int
    clear_count: int
    """How often the journal was emptied."""
    next_request: int
    next_callback: int
    callback_changes: int
    calls: tuple[object, ...]
    rules: tuple[int, ...]

    def find_changes(self, before: "Marks") -> Iterator[tuple[NoticeKind, dict[str, Any]]]:
        """Yield what has changed since earlier marks, each with what a follower needs to read the new part only."""
        is_same = (self.account, self.settings) == (before.account, before.settings)
        if not is_same:
            yield NoticeKind.ACCOUNT, {}
        if self.clock != before.clock:
            yield NoticeKind.CLOCK, {"rate": self.clock[2]}
        if self.recordings != before.recordings:
            yield NoticeKind.RECORDING, {"version": self.recordings[0]}
        if self.next_event != before.next_event:
            yield NoticeKind.EVENT, {"since": min(before.next_event, self.next_event), "next": self.next_event}
        if (self.clear_count, self.next_request) != (before.clear_count, before.next_request):
            since = before.next_request if self.clear_count == before.clear_count else 0
            yield NoticeKind.REQUEST, {"since": since, "next": self.next_request}
        if (self.next_callback, self.callback_changes) != (before.next_callback, before.callback_changes):
            yield NoticeKind.CALLBACK, {"next": self.next_callback}
        if self.calls != before.calls:
            yield NoticeKind.CALL, {}
        if self.rules != before.rules:
            yield NoticeKind.RULES, {}


def read_marks(account: "Account", settings: object) -> Marks:
    """Return the present counters of an account.

    Args:
        settings: what may change of it besides its own state.
    """
    state, journal = account.state, account.journal
    return Marks(
        account=account.cache_key,
        settings=settings,
        clock=account.clock.setting,
        recordings=(state.version, state.observations, len(state.playing), len(state.upcoming)),
        next_event=state.event_serial,
        clear_count=journal.clear_count,
        next_request=journal.total,
        next_callback=state.delivery_serial,
        callback_changes=account.callbacks.change_count,
        calls=_read_calls(account),
        rules=(state.rule_serial, len(state.rules), len(state.limits), state.arrival_serial, len(state.arrivals)),
    )


def _read_calls(account: "Account") -> tuple[object, ...]:
    live = account.state.live
    if live is None:
        return ()
    latest = islice(reversed(live.calls.values()), _MAX_CALLS)
    progress = [(call.number, call.status, call.updated_at, len(call.talk), len(call.asked)) for call in latest]
    return live.call_serial, len(live.calls), live.debugger_serial, live.conference_serial, *progress
