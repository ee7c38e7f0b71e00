"""A callback receiver for tests: a real HTTP server on this machine that stores the requests that it receives."""

import hmac
import threading
from collections import deque
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

import msgspec

from mockserver.callbacks.signature import build_signed_text, compute_signature

_USUAL_STATUS = 204


class Received(msgspec.Struct, frozen=True):
    """One request, as received."""

    method: str
    path: str
    """With its query, as received."""
    parameters: dict[str, str]
    """The parameters of the form for POST, of the query for GET."""
    headers: dict[str, str]
    """By name in lower case."""
    signature_ok: bool | None
    """True if `X-Twilio-Signature` is valid; None if the sink has no token."""

    def __str__(self) -> str:
        status = self.parameters.get("RecordingStatus")
        return f"{self.method} {self.path}" + (f" ({status})" if status else "")


class Sink:
    """Receives callbacks at any path of a free port of 127.0.0.1, inside a `with` block.

        with Sink(token=auth_token) as sink:
            ...  # have something sent to sink.url
            (callback,) = sink.wait_for(1)

    Args:
        token: the auth token for checking signatures; `sink.token` can be set later too.
    """

    def __init__(self, token: str | None = None) -> None:
        self.token = token
        self._arrived = threading.Condition()
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
        """The URL for callbacks, such as `http://127.0.0.1:40123/callback`.

        Raises:
            RuntimeError: if the sink is not running.
        """
        if self._server is None:
            raise RuntimeError("the sink is not running: use it inside `with Sink() as sink:`")
        return f"http://127.0.0.1:{self._server.server_port}/callback"

    @property
    def received(self) -> list[Received]:
        """The requests so far, in order of arrival."""
        with self._arrived:
            return list(self._received)

    def answer_with(self, *statuses: int) -> None:
        """Answer the next requests with these statuses, replacing any that are left, and then with 204 again."""
        with self._arrived:
            self._statuses = deque(statuses)

    def delay(self, seconds: float) -> None:
        """Delay every response from now on. Requests are stored before the delay. 0 ends it."""
        self._delay = seconds

    def wait_for(self, count: int = 1, timeout: float = 5.0) -> list[Received]:
        """Wait until a number of requests have arrived, and return all so far.

        Args:
            timeout: in seconds.

        Raises:
            TimeoutError: with a sentence that lists what did arrive.
        """
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self._received) >= count, timeout):
                told = ", ".join(map(str, self._received)) or "none"
                raise TimeoutError(f"expected {count} requests within {timeout:g} s, found {told}")
            return list(self._received)

    def clear(self) -> None:
        """Remove the stored requests. Statuses and delay stay."""
        with self._arrived:
            self._received.clear()

    def _record(self, received: Received) -> int:
        """Store a request, wait for the delay, and return the status to respond with."""
        with self._arrived:
            self._received.append(received)
            status = self._statuses.popleft() if self._statuses else _USUAL_STATUS
            self._arrived.notify_all()
        self._closing.wait(self._delay)
        return status


class _Server(ThreadingHTTPServer):
    def __init__(self, sink: Sink) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.sink = sink

    def serve(self) -> None:
        self.serve_forever(poll_interval=0.01)  # seconds; closing waits for the next poll

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print nothing if a client has disconnected: tests of time-outs cause many."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        sent = parse_qsl(urlsplit(self.path).query, keep_blank_values=True)
        self._respond(sent, signed=())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        sent = parse_qsl(body.decode(errors="replace"), keep_blank_values=True)
        self._respond(sent, signed=sent)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing: `received` has the requests."""

    def _respond(self, parameters: Sequence[tuple[str, str]], signed: Sequence[tuple[str, str]]) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        ok = self._is_signed(headers, signed)
        status = self.server.sink._record(Received(self.command, self.path, dict(parameters), headers, ok))
        self.send_response(status)
        if status != _USUAL_STATUS:
            self.send_header("content-length", "0")
        self.end_headers()

    def _is_signed(self, headers: dict[str, str], parameters: Sequence[tuple[str, str]]) -> bool | None:
        token = self.server.sink.token
        if token is None:
            return None
        expected = compute_signature(
            token, build_signed_text(f"http://{headers.get('host', '')}{self.path}", parameters)
        )
        return hmac.compare_digest(expected.encode(), headers.get("x-twilio-signature", "").encode())
