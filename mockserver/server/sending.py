"""Sends a response: at once, piece by piece, or broken by a fault."""

import asyncio
from collections.abc import Callable, Iterator

from starlette.concurrency import iterate_in_threadpool, run_in_threadpool
from starlette.types import Receive, Scope, Send

from mockserver.rest.headers import ResponseMetadata
from mockserver.server.faults import TRANSPORT, break_connection, dribble, truncate
from mockserver.server.request_body import wait_for_disconnect
from mockserver.server.response import Response
from scenarios.rules import NetworkFault, Then

WHOLE = "recmock.whole"
"""The key under which our own server offers `Whole` in the state of the ASGI scope."""
Whole = Callable[[int, bytes, bytes], bool]
"""Sends status, encoded headers and body at once. Returns False if the caller must use the ASGI messages."""
_IN_BODIES = (NetworkFault.MALFORMED_RESPONSE_CHUNK, NetworkFault.TRUNCATED_RESPONSE)


async def send_response(
    answer: Response, stamp: ResponseMetadata | None, then: Then | None, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send a response.

    Args:
        stamp: the response's metadata; None to send none.
        then: the fault that matched the request, if any.
    """
    state = scope.get("state", {})
    whole: Whole | None = state.get(WHOLE)
    if whole is not None and then is None and answer.stream is None and scope["method"] != "HEAD":  # almost always
        head = answer.encode_headers() if stamp is None else stamp.encode() + answer.encode_headers()
        if whole(answer.status, head, answer.body):
            return
    headers = [*(() if stamp is None else stamp.headers()), *answer.all_headers()]
    fault = None if then is None else then.fault
    is_bodiless = scope["method"] == "HEAD" or (fault is NetworkFault.TRUNCATED_RESPONSE and answer.length == 0)
    if fault in _IN_BODIES and is_bodiless:
        fault = NetworkFault.EMPTY_RESPONSE  # half of nothing would look like a complete response
    if fault is not None and fault is not NetworkFault.TRUNCATED_RESPONSE:
        await break_connection(fault, state.get(TRANSPORT), receive)
        return
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if scope["method"] == "HEAD":
        await send({"type": "http.response.body"})
    elif fault is not None:
        await truncate(await _join(answer), send, state.get(TRANSPORT), receive)
    elif then is not None and then.chunked_dribble is not None:
        await dribble(await _join(answer), then.chunked_dribble, send, receive)
    elif answer.stream is not None:
        await _send_pieces(receive, send, answer.stream.read(*answer.part))
    else:
        await send({"type": "http.response.body", "body": answer.body})


async def _join(answer: Response) -> bytes:
    medium = answer.stream
    return answer.body if medium is None else await run_in_threadpool(lambda: b"".join(medium.read(*answer.part)))


async def _send_pieces(receive: Receive, send: Send, pieces: Iterator[bytes]) -> None:
    """Send media piece by piece until the client disconnects: players request more than they play."""
    gone = asyncio.ensure_future(wait_for_disconnect(receive))
    try:
        async for piece in iterate_in_threadpool(pieces):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if gone.done():
                return
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
