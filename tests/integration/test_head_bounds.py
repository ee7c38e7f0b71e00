"""Heads of requests that are larger than any client needs. The parser itself stores them without a bound."""

import json
from collections.abc import Iterable, Iterator
from contextlib import suppress

import pytest

from mockserver.rest.message_heads import MAX_HEADERS
from tests.sockets import LOOPS, RunningServer, read_to_end, run_server

START = b"GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n"
CHUNKED = b"POST /_mock/accounts/demo/reset HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n"
LAST_CHUNKS = b"1\r\n}\r\n0\r\n"
LARGE = 4 << 20


@pytest.fixture(params=LOOPS, scope="module")
def running_server(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    with run_server(request.param) as running_server:
        yield running_server


def exchange_bytes(running_server: RunningServer, parts: Iterable[bytes]) -> bytes:
    """Send bytes as long as the server takes them, and return what it answers."""
    with running_server.connect() as client:
        with suppress(ConnectionError):
            for part in parts:
                client.sendall(part)
        return read_to_end(client)


def assert_refused(received: bytes) -> None:
    head, _, body = received.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n")
    assert b"X-Mock-Reason: Expected a request head of at most 64 KB and 200 headers." in head
    error = json.loads(body)
    assert (error["code"], error["status"]) == (20001, 431)


@pytest.mark.parametrize("size", [66_000, 500_000, LARGE])
def test_large_header_returns_431(running_server: RunningServer, size: int) -> None:
    assert_refused(exchange_bytes(running_server, [START, b"A: ", b"x" * size, b"\r\n\r\n"]))


def test_header_that_never_ends_returns_431(running_server: RunningServer) -> None:
    assert_refused(exchange_bytes(running_server, [START, b"A: ", *[b"x" * 10_000] * 7]))


def test_name_that_never_ends_returns_431(running_server: RunningServer) -> None:
    assert_refused(exchange_bytes(running_server, [START, b"x" * LARGE]))


def test_many_small_headers_return_431(running_server: RunningServer) -> None:
    assert_refused(exchange_bytes(running_server, [START, b"A: b\r\n" * 100_000]))


def test_one_header_too_many_returns_431(running_server: RunningServer) -> None:
    close = b"Connection: close\r\n"
    headers = b"".join(b"A%d: b\r\n" % number for number in range(MAX_HEADERS - 2))
    assert exchange_bytes(running_server, [START, close, headers, b"\r\n"]).startswith(b"HTTP/1.1 200 OK\r\n")
    assert_refused(exchange_bytes(running_server, [START, close, headers, b"B: c\r\n\r\n"]))


def test_head_of_62_kilobytes_is_read(running_server: RunningServer) -> None:
    received = exchange_bytes(running_server, [START, b"A: " + b"x" * 62_000, b"\r\nConnection: close\r\n\r\n"])
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")


def test_large_head_behind_another_request_returns_431(running_server: RunningServer) -> None:
    with running_server.connect() as client:
        client.sendall(START + b"\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
        with suppress(ConnectionError):
            client.sendall(START + b"A: " + b"x" * LARGE)
        assert_refused(read_to_end(client))


@pytest.mark.parametrize("trailers", [b"A: " + b"x" * LARGE, b"A: b\r\n" * 700_000], ids=["long", "many"])
def test_large_trailers_return_431(running_server: RunningServer, trailers: bytes) -> None:
    assert_refused(exchange_bytes(running_server, [CHUNKED, LAST_CHUNKS, trailers]))


def test_trailers_are_no_headers_of_request(running_server: RunningServer) -> None:
    """A trailer that names another site would refuse the request, if it counted."""
    trailers = b"Sec-Fetch-Site: cross-site\r\n\r\n"
    with running_server.connect() as client:
        client.sendall(CHUNKED + LAST_CHUNKS + trailers)
        assert client.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")


def test_large_body_does_not_count_as_head(running_server: RunningServer) -> None:
    head = CHUNKED.partition(b"Transfer")[0] + b"Content-Length: %d\r\nConnection: close\r\n\r\n" % (LARGE + 2)
    received = exchange_bytes(running_server, [head, b"{" + b" " * LARGE + b"}"])
    assert received.startswith(b"HTTP/1.1 200 OK\r\n")


def test_large_head_of_connect_returns_431(running_server: RunningServer) -> None:
    assert_refused(
        exchange_bytes(running_server, [b"CONNECT api.twilio.com:443 HTTP/1.1\r\n", b"A: b\r\n" * 300, b"\r\n"])
    )
