"""The random fields of a recording: a keyed hash of its index, cut into fields."""

import struct
from hashlib import blake2b
from typing import NamedTuple


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


_FIELD_LAYOUT = struct.Struct("<HHBB2s32s12s12x")


class RandomFieldsSource:
    """Returns random fields under a key of at most 64 bytes."""

    def __init__(self, key: bytes) -> None:
        self._hash = blake2b(digest_size=_FIELD_LAYOUT.size, key=key, person=b"recordings")
        self._last: tuple[int, RandomFields] | None = None

    def __call__(self, index: int) -> RandomFields:
        """Return the random fields of a recording. The last result is cached."""
        last = self._last
        if last is not None and last[0] == index:
            return last[1]
        keyed = self._hash.copy()
        keyed.update(index.to_bytes(8, "little"))
        duration, gap, latency, bits, adversarial, content_key, iv = _FIELD_LAYOUT.unpack(keyed.digest())
        chance = RandomFields(duration, gap, latency, bits & 7, bits >> 4, adversarial, content_key, iv)
        self._last = index, chance
        return chance
