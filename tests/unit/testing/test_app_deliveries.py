"""Deliveries to an application, without a server."""

import asyncio
import socket
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.callbacks.request import CallbackRequest
from mockserver.callbacks.response import ReceivedResponse
from mockserver.testing.app_calls import is_asgi
from mockserver.testing.app_deliveries import AppDeliveries, AppReceiver


@pytest.fixture
def deliveries() -> Iterator[AppDeliveries]:
    deliveries = AppDeliveries()
    yield deliveries
    deliveries.close()


def make_request(url: str = "http://localhost/", total_timeout: float = 15.0) -> CallbackRequest:
    return CallbackRequest("POST", url, (), b"", 5.0, 15.0, total_timeout)


def answer(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("204 No Content", [])
    return []


async def answer_async(scope: Any, receive: Any, send: Any) -> None: ...


def test_kind_of_an_application_is_recognised() -> None:
    assert is_asgi(partial(partial(answer_async)))
    assert not is_asgi(partial(answer))


@pytest.mark.parametrize("url", ["ftp://localhost/", "http:///path"])
def test_url_that_cannot_be_requested_fails_the_delivery(deliveries: AppDeliveries, url: str) -> None:
    outcome = AppReceiver(deliveries, answer).deliver(make_request(url)).outcome
    assert (outcome.status, outcome.failure) == (None, Failure.BAD_URL)


def test_answer_after_the_time_limit_fails_the_delivery(deliveries: AppDeliveries) -> None:
    outcome = AppReceiver(deliveries, answer).deliver(make_request(total_timeout=-1.0)).outcome
    assert (outcome.status, outcome.failure) == (None, Failure.READ_TIMEOUT)


def test_cancelled_requests_are_not_delivered(deliveries: AppDeliveries) -> None:
    calls: list[str] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        calls.append(environ["HTTP_HOST"])
        return answer(environ, start_response)

    async def main() -> None:
        receiver = AppReceiver(deliveries, app)
        first, second = (asyncio.ensure_future(receiver.send(make_request(f"http://{name}/"))) for name in "ab")
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        deliveries.deliver()
        second.cancel()  # it is delivered, but its outcome is not needed any more
        await asyncio.gather(first, second, return_exceptions=True)

    asyncio.run(main())
    assert calls == ["b"]


def test_wait_ends_when_the_socket_cannot_be_read_in_time(deliveries: AppDeliveries) -> None:
    reader, writer = socket.socketpair()
    with reader, writer:
        with pytest.raises(TimeoutError):
            deliveries.wait(reader, 0.01)
        writer.send(b"x")
        deliveries.wait(reader, 5.0)


def write_document(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    write = start_response("200 OK", [("Content-Type", "text/xml"), ("Set-Cookie", "a=b"), ("Set-Cookie", "c=d")])
    write(b"<Resp")
    return [b"onse", b"/>"]


async def send_document(scope: Any, receive: Any, send: Any) -> None:
    headers = [(b"Content-Type", b"text/xml"), (b"Set-Cookie", b"a=b"), (b"set-cookie", b"c=d")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"<Response", "more_body": True})
    await send({"type": "http.response.body", "body": b"/>"})


@pytest.mark.parametrize("app", [write_document, send_document])
def test_response_of_an_application_is_whole(deliveries: AppDeliveries, app: Any) -> None:
    receiver = AppReceiver(deliveries, app)

    async def main() -> ReceivedResponse:
        fetching = asyncio.ensure_future(receiver.fetch(make_request()))
        await asyncio.sleep(0)
        await asyncio.to_thread(deliveries.deliver)
        return await fetching

    response = asyncio.run(main())
    receiver.close()
    headers = (("content-type", "text/xml"), ("set-cookie", "a=b"), ("set-cookie", "c=d"))
    assert response == ReceivedResponse(Outcome(200, None, ""), headers, b"<Response/>")
