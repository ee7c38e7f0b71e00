"""Bare applications, which measure the cost of uvicorn and Starlette alone."""

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


if __name__ == "__main__":
    kind, body, port = sys.argv[1:]
    build_app = {"asgi": build_bare_asgi, "starlette": build_bare_starlette}[kind]
    uvicorn.run(
        build_app(Path(body).read_bytes()),
        port=int(port),
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_level="warning",
        proxy_headers=False,
    )
