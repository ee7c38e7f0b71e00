"""JSON as Twilio spaces it, `{"a": 1, "b": 2}` (WIRE §2), which is also json's own default."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

_HOLE = b"\0"
"""Stands for scheme and host in a fragment: JSON escapes a NUL, so a raw one is never anything else."""


def encode(value: Any) -> bytes:
    """Return a value as JSON, in ASCII."""
    try:
        encoded = msgspec.json.format(msgspec.json.encode(value), indent=0)  # in a third of json's time
        if encoded.isascii():
            return encoded
    except UnicodeEncodeError:  # a surrogate on its own, which only json writes
        pass
    return json.dumps(value).encode()


def encode_fragment(document: dict[str, Any]) -> bytes:
    """Return a document, made with an empty base URL, as JSON whose scheme and host are still to be filled in.

    So it serves every caller, by whatever name they know us.
    """
    media_path = document.get("media_url")  # the one absolute URL, and the last key
    if media_path is None:
        return encode(document)
    rest = dict(document)
    del rest["media_url"]
    return b'%s, "media_url": "%s%s"}' % (encode(rest)[:-1], _HOLE, media_path.encode())


def fill_base_url(text: bytes, base_url: bytes) -> bytes:
    """Return joined fragments with scheme and host in their places."""
    return text.replace(_HOLE, base_url)


def join_page(envelope: Mapping[str, Any], key: str, fragments: Iterable[bytes]) -> bytes:
    """Return a list body: `envelope` with the fragments as the array under `key`, which holds its place there."""
    names = list(envelope)
    at = names.index(key)
    before = encode({name: envelope[name] for name in names[:at]})
    after = encode({name: envelope[name] for name in names[at + 1 :]})
    return b'%s, "%s": [%s], %s' % (before[:-1], key.encode(), b", ".join(fragments), after[1:])
