"""Serves on a port: uvicorn's protocol on our own asyncio server, in the foreground or in a thread.

`uvicorn.Server` polls ten times a second and takes 200 ms to stop. Its protocol needs neither. This module
also keeps the Date header right and ends open connections gracefully.
"""

import asyncio
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from email.utils import formatdate
from functools import partial
from typing import Any, Self

from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.lifespan.on import LifespanOn
from uvicorn.server import ServerState

from mockserver.proxy.proxy import Proxy
from mockserver.proxy.transports import abort
from mockserver.server.event_loop_errors import handle_loop_error, ignore_cancelled_requests
from mockserver.server.listening_sockets import BACKLOG, ListeningSockets, bind_all
from mockserver.server.protocol import MockProtocol
from mockserver.server.server_thread import NativeExecutor, NativeThread, create_thread, wait_for
from mockserver.settings.machine_clock import stopwatch, wall_seconds
from mockserver.settings.parsing import Address

_KEEP_ALIVE_SECONDS = 120
"""How long an idle connection stays open. Clients close theirs earlier (Go after 90 seconds), so none meets the end."""
_GRACE_SECONDS = 5.0
"""How long open requests may take to finish, in seconds."""
_STALL_SECONDS = 1.0
"""How long open requests may make no progress before they end, in seconds: a client may have stopped reading."""
_JOIN_TIMEOUT_SECONDS = 4 * _GRACE_SECONDS
"""How long a thread may take to end, in seconds: uvloop sometimes waits for ever when it closes a loop."""
_ACCEPT_SECONDS = 0.001
"""How long a server stays open to register the connections that it accepted just now, in seconds: any timer will do."""


async def serve(
    app: ASGIApp,
    listening_sockets: ListeningSockets,
    stop_event: asyncio.Event,
    on_ready: Callable[[], Any],
    proxy: Proxy,
) -> None:
    """Serve an application on sockets until `stop` is set.

    Args:
        on_ready: called once the server accepts requests.
        proxy: handles requests for other hosts; it is closed at the end.
    """
    config = _make_config(app)
    lifespan = LifespanOn(config)
    await lifespan.startup()
    if lifespan.should_exit:
        raise RuntimeError("the application did not start: its log says why")
    state = ServerState()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(handle_loop_error)
    ignore_cancelled_requests()
    proxy.own_addresses = frozenset(listening_sockets.addresses)
    known_requests = getattr(app, "known_requests", None)
    make_protocol = partial(MockProtocol, config, state, loop, proxy, known_requests)
    servers = [await loop.create_server(make_protocol, sock=sock, backlog=BACKLOG) for sock in listening_sockets]
    dating = _refresh_date_header(state, loop)
    try:
        on_ready()
        await stop_event.wait()
    finally:
        dating.cancel()
        await _stop(servers, state, lifespan, proxy)


def _make_config(app: ASGIApp) -> Config:
    return Config(
        app,
        http=MockProtocol,
        ws="none",
        lifespan="auto",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )


async def _stop(servers: Sequence[asyncio.Server], state: ServerState, lifespan: LifespanOn, proxy: Proxy) -> None:
    """Stop accepting connections, wait for the requests in progress, and close all connections."""
    await _close_servers(servers)
    await lifespan.shutdown()  # ends what requests wait for: delays, receivers and other requests
    await proxy.close()
    for connection in list(state.connections):
        connection.shutdown()
    await _wait_for_requests(state)
    for connection in list(state.connections):
        abort(connection.transport)
    if state.tasks:  # they have no client
        await asyncio.wait(state.tasks, timeout=_STALL_SECONDS)
    for task in state.tasks:
        task.cancel()


async def _close_servers(servers: Sequence[asyncio.Server]) -> None:
    """Stop accepting connections, once all accepted ones are registered: the others would never be closed.

    One iteration of asyncio's loop accepts a connection, and the next one creates its transport. If the server is
    closed between them, the loop loses the connection without closing it (CPython issue 109564). In each iteration,
    timers come after accepted connections: so the code that awaits a timer continues when their transports exist.
    """
    await asyncio.sleep(_ACCEPT_SECONDS)
    for server in servers:
        server.close()
    await asyncio.sleep(0)  # the protocols of these transports register in the next iteration


async def _wait_for_requests(state: ServerState) -> None:
    """Wait for the requests in progress while they make progress, and no longer than the grace."""
    end = stopwatch() + _GRACE_SECONDS
    before, now = None, _measure_progress(state)
    while state.tasks and now != before and (seconds_left := end - stopwatch()) > 0:
        await asyncio.wait(state.tasks, timeout=min(seconds_left, _STALL_SECONDS))
        before, now = now, _measure_progress(state)


def _measure_progress(state: ServerState) -> tuple[object, ...]:
    """Return values that change with every request that ends and every byte that a client reads."""
    connections = (connection for connection in state.connections if isinstance(connection, MockProtocol))
    return len(state.tasks), *sorted(connection.progress for connection in connections)


def run(app: ASGIApp, listening_sockets: ListeningSockets, on_ready: Callable[[], Any], proxy: Proxy) -> None:
    """Serve in the foreground until SIGINT or SIGTERM."""

    async def main() -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            try:
                loop.add_signal_handler(number, stop.set)
            except NotImplementedError:  # pragma: no cover - Windows: SIGINT arrives as KeyboardInterrupt
                break
        await serve(app, listening_sockets, stop, on_ready, proxy)

    with asyncio.Runner(loop_factory=_create_event_loop()) as runner:
        runner.run(main())


class BackgroundServer:
    """Serves in its own thread, as a context manager.

    Args:
        app: the application.
        address: the address to listen on; a free port of 127.0.0.1 and ::1 if left out.
        proxy: handles requests for other hosts; if left out, a proxy with the user's own CA.
    """

    def __init__(
        self,
        app: ASGIApp,
        address: Address = Address("localhost", 0),  # noqa: B008 - immutable
        proxy: Proxy | None = None,
    ) -> None:
        self._app = app
        self._proxy = proxy or Proxy()
        self._listening_sockets = bind_all(address)
        self.address = self._listening_sockets.addresses[0]
        self._ready = threading.Event()
        self._thread = create_thread(self._run)
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failure: BaseException | None = None

    @property
    def base_url(self) -> str:
        """The base URL, without a slash at the end."""
        return f"http://{self.address}"

    def discard(self) -> None:
        """Close the sockets of a server that does not start."""
        self._listening_sockets.close()

    def __enter__(self) -> Self:
        self._thread.start()
        if isinstance(self._thread, NativeThread):
            wait_for(self._ready.is_set, _JOIN_TIMEOUT_SECONDS)
        else:
            self._ready.wait()
        if self._failure is not None:
            self._failure.add_note("The thread of the recmock server ended while it started.")
            raise self._failure
        return self

    def __exit__(self, exception_type: object, exception: BaseException | None, traceback: object) -> None:
        self.call_soon(self._stop.set)
        self._thread.join(_JOIN_TIMEOUT_SECONDS)
        if self._failure is not None and exception is None:
            raise self._failure

    def call_soon(self, function: Callable[[], object]) -> None:
        """Call a function in the server's thread, between requests, and before it reads a later one.

        A server that has stopped calls nothing.
        """
        assert self._loop is not None, "the server has started"
        with suppress(RuntimeError):  # the thread has ended already, and closed its loop
            self._loop.call_soon_threadsafe(function)

    def _run(self) -> None:
        async def main() -> None:
            self._loop = loop = asyncio.get_running_loop()
            with suppress(AttributeError):  # uvloop reads the machine's clock itself
                loop.time = stopwatch  # type: ignore[method-assign]  # freezegun stops the clock of asyncio's loop
            if isinstance(self._thread, NativeThread):
                loop.set_default_executor(NativeExecutor())
            await serve(self._app, self._listening_sockets, self._stop, self._ready.set, self._proxy)

        try:
            with asyncio.Runner(loop_factory=_create_event_loop()) as runner:
                runner.run(main())
        except BaseException as error:  # the thread that uses the server raises it
            self._failure = error
            self._listening_sockets.close()
        finally:
            self._ready.set()


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
