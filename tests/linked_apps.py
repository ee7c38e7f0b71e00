"""Lets every application answer as if another worker had the connections of its clients."""

import asyncio
from typing import Any
from weakref import WeakKeyDictionary

from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

import mockserver.app
from mockserver.mock import Mock
from mockserver.server.exchange import AnsweringWorker
from mockserver.server.workers.link_to_leader import LinkToLeader
from mockserver.server.workers.messages import MessageConnection
from mockserver.server.workers.served_requests import ServedRequests

_TIME_LIMIT = 20.0
"""Real seconds for a request."""


class _Wire(asyncio.Transport):
    """A transport to a connection in the same event loop."""

    def __init__(self, other: MessageConnection) -> None:
        super().__init__()
        self._other = other

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def is_closing(self) -> bool:
        return False

    def write(self, data: Any) -> None:
        asyncio.get_running_loop().call_soon(self._other.data_received, bytes(data))


class LinkedApp:
    """Passes each request through a link, without a socket.

    Args:
        app: the application of the leader.
        control_token: what the control API requires where the clients are connected.
    """

    def __init__(self, app: ASGIApp, control_token: str | None) -> None:
        self._app = app
        self._worker = AnsweringWorker("a worker of a test", control_token)
        self._links: WeakKeyDictionary[asyncio.AbstractEventLoop, LinkToLeader] = WeakKeyDictionary()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        loop = asyncio.get_running_loop()
        if loop not in self._links:
            self._links[loop] = self._link()
        async with asyncio.timeout(_TIME_LIMIT):
            await self._links[loop].pass_on(scope, receive, send)

    def _link(self) -> LinkToLeader:
        link = LinkToLeader()
        served = MessageConnection(lambda message: requests.handle(message), lambda: None)
        requests = ServedRequests(self._app, served, self._worker)
        served.connection_made(_Wire(link.connection))
        link.connection.connection_made(_Wire(served))
        return link


def link_apps() -> None:
    """Link each application that is created from now on."""
    application = mockserver.app.Application
    build = application.build_middleware_stack

    def build_linked(app: Starlette) -> ASGIApp:
        (mock,) = [own.kwargs["mock"] for own in app.user_middleware if "mock" in own.kwargs]
        assert isinstance(mock, Mock)
        return LinkedApp(build(app), mock.control_token)  # type: ignore[arg-type]

    setattr(application, "build_middleware_stack", build_linked)  # noqa: B010
