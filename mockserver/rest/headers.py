"""The response headers of Twilio (WIRE §10), and the mock's own."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import count

import msgspec

from mockserver.rest.header_names import REASON_HEADER, WARNING_HEADER, WIRE_HEADER, capitalize_name
from mockserver.rest.representations.wires import Wire

_UNPRINTABLE = re.compile(r"[^ -~]")
MAX_EXPLANATION_LENGTH = 500
"""The longest explanation in a header: Node refuses a response whose headers have more than 16 KB."""

Header = tuple[bytes, bytes]

_FIXED_HEADERS: tuple[Header, ...] = (
    (b"twilio-concurrent-requests", b"1"),  # the first, which accounts with rate limits replace
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
    """Return headers as bytes, with their names as Twilio writes them.

    Raises:
        ValueError: if a header contains a line break.
    """
    written = b"".join([b"%s: %s\r\n" % (capitalize_name(name), value) for name, value in headers])
    if not written.count(b"\n") == written.count(b"\r") == len(headers):
        raise ValueError(f"expected headers of one line each, found {headers}")
    return written


@lru_cache(maxsize=8)
def encode_header(header: Header) -> bytes:
    """Return one header as bytes. Cached, for a header that many responses have, such as `Date`."""
    return encode_headers((header,))


def without_upgrade(connection_options: bytes) -> bytes:
    """Return the value of a `Connection` header without `upgrade`, so that the header `Upgrade` counts for nothing."""
    options = [option.strip() for option in connection_options.split(b",")]
    return b", ".join(option for option in options if option.lower() != b"upgrade")


_HEADERS_BY_WIRE = {wire: (*_FIXED_HEADERS, (WIRE_HEADER, wire.value.encode())) for wire in Wire}
_ENCODED_VARYING_HEADERS = b"Twilio-Request-Id: %s\r\nTwilio-Request-Duration: %.3f\r\n"
_ENCODED_HEADERS_BY_WIRE = {wire: encode_headers(headers) for wire, headers in _HEADERS_BY_WIRE.items()}


class ResponseMetadata(msgspec.Struct, frozen=True):
    """The metadata headers of a response, which Twilio sends with every one."""

    wire: Wire
    request_id: bytes
    seconds: float
    """The duration of the request."""
    concurrent_requests: int = 1
    """The number of requests of the account in progress, with this one."""

    def with_concurrent_requests(self, count: int) -> "ResponseMetadata":
        """Return the metadata with the number of requests in progress."""
        return msgspec.structs.replace(self, concurrent_requests=count)

    def to_headers(self) -> tuple[Header, ...]:
        """Return the headers."""
        duration = b"%.3f" % self.seconds
        varying = (b"twilio-request-id", self.request_id), (b"twilio-request-duration", duration)
        fixed = _HEADERS_BY_WIRE[self.wire]
        if self.concurrent_requests != 1:
            fixed = ((fixed[0][0], b"%d" % self.concurrent_requests), *fixed[1:])
        return (*fixed, *varying)

    def to_bytes(self) -> bytes:
        """Return the headers as bytes."""
        if self.concurrent_requests != 1:
            return encode_headers(self.to_headers())
        return _ENCODED_HEADERS_BY_WIRE[self.wire] + _ENCODED_VARYING_HEADERS % (self.request_id, self.seconds)


class ResponseMetadataFactory:
    """Creates the metadata of a server's responses. Each has its own request id.

    Args:
        instance_id: 16 hexadecimal digits that make this server's request ids unique.
    """

    def __init__(self, instance_id: str) -> None:
        self._request_ids: Iterator[str] = map(f"RQ{instance_id}{{:016x}}".format, count())

    def __call__(self, wire: Wire, seconds: float) -> ResponseMetadata:
        """Return the metadata of a response that took some seconds."""
        return ResponseMetadata(wire, next(self._request_ids).encode(), seconds)


def build_reason_header(text: str) -> Header:
    """Return the `X-Mock-Reason` header. Characters that a header cannot contain are escaped."""
    return REASON_HEADER, _escape_unprintable(text)


def build_warning_header(text: str) -> Header:
    """Return the `X-Mock-Warning` header."""
    return WARNING_HEADER, _escape_unprintable(text)


def _escape_unprintable(text: str) -> bytes:
    if len(text) <= MAX_EXPLANATION_LENGTH and text.isascii() and text.isprintable():
        return text.encode()  # almost always
    start = text[: MAX_EXPLANATION_LENGTH + 1]  # each character has at least one in the header
    escaped = _UNPRINTABLE.sub(lambda match: match[0].encode("unicode_escape").decode(), start)
    is_short = len(escaped) <= MAX_EXPLANATION_LENGTH
    return (escaped if is_short else f"{escaped[: MAX_EXPLANATION_LENGTH - 3]}...").encode("ascii")
