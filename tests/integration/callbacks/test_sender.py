"""The outcome of a callback for every behaviour of a receiver."""

import asyncio
import errno
import hashlib
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpcore
import pytest

from mockserver.callbacks.authorization import parse_challenges
from mockserver.callbacks.delivery_settings import DeliverySettings
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.callbacks.request import CallbackRequest
from mockserver.callbacks.sender import CallbackSender
from mockserver.testing.sink import Sink
from tests.receivers import (
    LONG_TIMEOUT,
    make_callback_request,
    read_request,
    respond_then_stall,
    respond_with,
    run_receiver,
    send_callback,
)

SHORT_TIMEOUT = 0.25


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_callback_request_has_twilios_headers_and_signature(sink: Sink, method: str) -> None:
    assert send_callback(make_callback_request(f"{sink.url}?a=b", method)) == Outcome(204, None, "")
    (found,) = sink.wait_for()
    assert found.method == method
    assert found.signature_ok
    assert found.parameters["RecordingStatus"] == "completed"
    assert found.headers["host"] == sink.url.split("/")[2]
    assert found.headers["user-agent"] == "TwilioProxy/1.1"
    assert found.headers["i-twilio-idempotency-token"] == "a-uuid"
    assert ("content-length" in found.headers) == (method == "POST")


@pytest.mark.parametrize("status", [200, 302, 404, 500])
def test_response_status_is_outcome_and_redirect_is_not_followed(sink: Sink, status: int) -> None:
    sink.answer_with(status)
    assert send_callback(make_callback_request(sink.url)) == Outcome(status, None, "")
    assert len(sink.received) == 1


def test_sender_works_on_consecutive_event_loops(sink: Sink) -> None:
    sender = CallbackSender()
    assert [asyncio.run(sender.send(make_callback_request(sink.url))).status for _ in range(2)] == [204, 204]


def with_credentials(url: str) -> str:
    return url.replace("//", "//me:s%20cret@")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_url_credentials_are_sent_after_challenge_only(sink: Sink, method: str) -> None:
    request = make_callback_request(with_credentials(sink.url), method)
    assert send_callback(request) == Outcome(204, None, "")
    sink.answer_with(401)
    assert send_callback(request) == Outcome(204, None, "with Basic credentials after a 401")
    plain, first, second = sink.wait_for(3)
    assert [found.headers.get("authorization") for found in (plain, first)] == [None, None]
    assert second.headers["authorization"] == "Basic bWU6cyBjcmV0"
    for name in ("x-twilio-signature", "i-twilio-idempotency-token", "host"):
        assert first.headers[name] == second.headers[name]
    assert (first.path, first.parameters, second.signature_ok) == (second.path, second.parameters, True)


def test_refused_credentials_are_not_sent_again(sink: Sink) -> None:
    sink.answer_with(401, 401)
    outcome = send_callback(make_callback_request(with_credentials(sink.url)))
    assert outcome == Outcome(401, None, "with Basic credentials after a 401")
    assert len(sink.received) == 2


def test_challenge_without_credentials_in_url_is_outcome(sink: Sink) -> None:
    sink.answer_with(401)
    assert send_callback(make_callback_request(sink.url)) == Outcome(401, None, "")
    assert len(sink.received) == 1


@pytest.mark.parametrize(
    ("status", "header"),
    [
        (401, b""),
        (401, b"WWW-Authenticate: Bearer\r\n"),
        (403, b"WWW-Authenticate: Basic\r\n"),
        (200, b"WWW-Authenticate: Basic\r\n"),
    ],
)
def test_credentials_are_not_sent_without_a_challenge_that_they_answer(status: int, header: bytes) -> None:
    response = b"HTTP/1.1 %d X\r\n%sContent-Length: 0\r\n\r\n" % (status, header)
    with run_receiver(respond_with(response)) as url:
        assert send_callback(make_callback_request(with_credentials(url))) == Outcome(status, None, "")


@contextmanager
def run_digest_receiver() -> Iterator[tuple[str, list[str]]]:
    """Yield the URL of a receiver that wants Digest credentials, and the Authorization headers that it gets."""
    headers: list[str] = []
    challenge = 'Digest realm="hooks", nonce="abc", qop="auth", algorithm=SHA-256'

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            headers.append(self.headers.get("authorization", ""))
            self.send_response(204 if headers[-1] else 401)
            self.send_header("WWW-Authenticate", 'Basic realm="hooks"')
            self.send_header("WWW-Authenticate", challenge)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook?a=b", headers
        server.shutdown()
        thread.join()


def test_digest_challenge_is_answered() -> None:
    with run_digest_receiver() as (url, headers):
        outcome = send_callback(make_callback_request(with_credentials(url)))
    assert outcome == Outcome(204, None, "with Digest credentials after a 401")
    none, header = headers
    assert none == ""
    ((_, parameters),) = parse_challenges(header)

    def digest(*parts: str) -> str:
        return hashlib.sha256(":".join(parts).encode()).hexdigest()

    nonces = ("abc", parameters["nc"], parameters["cnonce"], "auth")
    expected = digest(digest("me", "hooks", "s cret"), *nonces, digest("POST", "/hook?a=b"))
    assert (parameters["username"], parameters["uri"], parameters["response"]) == ("me", "/hook?a=b", expected)


def test_stalled_challenge_ends_at_total_timeout() -> None:
    challenge = b"HTTP/1.1 401 X\r\nWWW-Authenticate: Basic\r\nContent-Length: 9\r\n\r\nx"
    with run_receiver(respond_then_stall(challenge)) as url:
        outcome = send_callback(make_callback_request(with_credentials(url), total_timeout=SHORT_TIMEOUT))
    assert outcome == Outcome(401, Failure.READ_TIMEOUT, "not complete within 0.25 s in total")


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_route_delivers_to_its_target_as_a_reverse_proxy(sink: Sink, method: str) -> None:
    settings = DeliverySettings(routes={"https://app.example.com": sink.origin})
    request = CallbackRequest.build_signed(
        method,
        "https://app.example.com:443/hook?a=b",
        [("RecordingStatus", "completed")],
        token="secret",
        idempotency_token="a-uuid",
        settings=settings,
    )
    assert send_callback(request) == Outcome(204, None, "")
    (found,) = sink.wait_for()
    assert found.path.startswith("/hook?a=b")
    assert found.signature_ok
    assert {name: found.headers[name] for name in found.headers if name == "host" or name.startswith("x-forw")} == {
        "host": "app.example.com:443",
        "x-forwarded-for": "127.0.0.1",
        "x-forwarded-host": "app.example.com:443",
        "x-forwarded-port": "443",
        "x-forwarded-proto": "https",
    }


def test_route_to_name_of_public_host_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    address = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [address])
    outcome = send_callback(make_callback_request("https://app.example.com/", route="http://web.test"))
    assert outcome.failure is Failure.REFUSED_HOST
    assert outcome.detail.endswith("found web.test (93.184.216.34)")


def test_slow_response_is_read_timeout(sink: Sink) -> None:
    sink.delay(LONG_TIMEOUT)
    assert send_callback(make_callback_request(sink.url, read_timeout=SHORT_TIMEOUT)) == Outcome(
        None, Failure.READ_TIMEOUT, "no bytes for 0.25 s"
    )


def test_stalled_body_is_read_timeout() -> None:
    with run_receiver(respond_then_stall(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")) as url:
        assert send_callback(make_callback_request(url, read_timeout=SHORT_TIMEOUT)) == Outcome(
            200, Failure.READ_TIMEOUT, "no bytes for 0.25 s"
        )


def test_total_timeout_ends_request_before_read_timeout(sink: Sink) -> None:
    sink.delay(LONG_TIMEOUT)
    expected = Outcome(None, Failure.READ_TIMEOUT, "not complete within 0.25 s in total")
    assert expected == send_callback(make_callback_request(sink.url, total_timeout=SHORT_TIMEOUT))


@pytest.mark.parametrize(
    ("timeouts", "detail"),
    [
        ({"connect_timeout": SHORT_TIMEOUT}, "no connection within 0.25 s"),
        ({"total_timeout": SHORT_TIMEOUT}, "not complete within 0.25 s in total"),
    ],
)
def test_slow_name_resolution_is_connect_timeout(
    monkeypatch: pytest.MonkeyPatch, timeouts: dict[str, Any], detail: str
) -> None:
    async def hang(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(asyncio.BaseEventLoop, "getaddrinfo", hang)
    expected = Outcome(None, Failure.CONNECT_TIMEOUT, detail)
    assert expected == send_callback(make_callback_request("http://receiver.test/", **timeouts))


def test_closed_port_is_connection_failure() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    outcome = send_callback(make_callback_request(f"http://127.0.0.1:{port}/"))
    assert (outcome.status, outcome.failure) == (None, Failure.CONNECTION)
    assert str(port) in outcome.detail


@pytest.mark.parametrize("response", [b"", b"HTTP/1.1 200 OK\r\nContent-"])
def test_close_without_response_is_disconnection(response: bytes) -> None:
    with run_receiver(respond_with(response)) as url:
        outcome = send_callback(make_callback_request(url))
    assert Outcome(None, Failure.DISCONNECTED, "Server disconnected without sending a response.") == outcome


def test_reset_after_request_is_disconnection() -> None:
    def reset(connection: socket.socket) -> None:
        read_request(connection)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with run_receiver(reset) as url:
        outcome = send_callback(make_callback_request(url))
    assert (outcome.status, outcome.failure) == (None, Failure.DISCONNECTED)


@pytest.mark.parametrize("limit", ["connect_timeout", "total_timeout"])
def test_hanging_tls_handshake_is_connect_timeout(limit: str) -> None:
    def hang(connection: socket.socket) -> None:
        while connection.recv(65536):
            pass

    with run_receiver(hang) as url:
        changes: dict[str, Any] = {limit: SHORT_TIMEOUT}
        request = make_callback_request(url.replace("http:", "https:"), **changes)
        assert send_callback(request).failure is Failure.CONNECT_TIMEOUT


def test_truncated_body_is_disconnection_with_status() -> None:
    with run_receiver(respond_with(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")) as url:
        outcome = send_callback(make_callback_request(url))
    assert (outcome.status, outcome.failure) == (200, Failure.DISCONNECTED)
    assert "without sending complete message body" in outcome.detail


@pytest.mark.parametrize("response", [b"garbage\r\n\r\n", b"\x16\x03\x01\r\n\r\n"])
def test_garbage_response_is_protocol_failure(response: bytes) -> None:
    with run_receiver(respond_with(response)) as url:
        outcome = send_callback(make_callback_request(url))
    assert (outcome.status, outcome.failure) == (None, Failure.PROTOCOL)
    assert outcome.detail


def test_endless_body_is_not_read_completely() -> None:
    def send_endless_body(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        with suppress(ConnectionError):
            while True:
                connection.sendall(b"x" * 65536)

    with run_receiver(send_endless_body) as url:
        assert send_callback(make_callback_request(url)) == Outcome(200, None, "")


def test_unsendable_header_is_bad_url_failure() -> None:
    with Sink() as sink:
        outcome = send_callback(make_callback_request(sink.url, headers=(("x", "a\r\nb: c"),)))
        assert (outcome.failure, sink.received) == (Failure.BAD_URL, [])


def test_cancelled_send_raises_cancelled_error(sink: Sink) -> None:
    sink.delay(LONG_TIMEOUT)

    async def main() -> None:
        task = asyncio.create_task(CallbackSender().send(make_callback_request(sink.url)))
        await asyncio.to_thread(sink.wait_for)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(main())


def test_sender_imports_http_client_lazily() -> None:
    code = "import mockserver.callbacks.sender, sys; sys.exit('httpcore' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=100).returncode == 0


@pytest.mark.parametrize("number", [errno.EMFILE, errno.ENFILE])
def test_sender_waits_for_file_descriptor(sink: Sink, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    connect, pauses = httpcore.AnyIOBackend.connect_tcp, list[float]()

    async def connect_once_a_descriptor_is_free(*arguments: Any, **options: Any) -> Any:
        if len(pauses) < 2:
            raise httpcore.ConnectError from OSError(number, "Too many open files")
        return await connect(*arguments, **options)

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", connect_once_a_descriptor_is_free)
    request = make_callback_request(sink.url)
    assert asyncio.run(CallbackSender("", pause).send(request)) == Outcome(204, None, "")
    assert len(pauses) == 2
    pauses.clear()
    assert asyncio.run(CallbackSender().send(request)).failure is Failure.CONNECTION  # nothing listens there


SCARCE_DESCRIPTORS = """
import asyncio, resource, sys
from mockserver.mock import Mock
from mockserver.settings.settings import Settings
from mockserver.settings.clock_rate import ClockRate
from mockserver.testing.sink import Sink
from scenarios.loading.load import from_objects

resource.setrlimit(resource.RLIMIT_NOFILE, (96, 96))

async def deliver(mock):
    assert await mock.worker.wait_until_idle(mock.account(mock.demo.sid))

with Sink() as sink:
    recordings = [{"status": "completed", "status_callback": sink.url} for _ in range(200)]
    settings = Settings(count=1, now=1767225600, clock=ClockRate(0.0))
    mock = Mock(settings, scenario=from_objects({"recordings": recordings}))
    asyncio.run(deliver(mock))
    attempts = [delivery.attempts for delivery in mock.account(mock.demo.sid).callbacks]
    outcomes = [[(attempt.status, attempt.detail) for attempt in of_one] for of_one in attempts]
    print([outcome for outcome in outcomes if outcome != [(204, "")]])
"""


def test_callbacks_arrive_at_once_with_few_file_descriptors() -> None:
    command = [sys.executable, "-c", SCARCE_DESCRIPTORS]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (result.stdout, result.stderr) == ("[]\n", "")
