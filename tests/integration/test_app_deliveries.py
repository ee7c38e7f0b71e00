"""Callbacks that go to an application in the process of the test."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import parse_qs

import pytest
import trio
from twilio.request_validator import RequestValidator

from mockserver.control.client.changes import BlockedLoopError
from mockserver.control.client.errors import ControlError
from mockserver.settings.settings import SettingsError
from mockserver.testing import MockServer, MockTwilio

PUBLIC = "https://app.example.com/hooks/a%20b?x=1"
LATE: Any = [{"after": {"time": "5s"}, "status": "completed"}]


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def mock(server: MockServer) -> Iterator[MockTwilio]:
    with server.account("AC" + "7" * 32) as mock:
        mock.reset()
        yield mock


class WsgiApp:
    """Records requests, as Flask or Django would receive them."""

    def __init__(self, *statuses: str) -> None:
        self.statuses = list(statuses)
        self.requests: list[dict[str, Any]] = []
        self.is_closed = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        self.requests.append({**environ, "form": parse_qs(body.decode()), "thread": threading.get_ident()})
        status = self.statuses.pop(0) if self.statuses else "204 No Content"
        start_response(status, [("WWW-Authenticate", 'Basic realm="x"')] if status.startswith("401") else [])
        return self

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"ignored"])

    def close(self) -> None:
        self.is_closed = True


class AsgiApp:
    """Records requests, as Starlette or FastAPI would receive them."""

    def __init__(self, *statuses: int) -> None:
        self.statuses = list(statuses)
        self.requests: list[dict[str, Any]] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        self.requests.append({**scope, "form": parse_qs(message["body"].decode()), "thread": threading.get_ident()})
        status = self.statuses.pop(0) if self.statuses else 200
        headers = [(b"www-authenticate", b'Basic realm="x"')] if status == 401 else []
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"ignored"})


def test_wsgi_app_receives_signed_callback_in_the_callers_thread(mock: MockTwilio) -> None:
    app = WsgiApp()
    mock.callbacks.deliver_to(app)
    mock.recordings.add(timeline=LATE, callback=PUBLIC)
    assert app.requests == []
    mock.clock.advance("6s")
    (request,) = app.requests
    assert request["thread"] == threading.get_ident()
    assert (request["wsgi.url_scheme"], request["HTTP_HOST"], request["SERVER_PORT"]) == (
        "https",
        "app.example.com",
        "443",
    )
    assert (request["PATH_INFO"], request["QUERY_STRING"]) == ("/hooks/a b", "x=1")
    assert request["form"]["RecordingStatus"] == ["completed"]
    form = {name: values[0] for name, values in request["form"].items()}
    assert RequestValidator(mock.auth_token).validate(PUBLIC, form, request["HTTP_X_TWILIO_SIGNATURE"])
    assert app.is_closed
    assert [callback.state for callback in mock.callbacks] == ["delivered"]


def test_asgi_app_receives_callback_in_the_callers_thread(mock: MockTwilio) -> None:
    app = AsgiApp()
    mock.callbacks.deliver_to(app)
    mock.recordings.add(status="completed", callback=PUBLIC)
    (request,) = app.requests
    assert request["thread"] == threading.get_ident()
    assert (request["scheme"], request["path"], request["query_string"]) == ("https", "/hooks/a b", b"x=1")
    assert dict(request["headers"])[b"host"] == b"app.example.com"
    assert request["server"] == ("app.example.com", 443)
    assert request["form"]["RecordingStatus"] == ["completed"]


def test_get_callbacks_have_their_fields_in_the_query(mock: MockTwilio) -> None:
    wsgi, asgi = WsgiApp(), AsgiApp()
    for app in (wsgi, asgi):
        with mock.callbacks.deliver_to(app):
            mock.recordings.add(status="completed", callback="http://localhost:8000", status_callback_method="GET")
    assert "RecordingStatus=completed" in wsgi.requests[0]["QUERY_STRING"]
    assert (wsgi.requests[0]["PATH_INFO"], wsgi.requests[0]["SERVER_PORT"]) == ("/", "8000")
    assert b"RecordingStatus=completed" in asgi.requests[0]["query_string"]


@pytest.mark.parametrize("run", [asyncio.run, trio.run])
@pytest.mark.parametrize("app", [WsgiApp(), AsgiApp()])
def test_async_twins_call_the_app_in_the_thread_of_the_event_loop(mock: MockTwilio, app: Any, run: Any) -> None:
    app.requests.clear()

    async def main() -> None:
        mock.callbacks.deliver_to(app)
        recording = await mock.recordings.add_async(timeline=LATE, callback=PUBLIC)
        await mock.clock.advance_async("6s")
        await mock.recordings.transition_async(recording, callback="completed")
        await mock.callbacks.redeliver_async(0)

    if run is trio.run:
        trio.run(main)
    else:
        asyncio.run(main())
    assert [request["thread"] for request in app.requests] == [threading.get_ident()] * 3


def test_blocking_call_with_asgi_app_on_running_loop_names_async_twin(mock: MockTwilio) -> None:
    async def main() -> None:
        mock.callbacks.deliver_to(AsgiApp())
        with pytest.raises(BlockedLoopError, match=r"advance_async"):
            mock.recordings.add(status="completed", callback=PUBLIC)

    asyncio.run(main())
    assert [callback.state for callback in mock.callbacks] == ["failed"]


def test_error_of_the_app_is_raised_by_the_call(mock: MockTwilio) -> None:
    def broken(environ: Any, start_response: Any) -> Iterable[bytes]:
        raise LookupError("no such row")

    async def silent(scope: Any, receive: Any, send: Any) -> None: ...

    def silent_too(environ: Any, start_response: Any) -> Iterable[bytes]:
        return []

    for app, error in ((broken, LookupError), (silent, RuntimeError), (silent_too, RuntimeError)):
        with mock.callbacks.deliver_to(app), pytest.raises(error):
            mock.recordings.add(status="completed", callback=PUBLIC)
    assert [callback.attempts[-1].status for callback in mock.callbacks] == [500] * 3
    assert "no such row" in mock.callbacks.list()[0].attempts[-1].detail


def test_app_that_answers_with_an_error_fails_the_delivery(mock: MockTwilio) -> None:
    mock.callbacks.deliver_to(WsgiApp("503 Service Unavailable"))
    mock.recordings.add(status="completed", callback=PUBLIC)
    assert [(callback.state, callback.attempts[0].status) for callback in mock.callbacks] == [("failed", 503)]


@pytest.mark.parametrize("app", [WsgiApp("401 Unauthorized"), AsgiApp(401)])
def test_app_that_challenges_gets_the_credentials_of_the_url(mock: MockTwilio, app: Any) -> None:
    mock.callbacks.deliver_to(app)
    mock.recordings.add(status="completed", callback="https://user:pass@app.example.com/")
    assert len(app.requests) == 2
    assert mock.callbacks.list()[0].attempts[0].detail == "with Basic credentials after a 401"


def test_app_may_use_the_control_api(mock: MockTwilio) -> None:
    seen: list[str] = []

    def app(environ: Any, start_response: Any) -> Iterable[bytes]:
        seen.append(mock.recordings.get("mine").status)
        mock.recordings.add(id="other", status="completed", callback=PUBLIC)
        start_response("200 OK", [])
        return []

    with mock.callbacks.deliver_to(app), pytest.raises(ControlError, match="'other' exists already"):
        mock.recordings.add(id="mine", status="completed", callback=PUBLIC)
    assert seen[0] == "completed"


def test_deliveries_stop_at_the_end_of_with(mock: MockTwilio) -> None:
    outer, inner = WsgiApp(), WsgiApp()
    with mock.callbacks.deliver_to(outer) as subscription:
        with mock.callbacks.deliver_to(inner):
            mock.recordings.add(status="completed", callback=PUBLIC)
        mock.recordings.add(status="completed", callback=PUBLIC)
    subscription.stop()
    mock.recordings.add(status="completed", callback=mock.sink.url)
    assert (len(outer.requests), len(inner.requests), len(mock.sink.received)) == (1, 1, 1)


def test_callback_of_sdk_call_waits_for_the_next_control_call(mock: MockTwilio) -> None:
    app = WsgiApp()
    mock.callbacks.deliver_to(app)
    mock.client().calls("CA" + "1" * 32).recordings.create(
        recording_status_callback=PUBLIC, recording_status_callback_event=["in-progress"]
    )
    mock.clock.advance(0)
    assert [request["form"]["RecordingStatus"] for request in app.requests] == [["in-progress"]]


def test_misuse_of_deliver_to_is_explained(mock: MockTwilio) -> None:
    app: Any = "app"
    with pytest.raises(TypeError, match="expected a WSGI or ASGI application, found 'app'"):
        mock.callbacks.deliver_to(app)
    external = MockServer(url=mock.base_url).account()
    with pytest.raises(SettingsError, match="deliver_to: expected the server of this process"):
        external.callbacks.deliver_to(WsgiApp())
    with pytest.raises(ControlError, match="use it inside `with`"):
        MockTwilio().callbacks.deliver_to(WsgiApp())
