"""The link of a worker to the process that leads."""

import asyncio
from collections import deque
from collections.abc import Sequence
from itertools import count
from typing import Any

import msgspec
from starlette.types import Receive, Scope, Send

from mockserver.account.storage.store import KnownStore
from mockserver.proxy.transports import TRANSPORT_KEY, abort, close, reset
from mockserver.server.saving import NotSavedError
from mockserver.server.sending import RESPONSE_WRITER_KEY
from mockserver.server.workers.kinds import BEAT_SECONDS, FromLeader, FromWorker
from mockserver.server.workers.messages import MessageConnection
from mockserver.server.workers.scopes import pack_scope
from mockserver.server.workers.shared_settings import SharedSettings
from mockserver.settings.machine_clock import stopwatch

_SILENCE_SECONDS = 5.0
"""Real seconds after which a silent leader counts as gone. One that loads a large account is silent, too."""
_WATCH_SECONDS = 0.05
"""Real seconds after which the leader is to know when a client disconnects. Most responses come before."""


class LinkLostError(Exception):
    """The leader is gone, and the request may have reached it. No part of a response was sent."""


class LinkToLeader:
    """Passes requests to the leader. Use `connection` as the protocol of the connection to it."""

    def __init__(self) -> None:
        self.connection = MessageConnection(self._handle, self._on_lost)
        self.welcome: asyncio.Future[tuple[SharedSettings, KnownStore]] = asyncio.get_running_loop().create_future()
        """The settings of the leader and its store, when it accepts this worker; else a `LeaderRefusedError`."""
        self.lost = asyncio.Event()
        self.is_handed_over = False
        """True if the leader ends because another process takes the lead."""
        self._is_left = False
        """True if this worker sends no more requests."""
        self._numbers = count()
        self._requests: dict[int, _PassedRequest] = {}
        self._watching: asyncio.TimerHandle | None = None
        self._heard_at = stopwatch()
        self._listening = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._listen)

    async def pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the leader, and its response to the client.

        Raises:
            LinkLostError: if the leader is gone before the response began.
            NotSavedError: if another process must answer the request.
            ConnectionResetError: if it is gone later.
        """
        first = await receive()
        if first["type"] != "http.request":
            return
        if self._is_left or not self.connection.is_open:
            raise NotSavedError
        number = next(self._numbers)
        request = self._requests[number] = _PassedRequest(self.connection, number, scope, receive)
        body, has_more = first.get("body", b""), first.get("more_body", False)
        self.connection.send((FromWorker.REQUEST, number, pack_scope(scope), body, has_more))
        if has_more:
            request.watch()
        elif self._watching is None:
            self._watching = asyncio.get_running_loop().call_later(_WATCH_SECONDS, self._watch_slow_requests)
        try:
            await request.answer(send)
        finally:
            request.stop()
            del self._requests[number]

    def _listen(self) -> None:
        """Drop the connection to a leader that is silent: its machine may be gone, or it may have been stopped."""
        if stopwatch() - self._heard_at > _SILENCE_SECONDS:
            self.connection.abort()
        else:
            self._listening = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._listen)

    def _handle(self, message: Sequence[Any]) -> None:
        kind, *rest = message
        self._heard_at = stopwatch()
        if kind == FromLeader.WELCOME:
            self.welcome.set_result(msgspec.convert(rest, tuple[SharedSettings, KnownStore]))
        elif kind == FromLeader.REFUSED:
            self.welcome.set_exception(LeaderRefusedError(rest[0]))
        elif kind == FromLeader.HANDOVER:
            self.is_handed_over = True
        elif kind == FromLeader.LEAVE:
            self._is_left = True
            self.connection.send((FromWorker.LEFT,))
        elif kind != FromLeader.ALIVE and (request := self._requests.get(rest[0])) is not None:
            request.handle(kind, rest[1:])

    def _on_lost(self) -> None:
        self.lost.set()
        self._listening.cancel()
        if not self.welcome.done():
            self.welcome.set_exception(ConnectionResetError("the leader is gone"))
            self.welcome.exception()  # it may be awaited no more
        for request in self._requests.values():
            request.handle(None, ())

    def _watch_slow_requests(self) -> None:
        """Watch the clients of requests that took long, and look again later for those that are still fast."""
        self._watching = None
        for request in self._requests.values():
            request.watch()
        if self._requests:
            self._watching = asyncio.get_running_loop().call_later(_WATCH_SECONDS, self._watch_slow_requests)


class LeaderRefusedError(Exception):
    """The leader does not accept this worker. The message says why."""


class _PassedRequest:
    """A request that the leader answers."""

    def __init__(self, connection: MessageConnection, number: int, scope: Scope, receive: Receive) -> None:
        self._connection = connection
        self._number = number
        self._scope = scope
        self._receive = receive
        self._messages: deque[tuple[int | None, Sequence[Any]]] = deque()
        self._arrival: asyncio.Future[None] | None = None
        self._watcher: asyncio.Task[None] | None = None

    def handle(self, kind: int | None, values: Sequence[Any]) -> None:
        """Handle a message of the leader; None as its kind if the leader is gone."""
        self._messages.append((kind, values))
        if self._arrival is not None and not self._arrival.done():
            self._arrival.set_result(None)

    async def answer(self, send: Send) -> None:
        """Send the response to the client."""
        has_begun = False
        while True:
            while not self._messages:
                self._arrival = asyncio.get_running_loop().create_future()
                await self._arrival
            kind, values = self._messages.popleft()
            if kind == FromLeader.WHOLE:
                await self._send_whole(send, *values)
                return
            if kind == FromLeader.START:
                has_begun = True
                await send({"type": "http.response.start", "status": values[0], "headers": values[1]})
            elif kind == FromLeader.PART:
                await send({"type": "http.response.body", "body": values[0], "more_body": values[1]})
                self._connection.send((FromWorker.TAKEN, self._number))
                if not values[1]:
                    return
            elif kind == FromLeader.TRANSPORT:
                self._change_transport(*values)
            elif kind == FromLeader.NOT_SAVED:
                raise NotSavedError
            elif kind is None and not has_begun:
                raise LinkLostError
            else:
                await self._break_off(has_begun=has_begun)
                return

    async def _send_whole(self, send: Send, status: int, encoded_headers: bytes, body: bytes) -> None:
        whole = self._scope.get("state", {}).get(RESPONSE_WRITER_KEY)
        if whole is not None and self._scope["method"] != "HEAD" and whole(status, encoded_headers, body):
            return
        lines = encoded_headers.split(b"\r\n")[:-1]
        headers = [(name.lower(), value) for name, _, value in (line.partition(b": ") for line in lines)]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _change_transport(self, action: str, data: bytes) -> None:
        """Do to the client's connection what a fault does, and tell the leader when it is closed.

        Raises:
            ConnectionResetError: if there is no connection, because the application is called without a socket.
        """
        transport = self._scope.get("state", {}).get(TRANSPORT_KEY)
        if transport is None:
            raise ConnectionResetError("a fault of the mock")
        if action == "write":
            transport.write(data)
        else:
            {"close": close, "abort": abort, "reset": reset}[action](transport)
        self.watch()

    async def _break_off(self, *, has_begun: bool) -> None:
        """End a response that is not whole: the client must see that."""
        transport = self._scope.get("state", {}).get(TRANSPORT_KEY)
        if transport is None or (not has_begun and not transport.is_closing()):
            raise ConnectionResetError("the leader ended the response before it was whole")
        abort(transport)
        while (await self._receive())["type"] != "http.disconnect":
            pass

    def watch(self) -> None:
        """Pass on the rest of the body, and tell the leader when the client disconnects."""
        if self._watcher is None:
            self._watcher = asyncio.get_running_loop().create_task(self._watch())

    def stop(self) -> None:
        """Watch no longer."""
        watcher, self._watcher = self._watcher, None  # else both would refer to each other
        if watcher is not None:
            watcher.cancel()

    async def _watch(self) -> None:
        while (message := await self._receive())["type"] != "http.disconnect":
            self._connection.send((FromWorker.BODY, self._number, message["body"], message.get("more_body", False)))
            await self._connection.drain()
        self._connection.send((FromWorker.GONE, self._number))
        self.handle(FromLeader.FAILED, ())
