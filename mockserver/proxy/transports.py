"""Closing transports of every event loop. asyncio's TLS transport forgets its connection when it is closed twice."""

import asyncio
import os
import socket
import struct
from contextlib import suppress

TRANSPORT_KEY = "recmock.transport"
"""The key of the connection's transport in the state of the ASGI scope."""
_LINGER_ZERO = struct.pack("ii", 1, 0)


def close(transport: asyncio.WriteTransport) -> None:
    """Close a transport once it has sent what it holds, unless that has begun: it would forget its connection."""
    if not transport.is_closing():
        transport.close()


def abort(transport: asyncio.WriteTransport) -> None:
    """Close a transport at once, and discard what it has not sent.

    Until Python 3.11.3, it fails for a TLS transport that has forgotten its connection.
    """
    with suppress(AttributeError):
        transport.abort()


def reset(transport: asyncio.WriteTransport) -> None:
    """Close a transport with a reset: without time to linger, the kernel sends RST instead of FIN."""
    if hasattr(transport, "reset"):  # the connection belongs to another process
        transport.reset()
        return
    connection = transport.get_extra_info("socket")
    with socket.socket(fileno=os.dup(connection.fileno())) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
    abort(transport)
