"""SIDs that need no index: a keyed permutation of (check bits, index), inverted by decoding.

A SID is two letters and 32 hexadecimal digits, which are 128 bits. A Feistel network computes these bits from 64 zero
check bits and a 64-bit index. So no two indices of one account and kind share a SID, and a foreign SID fails the check
(except one in 2**64).
"""

import re
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b

_ROUND_COUNT = 4
_HALF_MASK = (1 << 64) - 1
_MAX_CACHED_SIDS = 4096
"""The number of cached SIDs: a page token repeats a recording's SID, and the recordings of a call its CallSid."""


class Kind(StrEnum):
    """The two-letter prefixes of the SIDs of this family."""

    ACCOUNT = "AC"
    API_KEY = "SK"
    RECORDING = "RE"
    CALL = "CA"
    CONFERENCE = "CF"
    TRANSCRIPTION = "TR"
    ADD_ON_RESULT = "XR"
    PAYLOAD = "XH"
    ADD_ON = "XB"
    ADD_ON_CONFIGURATION = "XE"
    PUBLIC_KEY = "CR"
    MESSAGE = "SM"
    MEDIA_MESSAGE = "MM"
    QUEUE = "QU"


SID_DIGITS = "[0-9a-fA-F]{32}"
"""The pattern of a SID after its two letters."""
_SID_PATTERN = re.compile(rf"[A-Z]{{2}}{SID_DIGITS}")


def is_sid(text: str, kind: Kind) -> bool:
    """Return True if `text` has the form of a SID of this kind, with digits of either case."""
    return text[:2] == kind and _SID_PATTERN.fullmatch(text) is not None


def describe_sid(prefix: str) -> str:
    """Describe the form of a SID for messages, such as `RE and 32 hexadecimal digits`."""
    return f"{prefix} and 32 hexadecimal digits"


def fold_sid(sid: str) -> str:
    """Return a SID with its digits in lower case: both cases name the same resource."""
    return sid[:2] + sid[2:].lower()


_ROUND_KEYS = {kind: tuple(f"{kind}{turn}".encode() for turn in range(_ROUND_COUNT)) for kind in Kind}
"""Distinguishes the rounds of all kinds."""


class SidCipher:
    """Turns (kind, index) into a SID and back, under one key.

    Args:
        key: at most 64 bytes; different keys give unrelated SIDs.
    """

    def __init__(self, key: bytes) -> None:
        self._keyed_hash = blake2b(digest_size=8, key=key, person=b"sids")

    def encode(self, kind: Kind, index: int) -> str:
        """Return the SID of `index`, which is at least 0 and below 2**64."""
        return _encode_index(self._keyed_hash, kind, index)

    def decode(self, kind: Kind, sid: str) -> int | None:
        """Return the index of a SID of this kind, or None if it was not encoded with this key."""
        if not is_sid(sid, kind):
            return None
        bits = int(sid[2:], 16)
        left, right = bits >> 64, bits & _HALF_MASK
        for turn in reversed(_ROUND_KEYS[kind]):
            left, right = right ^ _mix_half(self._keyed_hash, turn, left), left
        return right if left == 0 else None


@lru_cache(maxsize=_MAX_CACHED_SIDS)
def _encode_index(keyed_hash: blake2b, kind: Kind, index: int) -> str:
    left, right = 0, index
    for turn in _ROUND_KEYS[kind]:
        left, right = right, left ^ _mix_half(keyed_hash, turn, right)
    return f"{kind.value}{left << 64 | right:032x}"


def _mix_half(keyed_hash: blake2b, round_key: bytes, half: int) -> int:
    mixed = keyed_hash.copy()
    mixed.update(round_key + half.to_bytes(8, "big"))
    return int.from_bytes(mixed.digest(), "big")
