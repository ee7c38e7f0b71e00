"""One request to an application in this process, as WSGI or ASGI has it."""

import inspect
import sys
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple
from urllib.parse import unquote_to_bytes, urlsplit

from mockserver.callbacks.request import CallbackRequest, Pairs

__tracebackhide__ = True
_PORTS = {"http": 80, "https": 443}
_CLIENT = "127.0.0.1"


class AppResponse(NamedTuple):
    """What matters of a response."""

    status: int
    headers: Pairs
    """The names are in lower case."""
    body: bytes


WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
AsgiApp = Callable[[Any, Any, Any], Awaitable[None]]


def is_asgi(app: Any) -> bool:
    """Return True if an application is a coroutine function, or an object that is called like one."""
    while isinstance(app, partial):
        app = app.func
    return inspect.iscoroutinefunction(app) or inspect.iscoroutinefunction(getattr(app, "__call__", None))  # noqa: B004


def call_wsgi(app: WsgiApp, request: CallbackRequest, added_headers: Pairs = ()) -> AppResponse:
    """Call a WSGI application, and read its whole response."""
    started: list[tuple[str, list[tuple[str, str]]]] = []
    parts: list[bytes] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], None]:
        started.append((status, headers))
        return parts.append

    body = app(_build_environ(request, added_headers), start_response)
    try:
        parts.extend(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    if not started:
        raise RuntimeError("expected the application to call start_response, found that it did not")
    status, headers = started[-1]
    lower = tuple((name.lower(), value) for name, value in headers)
    return AppResponse(int(status.split(" ", 1)[0]), lower, b"".join(parts))


async def call_asgi(app: AsgiApp, request: CallbackRequest, added_headers: Pairs = ()) -> AppResponse:
    """Call an ASGI application, and read its whole response."""
    from anyio import sleep_forever

    incoming = iter([{"type": "http.request", "body": request.body, "more_body": False}])
    starts: list[Any] = []
    parts: list[bytes] = []

    async def receive() -> Any:
        message = next(incoming, None)
        return await sleep_forever() if message is None else message

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            starts.append(message)
        else:
            parts.append(message.get("body", b""))

    await app(_build_scope(request, added_headers), receive, send)
    if not starts:
        raise RuntimeError("expected the application to send a response, found that it sent none")
    headers = tuple(
        (bytes(name).decode("latin-1").lower(), bytes(value).decode("latin-1"))
        for name, value in starts[0].get("headers", ())
    )
    return AppResponse(starts[0]["status"], headers, b"".join(parts))


def _build_environ(request: CallbackRequest, added_headers: Pairs) -> dict[str, Any]:
    parts, (host, port) = urlsplit(request.url), _get_server(request)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(parts.path or "/").decode("latin-1"),
        "QUERY_STRING": parts.query,
        "RAW_URI": _build_target(request.url),
        "REQUEST_URI": _build_target(request.url),
        "SERVER_NAME": host,
        "SERVER_PORT": str(port),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": _CLIENT,
        "CONTENT_LENGTH": str(len(request.body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": parts.scheme,
        "wsgi.input": BytesIO(request.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": False,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in _collect_headers(request, added_headers):
        key = name.upper().replace("-", "_")
        environ[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = value
    return environ


def _build_scope(request: CallbackRequest, added_headers: Pairs) -> dict[str, Any]:
    parts = urlsplit(request.url)
    path = parts.path or "/"
    length = (("content-length", str(len(request.body))),) if request.body else ()
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": parts.scheme,
        "path": unquote_to_bytes(path).decode("utf-8", "replace"),
        "raw_path": path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [
            (name.lower().encode(), value.encode("latin-1"))
            for name, value in (*_collect_headers(request, added_headers), *length)
        ],
        "client": (_CLIENT, 0),
        "server": _get_server(request),
    }


def _collect_headers(request: CallbackRequest, added_headers: Pairs) -> Pairs:
    return (("host", urlsplit(request.url).netloc.rpartition("@")[2]), *added_headers, *request.headers)


def _get_server(request: CallbackRequest) -> tuple[str, int]:
    parts = urlsplit(request.url)
    return parts.hostname or "", parts.port or _PORTS[parts.scheme]


def _build_target(url: str) -> str:
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
