"""Sends a response: at once, or piece by piece."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from typing import TYPE_CHECKING

from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from mockserver.rest.headers import ResponseMetadata
from mockserver.server.request_body import wait_for_disconnect
from mockserver.server.response import LiveBody, Response

if TYPE_CHECKING:
    from mockserver.account.requests_in_progress import RequestInProgress

RESPONSE_WRITER_KEY = "recmock.whole"
"""The key under which our own server offers `Whole` in the state of the ASGI scope."""
ResponseWriter = Callable[[int, bytes, bytes], bool]
"""Sends status, encoded headers and body at once. Returns False if the caller must use the ASGI messages."""
ResponseSender = Callable[[Response, ResponseMetadata | None, Scope, Receive, Send], Awaitable[None]]
"""Sends a response and its metadata."""


def write_response(response: Response, metadata: ResponseMetadata | None, write: ResponseWriter) -> bool:
    """Write a response at once, and return False if the writer could not."""
    head = response.encode_headers() if metadata is None else metadata.to_bytes() + response.encode_headers()
    return write(response.status, head, response.body)


async def send_response(
    response: Response, metadata: ResponseMetadata | None, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send a response that no fault rule changes.

    Args:
        metadata: the response's metadata; None to send none.
    """
    whole: ResponseWriter | None = scope.get("state", {}).get(RESPONSE_WRITER_KEY)
    is_whole = response.stream is None and scope["method"] != "HEAD"  # almost always
    if whole is not None and is_whole and write_response(response, metadata, whole):
        return
    headers = [*(() if metadata is None else metadata.to_headers()), *response.build_headers()]
    await send({"type": "http.response.start", "status": response.status, "headers": headers})
    if scope["method"] == "HEAD":
        await send({"type": "http.response.body"})
    elif response.stream is None:
        await send({"type": "http.response.body", "body": response.body})
    elif isinstance(response.stream, LiveBody):
        await response.stream.send(scope, receive, send)
    elif await send_pieces(receive, send, response.stream.read(*response.byte_range)):
        await send({"type": "http.response.body", "body": b""})


async def send_counted_response(
    in_progress: "RequestInProgress",
    send_response: ResponseSender,
    response: Response,
    metadata: ResponseMetadata | None,
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
        await send_response(response, metadata, scope, receive, send)
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


async def send_pieces(receive: Receive, send: Send, pieces: Iterator[bytes]) -> bool:
    """Send media piece by piece until the client disconnects: players request more than they play."""
    gone = asyncio.ensure_future(wait_for_disconnect(receive))
    try:
        # Starlette's iterate_in_threadpool raises at the end, and leaves frames that only the collector finds.
        while (piece := await run_in_threadpool(next, pieces, None)) is not None:
            if piece:
                await send({"type": "http.response.body", "body": piece, "more_body": True})
            if gone.done():
                return False
        return True
    finally:
        gone.cancel()
