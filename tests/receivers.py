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

ENOUGH = 30.0
"""Seconds that no test ever waits for."""


def parcel(url: str, method: str = "POST", **changes: Any) -> CallbackRequest:
    made = CallbackRequest.signed(
        method, url, [("RecordingStatus", "completed")], token="secret", idempotency_token="a-uuid"
    )
    patient = {"connect_timeout": ENOUGH, "read_timeout": ENOUGH, "total_timeout": ENOUGH}
    return msgspec.structs.replace(made, **patient | changes)


def send(sent: CallbackRequest, rules: str = "") -> Outcome:
    return asyncio.run(CallbackSender(rules).send(sent))


@contextmanager
def receiver(answer: Callable[[socket.socket], object]) -> Iterator[str]:
    """Yield the URL of a server that passes its first connection to a function."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            connection, _ = listening.accept()
            with connection:
                answer(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        thread.join(ENOUGH)


def read(connection: socket.socket) -> None:
    """Read a whole request: closing earlier would reset the connection."""
    received = b""
    while not received.endswith(b"RecordingStatus=completed") and (piece := connection.recv(65536)):
        received += piece


def answering(sent: bytes) -> Callable[[socket.socket], object]:
    def answer(connection: socket.socket) -> None:
        read(connection)
        connection.sendall(sent)

    return answer


def stalling(sent: bytes) -> Callable[[socket.socket], object]:
    """Send some bytes, and then nothing until the client disconnects."""

    def answer(connection: socket.socket) -> None:
        read(connection)
        connection.sendall(sent)
        connection.recv(65536)

    return answer
