"""A connection that lasts: how long it may be idle, and requests that need no parser because their heads are known."""

import asyncio
import logging
from abc import abstractmethod
from collections import deque
from collections.abc import Coroutine
from functools import partial
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

from mockserver.rest.headers import Header, encode_header
from mockserver.server.known_requests import HEAD_LEARNER_KEY, RepeatedRequests

logger = logging.getLogger("recmock")

_KNOWN_START = b"GET /"
"""The first bytes of all requests that can be known."""


class LastingProtocol(HttpToolsProtocol):
    """uvicorn's protocol with a single timer for each connection, and with known requests.

    Args:
        known_requests: answers requests whose heads are known; None if the application has no such requests.
    """

    def __init__(
        self,
        config: Config,
        state: ServerState,
        loop: asyncio.AbstractEventLoop,
        known_requests: RepeatedRequests | None,
    ) -> None:
        super().__init__(config, state, {}, loop)
        self._known_requests = known_requests
        self._open_cycles: deque[RequestResponseCycle] = deque()
        """The requests whose responses are not complete, oldest first."""
        self._last_use = 0.0
        """When the latest response was sent, by the event loop's time."""
        self._is_answering = False
        """True while the response of a known request waits for a store."""
        self._held_data = b""
        """What the client has sent meanwhile."""
        self._is_ending = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is one
        super().connection_made(transport)
        self._raw_transport = transport
        self._last_use = self.loop.time()
        self._look_again_in(self.timeout_keep_alive)

    def data_received(self, data: bytes) -> None:
        if self._is_answering:
            self._held_data += data
            self.flow.pause_reading()
        elif self._known_requests is None or data[:5] != _KNOWN_START or not self._is_idle():
            self.parse(data)
        else:
            self._receive_head(data, self._known_requests)

    def _receive_head(self, data: bytes, known_requests: RepeatedRequests) -> None:
        try:
            answer = known_requests.respond(data, self._write_known)
        except Exception:  # the usual way has a response for it
            logger.exception("A known request failed. It takes the usual way.")
            answer = False
        if answer is True:
            self._last_use = self.loop.time()
        elif answer is False:
            self.parse(data)
            self._offer_head(data, known_requests)
        else:
            self._is_answering = True
            task = self.loop.create_task(self._finish(answer, data))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _finish(self, answer: Coroutine[Any, Any, bool], head: bytes) -> None:
        """Wait for the response of a known request. If it cannot be saved, the request takes the usual way."""
        is_written = await answer
        self._is_answering = False
        self._last_use = self.loop.time()
        if self._raw_transport.is_closing():
            return
        if not is_written:
            self.parse(head)
        held_data, self._held_data = self._held_data, b""
        if held_data:
            self.flow.resume_reading()
            self.data_received(held_data)
        if self._is_ending:
            super().shutdown()

    def shutdown(self) -> None:
        """End the connection once its requests are answered."""
        self._is_ending = True
        if not self._is_answering:
            super().shutdown()

    @abstractmethod
    def parse(self, data: bytes) -> None:
        """Parse data, and begin the requests in it."""

    def _is_idle(self) -> bool:
        """Return True if the next byte begins a request, and its response can be written at once."""
        return not (
            self._open_cycles
            or self._is_in_message()
            or self.flow.write_paused
            or (self.cycle is not None and not self.cycle.keep_alive)
            or self._raw_transport.is_closing()
        )

    def _is_in_message(self) -> bool:
        """Return True from the first byte of a request, for which uvicorn makes a scope, to its last one.

        A request that is refused has no last byte.
        """
        if self.cycle is None:
            return self.scope is not None
        return self.cycle.scope is not self.scope or self.cycle.more_body

    def _offer_head(self, data: bytes, known_requests: RepeatedRequests) -> None:
        """Let the gateway make parsed data known, if it is one request without a body, and was received before."""
        is_one_head = data.endswith(b"\r\n\r\n") and len(self._open_cycles) == 1 and not self._is_in_message()
        if is_one_head and self.cycle.keep_alive and known_requests.is_repeated(data):
            self.scope["state"][HEAD_LEARNER_KEY] = partial(known_requests.learn, data)  # its task has not begun

    def _write_known(self, status: int, encoded_headers: bytes, body: bytes) -> bool:
        """Write the response of a request that was not parsed. The connection is idle."""
        if self._raw_transport.is_closing():
            return True  # the client has left while a store saved
        self._write_at_once(status, self.server_state.default_headers[0], encoded_headers, b"\r\n", body)
        return True

    def _write_at_once(self, status: int, date: Header, encoded_headers: bytes, end: bytes, body: bytes) -> None:
        # Not writelines: with an empty body, Python 3.12's never returns.
        self._raw_transport.write(b"".join((STATUS_LINE[status], encode_header(date), encoded_headers, end, body)))

    def on_response_complete(self) -> None:
        """Replace uvicorn's method, which sets a new timer for each response."""
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        self._last_use = self.loop.time()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())

    def timeout_keep_alive_handler(self) -> None:
        """Close the connection if it was idle for long enough, and look again later if not.

        One timer lasts as long as the connection. A client that never completes a request has it too.
        """
        seconds_left = self._last_use + self.timeout_keep_alive - self.loop.time()
        if self._open_cycles or self._is_answering:
            self._look_again_in(self.timeout_keep_alive)
        elif seconds_left > 0:
            self._look_again_in(seconds_left)
        else:
            super().timeout_keep_alive_handler()

    def _look_again_in(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)
