"""Closing transports of every event loop."""

import asyncio
from contextlib import suppress


def abort(transport: asyncio.WriteTransport) -> None:
    """Close a transport at once, and discard what it has not sent.

    asyncio's TLS transport forgets its connection when it is closed twice. Until Python 3.11.3, `abort()` then fails.
    """
    with suppress(AttributeError):
        transport.abort()
