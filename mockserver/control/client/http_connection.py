"""An HTTP connection to one server, with sockets that test tools do not replace.

Tools such as responses, requests-mock, vcrpy and pytest-socket intercept `requests`, `http.client` or `socket.socket`.
The requests of a fixture to its own server must not count as requests of the code under test.
"""

import _socket
import socket
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import httptools
import msgspec

from mockserver.settings.native_threads import has_green_threads

__tracebackhide__ = True
_CHUNK_SIZE = 65536
_PORTS = {"http": 80, "https": 443}


class HttpResponse(msgspec.Struct, frozen=True):
    """A response: names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes


class InvalidUrlError(ValueError):
    """The URL has no host, or is not http or https."""


class HttpConnection:
    """Sends requests to one server, and stays connected between them.

    Args:
        url: the base URL, with http or https.
        wait: waits until a socket can be read, for some seconds; None to wait within the socket itself.
    """

    def __init__(self, url: str, wait: Callable[[Any, float], None] | None = None) -> None:
        self._socket: Any = None
        self._wait = wait
        self.url = url
        self._url = urlsplit(url)

    def request(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, timeout_seconds: float
    ) -> HttpResponse:
        """Send a request, and return the response.

        Args:
            target: path and query, encoded.

        Raises:
            ValueError: if the server's URL is invalid.
            OSError: if the server cannot be reached or does not answer in time.
            httptools.HttpParserError: if the response is not HTTP.
        """
        try:
            response = self._send(method, target, headers, body, timeout_seconds)
            while not response.is_complete:
                if self._wait is not None:
                    self._wait(self._socket, timeout_seconds)
                response.feed(self._socket.recv(_CHUNK_SIZE))
        except BaseException:
            self.close()
            raise
        if not response.keeps_alive:
            self.close()
        return response.build()

    def stream(self, target: str, headers: Mapping[str, str], timeout_seconds: float) -> Iterator[HttpResponse]:
        """Yield a response as it comes, each time with the next bytes of its body, until it ends.

        Args:
            target: path and query, encoded.
            timeout_seconds: the longest silence of the server.

        Raises:
            The errors of `request`.
        """
        try:
            response = self._send("GET", target, headers, b"", timeout_seconds)
            while not response.is_complete:
                response.feed(self._socket.recv(_CHUNK_SIZE))
                yield response.take()
        finally:
            self.close()

    def _send(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes, timeout_seconds: float
    ) -> "_Response":
        """Send a request, and return its response, of which nothing was received yet."""
        lines = [
            f"{method} {self._url.path.rstrip('/')}{target} HTTP/1.1",
            f"Host: {self._url.netloc.rpartition('@')[2]}",
        ]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        lines += [f"Content-Length: {len(body)}", "", ""]
        if self._socket is None or self._url.scheme == "https" or not _is_open(self._socket):
            self.close()
            self._socket = self._connect(timeout_seconds)
        self._socket.settimeout(timeout_seconds)
        self._socket.sendall("\r\n".join(lines).encode("latin-1") + body)
        return _Response()

    def close(self) -> None:
        """Close the connection. The next request opens a new one."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def __del__(self) -> None:
        self.close()

    def _connect(self, timeout_seconds: float) -> Any:
        if self._url.scheme not in _PORTS or not self._url.hostname:
            raise InvalidUrlError(self._url.geturl())
        address = self._url.hostname, self._url.port or _PORTS[self._url.scheme]
        if self._url.scheme == "https":
            return _connect_with_tls(address, timeout_seconds)
        if has_green_threads():  # a native socket would stop all green threads while it waits
            return socket.create_connection(address, timeout_seconds)
        error: OSError | None = None
        for family, kind, protocol, _, place in _socket.getaddrinfo(*address, type=_socket.SOCK_STREAM):
            connected = _socket.socket(family, kind, protocol)
            connected.settimeout(timeout_seconds)
            try:
                connected.connect(place)
            except OSError as failure:
                connected.close()
                error = failure
            else:
                connected.setsockopt(_socket.IPPROTO_TCP, _socket.TCP_NODELAY, 1)
                return connected
        assert error is not None  # getaddrinfo returns an address, or raises
        raise error


class _Response:
    """The part of a response that was received."""

    def __init__(self) -> None:
        self.is_complete = False
        self.keeps_alive = False
        self._status = 0
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        """Add bytes; none if the server closed the connection."""
        if data:
            self._parser.feed_data(data)
        elif self._status and "content-length" not in self._headers and "transfer-encoding" not in self._headers:
            self.is_complete = True
        else:
            raise ConnectionError("the server closed the connection")

    def build(self) -> HttpResponse:
        """Return the complete response."""
        return HttpResponse(self._status, self._headers, bytes(self._body))

    def take(self) -> HttpResponse:
        """Return the response with what was received of its body since the last call."""
        response = self.build()
        self._body.clear()
        return response

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()

    def on_body(self, body: bytes) -> None:
        self._body += body

    def on_message_complete(self) -> None:
        self.is_complete = True
        self.keeps_alive = self._parser.should_keep_alive()


def _is_open(connected: Any) -> bool:
    """Return False if the server has closed the connection, as it does after a pause."""
    connected.settimeout(0)
    try:
        connected.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _connect_with_tls(address: tuple[str, int], timeout_seconds: float) -> Any:
    """Return a connection to a server that the system or certifi trusts."""
    import ssl

    context = ssl.create_default_context()
    try:
        import certifi
    except ImportError:  # pragma: no cover - requests installs it
        pass
    else:
        context.load_verify_locations(certifi.where())
    return context.wrap_socket(socket.create_connection(address, timeout_seconds), server_hostname=address[0])
