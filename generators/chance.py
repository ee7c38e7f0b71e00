"""A recording's own chance: a keyed hash of its index, cut into fields."""

from hashlib import blake2b
from typing import NamedTuple


class Chance(NamedTuple):
    """What one recording draws. A field that is an integer has as many bits as its comment says."""

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


class Chances:
    """The chances of all recordings under a key of at most 64 bytes."""

    def __init__(self, key: bytes) -> None:
        self._hash = blake2b(digest_size=64, key=key, person=b"recordings")

    def __call__(self, index: int) -> Chance:
        """Return the chance of a recording."""
        keyed = self._hash.copy()
        keyed.update(index.to_bytes(8, "little"))
        digest = keyed.digest()
        return Chance(
            duration=digest[0] | digest[1] << 8,
            gap=digest[2] | digest[3] << 8,
            latency=digest[4],
            error=digest[5] & 7,
            track=digest[5] >> 4,
            adversarial=digest[6:8],
            content_key=digest[8:40],
            iv=digest[40:52],
        )
