"""A connection to Redis on which the event loop waits for answers, instead of a thread."""

import asyncio
import sys
from typing import Any

from mockserver.account.storage.redis_client import TIMEOUT_SECONDS, RedisClient, digest
from mockserver.account.storage.store_error import StoreError

_MAX_BYTES = 32_768
"""A longer command could fill the buffer of the socket, and wait until Redis reads it."""


class LoopConnection:
    """A connection that is opened by a thread, and used by one event loop at a time.

    Args:
        client: the client of the Redis server.
    """

    def __init__(self, client: RedisClient) -> None:
        self._client = client
        self._connection: Any = None

    @property
    def is_open(self) -> bool:
        """True if `run` can be used."""
        return self._connection is not None

    def open(self) -> None:
        """Open the connection, if it is not open. The caller waits.

        Raises:
            StoreError: if Redis cannot be reached.
        """
        if self._connection is None and sys.platform != "win32":  # its event loop watches no sockets
            self._connection = self._client.connect()

    def close(self) -> None:
        """Close the connection, if it is open."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.disconnect()

    async def run(self, script: str, *arguments: str | bytes | int) -> Any:
        """Return the result of a script.

        Raises:
            StoreError: if there is none: the command is too long, Redis does not know the script, or does not answer.
        """
        connection = self._connection
        command = connection.pack_command("EVALSHA", digest(script), 0, *arguments)
        if sum(map(len, command)) > _MAX_BYTES:
            raise StoreError(f"expected a command of at most {_MAX_BYTES} bytes.")
        try:
            with self._client.explaining_errors():
                connection.send_packed_command(command, check_health=False)
                await _wait_until_readable(connection._sock.fileno())
                return connection.read_response()
        except BaseException:
            self.close()  # an answer may come later
            raise


async def _wait_until_readable(descriptor: int) -> None:
    """Wait until a socket has data.

    Raises:
        TimeoutError: if none comes in time.
    """
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def go_on() -> None:
        loop.remove_reader(descriptor)
        future.set_result(None)

    loop.add_reader(descriptor, go_on)
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await future
    finally:
        loop.remove_reader(descriptor)
