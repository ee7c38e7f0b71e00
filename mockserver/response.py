"""An answer as it goes out: whole, piece by piece, or as a fault has it."""

import asyncio
from collections.abc import Iterator

from starlette.concurrency import iterate_in_threadpool
from starlette.types import Receive, Scope, Send

from mockserver.exchange import Answer
from mockserver.faults.effects import TRANSPORT, break_off, dribble, truncate
from mockserver.headers import Header
from scenarios.rules import NetworkFault, Then


async def respond(
    answer: Answer, ours: tuple[Header, ...], then: Then | None, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send an answer.

    Args:
        ours: the headers of every answer.
        then: the fault that struck the request, if one did.
    """
    transport = scope.get("state", {}).get(TRANSPORT)
    if then is not None and then.fault is not None and then.fault is not NetworkFault.TRUNCATED_RESPONSE:
        await break_off(then.fault, transport, receive)
        return
    headers = [*ours, *answer.headers]
    if answer.media_type is not None:
        headers += ((b"content-type", answer.media_type), (b"content-length", b"%d" % answer.length))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    if scope["method"] == "HEAD":
        await send({"type": "http.response.body"})
    elif then is not None and then.fault is not None:
        await truncate(_whole(answer), send, transport, receive)
    elif then is not None and then.chunked_dribble is not None:
        await dribble(_whole(answer), then.chunked_dribble, send)
    elif answer.stream is not None:
        await _send_pieces(receive, send, answer.stream.read(*answer.part))
    else:
        await send({"type": "http.response.body", "body": answer.body})


def _whole(answer: Answer) -> bytes:
    return answer.body if answer.stream is None else b"".join(answer.stream.read(*answer.part))


async def _send_pieces(receive: Receive, send: Send, pieces: Iterator[bytes]) -> None:
    """Send media as they are made, and make no more once the client has gone: players ask for more than they play."""

    async def until_gone() -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    gone = asyncio.ensure_future(until_gone())
    try:
        async for piece in iterate_in_threadpool(pieces):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
            if gone.done():
                return
        await send({"type": "http.response.body", "body": b""})
    finally:
        gone.cancel()
