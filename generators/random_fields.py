"""The random fields of a recording: a keyed hash of its index, cut into fields."""

import struct
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, NamedTuple

from generators.seeds import hash_all


class RandomFields(NamedTuple):
    """The random fields of one recording. An integer field has as many bits as its docstring says."""

    duration: int
    """16 bits."""
    gap: int
    """16 bits."""
    latency: int
    """8 bits."""
    error: int
    """3 bits."""
    track: int
    """4 bits."""
    adversarial: bytes
    """2 bytes."""
    content_key: bytes
    """32 bytes."""
    iv: bytes
    """12 bytes."""


_MAX_RECENT = 8
_FIELD_LAYOUT = struct.Struct("<HHBB2s32s12s12x")


class RandomFieldsSource:
    """Returns random fields under a key of at most 64 bytes."""

    def __init__(self, key: bytes) -> None:
        self._hash = blake2b(digest_size=_FIELD_LAYOUT.size, key=key, person=b"recordings")
        self._recent: dict[int, RandomFields] = {}

    def __call__(self, index: int) -> RandomFields:
        """Return the random fields of a recording. A few results are cached: a call's recordings are read in a row."""
        cached = self._recent.get(index)
        if cached is not None:
            return cached
        keyed = self._hash.copy()
        keyed.update(index.to_bytes(8, "little"))
        chance = _make_fields(_FIELD_LAYOUT.unpack(keyed.digest()))
        if len(self._recent) >= _MAX_RECENT:
            self._recent.clear()
        self._recent[index] = chance
        return chance

    def generate_all(self, indices: Sequence[int]) -> dict[int, RandomFields]:
        """Return the random fields of many recordings by index."""
        digests = hash_all(self._hash, [index.to_bytes(8, "little") for index in indices])
        return {
            index: _make_fields(fields)
            for index, fields in zip(indices, _FIELD_LAYOUT.iter_unpack(digests), strict=True)
        }


def _make_fields(unpacked: tuple[Any, ...]) -> RandomFields:
    duration, gap, latency, bits, adversarial, content_key, iv = unpacked
    # The constructor of a named tuple is a function in Python, which would take longer.
    return tuple.__new__(RandomFields, (duration, gap, latency, bits & 7, bits >> 4, adversarial, content_key, iv))
