"""Parts of a body: a single `Range`, and the conditions under which it counts (RFC 9110 §13, §14)."""

import re
from collections.abc import Mapping

_SINGLE = rb"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*"


class UnsatisfiableError(ValueError):
    """A range that lies outside the body."""


def is_not_modified(headers: Mapping[bytes, bytes], etag: str) -> bool:
    """Tell whether the client already has what it asks for."""
    known = headers.get(b"if-none-match", b"").decode("latin-1")
    return known.strip() == "*" or etag in [each.strip().removeprefix("W/") for each in known.split(",")]


def parse_range(headers: Mapping[bytes, bytes], etag: str, length: int) -> tuple[int, int] | None:
    """Return the first byte and the one after the last that are asked for; None for the whole.

    Several ranges, and what is no range of bytes, are answered with the whole, as servers may.

    Raises:
        UnsatisfiableError: where the range lies outside.
    """
    match = re.fullmatch(_SINGLE, headers.get(b"range", b""))
    condition = headers.get(b"if-range")
    if match is None or match[1] == match[2] == b"" or condition not in (None, etag.encode()):
        return None
    if match[1] == b"":  # the last so many bytes
        start, stop = max(0, length - int(match[2])), length
    else:
        start, stop = int(match[1]), min(length, int(match[2] or length) + 1)
        if match[2] and int(match[2]) < start:
            return None
    if start >= stop:
        raise UnsatisfiableError
    return start, stop
