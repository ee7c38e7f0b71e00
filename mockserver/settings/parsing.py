"""Settings' values from text: each parser returns the value or says what it expected."""

import re
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple, Self

from generators.sids import Kind, is_sid
from mockserver.rest.auth import DeclaredAccount

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 24 * 3600, "w": 7 * 24 * 3600}
_SPAN = r"(?a)(\d{1,9})\s*([smhdw])"
_ADDRESS = r"(?a)(?P<host>\[[0-9A-Fa-f:.%]+\]|[^:\[\]\s/]*):(?P<port>\d{1,5})"
_BASE_URL = r"(?a)https?://[A-Za-z0-9.\-_\[\]:]+"
_PACE = r"(?a)(\d{1,7}(?:\.\d{1,3})?)x"
_LARGEST_COUNT = 10**12


class BadValueError(ValueError):
    """A text that is no value of its setting."""

    def __init__(self, expected: str, found: str) -> None:
        super().__init__(f"expected {expected}, found {found!r}.")

    @classmethod
    def from_message(cls, sentence: str) -> Self:
        """Make an error of a sentence that stands for itself."""
        error = cls("", "")
        error.args = (sentence,)
        return error


class Address(NamedTuple):
    """Where to listen."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `HOST:PORT`, `[::1]:PORT` or `:PORT`, which means 127.0.0.1."""
        match = re.fullmatch(_ADDRESS, text)
        if match is None or int(match["port"]) > 65535:
            raise BadValueError("HOST:PORT such as 127.0.0.1:4010 or [::1]:0", text)
        return cls(match["host"].strip("[]") or "127.0.0.1", int(match["port"]))

    def reachable(self) -> Self:
        """Return the address by which this machine reaches it: a wildcard stands for loopback too."""
        return self._replace(host={"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host))

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine reaches it."""
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return self.host == "localhost"

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class ClockRate(NamedTuple):
    """How fast an account's time passes: 1 is the machine's pace, 0 stands still."""

    rate: float

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `real`, `frozen`, or a pace such as `60x`."""
        known = {"real": 1.0, "frozen": 0.0}
        match = re.fullmatch(_PACE, text)
        rate = known.get(text) if match is None else float(match[1])
        if rate is None or (match is not None and not 0 < rate <= 1e6):
            raise BadValueError("real, frozen, or a pace from 0.001x to 1000000x", text)
        return cls(rate)

    def __str__(self) -> str:
        return {1.0: "real", 0.0: "frozen"}.get(self.rate, f"{self.rate:g}x")


def parse_text(text: str) -> str:
    """Read any text."""
    return text


def parse_path(text: str) -> Path:
    """Read a file's path."""
    if not text:
        raise BadValueError("the path of a file", text)
    return Path(text)


def parse_base_url(text: str) -> str:
    """Read scheme and host of a URL; a slash at the end is dropped."""
    if not re.fullmatch(_BASE_URL, text.rstrip("/")):
        raise BadValueError("a URL of scheme and host such as https://api.example.com", text)
    return text.rstrip("/")


def parse_url(text: str) -> str:
    """Read a URL of http or https."""
    if not text.startswith(("http://", "https://")):
        raise BadValueError("a URL such as http://127.0.0.1:8000/recordings", text)
    return text


def parse_hosts(text: str) -> str:
    """Read where callbacks may go, which stays text; see `HostRules`."""
    from mockserver.callbacks.allowed_hosts import HostRules

    try:
        HostRules.parse(text)
    except ValueError as wrong:
        raise BadValueError.from_message(str(wrong)) from None
    return text


def parse_count(text: str) -> int:
    """Read a number of recordings, such as 1000 or 1_000_000."""
    digits = text.replace("_", "")
    if not re.fullmatch(r"[0-9]{1,13}", digits) or int(digits) > _LARGEST_COUNT:
        raise BadValueError(f"a whole number from 0 to {_LARGEST_COUNT:,}".replace(",", "_"), text)
    return int(digits)


def parse_span(text: str) -> int:
    """Read a duration as seconds."""
    match = re.fullmatch(_SPAN, text.strip())
    if match is None or not 0 < (seconds := int(match[1]) * _UNITS[match[2]]) <= 20_000 * _UNITS["d"]:
        raise BadValueError("a duration such as 90d, 12h, 30m or 45s, at most 20000d", text)
    return seconds


def parse_instant(text: str) -> int:
    """Read an instant as seconds since 1970; without a zone it is in UTC."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise BadValueError("a date or an instant such as 2026-03-01T09:00:00Z", text) from None
    if not 1970 <= instant.year <= 9000:
        raise BadValueError("a date between 1970 and 9000", text)
    zoned = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return int(zoned.timestamp() // 1)


def parse_switch(text: str) -> bool:
    """Read on or off."""
    if text not in ("on", "off"):
        raise BadValueError("on or off", text)
    return text == "on"


def parse_account(text: str) -> DeclaredAccount:
    """Read `AC...:TOKEN`, or `AC...:TOKEN@PARENT` for a subaccount of PARENT."""
    sid, colon, rest = text.partition(":")
    token, at, parent = rest.rpartition("@") if "@" in rest else (rest, "", "")
    if not (colon and token and is_sid(sid, Kind.ACCOUNT)) or (at and not is_sid(parent, Kind.ACCOUNT)):
        raise BadValueError("AC...:TOKEN or AC...:TOKEN@AC..., each AC followed by 32 hexadecimal digits", text)
    return DeclaredAccount(sid=sid, token=token, parent=parent or None)
