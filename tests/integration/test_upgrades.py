"""Requests that offer an upgrade (RFC 9110 §7.8): the server declines it and answers the request with its body."""

import asyncio
import json
from collections.abc import Iterable
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send
from uvicorn.config import Config
from uvicorn.server import ServerState

from mockserver.server.protocol import MockProtocol
from mockserver.server.request_body import read_body
from tests.sockets import CALL, RunningServer, read_to_end, run_server

pytestmark = pytest.mark.variant

H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the request."""
    body = await read_body(receive, 1 << 20)
    headers = {name.decode(): value.decode() for name, value in scope["headers"]}
    shown = {key: scope[key] for key in ("method", "path", "http_version")} | {
        "body": body.decode(),
        "headers": headers,
    }
    answer = json.dumps(shown).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(answer))]})
    await send({"type": "http.response.body", "body": answer})


class Wire(asyncio.Transport):
    """A transport that collects what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.is_closed = False

    def write(self, data: Any) -> None:
        self.written += data

    def close(self) -> None:
        self.is_closed = True

    def can_write_eof(self) -> bool:
        return False

    def is_closing(self) -> bool:
        return self.is_closed

    def pause_reading(self) -> None:
        """Nothing reads."""

    def resume_reading(self) -> None:
        """Nothing reads."""


def exchange_segments(segments: Iterable[bytes], answers: int = 1) -> tuple[list[dict[str, Any]], Wire]:
    """Give segments to a protocol one after the other. Return the requests that the application saw."""

    async def main() -> Wire:
        wire, state = Wire(), ServerState()
        state.default_headers = [(b"date", b"today")]
        config = Config(echo, http=MockProtocol, ws="none", log_config=None)
        protocol = MockProtocol(config, state, asyncio.get_running_loop(), None)
        protocol.connection_made(wire)
        for segment in segments:
            protocol.data_received(segment)
            await asyncio.sleep(0)
        while state.tasks:
            await asyncio.wait(list(state.tasks), timeout=20)
        protocol.connection_lost(ConnectionResetError())
        return wire

    wire = asyncio.run(main())
    bodies = [part.partition(b"\r\n\r\n")[2] for part in wire.written.split(b"HTTP/1.1 200 OK\r\n")[1:]]
    assert len(bodies) == answers, wire.written
    return [json.loads(body) for body in bodies], wire


def make_request(*lines: bytes, body: bytes = b"", method: bytes = b"POST", version: bytes = b"1.1") -> bytes:
    length = b"Content-Length: %d\r\n" % len(body) if body else b""
    head = b"".join((b"%s /a?b=c HTTP/%s\r\nHost: x\r\nX-Empty:\r\n" % (method, version), *lines, length))
    return head + b"\r\n" + body


def test_body_of_declined_upgrade_is_read_however_it_is_split() -> None:
    request = make_request(H2C, body=b"Status=paused")
    for cut in range(1, len(request)):
        (seen,), _ = exchange_segments((request[:cut], request[cut:]))
        assert (seen["method"], seen["path"], seen["body"]) == ("POST", "/a", "Status=paused"), cut
    (seen,), _ = exchange_segments(request[at : at + 1] for at in range(len(request)))
    assert seen["body"] == "Status=paused"


def test_declined_upgrade_stays_visible_in_headers() -> None:
    (seen,), _ = exchange_segments([make_request(H2C, body=b"x")])
    assert seen["headers"] == {
        "host": "x",
        "x-empty": "",
        "connection": "HTTP2-Settings",
        "upgrade": "h2c",
        "http2-settings": "AAMAAABk",
        "content-length": "1",
    }


@pytest.mark.parametrize(
    ("request_", "body", "is_closed"),
    [
        (make_request(H2C, b"Transfer-Encoding: chunked\r\n") + b"5\r\nhello\r\n0\r\n\r\n", "hello", False),
        (make_request(b"Connection: close, Upgrade\r\nUpgrade: h2c\r\n", body=b"x"), "x", True),
        (make_request(b"connection: UPGRADE\r\nupgrade: websocket\r\n", method=b"GET"), "", False),
        (make_request(b"Upgrade: TLS/1.0\r\nConnection: upgrade\r\n", body=b"x", version=b"1.0"), "x", True),
        (make_request(H2C, method=b"GET", body=b"x"), "x", False),
        (make_request(b"Upgrade: h2c\r\n", body=b"x"), "x", False),
        (make_request(b"Proxy-Connection: Upgrade\r\nUpgrade: h2c\r\n", body=b"x"), "x", False),
        (make_request(b"Connection: upgrade\r\nProxy-Connection: a, Upgrade\r\nUpgrade: h2c\r\n"), "", False),
    ],
)
def test_declined_upgrade_keeps_framing_and_connection(request_: bytes, body: str, is_closed: bool) -> None:
    (seen,), wire = exchange_segments([request_])
    assert (seen["body"], wire.is_closed) == (body, is_closed)


def test_pipelined_requests_are_answered_in_order() -> None:
    bodies = [b"%d" % number for number in range(40)]
    requests = [make_request(H2C if number % 3 else b"", body=body) for number, body in enumerate(bodies)]
    seen, wire = exchange_segments([b"".join(requests)], len(bodies))
    assert [answer["body"] for answer in seen] == [body.decode() for body in bodies]
    assert not wire.is_closed


def test_many_offers_in_one_segment_are_declined() -> None:
    seen, _ = exchange_segments([make_request(H2C, method=b"GET") * 1500], 1500)
    assert {answer["body"] for answer in seen} == {""}


def test_continue_is_sent_before_the_body() -> None:
    (seen,), wire = exchange_segments([make_request(H2C, b"Expect: 100-continue\r\n", body=b"x")])
    assert seen["body"] == "x"
    assert wire.written.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nDate: today\r\nContent-Length: ")


def test_contradictory_framing_is_refused() -> None:
    request = make_request(H2C, b"Transfer-Encoding: chunked\r\nContent-Length: 1\r\n")
    _, wire = exchange_segments([request], 0)
    assert wire.written.startswith(
        b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/json\r\n"
    )
    assert wire.is_closed


@pytest.mark.parametrize("offer", [H2C, b"Connection: Upgrade\r\nUpgrade: websocket\r\n"])
def test_form_of_declined_upgrade_takes_effect(offer: bytes) -> None:
    with run_server() as on, on.connect() as client:
        client.sendall(encode_create(on, offer))
        answered = read_to_end(client)
    assert answered.startswith(b"HTTP/1.1 201 Created\r\n")
    assert json.loads(answered.partition(b"\r\n\r\n")[2])["channels"] == 2
    (entry,) = on.account.journal
    assert dict(entry.headers)[b"upgrade"] == offer.partition(b"Upgrade: ")[2].partition(b"\r\n")[0]


def encode_create(on: RunningServer, *lines: bytes) -> bytes:
    body = b"RecordingChannels=dual"
    offer = b"".join(lines).replace(b"Connection: ", b"Connection: close, ")
    head = on.encode_request(f"Calls/{CALL}/Recordings.json", f"Content-Length: {len(body)}", method="POST")
    return head.removesuffix(b"\r\n") + FORM + offer + b"\r\n" + body
