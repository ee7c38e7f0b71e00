"""Parsers for the texts of settings.

Each parser returns the value, or raises `BadValueError` if the text is invalid.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Any, NamedTuple, Self
from urllib.parse import urlsplit

import msgspec

from generators.instants import SECONDS_PER_DAY
from mockserver.callbacks.connection_overrides import MAX_RETRIES, POLICIES
from mockserver.callbacks.routes import Route
from mockserver.settings.machine_clock import wall_seconds
from scenarios.durations import normalize_duration

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
_SPAN = r"([0-9]{1,9})([smhdw])"
_HOST = r"\[[0-9A-Fa-f:.%]+\]|[^:\[\]\s/]*"
_ADDRESS = rf"(?a)(?P<host>{_HOST}):(?P<port>\d{{1,5}})"
_SERVER_WITHOUT_SCHEME = rf"(?a)(?:(?P<host>{_HOST}):)?(?P<rest>\d{{1,5}}(?:/.*)?)"
_BASE_URL = r"(?a)(?i:https?)://[A-Za-z0-9.\-_\[\]:]+"
_HTTP_URL = r"(?i:https?)://"
_LARGEST_COUNT = 10**12
MAX_PORT = 65535
"""The highest port."""
LOOPBACK_HOSTS = ("127.0.0.1", "::1")
"""The addresses that localhost stands for."""


class BadValueError(ValueError):
    """The text is not a valid value of the setting. The message says what was expected and what was found."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}, found {found!r}.")

    @classmethod
    def from_message(cls, message: str) -> Self:
        """Return an error with a complete message."""
        error = cls("", "")
        error.args = (message,)
        return error


class Option(msgspec.Struct, frozen=True):
    """The parser and the help text of a setting."""

    help: str
    parse: Callable[[str], Any]
    metavar: str
    repeatable: bool = False


class Address(NamedTuple):
    """A host and port to listen on."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `HOST:PORT`, `[::1]:PORT` or `PORT`. In `:PORT` the host is 127.0.0.1, in `PORT` it is localhost."""
        match = re.fullmatch(_ADDRESS, f"localhost:{text}" if text.isdecimal() else text)
        if match is None or int(match["port"]) > MAX_PORT:
            raise BadValueError("HOST:PORT such as 127.0.0.1:4010 or [::1]:0", text)
        return cls(match["host"].strip("[]") or LOOPBACK_HOSTS[0], int(match["port"]))

    def to_reachable(self) -> Self:
        """Return the address that programs on this machine can connect to: loopback instead of a wildcard."""
        return self._replace(host={"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host))

    def to_url(self) -> str:
        """Return the base URL for programs on this machine. It names a number, because `localhost` has two."""
        reachable = self.to_reachable()
        return f"http://{reachable._replace(host=LOOPBACK_HOSTS[0]) if reachable.is_localhost else reachable}"

    @property
    def is_localhost(self) -> bool:
        """True if the host is the name localhost, which stands for all loopbacks."""
        return self.host.lower().removesuffix(".") == "localhost"

    @property
    def is_loopback(self) -> bool:
        """True if only programs on this machine can connect to the address."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.is_localhost

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


def parse_host(text: str) -> str:
    """Parse the host of an address, as a name or a number."""
    host = text.strip("[]")
    if not host or not re.fullmatch(_HOST, f"[{host}]" if ":" in host else host):
        raise BadValueError("a host such as 127.0.0.1, localhost or ::1", text)
    return host


def parse_port(text: str) -> int:
    """Parse a port."""
    if not re.fullmatch(r"[0-9]{1,5}", text) or int(text) > MAX_PORT:
        raise BadValueError(f"a port from 0 to {MAX_PORT}", text)
    return int(text)


def complete_server_url(text: str) -> str:
    """Return the URL of a mock that `HOST:PORT` or `PORT` stands for; any other text as it is."""
    match = re.fullmatch(_SERVER_WITHOUT_SCHEME, text)
    return text if match is None else f"http://{match['host'] or LOOPBACK_HOSTS[0]}:{match['rest']}"


def parse_server_url(text: str) -> str:
    """Parse the URL of a mock, write its scheme in lower case, and remove a slash at its end."""
    url = complete_server_url(text)
    try:
        parts = urlsplit(url)
        is_valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_valid = False
    if not is_valid:
        raise BadValueError("a URL such as http://127.0.0.1:4010", text[:80])
    scheme, separator, rest = url.rstrip("/").partition(":")
    return scheme.lower() + separator + rest


def parse_text(text: str) -> str:
    """Accept any text."""
    return text


def parse_path(text: str) -> Path:
    """Parse the path of a file."""
    if not text:
        raise BadValueError("the path of a file", text)
    return Path(text)


def parse_base_url(text: str) -> str:
    """Parse a URL of scheme and host, write its scheme in lower case, and remove a slash at its end."""
    if not re.fullmatch(_BASE_URL, text.rstrip("/")):
        raise BadValueError("a URL of scheme and host such as https://api.example.com", text)
    scheme, separator, host = text.rstrip("/").partition(":")
    return scheme.lower() + separator + host


def parse_url(text: str) -> str:
    """Check that the text is an http or https URL."""
    if not re.match(_HTTP_URL, text):
        raise BadValueError("a URL such as http://127.0.0.1:8000/recordings", text)
    return text


def parse_hosts(text: str) -> str:
    """Check a list of hosts that callbacks may be sent to, and return it unchanged; see `AllowedHosts`."""
    from mockserver.callbacks.allowed_hosts import AllowedHosts

    try:
        AllowedHosts.parse(text)
    except ValueError as error:
        raise BadValueError.from_message(str(error)) from None
    return text


def parse_route(text: str) -> Route:
    """Parse a route such as https://app.example.com=http://127.0.0.1:8000."""
    try:
        return Route.parse(text)
    except ValueError as error:
        raise BadValueError.from_message(f"{error}.") from None


def parse_retries(text: str) -> int:
    """Parse a number of retries, as Twilio's `#rc=` allows it."""
    if text not in map(str, range(MAX_RETRIES + 1)):
        raise BadValueError(f"a whole number from 0 to {MAX_RETRIES}", text)
    return int(text)


def parse_retry_policy(text: str) -> str:
    """Check a retry policy such as 5xx,ct,rt, as Twilio's `#rp=` has it, and return it without spaces."""
    names = [name.strip() for name in text.lower().split(",")]
    if not {*POLICIES}.issuperset(names):
        raise BadValueError(f"one or more of {', '.join(POLICIES)}, separated by commas", text)
    return ",".join(names)


def parse_count(text: str) -> int:
    """Parse a number of recordings, such as 1000 or 1_000_000."""
    digits = text.replace("_", "")
    if not re.fullmatch(r"[0-9]{1,13}", digits) or int(digits) > _LARGEST_COUNT:
        raise BadValueError(f"a whole number from 0 to {_LARGEST_COUNT:,}".replace(",", "_"), text)
    return int(digits)


def parse_span(text: str) -> int:
    """Parse a duration such as 90d or 45s, and return seconds."""
    match = re.fullmatch(_SPAN, normalize_duration(text))
    if match is None or not 0 < (seconds := int(match[1]) * _UNITS[match[2]]) <= 20_000 * _UNITS["d"]:
        raise BadValueError("a duration such as 90d, 12h, 30m or 45s, at most 20000d", text)
    return seconds


def parse_instant(text: str) -> int:
    """Parse an instant and return seconds since the epoch; without a time zone it is in UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadValueError("a date or an instant such as 2026-03-01T09:00:00Z", text) from None
    if not 1970 <= instant.year <= 9000:
        raise BadValueError("a date between 1970 and 9000", text)
    zoned = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return int(zoned.timestamp() // 1)


def parse_start(text: str) -> int:
    """Parse an instant, `now`, or `today` for its midnight UTC, and return seconds since the epoch."""
    if text in ("now", "today"):
        now = wall_seconds()
        return now if text == "now" else now // SECONDS_PER_DAY * SECONDS_PER_DAY
    return parse_instant(text)
