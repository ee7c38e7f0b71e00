"""The effects of a fault rule on a request: an error, a delay, or a broken connection."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from hashlib import shake_256
from typing import TYPE_CHECKING

from starlette.types import Receive

from generators.instants import SECOND
from mockserver.account.worker import Worker
from mockserver.proxy.transports import close, reset
from mockserver.rest.auth import parse_credentials
from mockserver.rest.errors import TwilioError
from mockserver.rest.headers import Header
from mockserver.server.exchange import Exchange, FaultTriggered
from mockserver.server.request_body import wait_for_disconnect
from mockserver.settings.machine_clock import real_pause
from scenarios.durations import parse_duration
from scenarios.operations import Operation
from scenarios.rules import ChunkedDribble, NetworkFault, Then

if TYPE_CHECKING:
    from mockserver.account.request_facts import RequestFacts

RangeSender = Callable[[int, int], Awaitable[bool]]
"""Sends a range of a body's bytes. Returns False if the client has disconnected."""
_RANDOM_DATA = shake_256(b"recmock").digest(1024) + b"\r\n\r\n"
"""It ends like a response head or a chunk size, because some clients ignore everything before that."""
_MALFORMED_CHUNKED_RESPONSE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n"
)
_RESPONSE_REPLACING_FAULTS = frozenset(NetworkFault) - {NetworkFault.TRUNCATED_RESPONSE}
"""Faults that replace the response, so the route is not called."""
_BODY_FAULTS = (NetworkFault.MALFORMED_RESPONSE_CHUNK, NetworkFault.TRUNCATED_RESPONSE)
"""Faults that a client notices only in a body."""


async def apply_fault(exchange: Exchange, operation: Operation, receive: Receive) -> None:
    """Apply rate limits and the first matching fault rule to a request.

    Raises:
        TwilioError: 20429 if the request is too many.
        FaultTriggered: if the rule replaces the response.
    """
    account = exchange.account
    if account.counts_requests:
        from mockserver.account.commands.requests import CountRequest  # most accounts count none

        account.apply(CountRequest())
    facts = _collect_request_facts(exchange, operation)
    if account.state.limits:
        from mockserver.server.limits import apply_limits  # most accounts have none

        apply_limits(exchange, facts)
    if not account.state.rules:
        return
    from mockserver.account.commands.requests import MatchFault  # most accounts have no rules

    strike = account.apply(MatchFault(request=facts))
    if strike is None:
        return
    exchange.matched_fault = strike
    exchange.mock.request_counts.add_fault(_name_kind(strike.then))
    if strike.delay:
        await exchange.mock.worker.wait_unless_stopped(_pause_unless_disconnected(strike.delay, receive))
        exchange.refresh_account()
    then = strike.then
    if then.status is not None or then.body is not None or is_response_replaced(then.fault):
        raise FaultTriggered(strike)


def _name_kind(then: Then) -> str:
    """Return what a rule does, for metrics."""
    if then.fault is not None:
        return then.fault.value
    if then.status is not None:
        return str(then.status)
    return "delay" if then.body is None else "body"


def _collect_request_facts(exchange: Exchange, operation: Operation) -> "RequestFacts":
    from mockserver.account.request_facts import RequestFacts

    account = exchange.account
    headers = exchange.all_headers if account.match_headers else ()
    return RequestFacts(
        operation=operation,
        method=exchange.method,
        path=exchange.path,
        query=exchange.query_string.decode("latin-1"),
        account_sid=account.sid,
        page=exchange.page_number,
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in headers},
        form=tuple(exchange.form.pairs) if account.match_forms else (),
        credential=_find_username(exchange),
        tick=exchange.mock.stopwatch(),
    )


def _find_username(exchange: Exchange) -> str:
    credentials = parse_credentials(exchange.headers.get(b"authorization"))
    return "" if credentials is None else credentials.username.lower()


def without_own_headers(headers: tuple[Header, ...], then: Then) -> tuple[Header, ...]:
    """Return usual headers without those that a rule sets itself."""
    own_names = {name.lower().encode() for name in then.headers}
    return tuple(header for header in headers if header[0].lower() not in own_names) if own_names else headers


def choose_network_fault(then: Then | None, method: str, body_length: int) -> NetworkFault | None:
    """Return the network fault to send, if any. A fault of the body needs a body: without one the response is empty."""
    fault = None if then is None else then.fault
    is_bodiless = method == "HEAD" or (fault is NetworkFault.TRUNCATED_RESPONSE and body_length == 0)
    return NetworkFault.EMPTY_RESPONSE if fault in _BODY_FAULTS and is_bodiless else fault


def is_response_replaced(fault: NetworkFault | None) -> bool:
    """Return True for a fault that breaks the connection instead of a response."""
    return fault in _RESPONSE_REPLACING_FAULTS


async def break_connection(fault: NetworkFault, transport: asyncio.WriteTransport | None, receive: Receive) -> None:
    """Break the connection instead of sending a response.

    Raises:
        ConnectionResetError: if there is no connection, because the application is called without a socket.
    """
    if transport is None:
        raise ConnectionResetError(f"a fault of the mock: {fault.value}")
    match fault:
        case NetworkFault.CONNECTION_RESET_BY_PEER:
            reset(transport)
        case NetworkFault.MALFORMED_RESPONSE_CHUNK:
            transport.write(_MALFORMED_CHUNKED_RESPONSE + _RANDOM_DATA)
        case NetworkFault.RANDOM_DATA_THEN_CLOSE:
            transport.write(_RANDOM_DATA)
    close(transport)
    # The server would answer 500 if the application returned before it noticed that the connection is closed.
    await wait_for_disconnect(receive)


async def send_truncated_body(
    send_range: RangeSender, length: int, transport: asyncio.WriteTransport | None, receive: Receive
) -> None:
    """Send half of the body that Content-Length announces, and close the connection.

    Args:
        length: the number of bytes in the body.

    Raises:
        ConnectionResetError: if there is no connection.
    """
    await send_range(0, length // 2)
    if transport is None:
        raise ConnectionResetError("a fault of the mock: truncated_response")
    close(transport)
    await wait_for_disconnect(receive)


async def dribble_body(
    send_range: RangeSender, length: int, chunked_dribble: ChunkedDribble, worker: Worker, receive: Receive
) -> bool:
    """Send a body in chunks, evenly over a real duration. Return False if the client disconnects meanwhile.

    A body that is shorter than the number of chunks is sent in fewer chunks.

    Args:
        length: the number of bytes in the body.
    """
    chunks = min(chunked_dribble.chunks, length)
    pause = parse_duration(chunked_dribble.duration) / SECOND / chunked_dribble.chunks
    for number in range(chunks):
        with suppress(TwilioError):  # the server stops, so the rest is sent without pauses
            if not await worker.wait_unless_stopped(_pause_unless_disconnected(pause, receive)):
                return False
        if not await send_range(length * number // chunks, length * (number + 1) // chunks):
            return False
    return True


async def _pause_unless_disconnected(seconds: float, receive: Receive) -> bool:
    """Wait in real time. Return False as soon as the client disconnects."""
    passed, gone = asyncio.ensure_future(real_pause(seconds)), asyncio.ensure_future(wait_for_disconnect(receive))
    try:
        await asyncio.wait((passed, gone), return_when=asyncio.FIRST_COMPLETED)
        return not gone.done()
    finally:
        passed.cancel()
        gone.cancel()
