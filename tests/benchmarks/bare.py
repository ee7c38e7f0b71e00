"""Bare applications, which measure the cost of uvicorn and Starlette alone, and a server that only writes bytes."""

import asyncio
import sys
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send


def build_bare_asgi(body: bytes) -> ASGIApp:
    """Return an ASGI application that sends prebuilt bytes."""
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]

    async def send_body(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return send_body


def build_bare_starlette(body: bytes) -> ASGIApp:
    """Return a Starlette application with one route that sends prebuilt bytes."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route

    async def send_body(_: Request) -> Response:
        return Response(body, media_type="application/json")

    return Starlette(routes=[Route("/{path:path}", send_body)])


class ConstantBytes(asyncio.Protocol):
    """Answers each piece of data with the same bytes. No server on this event loop can cost less."""

    def __init__(self, response: bytes) -> None:
        self._response = response

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is one
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(self._response)


async def serve_constant_bytes(body: bytes, port: int) -> None:
    """Serve until the process ends."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: ConstantBytes(head + body), "127.0.0.1", port)
    await server.serve_forever()


def run(kind: str, body: bytes, port: int) -> None:
    """Run one of the servers: `constant`, `asgi` or `starlette`."""
    if kind == "constant":
        import uvloop

        uvloop.run(serve_constant_bytes(body, port))
        return
    build_app = {"asgi": build_bare_asgi, "starlette": build_bare_starlette}[kind]
    uvicorn.run(
        build_app(body),
        port=port,
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        proxy_headers=False,
    )


if __name__ == "__main__":
    run(sys.argv[1], Path(sys.argv[2]).read_bytes(), int(sys.argv[3]))
