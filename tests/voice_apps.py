"""Small voice apps in WSGI and ASGI, without a framework and without a server."""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, make_server

VOICEMAIL: Mapping[str, str] = {
    "/voice": '<Say>Leave a message.</Say><Record finishOnKey="#" transcribe="true" transcribeCallback="/transcribed" '
    'recordingStatusCallback="/recorded" action="/thanks"/>',
    "/thanks": "<Say>Thank you.</Say>",
}
ORIGIN = "https://app.example.com"

Answer = str | tuple[int, str]


class VoiceApp:
    """Answers with a document for each path, and remembers what it was asked.

    Args:
        documents: the content of `<Response>` by path. Any other path gets an empty answer.
    """

    def __init__(self, documents: Mapping[str, str]) -> None:
        self.documents = documents
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.threads: set[int] = set()
        self.on_request: Callable[[str], object] = lambda path: None

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    def get_form(self, path: str) -> dict[str, str]:
        """Return the parameters of the last request of a path."""
        return next(form for asked, form in reversed(self.requests) if asked == path)

    def answer(self, path: str, encoded: bytes) -> bytes:
        form = {name: values[-1] for name, values in parse_qs(encoded.decode()).items()}
        self.requests.append((path, form))
        self.threads.add(threading.get_ident())
        self.on_request(path)
        return f"<Response>{self.documents[path]}</Response>".encode() if path in self.documents else b""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        encoded = (
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0)) or environ["QUERY_STRING"].encode()
        )
        body = self.answer(environ["PATH_INFO"], encoded)
        start_response("200 OK", [("Content-Type", "text/xml")])
        return [body]


class AsyncVoiceApp(VoiceApp):
    """The same in ASGI."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:  # type: ignore[override]
        message = await receive()
        body = self.answer(scope["path"], message["body"] or scope["query_string"])
        headers = [(b"content-type", b"text/xml")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class _SilentHandler(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serve_voice_app(app: VoiceApp) -> Iterator[str]:
    """Serve an app on a free port of loopback, and yield its origin."""
    with make_server("127.0.0.1", 0, app, handler_class=_SilentHandler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
