"""The outcome of a callback for every behaviour of a receiver."""

import asyncio
import socket
import subprocess
import sys
from contextlib import suppress
from typing import Any

import pytest

from mockserver.callbacks.outcome import Failure, Outcome
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


def test_url_credentials_are_sent_as_basic_auth(sink: Sink) -> None:
    send_callback(make_callback_request(sink.url.replace("//", "//me:secret@")))
    (found,) = sink.wait_for()
    assert found.headers["authorization"] == "Basic bWU6c2VjcmV0"
    assert found.signature_ok


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
def test_close_without_response_is_connection_failure(response: bytes) -> None:
    with run_receiver(respond_with(response)) as url:
        outcome = send_callback(make_callback_request(url))
    assert Outcome(None, Failure.CONNECTION, "Server disconnected without sending a response.") == outcome


def test_truncated_body_is_connection_failure_with_status() -> None:
    with run_receiver(respond_with(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")) as url:
        outcome = send_callback(make_callback_request(url))
    assert (outcome.status, outcome.failure) == (200, Failure.CONNECTION)
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
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
