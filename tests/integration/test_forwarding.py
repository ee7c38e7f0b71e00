"""Absolute URLs of other hosts, with `--proxy-unknown tunnel`. All destinations are on loopback."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from starlette.types import Message

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.proxy.certificate_authority import CertificateAuthority
from mockserver.proxy.forwarding import _upload
from mockserver.proxy.proxy import Proxy
from mockserver.server.listener import BackgroundServer
from mockserver.settings.choices import UnknownHosts
from mockserver.settings.machine_clock import wall_seconds
from tests.proxies import Listener, open_connection, read_response, read_to_end, read_until

pytestmark = pytest.mark.variant

CLOSE_HEADERS = "Connection: close\r\n\r\n"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[BackgroundServer]:
    with BackgroundServer(create_app(Mock()), proxy=Proxy(tmp_path, UnknownHosts.TUNNEL)) as server:
        yield server


def make_handler(response: bytes, received: list[bytes], end: bytes = b"\r\n\r\n") -> Callable[[socket.socket], None]:
    """Return a handler that reads a whole request and then sends a response."""

    def serve(connection: socket.socket) -> None:
        received.append(read_until(connection, end))
        connection.sendall(response)

    return serve


def forward_request(
    server: BackgroundServer, response: bytes, request: str = "GET http://{}/ HTTP/1.1\r\n" + CLOSE_HEADERS
) -> bytes:
    """Return what a client gets if the destination sends this response."""
    with (
        Listener(make_handler(response, [])) as listener,
        open_connection(server, request.format(listener.authority).encode()) as client,
    ):
        return read_to_end(client)


def test_request_is_forwarded_without_hop_by_hop_headers(server: BackgroundServer) -> None:
    received_requests: list[bytes] = []
    with Listener(
        make_handler(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nX-A: b\r\n\r\nok", received_requests)
    ) as listener:
        request = (
            f"GET http://{listener.authority}/a%20b?c=d HTTP/1.1\r\nHost: other\r\nX-Hop: 1\r\nX-End: 2\r\n"
            "Proxy-Authorization: Basic x\r\nConnection: X-Hop, close\r\n\r\n"
        )
        with open_connection(server, request.encode()) as client:
            head, _, body = read_to_end(client).partition(b"\r\n\r\n")
    expected = f"GET /a%20b?c=d HTTP/1.1\r\nhost: {listener.authority}\r\nx-end: 2\r\nconnection: close\r\n\r\n"
    assert [expected.encode()] == received_requests
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nX-A: b" in head
    assert body == b"ok"


def test_connection_can_request_mock_after_forwarded_request(server: BackgroundServer) -> None:
    with (
        Listener(make_handler(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", [])) as listener,
        open_connection(server, f"GET http://{listener.authority}/ HTTP/1.1\r\n\r\n".encode()) as client,
    ):
        read_until(client, b"ok")
        client.sendall(b"GET /_mock/health HTTP/1.0\r\n\r\n")
        assert read_response(client)[1]["status"] == "ok"


@pytest.mark.parametrize(
    ("framing", "payload", "expected_end"),
    [
        ("Content-Length: 11", b"hello world", b"hello world"),
        ("Transfer-Encoding: chunked", b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n", b"0\r\n\r\n"),
        ("Expect: 100-continue\r\nContent-Length: 11", b"hello world", b"hello world"),
    ],
)
def test_request_body_is_forwarded(server: BackgroundServer, framing: str, payload: bytes, expected_end: bytes) -> None:
    received_requests: list[bytes] = []
    with Listener(
        make_handler(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", received_requests, expected_end)
    ) as listener:
        request = f"POST http://{listener.authority}/ HTTP/1.1\r\n{framing}\r\n{CLOSE_HEADERS}".encode()
        with open_connection(server, request + payload) as client:
            assert b"HTTP/1.1 204 No Content\r\n" in read_to_end(client)
    body = received_requests[0].partition(b"\r\n\r\n")[2]
    assert body.replace(b"b\r\n", b"").endswith(b"hello world" if b"\r\n" not in body else b"0\r\n\r\n")


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
            b"5\r\nhello\r\n0\r\n\r\n",
        ),
        (b"HTTP/1.0 200 OK\r\n\r\nuntil the end", b"d\r\nuntil the end\r\n0\r\n\r\n"),
        (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\nDate: now\r\n\r\n", b""),
    ],
    ids=["chunked", "to the end", "early hints", "not modified"],
)
def test_every_kind_of_response_is_forwarded(server: BackgroundServer, answer: bytes, body: bytes) -> None:
    found = forward_request(server, answer)
    assert body == found.partition(b"\r\n\r\n")[2]
    assert found.count(b"\r\nDate: ") == 1


LARGE = b"x" * (4 << 20)


@pytest.mark.parametrize(
    "response",
    [
        b"HTTP/1.1 200 OK\r\nA: " + LARGE,
        b"HTTP/1.1 200 OK\r\n" + LARGE,
        b"HTTP/1.1 200 OK\r\nA: " + b"x" * 66_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 201 + b"\r\n",
        b"HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n" * 100_000,
    ],
    ids=["endless value", "endless name", "long value", "many headers", "endless hints"],
)
def test_large_head_of_destination_is_refused(server: BackgroundServer, response: bytes) -> None:
    def send_large_head(connection: socket.socket) -> None:
        read_until(connection, b"\r\n\r\n")
        with suppress(ConnectionError):
            connection.sendall(response)

    with (
        Listener(send_large_head) as listener,
        open_connection(server, f"GET http://{listener.authority}/ HTTP/1.1\r\n{CLOSE_HEADERS}".encode()) as client,
    ):
        head, body = read_response(client)
    assert (head[:12], body["status"]) == (b"HTTP/1.1 502", 502)
    assert b"expected a response head of at most 64 KB and 200 headers, found more." in head


def test_large_trailers_of_destination_end_response(server: BackgroundServer) -> None:
    def send_trailers(connection: socket.socket) -> None:
        read_until(connection, b"\r\n\r\n")
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\n")
        with suppress(ConnectionError):
            connection.sendall(b"A: " + LARGE)

    with (
        Listener(send_trailers) as listener,
        open_connection(server, f"GET http://{listener.authority}/ HTTP/1.1\r\n{CLOSE_HEADERS}".encode()) as client,
    ):
        _, _, body = read_to_end(client).partition(b"\r\n\r\n")
    assert body == b"2\r\nok\r\n"


def test_head_response_is_forwarded_without_body(server: BackgroundServer) -> None:
    found = forward_request(
        server, b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", "HEAD http://{}/ HTTP/1.1\r\n" + CLOSE_HEADERS
    )
    assert found.endswith(b"Content-Length: 5\r\nConnection: close\r\n\r\n")


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (b"", b"it closed the connection without a response"),
        (b"nonsense\r\n\r\n", b"no HTTP response (HttpParserError)"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnonsense", b"(HttpParserError)"),
        (b"HTTP/1.1 999 X\r\nContent-Length: 2\r\n\r\nok", b"its response has the status 999, and HTTP has 100 to 599"),
        (b"HTTP/1.1 600 X\r\n\r\n", b"its response has the status 600, "),
        (b"HTTP/1.1 099 X\r\nContent-Length: 2\r\n\r\nok", b"its response has the status 99, "),
        (b"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\n", b"(HttpParserUpgrade)"),
    ],
)
def test_invalid_upstream_response_returns_502(
    server: BackgroundServer, answer: bytes, message: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    found = forward_request(server, answer)
    assert caplog.messages == []
    assert found.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert message in found


def test_unreachable_destination_returns_502(server: BackgroundServer) -> None:
    with open_connection(server, f"GET http://127.0.0.1:1/ HTTP/1.1\r\n{CLOSE_HEADERS}".encode()) as client:
        assert read_response(client)[0].startswith(b"HTTP/1.1 502 Bad Gateway\r\n")


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ],
)
def test_truncated_response_is_truncated_for_client(server: BackgroundServer, answer: bytes) -> None:
    found = forward_request(server, answer)
    assert b"half" in found
    assert not found.endswith(b"0\r\n\r\n")


def test_client_disconnect_closes_upstream_connection(server: BackgroundServer) -> None:
    connection_ended = threading.Event()

    def serve(connection: socket.socket) -> None:
        read_until(connection, b"\r\n\r\n")
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nfor ever")
        with suppress(ConnectionResetError):
            assert connection.recv(1) == b""
        connection_ended.set()

    with Listener(serve) as listener:
        with open_connection(server, f"GET http://{listener.authority}/ HTTP/1.1\r\n\r\n".encode()) as client:
            read_until(client, b"for ever\r\n")
        assert connection_ended.wait(10)


def test_early_response_is_forwarded_during_upload(server: BackgroundServer) -> None:
    with Listener(make_handler(b"HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno", [], b"a")) as listener:
        request = f"POST http://{listener.authority}/ HTTP/1.1\r\nContent-Length: 50000000\r\n{CLOSE_HEADERS}"
        with open_connection(server, request.encode()) as client, suppress(ConnectionError):
            client.sendall(b"a" * 1000)
            assert b" 413 " in read_to_end(client)[:20]


def test_upload_stops_when_destination_resets_connection() -> None:
    """A reset is noticed in one of two ways. Sockets rarely show this one."""
    written: list[bytes] = []

    async def receive() -> Message:
        return {"type": "http.request", "body": b"more", "more_body": True}

    async def drain() -> None:
        raise ConnectionResetError

    scope = {"method": "POST", "raw_path": b"/", "query_string": b"", "headers": []}
    asyncio.run(
        _upload(scope, receive, cast("asyncio.StreamWriter", SimpleNamespace(write=written.append, drain=drain)))
    )
    assert written == [b"POST / HTTP/1.1\r\nconnection: close\r\n\r\n", b"more"]


def test_response_in_small_pieces_is_forwarded(server: BackgroundServer) -> None:
    def serve(connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        read_until(connection, b"\r\n\r\n")
        for piece in (b"HTTP/1.1 103 Early Hints\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-", b"Length: 2\r\n\r\n", b"ok"):
            connection.sendall(piece)
            threading.Event().wait(0.02)  # so that they are read separately

    with (
        Listener(serve) as listener,
        open_connection(server, f"GET http://{listener.authority}/ HTTP/1.1\r\n{CLOSE_HEADERS}".encode()) as client,
    ):
        assert read_to_end(client).endswith(b"\r\n\r\nok")


def test_https_request_is_forwarded_over_verified_tls(
    server: BackgroundServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_authority = CertificateAuthority(tmp_path / "other")

    send_response = make_handler(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", [])

    def serve(connection: socket.socket) -> None:
        context = other_authority.create_context("api.twilio.com", wall_seconds())
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as tls_connection:
            send_response(tls_connection)

    trusting_context = ssl.create_default_context(cadata=other_authority.get_certificate_pem(wall_seconds()).decode())
    trusting_context.check_hostname = False  # the destination is at 127.0.0.1
    with Listener(serve) as listener:
        request = f"GET https://{listener.authority}/ HTTP/1.1\r\n{CLOSE_HEADERS}".encode()
        with open_connection(server, request) as client:
            head, body = read_response(client)
        assert head.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
        assert "set SSL_CERT_FILE to a file with its CA" in body["reason"]
        monkeypatch.setattr(ssl, "create_default_context", lambda: trusting_context)
        with open_connection(server, request) as client:
            assert read_to_end(client).endswith(b"ok")


def test_upstream_error_after_response_start_sends_no_second_response(server: BackgroundServer) -> None:
    response_started = threading.Event()

    def serve(connection: socket.socket) -> None:
        read_until(connection, b"\r\n\r\n")
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n")
        assert response_started.wait(10)
        connection.sendall(b"nonsense")

    with (
        Listener(serve) as listener,
        open_connection(server, f"GET http://{listener.authority}/ HTTP/1.1\r\n{CLOSE_HEADERS}".encode()) as client,
    ):
        found = read_until(client, b"half\r\n")
        response_started.set()
        assert read_to_end(client) == b""
    assert found.count(b"HTTP/1.1") == 1
