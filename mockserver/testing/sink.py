"""A callback receiver for tests: an HTTP server on this machine that records every request."""

import hmac
import re
import threading
from collections import deque
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import msgspec

from mockserver.callbacks.signature import build_signed_text, compute_signature

__tracebackhide__ = True
_DEFAULT_STATUS = 204
_UNAUTHORIZED = 401
_PORT_PATTERN = re.compile(r":[0-9]+\Z")


class Headers(dict[str, str]):
    """Values by name, in lower case. A look-up takes the name in any case."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name.lower() if isinstance(name, str) else name)

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


class Received(msgspec.Struct, frozen=True):
    """A request that the sink received."""

    method: str
    path: str
    """The path with its query, as the sender wrote it."""
    parameters: dict[str, str]
    """The parameters of the form for POST, of the query for GET."""
    headers: Headers
    """The values by name, in any case: `headers["X-Twilio-Signature"]`."""
    signature_ok: bool | None
    """True if `X-Twilio-Signature` is valid; None if the sink has no token to check it.

    The signed URL is that of the Host and, through a route, the X-Forwarded-Proto header.
    """
    url: str
    """The URL that the sender requested, with its query, from the Host and the X-Forwarded-Proto header."""

    def __str__(self) -> str:
        status = self.parameters.get("RecordingStatus")
        return f"{self.method} {self.path}" + (f" ({status})" if status else "")


class Sink:
    """Receives callbacks at any path of a free port of 127.0.0.1 while the context is active.

        with Sink(token=auth_token) as sink:
            ...  # make the mock send a callback to sink.url
            (callback,) = sink.wait_for(1)

    Args:
        token: the auth token that the signatures must match. A test may also set `sink.token` later.
    """

    def __init__(self, token: str | None = None) -> None:
        self.token = token
        self._changed = threading.Condition()
        self._received: list[Received] = []
        self._statuses: deque[int] = deque()
        self._delay = 0.0
        self._closing = threading.Event()
        self._server: _Server | None = None

    def __enter__(self) -> Self:
        self._closing.clear()
        self._server = _Server(self)
        threading.Thread(target=self._server.serve, name="recmock-sink", daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._server = None

    @property
    def url(self) -> str:
        """A URL of the sink, such as `http://127.0.0.1:40123/callback`.

        Raises:
            RuntimeError: if the sink is not open.
        """
        if self._server is None:
            raise RuntimeError("the sink is not running: use it inside `with Sink() as sink:`")
        return f"http://127.0.0.1:{self._server.server_port}/callback"

    @property
    def origin(self) -> str:
        """The origin of the sink's URLs, such as `http://127.0.0.1:40123`, as the target of a route.

        Raises:
            RuntimeError: if the sink is not open.
        """
        return self.url.removesuffix("/callback")

    @property
    def received(self) -> list[Received]:
        """The requests so far, in order of arrival."""
        with self._changed:
            return list(self._received)

    def answer_with(self, *statuses: int) -> None:
        """Set the status codes of the next responses, instead of those still left from an earlier call.

        After them, the status is 204 again. A 401 challenges the sender to send the credentials in its URL.
        """
        with self._changed:
            self._statuses = deque(statuses)

    def delay(self, seconds: float) -> None:
        """Delay every response from now on. The sink records a request before the delay.

        Args:
            seconds: the delay; 0 for none.
        """
        self._delay = seconds

    def wait_for(self, count: int = 1, timeout: float = 5.0) -> list[Received]:
        """Wait until the sink has received a number of requests, and return all requests so far.

        Args:
            count: the number of requests since the start or the last `clear`.
            timeout: real seconds.

        Raises:
            TimeoutError: if fewer requests arrive in time. The message lists them.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: len(self._received) >= count, timeout):
                received = ", ".join(map(str, self._received)) or "none"
                raise TimeoutError(f"expected {count} requests within {timeout:g} s, found {received}")
            return list(self._received)

    def clear(self) -> None:
        """Remove the recorded requests. Status codes and delay stay."""
        with self._changed:
            self._received.clear()

    def _record(self, received: Received) -> int:
        """Record a request, wait for the delay, and return the status code of the response."""
        with self._changed:
            self._received.append(received)
            status = self._statuses.popleft() if self._statuses else _DEFAULT_STATUS
            self._changed.notify_all()
        self._closing.wait(self._delay)
        return status


class _Server(ThreadingHTTPServer):
    request_queue_size = 128  # a mock sends up to 100 callbacks at once, and the default is 5

    def __init__(self, sink: Sink) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sink = sink

    def serve(self) -> None:
        self.serve_forever(poll_interval=0.01)  # seconds; `shutdown` waits for the next poll

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Ignore clients that disconnect early: tests of time-outs cause many of them."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        parameters = parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
        self._respond(parameters, signed=())

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", 0))
        body = self.rfile.read(length)
        if len(body) < length:  # the sender ended before its request did, as a killed process
            self.close_connection = True
            return
        parameters = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
        self._respond(parameters, signed=parameters)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: tests read the requests from the sink."""

    def _respond(self, parameters: Sequence[tuple[str, str]], signed: Sequence[tuple[str, str]]) -> None:
        headers = Headers((name.lower(), value) for name, value in self.headers.items())
        is_signed = self._is_signed(headers, signed)
        url = f"{headers.get('x-forwarded-proto', 'http')}://{headers.get('host', '')}{self.path}"
        received = Received(self.command, self.path, dict(parameters), headers, is_signed, url)
        status = self.server.sink._record(received)
        self.send_response(status)
        if status == _UNAUTHORIZED:
            self.send_header("www-authenticate", 'Basic realm="sink"')
        if status != _DEFAULT_STATUS:
            self.send_header("content-length", "0")
        self.end_headers()

    def _is_signed(self, headers: Headers, parameters: Sequence[tuple[str, str]]) -> bool | None:
        token = self.server.sink.token
        if token is None:
            return None
        scheme, host = headers.get("x-forwarded-proto", "http"), headers.get("host", "")
        if scheme == "https":  # Twilio signs URLs with https without their port (WIRE §17)
            host = _PORT_PATTERN.sub("", host)
        expected = compute_signature(token, build_signed_text(f"{scheme}://{host}{self.path}", parameters))
        return hmac.compare_digest(expected.encode(), headers.get("x-twilio-signature", "").encode())
