"""The view of what happened to one recording: events, callbacks and requests, in one order."""

import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, Literal

import msgspec

from mockserver.control.views.instants import serialize_instant
from mockserver.control.views.requests import RequestView, serialize_request
from mockserver.control.views.scenario import EventView, serialize_event

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.account import Account
    from mockserver.account.state.events import Event
    from mockserver.journal.journal import Entry

MAX_ITEMS = 1000
"""The largest number of items in a response."""


class HistoryItemView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that happened to a recording."""

    at: str
    """When, on the account's clock."""
    kind: Literal["event", "callback", "request"]
    event: EventView | None
    """The event; None for a request. That of a callback is an attempt to deliver it."""
    callback: int | None
    """The number of the callback."""
    request: RequestView | None


class HistoryView(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to one recording, oldest first."""

    recording: str
    """The recording's handle, or its SID."""
    sid: str
    items: list[HistoryItemView]
    """The latest of them."""
    item_count: int
    """The number of all that the logs still have."""
    is_complete: bool
    """False if a log has dropped its oldest entries."""


def serialize_history(account: "Account", index: int, limit: int) -> HistoryView:
    """Return what the logs say about a recording.

    Args:
        limit: the largest number of items, of which the latest are returned.
    """
    ledger, state = account.recordings.recording_index, account.state
    items = [*_merge(account, index)]
    return HistoryView(
        recording=ledger.get_name(index),
        sid=ledger.get_sid(index),
        items=[_serialize_item(account, item) for item in items[-limit:]],
        item_count=len(items),
        is_complete=not account.journal.dropped and state.event_serial == len(state.events),
    )


def _merge(account: "Account", index: int) -> "Iterator[Event | Entry]":
    """Yield the events and requests of a recording. A request comes before the events that it triggered."""
    sid = account.recordings.recording_index.get_sid(index)
    events = (event for event in account.state.events if event.sid == sid)
    event = next(events, None)
    for entry, next_event in _find_entries(account, index, sid):
        while event is not None and event.serial < next_event:
            yield event
            event = next(events, None)
        yield entry
    yield from chain(() if event is None else (event,), events)


def _find_entries(account: "Account", index: int, sid: str) -> "Iterator[tuple[Entry, int]]":
    """Yield the requests that showed or named a recording, each with the number of the first event that follows it."""
    is_named = re.compile(re.escape(sid), re.IGNORECASE).search
    newest = account.journal.newest
    for entry in account.journal:
        if index in entry.response.recordings or is_named(entry.path) or _is_made_by(account, entry, sid):
            yield entry, newest.find_next_event(entry.number, entry.next_event)


def _is_made_by(account: "Account", entry: "Entry", sid: str) -> bool:
    """Return True if the answer to a POST has the recording, and is still kept."""
    body = account.journal.newest.get_body(entry.number, account.journal.total) if entry.method == "POST" else None
    return body is not None and sid.encode() in body


def _serialize_item(account: "Account", item: "Event | Entry") -> HistoryItemView:
    from mockserver.account.state.events import Event

    if isinstance(item, Event):
        kind: Literal["event", "callback"] = "event" if item.callback is None else "callback"
        at, event = serialize_instant(item.at), serialize_event(item)
        return HistoryItemView(at=at, kind=kind, event=event, callback=item.callback, request=None)
    request = serialize_request(account, item)
    return HistoryItemView(at=request.at, kind="request", event=None, callback=None, request=request)
