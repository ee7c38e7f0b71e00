"""Callback requests, and scripted receivers on loopback."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from mockserver.callbacks.outcome import Outcome
from mockserver.callbacks.request import CallbackRequest
from mockserver.callbacks.sender import CallbackSender

LONG_TIMEOUT = 30.0
"""Seconds that no test ever waits for."""


def make_callback_request(url: str, method: str = "POST", **changes: Any) -> CallbackRequest:
    request = CallbackRequest.build_signed(
        method, url, [("RecordingStatus", "completed")], token="secret", idempotency_token="a-uuid"
    )
    timeouts = {"connect_timeout": LONG_TIMEOUT, "read_timeout": LONG_TIMEOUT, "total_timeout": LONG_TIMEOUT}
    return msgspec.structs.replace(request, **timeouts | changes)


def send_callback(request: CallbackRequest, rules: str = "") -> Outcome:
    return asyncio.run(CallbackSender(rules).send(request))


@contextmanager
def run_receiver(handler: Callable[[socket.socket], object]) -> Iterator[str]:
    """Yield the URL of a server that passes its first connection to a function."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                handler(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
        thread.join(LONG_TIMEOUT)


def read_request(connection: socket.socket) -> None:
    """Read a whole request: closing earlier would reset the connection."""
    data = b""
    while not data.endswith(b"RecordingStatus=completed") and (chunk := connection.recv(65536)):
        data += chunk


def respond_with(response: bytes) -> Callable[[socket.socket], object]:
    def send_response(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(response)

    return send_response


def respond_then_stall(response: bytes) -> Callable[[socket.socket], object]:
    """Send some bytes, and then nothing until the client disconnects."""

    def send_response(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(response)
        connection.recv(65536)

    return send_response
