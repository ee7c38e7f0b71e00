"""How a server starts and stops: it fails in the test that starts it, and does not wait for what cannot end."""

import asyncio
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import requests
from starlette.types import Receive, Scope, Send

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.proxy.certificate_authority import CertificateAuthority
from mockserver.proxy.proxy import Proxy
from mockserver.server import listener as server_module
from mockserver.server.listener import BackgroundServer, serve
from mockserver.server.listening_sockets import bind_all
from mockserver.settings.choices import UnknownHosts
from mockserver.settings.machine_clock import stopwatch
from mockserver.settings.parsing import Address
from mockserver.testing.handles import MockTwilio
from scenarios.rules import ChunkedDribble, Then
from tests.harness import make_settings
from tests.proxies import open_connection, open_tunnel, wrap_in_tls
from tests.sockets import CALL, LONG_TIMEOUT, LOOP_FACTORIES, LOOPS, RunningServer, read_to_end, run_server

pytestmark = [pytest.mark.usefixtures("clean_log"), pytest.mark.variant]


@pytest.fixture(params=LOOPS)
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the name of an event loop, and let a stalled request wait so long that the test would notice."""
    monkeypatch.setattr(server_module, "_GRACE_SECONDS", LONG_TIMEOUT)
    name: str = request.param
    monkeypatch.setattr(server_module, "_create_event_loop", lambda: LOOP_FACTORIES[name])
    return name


@pytest.fixture
def endless(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "_STALL_SECONDS", LONG_TIMEOUT)


@pytest.mark.usefixtures("endless")
def test_waiting_for_requests_is_answered_when_the_server_stops(loop: str) -> None:
    with ThreadPoolExecutor(1) as pool:
        with run_server(loop) as server:
            url = f"{server.control}/requests/wait"
            command = {"pattern": {"op": "delete_recording"}, "timeout": "60s"}
            future = pool.submit(requests.post, url, json=command, timeout=LONG_TIMEOUT)
            while not server.account.journal.has_listeners:
                threading.Event().wait(0.001)
            start = stopwatch()
        assert stopwatch() - start < LONG_TIMEOUT / 2
        answer = future.result()
    assert (answer.status_code, answer.json()["code"]) == (503, 20503)
    assert answer.headers["X-Mock-Reason"] == "The server stops, and this request still waited."


@pytest.mark.usefixtures("endless")
@pytest.mark.parametrize(
    ("then", "statuses"),
    [
        (Then(delay="60s"), [503, 503]),
        (Then(delay="60s", status=429), [503, 503]),
        (Then(chunked_dribble=ChunkedDribble(chunks=5, duration="60s")), [200, 200]),
    ],
)
def test_delayed_requests_are_answered_when_the_server_stops(loop: str, then: Then, statuses: list[int]) -> None:
    """Two of them share a connection: the second one begins after the stop."""
    with run_server(loop) as server:
        server.set_fault(then)
        client = server.connect()
        client.sendall(server.encode_request("Recordings.json?PageSize=1") * 2)
        while not server.account.fault_rules.rules[0].applied:
            threading.Event().wait(0.001)
    with client:
        found = read_to_end(client)
    assert [int(answer[:3]) for answer in found.split(b"HTTP/1.1 ")[1:]] == statuses


def connect_and_stall(server: RunningServer) -> socket.socket:
    """Send a half form."""
    client = server.connect()
    client.sendall(server.encode_request(f"Calls/{CALL}/Recordings.json", "Content-Length: 50", method="POST"))
    return client


def connect_and_read_nothing(server: RunningServer) -> socket.socket:
    """Request more than the sockets hold."""
    client = server.connect()
    client.sendall(server.encode_request("Recordings.json?PageSize=1000") * 100)
    return client


@pytest.mark.parametrize("connect", [connect_and_stall, connect_and_read_nothing])
def test_stalled_client_ends_when_the_server_stops(
    loop: str, connect: Callable[[RunningServer], socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "_STALL_SECONDS", 0.2)
    start = stopwatch()
    with run_server(loop) as server:
        client = connect(server)
        server.get("Recordings.json?PageSize=1")
    client.close()
    assert stopwatch() - start < LONG_TIMEOUT / 2


def send_to_stopping_proxy(request: bytes, folder: Path) -> socket.socket:
    """Send a request to a proxy that stops while it connects to the destination, and return the client's socket.

    The destination accepts no connection, and does not notice that the client is gone.
    """
    opened = threading.Event()

    async def open_streams(*_: object, **__: object) -> Any:
        opened.set()
        await asyncio.Event().wait()

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr("mockserver.proxy.forwarding.open_streams", open_streams)
        monkeypatch.setattr("mockserver.proxy.dispatcher.open_streams", open_streams)
        app = create_app(Mock(make_settings()))
        with BackgroundServer(app, proxy=Proxy(folder, UnknownHosts.TUNNEL)) as server:
            client = open_connection(server, request)
            assert opened.wait(LONG_TIMEOUT)
    return client


@pytest.mark.usefixtures("loop")
def test_forwarded_request_ends_when_the_server_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "_STALL_SECONDS", 0.1)
    with send_to_stopping_proxy(b"GET http://127.0.0.1:9/ HTTP/1.1\r\nHost: x\r\n\r\n", tmp_path) as client:
        assert read_to_end(client) == b""


@pytest.mark.usefixtures("loop")
def test_connect_to_a_silent_destination_ends_when_the_server_stops(tmp_path: Path) -> None:
    client = send_to_stopping_proxy(b"CONNECT 127.0.0.1:9 HTTP/1.1\r\nHost: x\r\n\r\n", tmp_path)
    with client, suppress(ConnectionResetError):
        assert read_to_end(client) == b""


@pytest.mark.usefixtures("loop")
def test_tls_connection_that_already_closes_is_gone_when_the_server_stops(tmp_path: Path) -> None:
    """Its client does not confirm the end of TLS, and the server does not wait for that."""
    authority = CertificateAuthority(tmp_path)
    with BackgroundServer(create_app(Mock(make_settings())), proxy=Proxy(tmp_path)) as server:
        tls_client = wrap_in_tls(open_tunnel(server, "api.twilio.com:443"), authority, "api.twilio.com")
        tls_client.sendall(b"GET /_mock/health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert read_to_end(tls_client).endswith(b"}")
        client = socket.socket(fileno=tls_client.detach())
        client.settimeout(LONG_TIMEOUT)
    with client, suppress(ConnectionResetError):
        assert read_to_end(client) == b""


def test_connection_that_is_accepted_while_the_server_stops_is_closed(loop: str) -> None:
    """The loop accepts it in the same iteration in which the server begins to stop."""

    async def connect_and_stop(client: socket.socket) -> bytes:
        stop_event = asyncio.Event()
        running_loop = asyncio.get_running_loop()

        def connect() -> None:
            client.connect(listening_sockets.addresses[0])
            running_loop.call_soon(stop_event.set)

        listening_sockets = bind_all(Address("127.0.0.1", 0))
        await serve(create_app(Mock(make_settings())), listening_sockets, stop_event, connect, Proxy())
        client.setblocking(False)
        async with asyncio.timeout(LONG_TIMEOUT):
            return await running_loop.sock_recv(client, 1)

    with socket.socket() as client, asyncio.Runner(loop_factory=LOOP_FACTORIES[loop]) as runner:
        assert runner.run(connect_and_stop(client)) == b""


def test_sigterm_answers_waiting_request_and_prints_nothing(tmp_path: Path) -> None:
    port_file = tmp_path / "port"
    command = [sys.executable, "-m", "mockserver", "serve", "--listen", "127.0.0.1:0", "--port-file", str(port_file)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    with process:
        while not (port_file.exists() and port_file.read_text().endswith("\n")):
            assert process.poll() is None
            threading.Event().wait(0.01)
        port = int(port_file.read_text())
        body = b'{"pattern": {"op": "delete_recording"}, "timeout": "60s"}'
        head = "POST /_mock/accounts/demo/requests/wait HTTP/1.1\r\nHost: localhost\r\n"
        with socket.create_connection(("127.0.0.1", port), timeout=LONG_TIMEOUT) as client:
            client.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
            requests.get(f"http://127.0.0.1:{port}/_mock/health", timeout=LONG_TIMEOUT)  # the server has read both
            process.send_signal(signal.SIGTERM)
            answer = read_to_end(client)
        _, printed = process.communicate(timeout=LONG_TIMEOUT)
    assert answer.startswith(b"HTTP/1.1 503 ")
    assert (process.returncode, printed) == (0, b"")


def test_failure_of_the_starting_thread_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """It happens, for example, if no file descriptor is left for the event loop."""

    def fail() -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(server_module, "_create_event_loop", fail)
    with pytest.raises(OSError, match="Too many open files") as raised, MockTwilio():
        pass
    assert raised.value.__notes__ == ["The thread of the recmock server ended while it started."]


def test_application_that_does_not_start_is_an_error(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        await send({"type": "lifespan.startup.failed", "message": "an example"})

    with pytest.raises(RuntimeError, match="the application did not start"), BackgroundServer(app):
        pass
    assert caplog.messages == ["an example", "Application startup failed. Exiting."]
    caplog.clear()


def test_failed_start_frees_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> None:
        raise OSError("an example")

    monkeypatch.setattr(server_module, "serve", fail)
    server = BackgroundServer(create_app(Mock(make_settings())))
    with pytest.raises(OSError, match="an example"), server:
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(server.address, timeout=LONG_TIMEOUT)


@pytest.fixture
def fail(monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Return an event that lets a running server fail."""
    event = threading.Event()

    async def serve(_: object, __: object, ___: object, on_ready: Callable[[], None], ____: object) -> None:
        on_ready()
        await asyncio.to_thread(event.wait, LONG_TIMEOUT)
        raise OSError("an example")

    monkeypatch.setattr(server_module, "serve", serve)
    return event


def test_failure_of_the_running_thread_is_raised_at_the_end(fail: threading.Event) -> None:
    server = BackgroundServer(create_app(Mock(make_settings())))
    with pytest.raises(OSError, match="an example"), server:
        fail.set()


def test_end_of_the_running_thread_does_not_replace_an_error_of_the_test(fail: threading.Event) -> None:
    server = BackgroundServer(create_app(Mock(make_settings())))

    def use_server() -> None:
        with server:
            fail.set()
            server._thread.join(LONG_TIMEOUT)
            raise ValueError("of the test")

    with pytest.raises(ValueError, match="of the test"):
        use_server()
