"""A connection that lasts: how long it may be idle, and requests that need no parser because their heads are known."""

import asyncio
import logging
from abc import abstractmethod
from collections import deque
from functools import partial

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
        self._awaited_head: bytes | None = None
        """The head of a known request whose response waits for a store."""
        self._held_data = b""
        """What the client has sent meanwhile."""
        self._ending: asyncio.Future[None] | None = None
        """Done when the response that waits is written, if the connection ends then: the server waits for it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is one
        super().connection_made(transport)
        self._raw_transport = transport
        self._last_use = self.loop.time()
        self._look_again_in(self.timeout_keep_alive)

    def data_received(self, data: bytes) -> None:
        if self._awaited_head is not None:
            self._held_data += data
            self.flow.pause_reading()
        elif self._known_requests is None or data[:5] != _KNOWN_START or not self._is_idle():
            self.parse(data)
        else:
            self._receive_head(data, self._known_requests)

    def _receive_head(self, data: bytes, known_requests: RepeatedRequests) -> None:
        self._awaited_head = data
        try:
            answer = known_requests.respond(data, self._write_known, self._finish)
        except Exception:  # the usual way has a response for it
            logger.exception("A known request failed. It takes the usual way.")
            answer = False
        if answer is None:
            return
        self._awaited_head = None
        if answer:
            self._last_use = self.loop.time()
        else:
            self.parse(data)
            self._offer_head(data, known_requests)

    def _finish(self, is_written: bool) -> None:
        """Go on after a store has saved. If it could not, the known request takes the usual way."""
        head, self._awaited_head = self._awaited_head, None
        assert head is not None, "its response was awaited"
        self._last_use = self.loop.time()
        if not self._raw_transport.is_closing():
            if not is_written:
                self.parse(head)
            held_data, self._held_data = self._held_data, b""
            if held_data:
                self.flow.resume_reading()
                self.data_received(held_data)
        if self._ending is not None and self._awaited_head is None:
            self._end(self._ending)

    def shutdown(self) -> None:
        """End the connection once its requests are answered."""
        if self._awaited_head is None:
            super().shutdown()
        elif self._ending is None:
            self._ending = self.loop.create_future()
            self.tasks.add(self._ending)  # type: ignore[arg-type]  # the server only waits for it, or cancels it

    def _end(self, ending: asyncio.Future[None]) -> None:
        super().shutdown()
        self.tasks.discard(ending)
        if not ending.done():
            ending.set_result(None)

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
        if self._open_cycles or self._awaited_head is not None:
            self._look_again_in(self.timeout_keep_alive)
        elif seconds_left > 0:
            self._look_again_in(seconds_left)
        else:
            super().timeout_keep_alive_handler()

    def _look_again_in(self, seconds: float) -> None:
        self.timeout_keep_alive_task = self.loop.call_later(seconds, self.timeout_keep_alive_handler)
