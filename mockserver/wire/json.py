"""JSON as Twilio spaces it, `{"a": 1, "b": 2}` (WIRE §2), which is also json's own default."""

import json
from collections.abc import Iterable
from typing import Any

from generators.model import Recording
from mockserver.errors import TwilioError
from mockserver.wire.dialect import Wire
from mockserver.wire.recording import document

MEDIA_TYPE = b"application/json"

_HOLE = b"\0"
"""Stands for scheme and host in a fragment: JSON escapes a NUL, so a raw one is never anything else."""

_encode = json.JSONEncoder().encode


def encode(value: Any) -> bytes:
    """Return a value as JSON, in ASCII."""
    return _encode(value).encode()


def fragment(recording: Recording, wire: Wire) -> bytes:
    """Return a recording as JSON whose scheme and host are still to be filled in, so that it serves every caller."""
    keys = document(recording, wire, "")
    media_path = keys.pop("media_url", None)  # the one absolute URL, and the last key
    if media_path is None:
        return encode(keys)
    return b'%s, "media_url": "%s%s"}' % (encode(keys)[:-1], _HOLE, media_path.encode())


def fill(text: bytes, base_url: bytes) -> bytes:
    """Return joined fragments with scheme and host in their places."""
    return text.replace(_HOLE, base_url)


def page(envelope: dict[str, Any], key: str, fragments: Iterable[bytes]) -> bytes:
    """Return a list body: `envelope` with the fragments as the array under `key`, which holds its place there."""
    names = list(envelope)
    at = names.index(key)
    before = encode({name: envelope[name] for name in names[:at]})
    after = encode({name: envelope[name] for name in names[at + 1 :]})
    return b'%s, "%s": [%s], %s' % (before[:-1], key.encode(), b", ".join(fragments), after[1:])


def error(raised: TwilioError, path: str) -> bytes:
    """Return the body of an error (WIRE §9)."""
    body: dict[str, Any] = {"code": raised.code}
    if raised.detail is not None:
        body["detail"] = raised.detail
    return encode(
        body
        | {
            "message": raised.message(path),
            "more_info": f"https://www.twilio.com/docs/errors/{raised.code}",
            "status": raised.status,
        }
    )
