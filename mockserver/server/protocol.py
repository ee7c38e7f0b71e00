"""The protocol of a connection: uvicorn's HTTP, with errors in Twilio's form, and the proxy's CONNECT."""

import asyncio

import httptools
from starlette.types import ASGIApp
from uvicorn.config import Config
from uvicorn.server import ServerState

from mockserver.proxy.connection import Connection, ConnectionAddresses
from mockserver.proxy.proxy import Proxy
from mockserver.proxy.transports import TRANSPORT_KEY
from mockserver.rest.errors import MAX_TARGET_LENGTH, TwilioError, make_uri_too_long_error
from mockserver.rest.headers import encode_headers, without_upgrade
from mockserver.rest.message_heads import MAX_HEAD_BYTES, MAX_HEADERS, HeadMeter, make_head_too_large_error
from mockserver.server.exchange import PROXIED_KEY
from mockserver.server.head_transport import HeadTransport
from mockserver.server.known_requests import RepeatedRequests
from mockserver.server.lasting_protocol import LastingProtocol
from mockserver.server.sending import RESPONSE_WRITER_KEY

_CONNECTION_HEADERS = (b"connection", b"proxy-connection")
"""The headers in which the parser looks for `upgrade`."""
_SLASH = ord("/")
_LINGER_SECONDS = 1.0
"""How long the bytes of a refused client are read and dropped, in seconds."""


class MockProtocol(LastingProtocol):
    """uvicorn's protocol, except for its plain-text error responses and for requests to a proxy.

    Args:
        proxy: the proxy of this server; None for a connection that came through it.
        known_requests: answers requests whose heads are known; None if the application has no such requests.
    """

    def __init__(
        self,
        config: Config,
        state: ServerState,
        loop: asyncio.AbstractEventLoop,
        proxy: Proxy | None,
        known_requests: RepeatedRequests | None = None,
    ) -> None:
        super().__init__(config, state, loop, known_requests)
        self._proxy = proxy
        self._head_meter = HeadMeter()
        self._is_head_too_large = False
        self._last_response: bytes | None = None
        """The error response that ends the connection, once all earlier requests are answered."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is one
        super().connection_made(transport)
        self.transport = HeadTransport(transport, self._open_cycles)  # type: ignore[assignment]  # what uvicorn needs
        self.app_state = {
            TRANSPORT_KEY: transport,
            RESPONSE_WRITER_KEY: self._write_response,
            PROXIED_KEY: self._proxy is None,
        }

    def parse(self, data: bytes) -> None:
        """Parse data. Only here are the bytes after a CONNECT request known."""
        meter = self._head_meter
        meter.receive(len(data))
        while data and self._last_response is None:
            try:
                self.parser.feed_data(data)
                if meter.held_bytes > MAX_HEAD_BYTES and meter.is_exceeded():
                    self._is_head_too_large = True
                    self.send_400_response("")
                return
            except httptools.HttpParserError:
                self.send_400_response("Expected HTTP, found something else.")
                return
            except httptools.HttpParserUpgrade as upgrade:
                data = self._end_upgrade(data[upgrade.args[0] :])

    def on_headers_complete(self) -> None:
        meter = self._head_meter
        is_large = meter.held_bytes > MAX_HEAD_BYTES or len(self.headers) > MAX_HEADERS
        if is_large and not meter.allows(self.headers, len(self.url)):
            self._is_head_too_large = True
            raise ValueError("the head is too large")  # ends the parser, and `data_received` refuses the request
        meter.progress()
        before = self.cycle
        if self.url[0] != _SLASH:
            self._dispatch_to_proxy()
        else:
            super().on_headers_complete()
        if self.cycle is not before:
            self._open_cycles.append(self.cycle)
            self.headers = []  # trailers are no headers: uvicorn would add them to those of the request

    def on_body(self, body: bytes) -> None:
        self._head_meter.progress()
        super().on_body(body)

    def on_response_complete(self) -> None:
        self._open_cycles.popleft()
        if self._last_response is not None:
            self._send_last_response_if_due()
        super().on_response_complete()

    def _write_response(self, status: int, encoded_headers: bytes, body: bytes) -> bool:
        """Write a response at once. uvicorn takes two steps and searches every header twice; see `Whole`."""
        cycle = self._open_cycles[0]
        if cycle.disconnected or self.flow.write_paused:
            return False  # uvicorn handles this case
        end = b"\r\n" if cycle.keep_alive else b"Connection: close\r\n\r\n"
        self._write_at_once(status, cycle.default_headers[0], encoded_headers, end, body)
        cycle.response_started = cycle.response_complete = True
        cycle.message_event.set()
        if not cycle.keep_alive and cycle.more_body:
            self._close_after_reading()
        elif not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()
        return True

    @property
    def progress(self) -> tuple[int, int, int]:
        """Numbers that become less with every byte of a response that is written or read, and with every response."""
        unsent = self.cycle.expected_content_length if self._open_cycles else 0
        return self._raw_transport.get_write_buffer_size(), unsent, len(self._open_cycles)

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._unset_keepalive_if_required()  # uvicorn keeps the timer of a connection that was reset
        for cycle in self._open_cycles:  # uvicorn notifies only the latest: an earlier one would wait for ever
            cycle.disconnected = True
            cycle.message_event.set()

    def send_400_response(self, msg: str) -> None:
        from mockserver.proxy.refusals import build_raw_response  # rarely needed, like the whole proxy

        self._last_response = build_raw_response(self._make_error(msg))
        self._send_last_response_if_due()

    def _refuse_connect(self, reason: str) -> None:
        from mockserver.proxy.refusals import build_connect_refusal

        self._last_response = build_connect_refusal(self._make_error(reason))
        self._send_last_response_if_due()

    def _make_error(self, reason: str) -> TwilioError:
        """Return the error for a request that is refused, because of its size or for another reason."""
        from mockserver.proxy.refusals import make_bad_request_error

        if len(self.url) >= MAX_TARGET_LENGTH:
            return make_uri_too_long_error()
        return make_head_too_large_error() if self._is_head_too_large else make_bad_request_error(reason)

    def _send_last_response_if_due(self) -> None:
        """End the connection with the error response, unless earlier requests are open (RFC 9112 §9.3.2)."""
        assert self._last_response is not None, "a request was refused"
        malformed = self.cycle if self._open_cycles and self.cycle.more_body else None
        if self.transport.is_closing() or (self._open_cycles and self._open_cycles[0] is not malformed):
            return
        if malformed is not None and malformed.response_started:  # the error cannot be its response any more
            malformed.keep_alive = False
            return
        self._raw_transport.write(self._last_response)
        self._close_after_reading()
        if malformed is not None:
            malformed.disconnected = True
            malformed.message_event.set()

    def _close_after_reading(self) -> None:
        """Close the connection so that the client gets the response: unread bytes would reset it (RFC 9112 §9.6)."""
        if not self._raw_transport.can_write_eof():
            self.transport.close()
            return
        self._raw_transport.write_eof()
        self.loop.call_later(_LINGER_SECONDS, self._raw_transport.close)

    def _should_upgrade(self) -> bool:
        """Return True: uvicorn must not begin a request that is a CONNECT or offers an upgrade, because the parser has
        no body for it. `_end_upgrade` decides.
        """
        return True

    def _end_upgrade(self, rest: bytes) -> bytes:
        """Hand a CONNECT request over to the proxy, or decline an upgrade (RFC 9110 §7.8). Return what to parse next.

        The parser skips the body of a request that offers an upgrade, such as `Upgrade: h2c`. So a new parser gets
        the same request without the offer.
        """
        if self.parser.get_method() == b"CONNECT":
            self._hand_over_to_proxy(rest)
            return b""
        parts = self.parser.get_method(), self.url, self.parser.get_http_version().encode()
        headers = [
            (name, without_upgrade(value) if name in _CONNECTION_HEADERS else value) for name, value in self.headers
        ]
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn's own
        return b"%s %s HTTP/%s\r\n%s\r\n%s" % (*parts, encode_headers(headers), rest)

    def _hand_over_to_proxy(self, early_data: bytes) -> None:
        if self._proxy is None or (self.cycle is not None and not self.cycle.response_complete):
            self._refuse_connect("Expected one CONNECT request, at the start of the connection.")
            return
        self.connections.discard(self)
        self._raw_transport.pause_reading()
        self._proxy.handle_connect(
            Connection(
                self._raw_transport,
                self.url,
                early_data,
                ConnectionAddresses(self.client, self.server),
                self.config.loaded_app,
                self._create_proxied_protocol,
            )
        )

    def _create_proxied_protocol(self, app: ASGIApp) -> "MockProtocol":
        """Return a protocol for requests that come through the proxy."""
        protocol = MockProtocol(self.config, self.server_state, self.loop, None)
        protocol.app = app
        return protocol

    def _dispatch_to_proxy(self) -> None:
        """Let the proxy choose the application for an absolute URL, and pass on the path only."""
        if self.parser.should_upgrade() or self.url == b"*":
            super().on_headers_complete()
            return
        from mockserver.proxy.destination import to_origin_form

        url = httptools.parse_url(self.url)
        ordinary = self.app
        if self._proxy is not None:
            addresses = ConnectionAddresses(self.client, self.server)
            self.app = self._proxy.choose_application(url, addresses, ordinary)
            self.scope["state"][PROXIED_KEY] = True
        self.scope["scheme"] = "https" if url.schema.lower() == b"https" else "http"
        self.url, host = to_origin_form(url)
        self.headers[:] = [(b"host", host), *(header for header in self.headers if header[0] != b"host")]
        try:
            super().on_headers_complete()
        finally:
            self.app = ordinary
