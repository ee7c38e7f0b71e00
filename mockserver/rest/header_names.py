"""The names of headers: the mock's own, in lower case as ASGI has them, and how names are written to a connection."""

from functools import lru_cache

WIRE_HEADER = b"x-mock-wire"
"""In a request: which wire to use. In a response: which one was used."""
REASON_HEADER = b"x-mock-reason"
"""In an error: a sentence that explains it."""
WARNING_HEADER = b"x-mock-warning"
"""In a response: a part of the request that the mock ignored or may have misread."""

_IRREGULAR_NAMES = {b"etag": b"ETag", b"www-authenticate": b"WWW-Authenticate", b"x-api-domain": b"X-API-Domain"}


_MAX_CACHED_BYTES = 64


def capitalize_name(name: bytes) -> bytes:
    """Return a header's name as Twilio writes it over HTTP/1.1, such as `Content-Type` (WIRE §10, §17).

    Args:
        name: the name in lower case.
    """
    return _capitalize_name(name) if len(name) <= _MAX_CACHED_BYTES else _capitalize_name.__wrapped__(name)


@lru_cache(maxsize=256)
def _capitalize_name(name: bytes) -> bytes:
    return _IRREGULAR_NAMES.get(name) or b"-".join(word.capitalize() for word in name.split(b"-"))
