"""A client's connection, on its way from the server to the proxy."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from starlette.types import ASGIApp

Place = tuple[str, int | None] | None
"""A socket address: host and port, or None if unknown, as uvicorn stores it."""


class Ends(NamedTuple):
    """The two ends of a connection."""

    client: Place
    server: Place


class Connection(NamedTuple):
    """A connection whose client sent CONNECT. The server no longer reads from it."""

    transport: asyncio.Transport
    target: bytes
    early: bytes
    """The bytes that followed the request before the response."""
    ends: Ends
    protocol_of: Callable[[ASGIApp | None], asyncio.Protocol]
    """Creates a protocol that serves an application; None stands for the server's own."""
