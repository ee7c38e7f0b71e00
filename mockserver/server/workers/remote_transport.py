"""The connection of a client that another worker has, as faults use it."""

import asyncio
from typing import Any

from mockserver.server.workers.kinds import FromLeader
from mockserver.server.workers.messages import MessageConnection


class RemoteTransport(asyncio.WriteTransport):
    """Passes on what a fault does to a connection.

    Args:
        number: the request on the connection.
    """

    def __init__(self, connection: MessageConnection, number: int) -> None:
        super().__init__()
        self._connection = connection
        self._number = number
        self._is_closing = False

    def is_closing(self) -> bool:
        """Return True after the connection was closed from here."""
        return self._is_closing

    def write(self, data: "bytes | bytearray | memoryview[Any]") -> None:
        """Write bytes as they are."""
        self._send("write", bytes(data))

    def close(self) -> None:
        """Close the connection once it has sent what it holds."""
        self._is_closing = True
        self._send("close")

    def abort(self) -> None:
        """Close the connection at once."""
        self._is_closing = True
        self._send("abort")

    def reset(self) -> None:
        """Close the connection with a reset. `transports.reset` calls this."""
        self._is_closing = True
        self._send("reset")

    def _send(self, action: str, data: bytes = b"") -> None:
        self._connection.send((FromLeader.TRANSPORT, self._number, action, data))
