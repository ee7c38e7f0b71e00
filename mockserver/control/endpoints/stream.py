"""The stream of notices about an account, as server-sent events.

A client that does not read slows no other client: it keeps a place among the notices, and gets `lag` if it is too far
behind.
"""

import asyncio
from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING

import msgspec
from starlette.types import Receive, Scope, Send

from mockserver.account.notices import LOOK_SECONDS, MAX_FOLLOWERS
from mockserver.control.endpoints.endpoint import Endpoint, PathParams, get_account
from mockserver.mock import Mock
from mockserver.proxy.transports import TRANSPORT_KEY, abort
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange
from mockserver.server.request_body import wait_for_disconnect
from mockserver.server.response import LiveBody, LiveResponse, Response
from mockserver.settings.machine_clock import stopwatch

if TYPE_CHECKING:
    from mockserver.account.notices import Follower, Notice

_HEARTBEAT_SECONDS = 15.0
"""The longest silence: some proxies close connections that are silent for longer."""
_LAST_BYTES_SECONDS = 0.1
"""How long the end of a stream may take when the server stops."""
_RETRY_MILLISECONDS = 1000
"""How long a browser waits before it connects again."""


async def stream_notices(exchange: Exchange, path: PathParams) -> Response:
    mock, sid = exchange.mock, get_account(exchange, path).sid
    if mock.notices.count_followers(sid) >= MAX_FOLLOWERS:
        raise TwilioError(20429, f"Expected at most {MAX_FOLLOWERS} clients that follow an account, found one more.")
    found = dict(exchange.all_headers).get(b"last-event-id")
    last_id = None if found is None else found.decode("latin-1")
    return LiveResponse(
        HTTPStatus.OK,
        media_type=b"text/event-stream",
        headers=((b"cache-control", b"no-store"),),
        stream=LiveBody(partial(_send_notices, mock, sid, last_id)),
    )


async def _send_notices(mock: Mock, sid: str, last_id: str | None, scope: Scope, receive: Receive, send: Send) -> None:
    """Send notices until the client leaves or the server stops."""
    with mock.notices.follow(sid, last_id) as follower:
        try:
            await mock.worker.wait_unless_stopped(_send_until_disconnected(follower, receive, send))
        except TwilioError:  # the server stops
            await _end(scope, send)


async def _send_until_disconnected(follower: "Follower", receive: Receive, send: Send) -> None:
    gone = asyncio.ensure_future(wait_for_disconnect(receive))
    await _send_piece(send, b"retry: %d\nid: %s\n\n" % (_RETRY_MILLISECONDS, follower.last_id.encode()))
    sent_at = stopwatch()
    try:
        while not gone.done():
            now = stopwatch()
            piece = _encode(follower.take(now))
            if not piece and now - sent_at >= _HEARTBEAT_SECONDS:
                piece = b":\n\n"
            if piece:
                await _send_piece(send, piece)
                sent_at = stopwatch()
            await asyncio.wait((gone,), timeout=LOOK_SECONDS)
    finally:
        gone.cancel()


def _encode(notices: "Iterable[Notice]") -> bytes:
    return b"".join(
        b"id: %s\nevent: %s\ndata: %s\n\n"
        % (notice.id.encode(), notice.kind.value.encode(), msgspec.json.encode(notice.values))
        for notice in notices
    )


async def _send_piece(send: Send, piece: bytes) -> None:
    await send({"type": "http.response.body", "body": piece, "more_body": True})


async def _end(scope: Scope, send: Send) -> None:
    """End the body, or the connection of a client that does not read."""
    end = asyncio.ensure_future(send({"type": "http.response.body", "body": b""}))
    await asyncio.wait((end,), timeout=_LAST_BYTES_SECONDS)
    if not end.done():
        abort(scope["state"][TRANSPORT_KEY])
        await end


STREAM = {"/stream": Endpoint(GET=stream_notices)}
