"""The port at which the process that leads takes the requests of the other workers."""

import asyncio
from collections.abc import Callable, Sequence
from hmac import compare_digest
from typing import Any, NamedTuple

import msgspec
from starlette.types import ASGIApp

from mockserver.account.storage.store import KnownStore
from mockserver.server.exchange import AnsweringWorker
from mockserver.server.workers.hello import Hello
from mockserver.server.workers.kinds import BEAT_SECONDS, PROTOCOL_VERSION, FromLeader, FromWorker
from mockserver.server.workers.messages import MessageConnection
from mockserver.server.workers.served_requests import ServedRequests, let_workers_leave, wait_for_requests
from mockserver.server.workers.shared_settings import SharedSettings

_HELLO_SECONDS = 2.0
"""Real seconds in which a worker says who it is."""
_MAX_HELLO_BYTES, _MAX_REQUEST_BYTES = 8 << 20, 1 << 32
"""The longest message of a stranger, which a scenario may be a part of, and that of a worker."""
_GRACE_SECONDS = 2.0
"""Real seconds that requests in progress may take when this process stops to lead."""
_LEAVE_SECONDS = 0.3
"""Real seconds that those may take that come meanwhile. If the store is lost, they fail at once."""


class Verdict(NamedTuple):
    """What becomes of a worker."""

    refusal: str | None = None
    """Why it is refused; None if it is accepted."""
    takes_lead: bool = False
    """True if it starts with other settings, and so takes the lead."""


class LeaderServer:
    """Accepts the other workers, and runs their requests.

    Args:
        app: the application of the mock.
        secret: what a worker must know.
        check: returns what becomes of a worker.
        settings: those that all workers share.
        store: the store as this process knows it.
        on_change: called after the first worker came, and after the last one left, with True if there are any.
    """

    def __init__(
        self,
        app: ASGIApp,
        secret: str,
        check: Callable[[Hello], Verdict],
        settings: SharedSettings,
        store: KnownStore,
        on_change: Callable[[bool], object],
    ) -> None:
        self._app = app
        self._secret = secret
        self._check = check
        self._settings = settings
        self._store = store
        self._on_change = on_change
        self._workers: dict[MessageConnection, ServedRequests] = {}
        self._strangers: set[MessageConnection] = set()
        """Connections that have said nothing yet."""
        self._server: asyncio.Server | None = None
        self._beating: asyncio.TimerHandle | None = None

    def list_names(self) -> list[str]:
        """Return the names of the workers."""
        return [served.worker.name for served in self._workers.values()]

    async def listen(self, host: str) -> int:
        """Listen on a free port, and return it."""
        self._server = await asyncio.get_running_loop().create_server(self._make_connection, host, 0)
        port: int = self._server.sockets[0].getsockname()[1]
        self._beat()
        return port

    def _beat(self) -> None:
        for connection in self._workers:
            connection.send((FromLeader.ALIVE,))
        self._beating = asyncio.get_running_loop().call_later(BEAT_SECONDS, self._beat)

    async def close(self, *, is_lost: bool) -> None:
        """Accept no more workers, wait for their requests, and close the connections.

        Args:
            is_lost: True if the store is lost, so that responses count for nothing. This process tries to lead again.
        """
        if self._server is not None:
            self._server.close()
        if self._beating is not None:
            self._beating.cancel()
        if is_lost:
            self._hand_over()
        try:
            if not is_lost:
                await wait_for_requests([*self._workers.values()], _GRACE_SECONDS)
            await let_workers_leave([*self._workers.values()], _LEAVE_SECONDS)
        finally:
            for connection in [*self._workers, *self._strangers]:
                connection.close()

    def _make_connection(self) -> MessageConnection:
        connection = _accept(self)
        self._strangers.add(connection)
        return connection

    def welcome(self, connection: MessageConnection, message: Sequence[Any]) -> ServedRequests | None:
        """Handle the first message of a worker. Return what serves it, or None if it is refused."""
        self._strangers.discard(connection)
        refusal = "expected a worker of the same version, found another."
        try:
            hello = msgspec.convert(message, Hello)
        except msgspec.ValidationError:
            hello = None
        if hello is not None and hello.kind == FromWorker.HELLO and hello.version == PROTOCOL_VERSION:
            if not compare_digest(hello.secret.encode(), self._secret.encode()):
                connection.close()
                return None
            verdict = self._check(hello)
            if verdict.takes_lead:
                self._hand_over()
                connection.close()
                return None
            if verdict.refusal is None:
                served = ServedRequests(self._app, connection, AnsweringWorker(hello.name, hello.control_token))
                self._workers[connection] = served
                if len(self._workers) == 1:
                    self._on_change(True)
                connection.max_bytes = _MAX_REQUEST_BYTES
                connection.send((FromLeader.WELCOME, self._settings, self._store))
                return served
            refusal = verdict.refusal
        connection.send((FromLeader.REFUSED, refusal))
        connection.close()
        return None

    def _hand_over(self) -> None:
        """Let the workers leave the lead to the process that takes it."""
        for connection in self._workers:
            connection.send((FromLeader.HANDOVER,))

    def forget(self, connection: MessageConnection) -> None:
        """Forget a worker whose connection is lost."""
        served = self._workers.pop(connection, None)
        self._strangers.discard(connection)
        if served is not None:
            served.end()
            if not self._workers:
                self._on_change(False)


def _accept(server: LeaderServer) -> MessageConnection:
    """Return the connection of a worker that has said nothing yet."""
    served: ServedRequests | None = None

    def handle(message: Sequence[Any]) -> None:
        nonlocal served
        if served is not None:
            served.handle(message)
        elif not too_late.cancelled():
            too_late.cancel()
            served = server.welcome(connection, message)

    def forget() -> None:
        too_late.cancel()
        server.forget(connection)

    connection = MessageConnection(handle, forget)
    connection.max_bytes = _MAX_HELLO_BYTES
    too_late = asyncio.get_running_loop().call_later(_HELLO_SECONDS, connection.close)
    return connection
