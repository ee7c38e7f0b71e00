"""Listens on a port: uvicorn's protocol on our own asyncio server, in the foreground or in a thread.

`uvicorn.Server` polls ten times a second and takes 200 ms to stop. Its protocol needs neither. This module
also keeps the Date header right and ends open connections gracefully.
"""

import asyncio
import signal
import socket
import threading
from collections.abc import Callable
from email.utils import formatdate
from types import TracebackType
from typing import Any, Self

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.lifespan.on import LifespanOn
from uvicorn.server import ServerState

from mockserver.proxy.proxy import Proxy
from mockserver.server.protocol import MockProtocol
from mockserver.settings.machine_clock import wall_seconds
from mockserver.settings.parsing import Address

_BACKLOG = 2048
_KEEP_ALIVE_SECONDS = 120
"""How long an idle connection stays open. Clients close theirs earlier (Go after 90 seconds), so none meets the end."""
_GRACE_SECONDS = 5.0
"""How long open requests may take to finish, in seconds."""
_JOIN_TIMEOUT_SECONDS = 4 * _GRACE_SECONDS
"""How long a thread may take to end, in seconds: uvloop sometimes waits for ever when it closes a loop."""


class ListenError(Exception):
    """The server cannot listen on an address. The message says why."""


def bind(address: Address) -> socket.socket:
    """Return a listening socket.

    Raises:
        ListenError: if the address is in use, unknown, or not an address of this machine.
    """
    try:
        family, kind, protocol, _, place = socket.getaddrinfo(*address, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        raise ListenError(f"expected an address to listen on, found {address}: {error.strerror}.") from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        why = f"{error.strerror}. Another server may use it; port 0 selects a free port"
        raise ListenError(f"cannot listen on {address}: {why}.") from None
    listening.setblocking(False)
    return listening


def get_bound_address(listening_socket: socket.socket) -> Address:
    """Return the address of a listening socket, with its real port."""
    host, port = listening_socket.getsockname()[:2]
    return Address(host, port)


async def serve(
    app: ASGIApp, listening_socket: socket.socket, stop_event: asyncio.Event, on_ready: Callable[[], Any], proxy: Proxy
) -> None:
    """Serve an application on a socket until `stop` is set.

    Args:
        on_ready: called once the server accepts requests.
        proxy: handles requests for other hosts; it is closed at the end.
    """
    config = Config(
        app,
        http=MockProtocol,
        ws="none",
        lifespan="auto",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    lifespan = LifespanOn(config)
    await lifespan.startup()
    state = ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: MockProtocol(config, state, loop, proxy), sock=listening_socket, backlog=_BACKLOG
    )
    dating = _refresh_date_header(state, loop)
    try:
        on_ready()
        await stop_event.wait()
    finally:
        await _stop(server, state, dating, proxy)
        await lifespan.shutdown()
        # The remaining requests have no client and nothing to wait for.
        await asyncio.wait((dating, *state.tasks), timeout=_GRACE_SECONDS)


async def _stop(server: asyncio.Server, state: ServerState, dating: asyncio.Task[None], proxy: Proxy) -> None:
    """Stop accepting connections, wait for the requests in progress, and close all connections."""
    dating.cancel()
    server.close()
    await asyncio.sleep(0)  # register connections that were accepted just now, or they would never be closed
    await proxy.close()
    for connection in list(state.connections):
        connection.shutdown()
    if state.tasks:
        await asyncio.wait(state.tasks, timeout=_GRACE_SECONDS)
    for connection in list(state.connections):
        connection.transport.abort()


def run(app: ASGIApp, listening_socket: socket.socket, on_ready: Callable[[], Any], proxy: Proxy) -> None:
    """Serve in the foreground until SIGINT or SIGTERM."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, stop.set)
            except NotImplementedError:  # pragma: no cover - Windows: SIGINT arrives as KeyboardInterrupt
                break
        await serve(app, listening_socket, stop, on_ready, proxy)

    with asyncio.Runner(loop_factory=_create_event_loop()) as runner:
        runner.run(main())


class BackgroundServer:
    """Serves in its own thread, as a context manager.

    Args:
        app: the application.
        address: the address to listen on; a free port of 127.0.0.1 if left out.
        proxy: handles requests for other hosts; if left out, a proxy with the user's own CA.
    """

    def __init__(
        self,
        app: ASGIApp,
        address: Address = Address("127.0.0.1", 0),  # noqa: B008 - immutable
        proxy: Proxy | None = None,
    ) -> None:
        self._app = app
        self._proxy = proxy or Proxy()
        self._listening_socket = bind(address)
        self.address = get_bound_address(self._listening_socket)
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="recmock", daemon=True)
        self._request_stop: Callable[[], Any] | None = None

    @property
    def base_url(self) -> str:
        """The base URL, without a slash at the end."""
        return f"http://{self.address}"

    def __enter__(self) -> Self:
        self._thread.start()
        self._ready.wait()
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._request_stop is not None
        self._request_stop()
        self._thread.join(_JOIN_TIMEOUT_SECONDS)

    def _run(self) -> None:
        async def main() -> None:
            stop = asyncio.Event()
            loop = asyncio.get_running_loop()
            self._request_stop = lambda: loop.call_soon_threadsafe(stop.set)
            await serve(self._app, self._listening_socket, stop, self._ready.set, self._proxy)

        with asyncio.Runner(loop_factory=_create_event_loop()) as runner:
            runner.run(main())


def _refresh_date_header(state: ServerState, loop: asyncio.AbstractEventLoop) -> asyncio.Task[None]:
    """Keep the Date header up to date, as uvicorn's own loop does."""

    async def tick() -> None:
        while True:
            state.default_headers = [(b"date", formatdate(wall_seconds(), usegmt=True).encode())]
            await asyncio.sleep(1)

    state.default_headers = [(b"date", formatdate(wall_seconds(), usegmt=True).encode())]
    return loop.create_task(tick())


def _create_event_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:  # pragma: no cover - Windows has none
        return None
    return uvloop.new_event_loop
