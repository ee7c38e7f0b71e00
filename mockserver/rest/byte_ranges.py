"""Byte ranges: a single `Range`, and the conditions under which it applies (RFC 9110 §13, §14)."""

import re
from collections.abc import Mapping

_SINGLE_RANGE = rb"\s*bytes\s*=\s*(\d{0,18})\s*-\s*(\d{0,18})\s*"


class UnsatisfiableRangeError(ValueError):
    """The range lies outside the body."""


def is_not_modified(headers: Mapping[bytes, bytes], etag: str) -> bool:
    """Return True if the client already has this version."""
    known = headers.get(b"if-none-match", b"").decode("latin-1")
    return known.strip() == "*" or etag in [entry.strip().removeprefix("W/") for entry in known.split(",")]


def parse_range(headers: Mapping[bytes, bytes], etag: str, length: int) -> tuple[int, int] | None:
    """Return the first byte of the range and the one after its last, or None for the whole body.

    Several ranges, and units other than bytes, select the whole body, as RFC 9110 allows.

    Raises:
        UnsatisfiableRangeError: if the range lies outside the body.
    """
    match = re.fullmatch(_SINGLE_RANGE, headers.get(b"range", b""))
    condition = headers.get(b"if-range")
    if match is None or match[1] == match[2] == b"" or condition not in (None, etag.encode()):
        return None
    if match[1] == b"":  # a suffix range: the last n bytes
        start, stop = max(0, length - int(match[2])), length
    else:
        start, stop = int(match[1]), min(length, int(match[2] or length) + 1)
        if match[2] and int(match[2]) < start:
            return None
    if start >= stop:
        raise UnsatisfiableRangeError
    return start, stop
