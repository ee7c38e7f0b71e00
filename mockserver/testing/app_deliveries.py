"""Delivers callbacks, and requests of calls, to an application in this process.

That happens in the caller's thread, while that waits for the server.
"""

import asyncio
import selectors
import socket
from collections import deque
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from mockserver.callbacks.authorization import answer_challenges
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.callbacks.request import CallbackRequest, Pairs
from mockserver.callbacks.response import ReceivedResponse
from mockserver.control.client.changes import BlockedLoopError
from mockserver.control.client.event_loops import has_running_loop, is_awaited
from mockserver.settings.machine_clock import stopwatch
from mockserver.testing.app_calls import AppResponse, call_asgi, call_wsgi, is_asgi

__tracebackhide__ = True
_APP_FAILED = 500


class AppReceiver:
    """An application that receives the callbacks of one account.

    Args:
        app: a WSGI or ASGI application.
    """

    def __init__(self, deliveries: "AppDeliveries", app: Any) -> None:
        self._deliveries = deliveries
        self._app = app
        self._runner: asyncio.Runner | None = None

    async def send(self, request: CallbackRequest) -> Outcome:
        """Wait until the thread of the caller has called the application."""
        return (await self.fetch(request)).outcome

    async def fetch(self, request: CallbackRequest) -> ReceivedResponse:
        """Wait like `send`, and return the whole response."""
        return await self._deliveries.hand_over(self, request)

    def deliver(self, request: CallbackRequest) -> ReceivedResponse:
        """Call the application, and once more with the credentials of the URL if it answers 401 with a challenge."""
        if urlsplit(request.url).scheme not in ("http", "https") or not urlsplit(request.url).hostname:
            return ReceivedResponse(
                Outcome(None, Failure.BAD_URL, f"expected an http or https URL, found {request.url!r}")
            )
        start, detail = stopwatch(), ""
        response = self._call(request, ())
        challenges = [value for name, value in response.headers if name == "www-authenticate"]
        answer = answer_challenges(request, response.status, challenges)
        if answer is not None:
            scheme, value = answer
            response, detail = (
                self._call(request, (("authorization", value),)),
                f"with {scheme} credentials after a 401",
            )
        if stopwatch() - start > request.total_timeout:
            outcome = Outcome(None, Failure.READ_TIMEOUT, f"not complete within {request.total_timeout:g} s in total")
            return ReceivedResponse(outcome)
        return ReceivedResponse(Outcome(response.status, None, detail), response.headers, response.body)

    def close(self) -> None:
        """Close the application's event loop."""
        if self._runner is not None:
            self._runner.close()
            self._runner = None

    def _call(self, request: CallbackRequest, added_headers: Pairs) -> AppResponse:
        if is_awaited():  # a coroutine of the caller waits: its event loop is free, in its own thread
            from anyio import from_thread

            if is_asgi(self._app):
                return from_thread.run(call_asgi, self._app, request, added_headers)
            return from_thread.run_sync(call_wsgi, self._app, request, added_headers)
        if not is_asgi(self._app):
            return call_wsgi(self._app, request, added_headers)
        if has_running_loop():
            raise BlockedLoopError(
                "expected a free event loop for the ASGI application, found that this call blocks it. "
                "Use the method of the same name with `_async`, such as `await recmock.clock.advance_async(...)`."
            )
        if self._runner is None:
            self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        return self._runner.run(call_asgi(self._app, request, added_headers))


class _Handover:
    """A request that waits for the caller's thread."""

    def __init__(self, receiver: AppReceiver, request: CallbackRequest) -> None:
        self.receiver = receiver
        self.request = request
        self.loop = asyncio.get_running_loop()
        self.response: asyncio.Future[ReceivedResponse] = self.loop.create_future()

    def finish(self, response: ReceivedResponse) -> None:
        with suppress(RuntimeError):  # the loop of the server is closed
            self.loop.call_soon_threadsafe(self._set_response, response)

    def _set_response(self, response: ReceivedResponse) -> None:
        if not self.response.done():
            self.response.set_result(response)


class AppDeliveries:
    """The requests of one server to applications in this process."""

    def __init__(self) -> None:
        self._waiting: deque[_Handover] = deque()
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._is_delivering = False
        self._error: BaseException | None = None

    async def hand_over(self, receiver: AppReceiver, request: CallbackRequest) -> ReceivedResponse:
        """Return the response to a request when the thread of the caller has delivered it."""
        handover = _Handover(receiver, request)
        self._waiting.append(handover)
        with suppress(BlockingIOError):  # enough is written
            self._writer.send(b"\0")
        return await handover.response

    def deliver(self) -> None:
        """Deliver what waits. An application that calls the control API does not deliver itself."""
        if self._is_delivering:
            return
        self._is_delivering = True
        try:
            while self._waiting:
                handover = self._waiting.popleft()
                if not handover.response.cancelled():
                    handover.finish(self._deliver(handover))
        finally:
            self._is_delivering = False

    def wait(self, connected: Any, timeout_seconds: float) -> None:
        """Deliver until a socket can be read.

        Raises:
            TimeoutError: if it cannot be read in time.
        """
        with selectors.DefaultSelector() as selector:
            selector.register(connected, selectors.EVENT_READ)
            selector.register(self._reader, selectors.EVENT_READ)
            while True:
                self.deliver()
                ready = [key.fileobj for key, _ in selector.select(timeout_seconds)]
                if connected in ready:
                    return
                if not ready:
                    raise TimeoutError
                with suppress(BlockingIOError):
                    self._reader.recv(4096)

    def raise_error(self) -> None:
        """Raise the first error that an application raised since the last call."""
        error, self._error = self._error, None
        if error is not None and not self._is_delivering:
            raise error

    def close(self) -> None:
        """Close the sockets."""
        self._reader.close()
        self._writer.close()

    def _deliver(self, handover: _Handover) -> ReceivedResponse:
        try:
            return handover.receiver.deliver(handover.request)
        except BaseException as error:
            self._error = self._error or error
            return ReceivedResponse(Outcome(_APP_FAILED, None, f"{type(error).__name__}: {error}"))


class AppSubscription:
    """An application that receives callbacks. As a context manager, it stops at its end.

    Args:
        receivers: the receivers of the server's accounts, by AccountSid in lower case.
        key: the AccountSid in lower case.
    """

    def __init__(self, receivers: dict[str, Any], key: str, receiver: AppReceiver) -> None:
        self._receivers, self._key, self._receiver = receivers, key, receiver
        self._before = receivers.get(key)
        receivers[key] = receiver

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Deliver later callbacks as before."""
        if self._receivers.get(self._key) is self._receiver:
            del self._receivers[self._key]
            if self._before is not None:
                self._receivers[self._key] = self._before
        self._receiver.close()
