"""The response headers of Twilio (WIRE §10), and the mock's own."""

import re
from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

from mockserver.rest.representations.wires import Wire

_UNPRINTABLE = re.compile(r"[^ -~]")

Header = tuple[bytes, bytes]

_FIXED: tuple[Header, ...] = (
    (b"twilio-concurrent-requests", b"1"),
    (b"x-powered-by", b"AT-5000"),
    (b"x-shenanigans", b"none"),
    (b"x-home-region", b"us1"),
    (b"x-api-domain", b"api.twilio.com"),
    (b"strict-transport-security", b"max-age=31536000"),
    (b"access-control-allow-origin", b"*"),
    (
        b"access-control-allow-headers",
        b"Accept, Authorization, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Unmodified-Since, "
        b"Idempotency-Key",
    ),
    (b"access-control-allow-methods", b"GET, POST, DELETE, OPTIONS"),
    (b"access-control-expose-headers", b"ETag"),
    (b"access-control-allow-credentials", b"true"),
    (b"vary", b"Authorization, Host, User-Agent, X-Mock-Wire"),
)


def encode_headers(headers: Sequence[Header]) -> bytes:
    """Return headers as bytes.

    Raises:
        ValueError: if a header contains a line break.
    """
    written = b"".join([b"%s: %s\r\n" % header for header in headers])
    if not written.count(b"\n") == written.count(b"\r") == len(headers):
        raise ValueError(f"expected headers of one line each, found {headers}")
    return written


_BY_WIRE = {wire: (*_FIXED, (b"x-mock-wire", wire.value.encode())) for wire in Wire}
_ENCODED_BY_WIRE = {wire: encode_headers(headers) for wire, headers in _BY_WIRE.items()}


class ResponseMetadata(NamedTuple):
    """The metadata headers of a response, which Twilio sends with every one."""

    wire: Wire
    request_id: bytes
    seconds: float
    """The duration of the request."""

    def headers(self) -> tuple[Header, ...]:
        """Return the headers."""
        return (*_BY_WIRE[self.wire], *self._varying_headers())

    def encode(self) -> bytes:
        """Return the headers as bytes."""
        return _ENCODED_BY_WIRE[self.wire] + encode_headers(self._varying_headers())

    def _varying_headers(self) -> tuple[Header, ...]:
        duration = b"%.3f" % self.seconds
        return (b"twilio-request-id", self.request_id), (b"twilio-request-duration", duration)


class ResponseMetadataFactory:
    """Creates the metadata of a server's responses. Each has its own request id.

    Args:
        instance: 16 hexadecimal digits that make this server's request ids unique.
    """

    def __init__(self, instance: str) -> None:
        self._request_ids: Iterator[str] = map(f"RQ{instance}{{:016x}}".format, count())

    def __call__(self, wire: Wire, seconds: float) -> ResponseMetadata:
        """Return the metadata of a response that took some seconds."""
        return ResponseMetadata(wire, next(self._request_ids).encode(), seconds)


def reason_header(text: str) -> Header:
    """Return the `X-Mock-Reason` header. Characters that a header cannot contain are escaped."""
    return b"x-mock-reason", _escape(text)


def warning_header(text: str) -> Header:
    """Return the `X-Mock-Warning` header."""
    return b"x-mock-warning", _escape(text)


def _escape(text: str) -> bytes:
    return _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), text).encode("ascii")
