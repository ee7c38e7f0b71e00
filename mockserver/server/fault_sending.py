"""Sends a response as a fault rule wants it: with other headers, in chunks, or broken."""

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send

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
from mockserver.server.response import Response
from mockserver.server.sending import send_pieces
from scenarios.rules import Then

_MAX_CHUNK_BYTES = 1 << 20
"""A chunk of media of more bytes is sent in pieces."""


async def send_with_fault(
    then: Then, response: Response, metadata: ResponseMetadata | None, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send a response.

    Args:
        then: the fault that matched the request.
        metadata: the response's metadata; None to send none.
    """
    transport = scope.get("state", {}).get(TRANSPORT_KEY)
    fault = choose_network_fault(then, scope["method"], response.length)
    if fault is not None and is_response_replaced(fault):
        await break_connection(fault, transport, receive)
        return
    stamp = () if metadata is None else metadata.to_headers()
    headers = [*without_own_headers(stamp, then), *response.build_headers()]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    send_range = partial(_send_range, response, receive, send)
    if scope["method"] == "HEAD":
        await send({"type": "http.response.body"})
    elif fault is not None:
        await send_truncated_body(send_range, response.length, transport, receive)
    elif then.chunked_dribble is not None:
        worker = scope["recmock"].mock.worker
        if await dribble_body(send_range, response.length, then.chunked_dribble, worker, receive):
            await send({"type": "http.response.body", "body": b""})
    elif response.stream is None:
        await send({"type": "http.response.body", "body": response.body})
    elif await send_pieces(receive, send, response.stream.read(*response.byte_range)):
        await send({"type": "http.response.body", "body": b""})


async def _send_range(response: Response, receive: Receive, send: Send, start: int, stop: int) -> bool:
    """Send a range of the body's bytes. Return False if the client has disconnected."""
    if response.stream is None:
        await send({"type": "http.response.body", "body": response.body[start:stop], "more_body": True})
        return True
    first = response.byte_range[0]
    pieces = response.stream.read(first + start, first + stop)
    if stop - start <= _MAX_CHUNK_BYTES:
        pieces = iter((await run_in_threadpool(b"".join, pieces),))
    return await send_pieces(receive, send, pieces)
