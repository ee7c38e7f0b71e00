"""An application that forwards requests to another host, and the responses to the client."""

import asyncio
from collections.abc import Collection, Iterator, Sequence

import httptools
from starlette.types import Receive, Scope, Send

from mockserver.proxy.connection import SocketAddress
from mockserver.proxy.destination import Destination
from mockserver.proxy.refusals import RefusingApp, make_unreachable_error
from mockserver.proxy.streams import CHUNK_SIZE, open_streams
from mockserver.proxy.transports import TRANSPORT_KEY, abort, close
from mockserver.rest.errors import TwilioError
from mockserver.rest.headers import Header
from mockserver.rest.message_heads import HEAD_BOUNDS, HeadMeter

_HOP_BY_HOP = frozenset(
    {b"connection", b"proxy-connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"te"}
    | {b"trailer", b"transfer-encoding", b"upgrade", b"expect"}
)
_WITHOUT_BODY = (204, 304)
_FINAL_STATUSES = range(200, 600)


class ForwardingApp:
    """An ASGI application that forwards requests to one destination, each over a new connection.

    Args:
        own_addresses: the addresses of this server.
    """

    def __init__(self, destination: Destination, own_addresses: Collection[SocketAddress]) -> None:
        self._destination = destination
        self._own_addresses = own_addresses

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Forward one request, and return its response."""
        response = _Response(scope["method"] == "HEAD")
        try:
            reader, writer = await open_streams(
                self._destination, self._own_addresses, uses_tls=scope["scheme"] == "https"
            )
            uploading = asyncio.ensure_future(_upload(scope, receive, writer))
            try:
                await _download(response, reader, send)
            finally:
                uploading.cancel()
                abort(writer.transport)
            if response.has_invalid_status:
                found = f"its response has the status {response.status}, and HTTP has 100 to 599"
                raise make_unreachable_error(self._destination, found)
            if not response.has_started:
                raise make_unreachable_error(self._destination, "it closed the connection without a response")
        except (OSError, httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if not response.has_started:  # a response that has started is cut off, as the destination did
                reason = (
                    f"expected a response head of at most {HEAD_BOUNDS}, found more"
                    if response.is_head_too_large
                    else f"no HTTP response ({type(error).__name__})"
                )
                await RefusingApp(make_unreachable_error(self._destination, reason))(scope, receive, send)
        except TwilioError as refusal:
            await RefusingApp(refusal)(scope, receive, send)
        except asyncio.CancelledError:  # the server stops, and the client's connection is closed
            return
        if response.has_started and not response.is_complete:
            await _cut_off(scope, receive)


class _Response:
    """The part of a response that `httptools` has parsed so far."""

    def __init__(self, is_head_request: bool) -> None:
        self.parser = httptools.HttpResponseParser(self)
        self.status: int | None = None
        self.is_complete = False
        self._is_head_request = is_head_request
        self._headers: list[Header] = []
        self.has_started = False
        self.is_head_too_large = False
        """True if the head is too large, heads of interim responses included."""
        self._body = bytearray()
        self._head_meter = HeadMeter()

    def feed(self, chunk: bytes) -> None:
        """Parse a part of the response.

        Raises:
            httptools.HttpParserError, httptools.HttpParserUpgrade: if it is not HTTP.
            ConnectionAbortedError: if the head or the trailers are too large.
        """
        self._head_meter.receive(len(chunk))
        self.parser.feed_data(chunk)
        if self._head_meter.is_exceeded():
            self.is_head_too_large = True
        if self.is_head_too_large:
            raise ConnectionAbortedError

    def on_header(self, name: bytes, value: bytes) -> None:
        if self.status is None:  # else it is a trailer, which is not forwarded
            self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        status = self.parser.get_status_code()
        if 100 <= status < 200:
            self._headers.clear()
            return
        self.is_head_too_large = not self._head_meter.allows(self._headers)
        self._head_meter.progress()
        self.status = status
        self.is_complete = self._is_head_request or status in _WITHOUT_BODY

    def on_body(self, body: bytes) -> None:
        self._head_meter.progress()
        self._body += body

    def on_message_complete(self) -> None:
        self.is_complete = self.status is not None

    @property
    def has_invalid_status(self) -> bool:
        """True if the status is none of HTTP (RFC 9110 §15). uvicorn cannot send it."""
        return self.status is not None and self.status not in _FINAL_STATUSES

    def mark_connection_closed(self) -> None:
        """Record that the destination closed the connection. A response of unknown length is then complete."""
        self.is_complete = not {b"content-length", b"transfer-encoding"} & dict(self._headers).keys()

    async def send_parsed_part(self, send: Send) -> None:
        """Send what was parsed since the last call."""
        if not self.has_started:
            self.has_started = True
            # uvicorn adds the Date header itself, and fails if a response without a body has a Content-Length.
            dropped = {b"date", b"content-length"} if self.status in _WITHOUT_BODY else {b"date"}
            headers = [header for header in _select_end_to_end_headers(self._headers) if header[0] not in dropped]
            await send({"type": "http.response.start", "status": self.status, "headers": headers})
        body, self._body = bytes(self._body), bytearray()
        await send({"type": "http.response.body", "body": body, "more_body": not self.is_complete})


async def _download(response: _Response, reader: asyncio.StreamReader, send: Send) -> None:
    """Forward a response as it is received."""
    while not response.is_complete:
        chunk = await reader.read(CHUNK_SIZE)
        if chunk:
            response.feed(chunk)
        else:
            response.mark_connection_closed()
        if response.has_invalid_status:
            return
        if response.status is not None:
            await response.send_parsed_part(send)
        if not chunk:
            return


async def _cut_off(scope: Scope, receive: Receive) -> None:
    """Close the client's connection, and wait until the server knows: it would log an incomplete response."""
    close(scope["state"][TRANSPORT_KEY])
    while (await receive())["type"] != "http.disconnect":
        pass  # pragma: no cover - the rest of the request may come first


async def _upload(scope: Scope, receive: Receive, writer: asyncio.StreamWriter) -> None:
    """Send a request. When the client disconnects, close the connection to the destination."""
    is_chunked = b"chunked" in dict(scope["headers"]).get(b"transfer-encoding", b"").lower()
    writer.write(_build_head(scope, is_chunked=is_chunked))
    try:
        while (message := await receive())["type"] == "http.request":
            body, is_last = message["body"], not message["more_body"]
            if is_chunked:
                body = (b"%x\r\n%s\r\n" % (len(body), body) if body else b"") + (b"0\r\n\r\n" if is_last else b"")
            writer.write(body)
            await writer.drain()
    except OSError:  # the destination may have answered before it read everything
        return
    abort(writer.transport)


def _build_head(scope: Scope, *, is_chunked: bool) -> bytes:
    query = scope["query_string"]
    target = scope["raw_path"] + (b"?" + query if query else b"")
    length = [(b"transfer-encoding", b"chunked")] if is_chunked else []
    headers = [*_select_end_to_end_headers(scope["headers"]), *length, (b"connection", b"close")]
    lines = b"".join([b"%s: %s\r\n" % header for header in headers])
    return b"%s %s HTTP/1.1\r\n%s\r\n" % (scope["method"].encode(), target, lines)


def _select_end_to_end_headers(headers: Sequence[Header]) -> Iterator[Header]:
    """Yield the headers without the hop-by-hop ones (RFC 9110 §7.6.1)."""
    connection_options = dict(headers).get(b"connection", b"").lower().replace(b" ", b"").split(b",")
    return (header for header in headers if header[0] not in _HOP_BY_HOP and header[0] not in connection_options)
