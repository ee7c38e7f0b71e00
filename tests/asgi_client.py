"""Requests to an application in process, in half the time of httpx's transport: most of it went into its URLs."""

import asyncio
import re
from base64 import b64encode
from typing import Any
from urllib.parse import unquote

import httpx
from starlette.types import ASGIApp, Message

_PLAIN_TARGET = re.compile(
    r"(/(?![./])(?:(?!/\.)(?:[\w~=&,:+./-]|%[0-9A-Fa-f]{2}))*)(?:\?((?:[\w~=&,:+./-]|%[0-9A-Fa-f]{2})*))?", re.A
)
"""A target that httpx would send as it is."""
_HEADERS = {
    b"host": b"localhost:4010",
    b"accept": b"*/*",
    b"accept-encoding": b"gzip, deflate",
    b"connection": b"keep-alive",
    b"user-agent": f"python-httpx/{httpx.__version__}".encode(),
}


def is_plain(target: str) -> bool:
    """Return whether `send` can send a target: every client encodes its path and query alike."""
    return _PLAIN_TARGET.fullmatch(target) is not None


async def send(
    app: ASGIApp,
    method: str,
    target: str,
    headers: dict[str, str] | None = None,
    content: bytes = b"",
    auth: tuple[str, str] | None = None,
) -> httpx.Response:
    """Send a request with a plain target, and return the response."""
    found = _PLAIN_TARGET.fullmatch(target)
    assert found is not None, target
    fields = dict(_HEADERS)
    if content or method in ("POST", "PUT", "PATCH"):
        fields[b"content-length"] = b"%d" % len(content)
    for name, value in (headers or {}).items():
        fields[name.lower().encode()] = value.encode("ascii")
    if auth is not None:
        fields[b"authorization"] = _encode_credentials(*auth)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "headers": [*fields.items()],
        "scheme": "http",
        "path": unquote(found[1]),
        "raw_path": found[1].encode(),
        "query_string": (found[2] or "").encode(),
        "server": ("localhost", 4010),
        "client": ("127.0.0.1", 123),
        "root_path": "",
    }
    exchange = _Exchange(content)
    await app(scope, exchange.receive, exchange.send)
    assert exchange.is_complete.is_set()
    body = b"" if method == "HEAD" else b"".join(exchange.parts)
    request = httpx.Request(method, f"http://localhost:4010{found[1]}")
    status, headers = exchange.start["status"], exchange.start.get("headers", [])
    response = httpx.Response(status, headers=headers, stream=httpx.ByteStream(body), request=request)
    response.read()
    return response


def _encode_credentials(name: str, password: str) -> bytes:
    return b"Basic " + b64encode(f"{name}:{password}".encode())


class _Exchange:
    """The two ends of a request that the application sees."""

    def __init__(self, content: bytes) -> None:
        self.start: Any = None
        self.parts: list[bytes] = []
        self.is_complete = asyncio.Event()
        self._content: bytes | None = content

    async def receive(self) -> Message:
        if self._content is None:
            await self.is_complete.wait()
            return {"type": "http.disconnect"}
        body, self._content = self._content, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            assert self.start is None
            self.start = message
        elif message["type"] == "http.response.body":
            assert not self.is_complete.is_set()
            self.parts.append(message.get("body", b""))
            if not message.get("more_body", False):
                self.is_complete.set()
