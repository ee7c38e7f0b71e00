"""Sends a response: at once, piece by piece, or broken by a fault."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from mockserver.proxy.transports import TRANSPORT_KEY
from mockserver.rest.headers import ResponseMetadata
from mockserver.server.faults import (
    break_connection,
    choose_network_fault,
    dribble_body,
    is_response_replaced,
    send_truncated_body,
    without_own_headers,
)
from mockserver.server.request_body import wait_for_disconnect
from mockserver.server.response import Response
from scenarios.rules import ChunkedDribble, Then

if TYPE_CHECKING:
    from mockserver.account.requests_in_progress import RequestInProgress

_MAX_CHUNK_BYTES = 1 << 20
"""A chunk of media of more bytes is sent in pieces."""
RESPONSE_WRITER_KEY = "recmock.whole"
"""The key under which our own server offers `Whole` in the state of the ASGI scope."""
ResponseWriter = Callable[[int, bytes, bytes], bool]
"""Sends status, encoded headers and body at once. Returns False if the caller must use the ASGI messages."""


async def send_response(
    response: Response,
    metadata: ResponseMetadata | None,
    then: Then | None,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Send a response.

    Args:
        metadata: the response's metadata; None to send none.
        then: the fault that matched the request, if any.
    """
    state = scope.get("state", {})
    whole: ResponseWriter | None = state.get(RESPONSE_WRITER_KEY)
    if whole is not None and then is None and response.stream is None and scope["method"] != "HEAD":  # almost always
        head = response.encode_headers() if metadata is None else metadata.to_bytes() + response.encode_headers()
        if whole(response.status, head, response.body):
            return
    stamp = () if metadata is None else metadata.to_headers()
    headers = [*(stamp if then is None else without_own_headers(stamp, then)), *response.build_headers()]
    fault = choose_network_fault(then, scope["method"], response.length)
    if fault is not None and is_response_replaced(fault):
        await break_connection(fault, state.get(TRANSPORT_KEY), receive)
        return
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if scope["method"] == "HEAD":
        await send({"type": "http.response.body"})
    elif fault is not None:
        send_range = partial(_send_range, response, receive, send)
        await send_truncated_body(send_range, response.length, state.get(TRANSPORT_KEY), receive)
    else:
        chunked_dribble = None if then is None else then.chunked_dribble
        if chunked_dribble is None and response.stream is None:
            await send({"type": "http.response.body", "body": response.body})
        elif await _send_gradually(response, chunked_dribble, scope, receive, send):
            await send({"type": "http.response.body", "body": b""})


async def send_counted_response(
    in_progress: "RequestInProgress",
    response: Response,
    metadata: ResponseMetadata | None,
    then: Then | None,
    scope: Scope,
    receive: Receive,
    send: Send,
) -> None:
    """Send the response of a request that counts among those in progress until the client has the last byte."""
    assert metadata is not None, "the control API has no rate limits"
    metadata = metadata.with_concurrent_requests(in_progress.concurrent_requests)
    # The client may send its next request as soon as it has the last byte.
    length = 0 if scope["method"] == "HEAD" else response.length
    try:
        send = run_before_last_byte(send, length, in_progress.leave)
        await send_response(response, metadata, then, scope, receive, send)
    finally:
        in_progress.leave()


def run_before_last_byte(send: Send, length: int, action: Callable[[], None]) -> Send:
    """Return a `send` that runs an action once, before it sends the last byte of a body.

    Args:
        length: the number of bytes in the body.
    """
    bytes_left = length
    has_run = False

    async def send_and_count(message: Message) -> None:
        nonlocal bytes_left, has_run
        if message["type"] == "http.response.body" and not has_run:
            bytes_left -= len(message.get("body", b""))
            if bytes_left <= 0:
                has_run = True
                action()
        await send(message)

    return send_and_count


async def _send_gradually(
    response: Response, chunked_dribble: ChunkedDribble | None, scope: Scope, receive: Receive, send: Send
) -> bool:
    """Send a body in parts, without its end. Return False if the client has disconnected."""
    if chunked_dribble is not None:
        worker, send_range = scope["recmock"].mock.worker, partial(_send_range, response, receive, send)
        return await dribble_body(send_range, response.length, chunked_dribble, worker, receive)
    assert response.stream is not None, "a body without a stream is sent at once"
    return await _send_pieces(receive, send, response.stream.read(*response.byte_range))


async def _send_range(response: Response, receive: Receive, send: Send, start: int, stop: int) -> bool:
    """Send a range of the body's bytes. Return False if the client has disconnected."""
    if response.stream is None:
        await send({"type": "http.response.body", "body": response.body[start:stop], "more_body": True})
        return True
    first = response.byte_range[0]
    pieces = response.stream.read(first + start, first + stop)
    if stop - start <= _MAX_CHUNK_BYTES:
        pieces = iter((await run_in_threadpool(b"".join, pieces),))
    return await _send_pieces(receive, send, pieces)


async def _send_pieces(receive: Receive, send: Send, pieces: Iterator[bytes]) -> bool:
    """Send media piece by piece until the client disconnects: players request more than they play."""
    gone = asyncio.ensure_future(wait_for_disconnect(receive))
    try:
        async for piece in iterate_in_threadpool(pieces):
            if piece:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            if gone.done():
                return False
        return True
    finally:
        gone.cancel()
