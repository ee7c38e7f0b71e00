"""`--proxy-unknown tunnel` connects to other hosts. All destinations are on loopback."""

import asyncio
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.proxy import streams
from mockserver.proxy.certificate_authority import CertificateAuthority
from mockserver.proxy.proxy import Proxy
from mockserver.server import listener as server_module
from mockserver.server.listener import BackgroundServer
from mockserver.settings.choices import UnknownHosts
from mockserver.settings.machine_clock import wall_seconds
from tests.proxies import Listener, open_connection, open_tunnel, read_response, read_to_end, wrap_in_tls
from tests.sockets import LOOPS, needs_ipv6

pytestmark = pytest.mark.variant

LARGE_BODY = bytes(range(256)) * 20_000


@pytest.fixture(params=LOOPS)
def server(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BackgroundServer]:
    if request.param == "asyncio":
        monkeypatch.setattr(server_module, "_create_event_loop", lambda: asyncio.new_event_loop)
    with BackgroundServer(create_app(Mock()), proxy=Proxy(tmp_path, UnknownHosts.TUNNEL)) as server:
        yield server


def echo(connection: socket.socket) -> None:
    """Send back all bytes, and a last line once the other side has ended."""
    while chunk := connection.recv(65536):
        connection.sendall(chunk)
    connection.sendall(b"goodbye")


def reset_connection(client: socket.socket) -> None:
    """Close at once with a reset, as the kernel does for a killed program."""
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


def test_tunnel_forwards_bytes_in_both_directions(server: BackgroundServer) -> None:
    with Listener(echo) as listener, open_tunnel(server, listener.authority) as client:
        for data in (b"hello", b"again"):
            client.sendall(data)
            assert data == client.recv(len(data), socket.MSG_WAITALL)
    assert listener.connection_count == 1


def test_half_closed_client_still_receives_data(server: BackgroundServer) -> None:
    with Listener(echo) as listener, open_tunnel(server, listener.authority) as client:
        client.sendall(b"hello")
        client.shutdown(socket.SHUT_WR)
        assert read_to_end(client) == b"hellogoodbye"


def test_large_transfer_is_unchanged_with_slow_reader(server: BackgroundServer) -> None:
    with Listener(echo) as listener, open_tunnel(server, listener.authority) as client:
        client.settimeout(10)
        sender = threading.Thread(target=client.sendall, args=(LARGE_BODY,))
        sender.start()
        received = b""
        while len(received) < len(LARGE_BODY):
            received += client.recv(4096 if len(received) < 65536 else 1 << 20)
        sender.join()
    assert received == LARGE_BODY


def test_data_sent_with_connect_is_forwarded(server: BackgroundServer) -> None:
    with Listener(echo) as listener:
        data = f"CONNECT {listener.authority} HTTP/1.1\r\n\r\nearly".encode()
        with open_connection(server, data) as client:
            client.shutdown(socket.SHUT_WR)
            assert read_to_end(client) == b"HTTP/1.1 200 Connection established\r\n\r\nearlygoodbye"


def test_tls_to_destination_is_tunneled_unread(server: BackgroundServer, tmp_path: Path) -> None:
    other_authority = CertificateAuthority(tmp_path / "other")

    def serve(connection: socket.socket) -> None:
        with other_authority.create_context("api.twilio.com", wall_seconds()).wrap_socket(
            connection, server_side=True
        ) as tls_connection:
            tls_connection.sendall(tls_connection.recv(100).upper())

    with (
        Listener(serve) as listener,
        wrap_in_tls(open_tunnel(server, listener.authority), other_authority, "api.twilio.com") as client,
    ):
        client.sendall(b"secret")
        assert client.recv(100) == b"SECRET"


def test_tunnel_closes_when_destination_closes(server: BackgroundServer) -> None:
    with (
        Listener(lambda connection: connection.sendall(b"bye")) as listener,
        open_tunnel(server, listener.authority) as client,
    ):
        assert read_to_end(client) == b"bye"


def test_tunnel_closes_when_client_resets_connection(server: BackgroundServer) -> None:
    connection_ended = threading.Event()

    def serve(connection: socket.socket) -> None:
        with suppress(ConnectionResetError):
            while connection.recv(65536):
                pass
        connection_ended.set()

    with Listener(serve) as listener:
        client = open_tunnel(server, listener.authority)
        client.sendall(b"hello")
        reset_connection(client)
        assert connection_ended.wait(10)


def test_tunnel_closes_when_server_stops(tmp_path: Path) -> None:
    with Listener(echo) as listener:
        with BackgroundServer(create_app(Mock()), proxy=Proxy(tmp_path, UnknownHosts.TUNNEL)) as server:
            client = open_tunnel(server, listener.authority)
        with client, suppress(ConnectionResetError):
            assert client.recv(1) == b""


@pytest.mark.parametrize("target", ["127.0.0.1:1", "a..b:1", f"{'a' * 70}.test:1"])
def test_unreachable_destination_returns_502(server: BackgroundServer, target: str) -> None:
    with open_connection(server, f"CONNECT {target} HTTP/1.1\r\n\r\n".encode()) as client:
        head, body = read_response(client)
    assert head.startswith(f"HTTP/1.1 502 {target} cannot be reached: ".encode())
    assert f"X-Mock-Reason: {target} cannot be reached: ".encode() in head
    assert body["status"] == 502


def test_unresponsive_destination_returns_502(server: BackgroundServer, monkeypatch: pytest.MonkeyPatch) -> None:
    async def wait_forever(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(streams, "CONNECTION_TIMEOUT_SECONDS", 0.01)
    monkeypatch.setattr(asyncio, "open_connection", wait_forever)
    with open_connection(server, b"CONNECT 127.0.0.1:1 HTTP/1.1\r\n\r\n") as client:
        assert b"cannot be reached: no answer within 0 seconds" in read_response(client)[0]


@pytest.mark.parametrize("name", ["127.0.0.1", "0x7f000001", pytest.param("[::1]", marks=needs_ipv6)])
def test_proxy_does_not_tunnel_to_itself(server: BackgroundServer, name: str) -> None:
    with open_connection(server, f"CONNECT {name}:{server.address.port} HTTP/1.1\r\n\r\n".encode()) as client:
        assert b"cannot be reached: it is this proxy itself" in read_response(client)[0]


def test_client_disconnect_during_connect_closes_destination(
    server: BackgroundServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection_opened, client_closed, connection_ended = threading.Event(), threading.Event(), threading.Event()
    connect = asyncio.open_connection

    async def connect_slowly(*arguments: object, **options: object) -> streams.StreamPair:
        stream_pair = await connect(*arguments, **options)  # type: ignore[arg-type]
        connection_opened.set()
        await asyncio.to_thread(client_closed.wait, 10)
        return stream_pair

    def serve(connection: socket.socket) -> None:
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""
        connection_ended.set()

    monkeypatch.setattr(asyncio, "open_connection", connect_slowly)
    with Listener(serve) as listener:
        client = open_connection(server, f"CONNECT {listener.authority} HTTP/1.1\r\n\r\n".encode())
        assert connection_opened.wait(10)
        reset_connection(client)
        client_closed.set()
        assert connection_ended.wait(10)
