"""Entries of the journal: requests, their responses and what those triggered."""

from functools import cache
from typing import TYPE_CHECKING

from mockserver.account.account import Account
from mockserver.journal.journal import MAX_FIRST_BYTES, Entry
from mockserver.server.exchange import Exchange
from mockserver.server.rendering import CONTROL_ROOT, is_control_path
from mockserver.server.response import Response
from scenarios.operations import RequestKind

if TYPE_CHECKING:
    from mockserver.journal.effects import Effect
    from scenarios.timeline import TimelineProgress


def log_request(
    exchange: Exchange, account: Account | None, response: Response, started: float, seconds: float
) -> Entry:
    """Add a request and its response to the account's journal, and report them to the request log.

    The entry keeps references only.
    """
    entry = Entry(
        number=0 if account is None else account.journal.total,
        at=0 if account is None else account.clock.now(),
        tick=started,
        method=exchange.method,
        path=exchange.path,
        query=exchange.query_string,
        packed_headers=exchange.packed_headers,
        body=exchange.body,
        operation=exchange.operation,
        seconds=seconds,
        strike=exchange.matched_fault,
        wire=exchange.wire,
        next_event=0 if account is None else account.state.event_serial,
        next_command=0 if account is None else account.next_command,
        response=response.logged_response or response.to_logged_response(),
    )
    if account is not None:
        exchange.mock.request_counts.add(exchange.operation, response.status, seconds)
        account.journal.add(entry, response.first_bytes or response.body[:MAX_FIRST_BYTES])
    on_request, path = exchange.mock.on_request, exchange.path
    if on_request is not None and not (path.startswith(CONTROL_ROOT) and is_control_path(path)):
        on_request(account, entry)
    return entry


def log_effect(
    account: Account, entry: Entry, kind: RequestKind, counted: "dict[int, TimelineProgress]", first_event: int
) -> None:
    """Remember that timelines counted a request.

    Args:
        first_event: the serial number of the first event that this caused.
    """
    effect = _load_effect_type()(entry.number, entry, kind, counted, first_event, account.state.event_serial)
    account.journal.newest.add_effect(effect)


@cache
def _load_effect_type() -> "type[Effect]":
    """Return the type, imported for the first timeline. An import statement costs 2 us each time it is reached."""
    from mockserver.journal.effects import Effect

    return Effect
