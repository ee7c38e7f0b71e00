"""The clients of a Redis server, and what is said if it fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha1
from threading import Lock
from typing import Any

from mockserver.account.storage.store_error import SlowStoreError, StoreError
from mockserver.settings.store_url import StoreUrl

TIMEOUT_SECONDS = 0.7
"""Real seconds in which Redis answers. A call is tried twice, and clients of the mock wait at most two seconds."""


class RedisClient:
    """Runs commands and scripts.

    Args:
        url: the URL of the server.

    Raises:
        StoreError: if the package redis is not installed, or the URL is not valid.
    """

    def __init__(self, url: StoreUrl) -> None:
        try:
            import redis
        except ImportError:
            raise StoreError(
                "expected the package redis, found none. Install it: pip install 'redis[hiredis]'."
            ) from None
        assert url.server is not None, "the store is a Redis server"
        self.name = str(url)
        self._redis = redis
        self._lock = Lock()
        self._connection: Any = None
        with self.explaining_errors():
            self.commands = redis.Redis.from_url(
                url.server, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS, retry=None
            )

    def run(self, script: str, *arguments: str | bytes | int) -> Any:
        """Return the result of a script. It has a connection of its own: to take one of a pool costs as much again."""
        with self._lock, self.explaining_errors():
            try:
                return self._call("EVALSHA", digest(script), 0, *arguments)
            except self._redis.exceptions.NoScriptError:
                return self._call("EVAL", script, 0, *arguments)

    def _call(self, *command: str | bytes | int) -> Any:
        if self._connection is None:
            self._connection = self.commands.connection_pool.get_connection()
        self._connection.send_command(*command, check_health=False)
        return self._connection.read_response()

    def connect(self) -> Any:
        """Return a connection of its own, which the caller must close.

        Raises:
            StoreError: if Redis cannot be reached.
        """
        with self.explaining_errors():
            return self.commands.connection_pool.get_connection()

    def close(self) -> None:
        """Close all connections."""
        if self._connection is not None:
            self._connection.disconnect()
        self.commands.close()

    @contextmanager
    def explaining_errors(self) -> Iterator[None]:
        """Turn errors of Redis into a sentence without the password, which some of them have."""
        try:
            yield
        except self._redis.exceptions.AuthenticationError:
            raise StoreError(f"expected a user and a password that {self.name} accepts, found others.") from None
        except (TimeoutError, self._redis.exceptions.TimeoutError):
            raise SlowStoreError(f"expected an answer of {self.name}, found none in {TIMEOUT_SECONDS:g} s.") from None
        except self._redis.exceptions.ConnectionError as error:
            kind = type(error.__cause__ or error).__name__
            raise SlowStoreError(f"expected a Redis server at {self.name}, found none ({kind}).") from None
        except self._redis.exceptions.ResponseError as error:
            raise StoreError(f"expected a Redis server that takes changes at {self.name}, found: {error}.") from None
        except (self._redis.exceptions.RedisError, ValueError) as error:
            raise StoreError(f"expected a Redis server at {self.name}, found: {type(error).__name__}.") from None


@cache
def digest(script: str) -> str:
    """Return the name by which Redis knows a script."""
    return sha1(script.encode(), usedforsecurity=False).hexdigest()
