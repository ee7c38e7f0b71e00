"""A client's connection, on its way from the server to the proxy."""

import asyncio
from collections.abc import Callable

import msgspec
from starlette.types import ASGIApp

SocketAddress = tuple[str, int | None] | None
"""A socket address: host and port, or None if unknown, as uvicorn stores it."""


class ConnectionAddresses(msgspec.Struct, frozen=True):
    """The two ends of a connection."""

    client: SocketAddress
    server: SocketAddress


class Connection(msgspec.Struct, frozen=True):
    """A connection whose client sent CONNECT. The server no longer reads from it."""

    transport: asyncio.Transport
    target: bytes
    early_bytes: bytes
    """The bytes that followed the request before the response."""
    addresses: ConnectionAddresses
    own_application: ASGIApp
    """The server's own application."""
    create_protocol: Callable[[ASGIApp], asyncio.Protocol]
    """Creates a protocol that serves an application."""
