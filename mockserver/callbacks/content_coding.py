"""Decoding of response bodies. The sender asks for no coding, but some servers use one anyway."""

import zlib

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_RAW_DEFLATE = -zlib.MAX_WBITS
"""What some servers send as `deflate`, against RFC 9110 §8.4.1.2."""
_CODINGS = frozenset({"gzip", "x-gzip", "deflate"})
_ZLIB_METHOD = 8


def decode_body(body: bytes, coding: str | None, max_bytes: int) -> bytes:
    """Return the first bytes of a decoded body.

    Args:
        coding: the value of Content-Encoding.
        max_bytes: the bound of the result.

    Raises:
        ValueError: if the coding is unknown, or the body does not have it. The message is a sentence.
    """
    name = (coding or "identity").strip().lower()
    if name in ("", "identity"):
        return body[:max_bytes]
    if name not in _CODINGS:
        raise ValueError(f"expected a body without Content-Encoding, or one in gzip or deflate, found {name!r}")
    is_raw = name == "deflate" and body[:1] != b"" and body[0] & 15 != _ZLIB_METHOD
    decoder = zlib.decompressobj(_RAW_DEFLATE if is_raw else _GZIP_OR_ZLIB)
    try:
        decoded = decoder.decompress(body, max_bytes)
    except zlib.error as error:
        raise ValueError(f"expected a body in {name}, found other bytes: {error}") from None
    if not decoder.eof and len(decoded) < max_bytes:
        raise ValueError(f"expected a whole body in {name}, found its beginning only")
    return decoded
