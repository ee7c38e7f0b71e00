"""Where the state of accounts is kept."""

from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import parse_qsl, urlencode, urlsplit

from mockserver.settings.parsing import BadValueError, Option

_REDIS_SCHEMES = ("redis", "rediss", "unix")
_DEFAULT_PREFIX = "recmock"
_MAX_WORKERS = 64
_EXPECTED = "memory, sqlite:FILE, or redis://HOST:PORT"


class StoreUrl(NamedTuple):
    """A store: the memory of the process, a file, or a Redis server."""

    path: Path | None = None
    """The SQLite file; None for another store."""
    server: str | None = None
    """The URL of the Redis server, which may have a password; None for another store."""
    prefix: str = _DEFAULT_PREFIX
    """What the keys in the Redis server begin with."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `memory`, `sqlite:FILE`, or the URL of a Redis server, which may have `?prefix=` for its keys.

        Raises:
            BadValueError: if the text is none of them. The message does not show the text after another scheme, which
                may be a URL with a password.
        """
        if text == "memory":
            return cls()
        scheme, colon, path = text.partition(":")
        if scheme == "sqlite" and path:
            return cls(Path(path.removeprefix("//")))
        if scheme in _REDIS_SCHEMES and path.startswith("//"):
            return cls._parse_server(text)
        raise BadValueError(_EXPECTED, f"{scheme}{colon}..." if colon else text)

    @classmethod
    def _parse_server(cls, text: str) -> Self:
        url = urlsplit(text)
        try:
            is_complete = bool(url.path.strip("/")) if url.scheme == "unix" else bool(url.hostname and url.port != 0)
        except ValueError:  # the port is no number
            is_complete = False
        options = dict(parse_qsl(url.query, keep_blank_values=True))
        prefix = options.pop("prefix", _DEFAULT_PREFIX)
        if not is_complete or not prefix:
            raise BadValueError(_EXPECTED, f"{url.scheme}:...")
        query = f"?{urlencode(options)}" if options else ""
        return cls(server=text.partition("?")[0] + query, prefix=prefix)

    @property
    def is_memory(self) -> bool:
        """True if the state ends with the process."""
        return self.path is None and self.server is None

    @property
    def kind(self) -> str:
        """The kind of the store, in one word."""
        if self.server is not None:
            return "redis"
        return "memory" if self.path is None else "sqlite"

    def __str__(self) -> str:
        """Return the URL without its password."""
        if self.server is None:
            return "memory" if self.path is None else f"sqlite:{self.path}"
        user, _, password = urlsplit(self.server).netloc.rpartition("@")[0].partition(":")
        shown = self.server.partition("?")[0].replace(f"{user}:{password}@", f"{user}:***@", int(bool(password)))
        return shown if self.prefix == _DEFAULT_PREFIX else f"{shown}?{urlencode({'prefix': self.prefix})}"

    def __repr__(self) -> str:
        """Return the same: reports of failures show settings."""
        return f"StoreUrl({str(self)!r})"


STORE_OPTION = Option(
    "Where the state of accounts is: memory, a file that outlives the server (sqlite:FILE), or redis://HOST:PORT.",
    StoreUrl.parse,
    "memory|sqlite:FILE|redis://...",
)


def parse_workers(text: str) -> int:
    """Parse a number of processes.

    Raises:
        BadValueError: if it is not from 1 to 64.
    """
    if not text.isdecimal() or not 1 <= int(text) <= _MAX_WORKERS:
        raise BadValueError(f"a whole number from 1 to {_MAX_WORKERS}", text)
    return int(text)


WORKERS_OPTION = Option(
    "Processes that share the port and a store that is not memory. One that dies is started again.", parse_workers, "N"
)
