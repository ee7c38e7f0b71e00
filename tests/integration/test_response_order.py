"""Responses keep the order of their requests on a connection, and a bad request does not remove earlier ones."""

import asyncio
import threading

import pytest
from starlette.types import Receive, Scope, Send

from mockserver.server import listener as server_module
from mockserver.server.listener import BackgroundServer
from mockserver.server.request_body import ClientDisconnected, read_body
from tests.proxies import open_connection, read_to_end, read_until
from tests.sockets import LOOPS

pytestmark = pytest.mark.usefixtures("clean_log")

CHUNKED = b"POST /%s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
BAD_REQUESTS = {
    "nonsense": b"nonsense\r\n\r\n",
    "version": b"GET / HTTP/9.9\r\n\r\n",
    "header": b"GET / HTTP/1.1\r\nA B: c\r\n\r\n",
    "path": b"GET /\xff HTTP/1.1\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01",
    "chunk": CHUNKED % b"bad" + b"no size\r\n",
    "length": b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n",
    "CONNECT": b"CONNECT api.twilio.com:443 HTTP/1.1\r\n\r\n",
}


class SlowApp:
    """Sends the path of each request as its response, when the test lets it."""

    def __init__(self) -> None:
        self.has_started = threading.Event()
        self.go_on = threading.Event()
        self.disconnected: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        path = scope["path"].encode()
        if b"early" in path:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        if b"bad" in path:
            try:
                await read_body(receive, 1000)
            except ClientDisconnected:
                self.disconnected.append(scope["path"])
                return
        self.has_started.set()
        await asyncio.to_thread(self.go_on.wait, 10)
        if b"early" not in path:
            await send(
                {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(path))]}
            )
        await send({"type": "http.response.body", "body": path})


@pytest.fixture(params=LOOPS)
def loop(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "asyncio":
        monkeypatch.setattr(server_module, "_create_event_loop", lambda: asyncio.new_event_loop)


def encode_requests(*names: str) -> bytes:
    return b"".join(b"GET /%s HTTP/1.1\r\nHost: x\r\n\r\n" % name.encode() for name in names)


@pytest.mark.usefixtures("loop")
@pytest.mark.parametrize("bad", BAD_REQUESTS)
def test_requests_before_a_bad_one_are_answered_first(bad: str) -> None:
    app = SlowApp()
    with BackgroundServer(app) as server, open_connection(server, encode_requests("one", "two")) as client:
        assert app.has_started.wait(10)
        client.sendall(BAD_REQUESTS[bad])
        app.go_on.set()
        found = read_to_end(client)
    one, two, refused = found.split(b"HTTP/1.1 ")[1:]
    assert (one[:6], one[-4:]) == (b"200 OK", b"/one")
    assert (two[:6], two[-4:]) == (b"200 OK", b"/two")
    phrase = b"Expected one CONNECT request, at the start of the connection." if bad == "CONNECT" else b"Bad Request"
    assert refused.startswith(b"400 %s\r\nConnection: close\r\n" % phrase)


@pytest.mark.usefixtures("loop")
def test_bad_body_of_a_running_request_is_answered_at_once() -> None:
    app = SlowApp()
    with BackgroundServer(app) as server, open_connection(server, CHUNKED % b"bad" + b"no size\r\n") as client:
        assert read_to_end(client).startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert app.disconnected == ["/bad"]


@pytest.mark.usefixtures("loop")
def test_response_that_has_started_ends_without_the_error_of_its_body() -> None:
    app = SlowApp()
    with BackgroundServer(app) as server, open_connection(server, CHUNKED % b"early") as client:
        assert app.has_started.wait(10)
        start = read_until(client, b"\r\n\r\n")
        client.sendall(b"no size\r\n")
        app.go_on.set()
        rest = read_to_end(client)
    assert start.startswith(b"HTTP/1.1 200 OK\r\n")
    assert rest == b"6\r\n/early\r\n0\r\n\r\n"


@pytest.mark.usefixtures("loop")
def test_bad_request_after_the_last_one_of_a_connection_is_not_answered() -> None:
    app = SlowApp()
    last = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with BackgroundServer(app) as server, open_connection(server, last) as client:
        assert app.has_started.wait(10)
        client.sendall(b"nonsense\r\n\r\n")
        app.go_on.set()
        assert read_to_end(client).endswith(b"Connection: close\r\n\r\n/last")
