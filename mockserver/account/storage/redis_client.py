"""The clients of a Redis server, and what is said if it fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha1
from typing import Any

from mockserver.account.storage.store_error import SlowStoreError, StoreError
from mockserver.settings.store_url import StoreUrl

_TIMEOUT_SECONDS = 0.7
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
        with self.explaining_errors():
            self.commands = redis.Redis.from_url(
                url.server, socket_timeout=_TIMEOUT_SECONDS, socket_connect_timeout=_TIMEOUT_SECONDS, retry=None
            )

    def run(self, script: str, *arguments: str | bytes | int) -> Any:
        """Return the result of a script."""
        digest = _digest(script)
        with self.explaining_errors():
            try:
                return self.commands.evalsha(digest, 0, *arguments)
            except self._redis.exceptions.NoScriptError:
                return self.commands.eval(script, 0, *arguments)

    def close(self) -> None:
        """Close all connections."""
        self.commands.close()

    @contextmanager
    def explaining_errors(self) -> Iterator[None]:
        """Turn errors of Redis into a sentence without the password, which some of them have."""
        try:
            yield
        except self._redis.exceptions.AuthenticationError:
            raise StoreError(f"expected a user and a password that {self.name} accepts, found others.") from None
        except self._redis.exceptions.TimeoutError:
            raise SlowStoreError(f"expected an answer of {self.name}, found none in {_TIMEOUT_SECONDS:g} s.") from None
        except self._redis.exceptions.ConnectionError as error:
            kind = type(error.__cause__ or error).__name__
            raise SlowStoreError(f"expected a Redis server at {self.name}, found none ({kind}).") from None
        except self._redis.exceptions.ResponseError as error:
            raise StoreError(f"expected a Redis server that takes changes at {self.name}, found: {error}.") from None
        except (self._redis.exceptions.RedisError, ValueError) as error:
            raise StoreError(f"expected a Redis server at {self.name}, found: {type(error).__name__}.") from None


def _digest(script: str) -> str:
    return sha1(script.encode(), usedforsecurity=False).hexdigest()
