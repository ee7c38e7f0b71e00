"""The requests of one worker, in the process that leads: each runs in the application as if it had come here."""

import asyncio
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from starlette.types import ASGIApp, Message

from mockserver.proxy.transports import TRANSPORT_KEY
from mockserver.server.exchange import AnsweringWorker
from mockserver.server.saving import NotSavedError
from mockserver.server.sending import RESPONSE_WRITER_KEY
from mockserver.server.workers.kinds import FromLeader, FromWorker
from mockserver.server.workers.messages import MessageConnection
from mockserver.server.workers.remote_transport import RemoteTransport
from mockserver.server.workers.scopes import unpack_scope

_MAX_UNTAKEN = 8
"""The parts of a response that may be on their way to a client. A client that does not read gets no more."""


class ServedRequests:
    """Runs the requests that come through one connection.

    Args:
        app: the application of the mock.
        worker: the worker at the other end.
    """

    def __init__(self, app: ASGIApp, connection: MessageConnection, worker: AnsweringWorker) -> None:
        self._app = app
        self._connection = connection
        self.worker = worker
        self._requests: dict[int, _ServedRequest] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        """The requests in progress."""
        self._has_left = asyncio.Event()
        """Set when the worker sends no more requests."""

    def handle(self, message: Sequence[Any]) -> None:
        """Handle a message of the worker."""
        if message[0] == FromWorker.LEFT:
            self._has_left.set()
            return
        kind, number, *rest = message
        if kind == FromWorker.REQUEST:
            request = self._requests[number] = _ServedRequest(self._connection, number, *rest[1:])
            task = asyncio.get_running_loop().create_task(self._run(request, rest[0]))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        elif (known := self._requests.get(number)) is not None:
            known.handle(kind, *rest)

    def end(self) -> None:
        """Let the requests see that their clients are gone."""
        self._has_left.set()
        for request in [*self._requests.values()]:
            request.handle(FromWorker.GONE)

    async def let_worker_leave(self) -> None:
        """Return when the worker sends no more requests."""
        self._connection.send((FromLeader.LEAVE,))
        await self._has_left.wait()

    async def _run(self, request: "_ServedRequest", packed_scope: Sequence[Any]) -> None:
        scope = unpack_scope(packed_scope, self.worker)
        scope["state"] |= {RESPONSE_WRITER_KEY: request.write_whole, TRANSPORT_KEY: request.transport}
        try:
            await self._app(scope, request.receive, request.send)
        except NotSavedError:
            request.give_back()
        finally:
            del self._requests[request.number]
            request.finish()


class _ServedRequest:
    """One request, with the `receive` and `send` of ASGI."""

    def __init__(self, connection: MessageConnection, number: int, body: bytes, has_more: bool) -> None:
        self.number = number
        self.transport = RemoteTransport(connection, number)
        self._connection = connection
        self._parts: deque[tuple[bytes, bool]] = deque(((body, has_more),))
        self._is_over = False
        """True once the client is gone or has the whole response."""
        self._untaken = 0
        self._changed: asyncio.Event | None = None

    def handle(self, kind: int, *values: Any) -> None:
        """Handle what the worker says of the request."""
        if kind == FromWorker.BODY:
            self._parts.append((values[0], values[1]))
        elif kind == FromWorker.TAKEN:
            self._untaken -= 1
        else:
            self._is_over = True
        self._notify()

    async def receive(self) -> Message:
        """Return the next part of the body, or wait until the client is gone or has the whole response."""
        while not self._parts:
            if self._is_over:
                return {"type": "http.disconnect"}
            await self._wait()
        body, has_more = self._parts.popleft()
        return {"type": "http.request", "body": body, "more_body": has_more}

    async def send(self, message: Message) -> None:
        """Send a part of the response, as soon as the client has read enough of those before it."""
        if self._is_over:
            return
        if message["type"] == "http.response.start":
            headers = [[bytes(name), bytes(value)] for name, value in message.get("headers", ())]
            self._connection.send((FromLeader.START, self.number, message["status"], headers))
            return
        has_more = message.get("more_body", False)
        self._untaken += 1
        self._connection.send((FromLeader.PART, self.number, message.get("body", b""), has_more))
        while self._untaken >= _MAX_UNTAKEN and not self._is_over:
            await self._wait()
        if not has_more:
            self._end()

    def write_whole(self, status: int, encoded_headers: bytes, body: bytes) -> bool:
        """Send a whole response at once."""
        if not self._is_over:
            self._connection.send((FromLeader.WHOLE, self.number, status, encoded_headers, body))
            self._end()
        return True

    def give_back(self) -> None:
        """Say that the request may be sent to another process."""
        self._connection.send((FromLeader.NOT_SAVED, self.number))
        self._end()

    def finish(self) -> None:
        """Say that nothing more comes, if the response is not whole."""
        if not self._is_over:
            self._connection.send((FromLeader.FAILED, self.number))
            self._end()

    def _end(self) -> None:
        self._is_over = True
        self._notify()

    async def _wait(self) -> None:
        if self._changed is None:
            self._changed = asyncio.Event()
        self._changed.clear()
        await self._changed.wait()

    def _notify(self) -> None:
        if self._changed is not None:
            self._changed.set()


async def let_workers_leave(served: Sequence[ServedRequests], seconds: float) -> None:
    """Wait until no worker sends requests any more, and those on their way are answered; but no longer than a time."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await asyncio.gather(*(requests.let_worker_leave() for requests in served))
    await wait_for_requests(served, seconds)


async def wait_for_requests(served: Sequence[ServedRequests], seconds: float) -> None:
    """Wait for the present requests of workers, but no longer than a time."""
    tasks = [task for requests in served for task in requests.tasks]
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)
