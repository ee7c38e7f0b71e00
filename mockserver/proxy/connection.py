"""A client's connection, on its way from the server to the proxy."""

import asyncio
from collections.abc import Callable
from typing import NamedTuple

from starlette.types import ASGIApp

Place = tuple[str, int | None] | None
"""Where a socket's end is: host and port, or None where that is not known, as uvicorn notes it."""


class Ends(NamedTuple):
    """The two ends of a connection."""

    client: Place
    server: Place


class Connection(NamedTuple):
    """A connection whose client asked for CONNECT; nothing is read from it any more."""

    transport: asyncio.Transport
    target: bytes
    early: bytes
    """What came behind the request, without waiting for the answer."""
    ends: Ends
    protocol_of: Callable[[ASGIApp | None], asyncio.Protocol]
    """Makes a protocol that serves an application; the server's own where it is None."""
