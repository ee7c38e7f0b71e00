import asyncio
from collections.abc import Iterator
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from mockserver.account.worker import Worker
from mockserver.callbacks.sender import CallbackSender
from mockserver.proxy.transports import TRANSPORT_KEY
from mockserver.server.fault_sending import send_with_fault
from mockserver.server.response import LiveBody, Response
from mockserver.server.sending import send_response
from scenarios.rules import ChunkedDribble, NetworkFault, Then

LENGTH = 10**15
"""More than any memory holds."""


class HugeMedium:
    """A medium that no one reads to its end."""

    length = LENGTH

    def read(self, start: int, stop: int) -> Iterator[bytes]:
        while start < stop:
            size = min(1000, stop - start)
            yield bytes(size)
            start += size


class Transport:
    """A connection that can be closed."""

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        """There is nothing to close."""


@pytest.mark.parametrize(
    "then",
    [
        Then(fault=NetworkFault.TRUNCATED_RESPONSE),
        Then(chunked_dribble=ChunkedDribble(2, "0s")),
        Then(chunked_dribble=ChunkedDribble(10**9, "0s")),
        None,
    ],
)
def test_long_media_are_sent_in_pieces_until_the_client_leaves(then: Then | None) -> None:
    async def run() -> int:
        left, received = asyncio.Event(), 0

        async def send(message: Message) -> None:
            nonlocal received
            received += len(message.get("body", b""))
            if received >= 5_000:
                left.set()
                await asyncio.sleep(0)

        async def receive() -> Message:
            await left.wait()
            return {"type": "http.disconnect"}

        exchange = SimpleNamespace(mock=SimpleNamespace(worker=Worker(CallbackSender(""))))
        scope: dict[str, Any] = {"method": "GET", "state": {TRANSPORT_KEY: Transport()}, "recmock": exchange}
        response = Response(200, stream=HugeMedium(), byte_range=(0, LENGTH))
        async with asyncio.timeout(30):
            sender = send_response if then is None else partial(send_with_fault, then)
            await sender(response, None, scope, receive, send)
        return received

    assert 5_000 <= asyncio.run(run()) < 5_000_000


@pytest.mark.parametrize("then", [None, Then(delay="0s")])
@pytest.mark.parametrize("is_connected", [True, False])
def test_media_end_with_an_empty_message_unless_the_client_has_left(then: Then | None, *, is_connected: bool) -> None:
    async def run() -> list[bytes]:
        bodies: list[bytes] = []
        left = asyncio.Event()

        async def send(message: Message) -> None:
            if message["type"] == "http.response.body":
                bodies.append(message["body"])
                if not is_connected:
                    left.set()
                    await asyncio.sleep(0)

        async def receive() -> Message:
            await left.wait()
            return {"type": "http.disconnect"}

        response = Response(200, stream=HugeMedium(), byte_range=(0, 2500))
        sender = send_response if then is None else partial(send_with_fault, then)
        await sender(response, None, {"method": "GET"}, receive, send)
        return bodies

    pieces = [bytes(1000), bytes(1000), bytes(500), b""]
    assert asyncio.run(run()) == (pieces if is_connected else pieces[:1])


def test_live_body_has_no_bytes_to_read() -> None:
    async def send(scope: Scope, receive: Receive, send: Send) -> None:
        """Send nothing."""

    assert list(LiveBody(send).read(0, 1)) == []
