import _socket
import socket
import struct
from collections.abc import Callable
from contextlib import closing

import httptools
import pytest

from mockserver.control.client import http_connection
from mockserver.control.client.http_connection import HttpConnection, HttpResponse
from mockserver.settings.machine_clock import stopwatch
from tests.proxies import Listener, read_until

OK = b"HTTP/1.1 200 OK\r\nX-Name: value\r\nContent-Length: 2\r\n\r\nok"


def respond(*responses: bytes, end: Callable[[socket.socket], object] = lambda client: None) -> Listener:
    """Return a server that sends each connection these responses, one per request, and closes it."""

    def handle(client: socket.socket) -> None:
        for response in responses:
            read_until(client, b"\r\n\r\n")
            client.sendall(response)
        end(client)

    return Listener(handle)


def send(connection: HttpConnection, timeout_seconds: float = 10.0) -> HttpResponse:
    return connection.request("GET", "/x", {"X-Own": "1"}, b"", timeout_seconds)


def test_requests_share_one_connection() -> None:
    with respond(OK, OK) as server, closing(HttpConnection(f"http://{server.authority}/base/")) as connection:
        expected = HttpResponse(200, {"x-name": "value", "content-length": "2"}, b"ok")
        assert [send(connection), send(connection)] == [expected, expected]
        assert server.connection_count == 1


def wait_until_closed(connection: HttpConnection) -> None:
    end = stopwatch() + 10
    while http_connection._is_open(connection._socket):
        assert stopwatch() < end


def reset(client: socket.socket) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


@pytest.mark.parametrize("end", [reset, lambda client: None])
def test_closed_connection_is_replaced(end: Callable[[socket.socket], object]) -> None:
    with respond(OK, end=end) as server, closing(HttpConnection(f"http://{server.authority}")) as connection:
        for _ in range(3):
            assert send(connection).content == b"ok"
            wait_until_closed(connection)
        assert server.connection_count == 3


def test_connection_is_closed_when_server_says_so() -> None:
    response = b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"
    with respond(response) as server, closing(HttpConnection(f"http://{server.authority}")) as connection:
        assert [send(connection).status, send(connection).status] == [204, 204]


def test_response_without_length_ends_with_connection() -> None:
    with (
        respond(b"HTTP/1.1 200 OK\r\n\r\nuntil the end") as server,
        closing(HttpConnection(f"http://{server.authority}")) as connection,
    ):
        assert send(connection).content == b"until the end"


@pytest.mark.parametrize("response", [b"", b"HTTP/1.1 200", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ncut"])
def test_incomplete_response_raises_connection_error(response: bytes) -> None:
    with (
        respond(response) as server,
        closing(HttpConnection(f"http://{server.authority}")) as connection,
        pytest.raises(ConnectionError),
    ):
        send(connection)


def test_response_that_is_not_http_raises_parser_error() -> None:
    with (
        respond(b"220 ready\r\n") as server,
        closing(HttpConnection(f"http://{server.authority}")) as connection,
        pytest.raises(httptools.HttpParserError),
    ):
        send(connection)


def test_silent_server_raises_timeout_error() -> None:
    with (
        Listener(lambda client: print(client.recv(65536) and client.recv(65536))) as server,
        closing(HttpConnection(f"http://{server.authority}")) as connection,
    ):
        with pytest.raises(TimeoutError):
            send(connection, 0.05)
        connection.close()


@pytest.mark.parametrize("url", ["nonsense", "ftp://127.0.0.1", "http://", "http://[", "http://127.0.0.1:x"])
def test_invalid_url_raises_value_error(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the standard library's own for some
        send(HttpConnection(url))


def test_unreachable_https_server_raises_connection_error() -> None:
    with closing(HttpConnection("https://127.0.0.1:1")) as connection, pytest.raises(ConnectionRefusedError):
        send(connection)


def test_every_address_of_a_host_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    with respond(OK) as server:
        port = int(server.authority.rpartition(":")[2])
        addresses = [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.1", number)) for number in (1, port)]
        monkeypatch.setattr(_socket, "getaddrinfo", lambda *_, **__: addresses)
        with closing(HttpConnection("http://mock.test")) as connection:
            assert send(connection).content == b"ok"
            monkeypatch.setattr(_socket, "getaddrinfo", lambda *_, **__: addresses[:1])
            connection.close()
            with pytest.raises(ConnectionRefusedError):
                send(connection)
