"""Connections: header names as Twilio writes them, how long idle ones stay open, and offers of the proxy's clients."""

import asyncio
import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.types import Message, Receive, Scope, Send

from generators.model import Status
from mockserver.app import create_app
from mockserver.proxy.certificate_authority import CertificateAuthority
from mockserver.proxy.proxy import Proxy
from mockserver.rest.header_names import capitalize_name
from mockserver.server import listener as server_module
from mockserver.server.listener import BackgroundServer
from mockserver.server.protocol import MockProtocol
from scenarios.rules import ChunkedDribble, NetworkFault, Then
from tests.harness import Api
from tests.proxies import open_connection, open_tunnel, read_until, wrap_in_tls
from tests.sockets import CALL, LOOPS, RunningServer, read_to_end, run_server

pytestmark = pytest.mark.variant

_CORS = {f"Access-Control-Allow-{name}" for name in ("Credentials", "Headers", "Methods", "Origin")}
_TWILIO = {
    "Twilio-Concurrent-Requests",
    "Twilio-Request-Duration",
    "Twilio-Request-Id",
    "X-API-Domain",
    "X-Home-Region",
}
NAMES = {
    *_CORS,
    *_TWILIO,
    *("Access-Control-Expose-Headers", "Connection", "Content-Length", "Content-Type", "Date"),
    *("Strict-Transport-Security", "Vary", "X-Mock-Wire", "X-Powered-By", "X-Shenanigans"),
}
"""The headers of every response with a body, as Twilio writes them."""
LIST_TARGET = "Recordings.json?PageSize=1"


@pytest.fixture(params=LOOPS)
def on(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    with run_server(request.param) as on:
        yield on


def exchange(on: RunningServer, request: bytes) -> bytes:
    with on.connect() as client:
        client.sendall(request)
        return read_to_end(client)


def read_names(answered: bytes) -> set[str]:
    """Return the header names of a response."""
    _, *lines = answered.partition(b"\r\n\r\n")[0].decode().split("\r\n")
    return {line.partition(": ")[0] for line in lines}


@pytest.mark.parametrize(
    ("method", "path", "more", "fewer"),
    [
        ("GET", LIST_TARGET, set(), set()),
        ("GET", f"{LIST_TARGET}&Pagesize=1", {"X-Mock-Warning"}, set()),
        ("HEAD", LIST_TARGET, set(), set()),
        ("OPTIONS", LIST_TARGET, set(), {"Content-Type", "Content-Length"}),
        ("PUT", LIST_TARGET, {"Allow", "X-Mock-Reason"}, set()),
        ("GET", "Recordings/RE1.json", {"X-Mock-Reason"}, set()),
        ("GET", "MEDIA", {"ETag", "Accept-Ranges"}, set()),
        ("HEAD", "MEDIA", {"ETag", "Accept-Ranges"}, set()),
        ("POST", f"Calls/{CALL}/Recordings.json", set(), set()),
    ],
)
def test_header_names_are_written_as_twilio_writes_them(
    on: RunningServer, method: str, path: str, more: set[str], fewer: set[str]
) -> None:
    corpus = on.account.corpus
    sid = next(corpus.get_sid(i) for i in range(99) if corpus.generate_recording(i).status is Status.COMPLETED)
    path = path.replace("MEDIA", f"Recordings/{sid}.wav")
    answered = exchange(on, on.encode_request(path, "Connection: close", method=method))
    assert NAMES - fewer | more == read_names(answered)


@pytest.mark.parametrize(
    ("then", "more"),
    [
        (Then(status=429, retry_after=1), {"Retry-After", "X-Mock-Reason"}),
        (Then(chunked_dribble=ChunkedDribble(chunks=2, duration="1ms")), set()),
        (Then(fault=NetworkFault.TRUNCATED_RESPONSE), set()),
    ],
)
def test_header_names_of_faults_are_written_as_twilio_writes_them(
    on: RunningServer, then: Then, more: set[str]
) -> None:
    on.set_fault(then)
    assert NAMES | more == read_names(exchange(on, on.encode_request(LIST_TARGET, "Connection: close")))


def test_header_names_of_malformed_chunk_are_capitalized(on: RunningServer) -> None:
    on.set_fault(Then(fault=NetworkFault.MALFORMED_RESPONSE_CHUNK))
    assert read_names(exchange(on, on.encode_request(LIST_TARGET))) == {"Content-Type", "Transfer-Encoding"}


def test_names_of_all_responses_on_a_connection_are_capitalized(on: RunningServer) -> None:
    """Some of them are written at once, others by uvicorn, and one body looks like a head."""
    head = on.encode_request(LIST_TARGET, method="HEAD")
    answered = exchange(
        on, head * 2 + on.encode_request(LIST_TARGET) + head + on.encode_request("x", "Connection: close")
    )
    assert answered.count(b"\r\nX-API-Domain: api.twilio.com\r\n") == 5
    assert re.findall(rb"\n[a-z][a-z-]*: ", answered) == []


@pytest.mark.parametrize("request_", [b"nonsense\r\n\r\n", b"GET /%s HTTP/1.1\r\n\xff\r\n\r\n" % (b"a" * 17_000)])
def test_header_names_of_errors_before_the_application_are_capitalized(on: RunningServer, request_: bytes) -> None:
    expected = {"Connection", "Content-Length", "Content-Type", "X-Mock-Reason"}
    assert expected == read_names(exchange(on, request_))


def test_body_that_looks_like_a_head_is_not_changed() -> None:
    body = b"HTTP/1.1 200 OK\r\nx-a: b\r\n\r\n"

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(b"x-ab-c", b"d: e"), (b"content-length", b"%d" % len(body)), (b"www-authenticate", b"Basic")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body[:9], "more_body": True})
        await send({"type": "http.response.body", "body": body[9:]})

    with BackgroundServer(app) as server, open_connection(server, b"GET / HTTP/1.0\r\n\r\n") as client:
        head, _, found = read_to_end(client).partition(b"\r\n\r\n")
    assert body == found
    assert [line for line in head.split(b"\r\n") if not line.startswith(b"Date: ")] == [
        b"HTTP/1.1 200 OK",
        b"X-Ab-C: d: e",
        b"Content-Length: %d" % len(body),
        b"WWW-Authenticate: Basic",
        b"Connection: close",
    ]


def test_header_names_of_a_failed_application_are_capitalized(caplog: pytest.LogCaptureFixture) -> None:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("an example")

    with BackgroundServer(app) as server, open_connection(server, b"GET / HTTP/1.1\r\n\r\n") as client:
        answered = read_to_end(client)
    assert read_names(answered) == {"Date", "Content-Type", "Content-Length", "Connection"}


def test_asgi_messages_have_names_in_lower_case() -> None:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    with Api() as api:
        scope = {"type": "http", "method": "GET", "scheme": "http", "path": api.list_path, "query_string": b""}
        asyncio.run(create_app(api.mock)({**scope, "headers": [(b"host", b"x")]}, receive, send))
    names = [name for name, _ in sent[0]["headers"]]
    assert names == [name.lower() for name in names]
    assert b"www-authenticate" in names


@pytest.mark.parametrize(
    ("name", "written"),
    [(b"etag", b"ETag"), (b"x-api-domain", b"X-API-Domain"), (b"www-authenticate", b"WWW-Authenticate")],
)
def test_irregular_names_are_written_as_twilio_writes_them(name: bytes, written: bytes) -> None:
    assert capitalize_name(name) == written


def test_idle_connections_stay_open_and_do_not_delay_the_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients keep connections for up to 75 seconds, also those through the proxy."""
    opened: list[MockProtocol] = []
    make = MockProtocol.connection_made

    def connection_made(protocol: MockProtocol, transport: asyncio.Transport) -> None:
        opened.append(protocol)
        make(protocol, transport)

    monkeypatch.setattr(MockProtocol, "connection_made", connection_made)
    monkeypatch.setattr(server_module, "_GRACE_SECONDS", 600.0)  # for which an idle connection must not wait
    authority = CertificateAuthority(tmp_path)
    with Api() as api, BackgroundServer(create_app(api.mock), proxy=Proxy(authority.folder)) as server:
        request = b"GET /_mock/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
        plain = open_connection(server, request)
        assert read_until(plain, b"}").startswith(b"HTTP/1.1 200 OK\r\nDate: ")
        secure = wrap_in_tls(open_tunnel(server, "api.twilio.com:443"), authority, "api.twilio.com")
        secure.sendall(b"GET /x HTTP/1.1\r\nHost: api.twilio.com\r\n\r\n")
        names = read_names(read_until(secure, b"}"))
        unused = socket.create_connection(server.address, timeout=10)
        plain.sendall(request)
        assert read_until(plain, b"}").startswith(b"HTTP/1.1 200 OK\r\n")
    assert {"X-API-Domain", "Twilio-Request-Id", "Content-Length"} < names
    assert [protocol.timeout_keep_alive >= 75 for protocol in opened] == [True] * len(opened)
    assert len(opened) >= 3
    for client in (plain, secure, unused):
        read_to_end(client)
        client.close()


@pytest.mark.parametrize("host", ["api.twilio.com", "other.example"])
def test_offer_within_the_proxy_is_declined(tmp_path: Path, host: str) -> None:
    offer = b"Connection: close, Upgrade\r\nUpgrade: h2c\r\nContent-Length: 4\r\n\r\nA=bc"
    with Api() as api, BackgroundServer(create_app(api.mock), proxy=Proxy(tmp_path)) as server:
        with open_connection(server, f"POST http://{host}/x HTTP/1.1\r\nHost: y\r\n".encode() + offer) as client:
            answered = read_to_end(client)
        assert answered.startswith(b"HTTP/1.1 404 " if host == "api.twilio.com" else b"HTTP/1.1 403 ")
        assert read_names(answered) >= {"Content-Type", "Content-Length", "X-Mock-Reason", "Connection"}
        authority = CertificateAuthority(tmp_path)
        with wrap_in_tls(open_tunnel(server, "api.twilio.com:443"), authority, "api.twilio.com") as client:
            target = f"{api.root}/Calls/{CALL}/Recordings.json"
            form = b"Content-Type: application/x-www-form-urlencoded\r\nAuthorization: Basic %s\r\n" % b"QUM6eA=="
            client.sendall(f"POST {target} HTTP/1.1\r\nHost: api.twilio.com\r\n".encode() + form + offer)
            answered = read_to_end(client)
    assert answered.startswith(b"HTTP/1.1 401 ")
    assert "WWW-Authenticate" in read_names(answered)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize(("path", "status"), [(f"Calls/{CALL}/Recordings.json", b"413"), ("nothing", b"404")])
def test_response_arrives_although_a_large_body_was_not_read(loop: str, path: str, status: bytes) -> None:
    """With unread bytes, closing a connection resets it, and its client loses the response (RFC 9112 §9.6)."""
    size = 4 << 20
    form = "Content-Type: application/x-www-form-urlencoded"
    with run_server(loop) as server, server.connect() as client:
        head = server.encode_request(path, form, f"Content-Length: {size}", "Connection: close", method="POST")
        client.sendall(head + bytes(size))
        received = read_to_end(client)
    assert received.startswith(b"HTTP/1.1 " + status)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("answered", [0, 1])
@pytest.mark.parametrize("part", [b"", b"GET / HT", b"GET / HTTP/1.1\r\nHost: x\r\nA: "])
def test_connection_without_a_complete_head_is_closed(
    monkeypatch: pytest.MonkeyPatch, loop: str, answered: int, part: bytes
) -> None:
    monkeypatch.setattr(server_module, "_KEEP_ALIVE_SECONDS", 0.1)
    with run_server(loop) as server, server.connect() as client:
        client.sendall(server.encode_request("Recordings.json?PageSize=1") * answered + part)
        assert read_to_end(client).count(b"HTTP/1.1 200 OK\r\n") == answered


@pytest.mark.parametrize("loop", LOOPS)
def test_slow_response_and_slow_body_outlast_the_time_of_idle_connections(
    monkeypatch: pytest.MonkeyPatch, loop: str
) -> None:
    monkeypatch.setattr(server_module, "_KEEP_ALIVE_SECONDS", 0.05)
    with run_server(loop) as server, server.connect() as client:
        server.set_fault(Then(delay="200ms"))
        length = "Content-Length: 3"
        client.sendall(server.encode_request(f"Calls/{CALL}/Recordings.json", length, method="POST"))
        client.sendall(b"a=b")
        assert client.recv(65536).startswith(b"HTTP/1.1 201 Created\r\n")
