"""A receiver of callbacks for tests: a real server on this machine that notes what arrives."""

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
    """One request, as it arrived."""

    method: str
    path: str
    """With its query, as it was sent."""
    parameters: dict[str, str]
    """Those of the form for POST, those of the query for GET."""
    headers: dict[str, str]
    """By name in lower case."""
    signature_ok: bool | None
    """Whether `X-Twilio-Signature` is right; None where the sink knows no token."""

    def __str__(self) -> str:
        status = self.parameters.get("RecordingStatus")
        return f"{self.method} {self.path}" + (f" ({status})" if status else "")


class Sink:
    """Receives callbacks at any path of a free port of 127.0.0.1, while it is entered.

        with Sink(token=auth_token) as sink:
            ...  # have something sent to sink.url
            (callback,) = sink.wait_for(1)

    Args:
        token: the auth token that signatures are checked with; `sink.token` may be set later too.
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
        """Where callbacks can be sent to, such as `http://127.0.0.1:40123/callback`.

        Raises:
            RuntimeError: where the sink is not open.
        """
        if self._server is None:
            raise RuntimeError("the sink is not open: enter it first, as in `with Sink() as sink:`")
        return f"http://127.0.0.1:{self._server.server_port}/callback"

    @property
    def received(self) -> list[Received]:
        """What has arrived so far, the first first."""
        with self._arrived:
            return list(self._received)

    def answer_with(self, *statuses: int) -> None:
        """Answer the next requests with these statuses, in place of any that were left, then with 204 again."""
        with self._arrived:
            self._statuses = deque(statuses)

    def delay(self, seconds: float) -> None:
        """Let each request from now on wait for its answer; what arrived is noted before. 0 ends it."""
        self._delay = seconds

    def wait_for(self, count: int = 1, timeout: float = 5.0) -> list[Received]:
        """Wait until so many requests have arrived, and return all that have.

        Args:
            timeout: in seconds.

        Raises:
            TimeoutError: with a sentence that tells what did arrive.
        """
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self._received) >= count, timeout):
                told = ", ".join(map(str, self._received)) or "none"
                raise TimeoutError(f"expected {count} requests within {timeout:g} s, found {told}")
            return list(self._received)

    def clear(self) -> None:
        """Forget what has arrived; statuses and delay stay."""
        with self._arrived:
            self._received.clear()

    def _record(self, received: Received) -> int:
        """Note a request, wait as long as wished, and return the status to answer with."""
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
        """Say nothing of a client that has gone: tests of time-outs make many."""


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
        """Keep quiet: the sink tells what arrived."""

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
