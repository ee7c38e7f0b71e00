"""The destination of a proxy request: host and port."""

import re
from typing import NamedTuple, Self

from httptools.parser.url_parser import URL

from mockserver.rest.hosts import API_HOST, MEDIA_HOST, TWILIO_DOMAIN

_AUTHORITY = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._\-]{1,253}):(?P<port>[0-9]{1,5})", re.ASCII)
_LABEL = re.compile(r"[a-z0-9]([a-z0-9\-]{0,61}[a-z0-9])?", re.ASCII)
_PORTS = {"http": 80, "https": 443}


class BadDestinationError(ValueError):
    """The target names no host and port. The message says what was expected."""


class Destination(NamedTuple):
    """A host, in lower case and without brackets or a final dot, and a port."""

    host: str
    port: int

    @classmethod
    def from_connect(cls, target: bytes) -> Self:
        """Parse the target of a CONNECT request, such as `api.twilio.com:443`.

        Raises:
            BadDestinationError: if the target is malformed.
        """
        return cls._parse(target.decode("latin-1"))

    @classmethod
    def from_url(cls, url: URL) -> Self:
        """Parse the destination of an absolute URL.

        Raises:
            BadDestinationError: if the URL is not http or https, or has no host.
        """
        scheme = (url.schema or b"").decode("latin-1").lower()
        if scheme not in _PORTS:
            raise BadDestinationError(f"Expected a path, or a URL of http or https, found {scheme[:20]!r}.")
        host = (url.host or b"").decode("latin-1")
        return cls._parse(f"{_with_brackets(host)}:{url.port or _PORTS[scheme]}")

    @classmethod
    def _parse(cls, text: str) -> Self:
        match = _AUTHORITY.fullmatch(text)
        if match is None or not 0 < int(match["port"]) < 65536:
            raise BadDestinationError(f"Expected HOST:PORT such as {API_HOST}:443, found {text[:80]!r}.")
        return cls(match["host"].strip("[]").lower().removesuffix("."), int(match["port"]))

    @property
    def is_api(self) -> bool:
        """True if the mock stands in for this host."""
        return self.host == API_HOST

    @property
    def is_media(self) -> bool:
        """True if the mock redirects media to this host."""
        return self.host == MEDIA_HOST

    @property
    def is_twilio(self) -> bool:
        """True if the host is Twilio's and a certificate can be issued for its name."""
        labels = self.host.split(".")
        return f".{self.host}".endswith(TWILIO_DOMAIN) and all(map(_LABEL.fullmatch, labels))

    def is_at(self, address: tuple[str, int | None] | None) -> bool:
        """Return True if the destination is the socket address, by number or as localhost."""
        return address is not None and address[1] == self.port and self.host in (address[0], "localhost")

    def __str__(self) -> str:
        return f"{_with_brackets(self.host)}:{self.port}"


def to_origin_form(url: URL) -> tuple[bytes, bytes]:
    """Return the path and query of an absolute URL, and the Host for it (RFC 9112 §3.2.2)."""
    host = _with_brackets((url.host or b"").decode("latin-1")).encode("latin-1")
    target = (url.path or b"/") + (b"" if url.query is None else b"?" + url.query)
    return target, host if url.port is None else b"%s:%d" % (host, url.port)


def _with_brackets(host: str) -> str:
    return f"[{host}]" if ":" in host else host
