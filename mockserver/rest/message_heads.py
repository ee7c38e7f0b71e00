"""The bounds of message heads: of requests, and of the responses that the proxy forwards."""

from collections.abc import Iterable
from itertools import chain

from mockserver.rest.errors import TwilioError
from mockserver.rest.headers import Header

MAX_HEAD_BYTES = 64 * 1024
MAX_HEADERS = 200
HEAD_BOUNDS = f"{MAX_HEAD_BYTES // 1024} KB and {MAX_HEADERS} headers"
"""Both bounds, for messages."""


class HeadMeter:
    """Counts the bytes that a parser holds back: those of a head or of trailers that are not complete.

    The parser itself has no bound: a name or a value grows until it is complete. Call `receive` with every piece of
    data before the parser gets it, `allows` with every complete head, `progress` when the parser has completed a head
    or found a part of a body, and `is_exceeded` after the parser has returned.
    """

    __slots__ = ("_base_bytes", "_latest_bytes", "held_bytes")

    def __init__(self) -> None:
        self.held_bytes = 0
        """The bytes of all pieces since the one with the latest progress, which is included."""
        self._base_bytes = 0
        """The bytes of the piece with the latest progress: the parser is done with most of them."""
        self._latest_bytes = 0

    def receive(self, size: int) -> None:
        """Count a piece of data."""
        self._latest_bytes = size
        self.held_bytes += size

    def progress(self) -> None:
        """Record that everything before the latest piece of data is complete."""
        self._base_bytes = self.held_bytes = self._latest_bytes

    def is_exceeded(self) -> bool:
        """Return True if the parser holds back more than a head may have."""
        return self.held_bytes - self._base_bytes > MAX_HEAD_BYTES

    def allows(self, headers: Iterable[Header], start_line_bytes: int = 0) -> bool:
        """Return True if a complete head is not too large. Most heads are so small that they need not be measured.

        Args:
            start_line_bytes: the size of the request's target.
        """
        pairs = tuple(headers)
        if len(pairs) > MAX_HEADERS:
            return False
        if self.held_bytes <= MAX_HEAD_BYTES:
            return True
        size = sum(map(len, chain.from_iterable(pairs))) + len(b": \r\n") * len(pairs)
        return start_line_bytes + size <= MAX_HEAD_BYTES


def make_head_too_large_error() -> TwilioError:
    """Return the error for a request whose head is too large (RFC 6585 §5)."""
    return TwilioError(
        20001, f"Expected a request head of at most {HEAD_BOUNDS}.", status=431, message="Request headers too large"
    )
