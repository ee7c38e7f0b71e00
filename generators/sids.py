"""SIDs that need no index: a keyed permutation of (check bits, index), turned back by decoding.

A SID is two letters and 32 hexadecimal digits, 128 bits. Those bits are a Feistel network over
64 zero check bits and a 64-bit index, so within one account and kind no two indices share a SID,
and a SID that was not made here fails its check (all but one in 2**64).
"""

import re
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b

_ROUNDS = 4
_MASK = (1 << 64) - 1
_KEPT = 4096
"""So many SIDs are kept: a page's token is one of its recordings', and those of a call have the same CallSid."""


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


_SHAPE = re.compile(r"[A-Z]{2}[0-9a-fA-F]{32}")


def is_sid(text: str, kind: Kind) -> bool:
    """Tell whether `text` has the shape of a SID of this kind; digits of either case count."""
    return text[:2] == kind and _SHAPE.fullmatch(text) is not None


_ROUND_KEYS = {kind: tuple(f"{kind}{turn}".encode() for turn in range(_ROUNDS)) for kind in Kind}
"""What tells the rounds of all kinds apart."""


class SidCipher:
    """Turns (kind, index) into a SID and back, under one key.

    Args:
        key: at most 64 bytes; another key gives unrelated SIDs.
    """

    def __init__(self, key: bytes) -> None:
        self._keyed = blake2b(digest_size=8, key=key, person=b"sids")

    def encode(self, kind: Kind, index: int) -> str:
        """Return the SID of `index`, which is at least 0 and below 2**64."""
        return _encode(self._keyed, kind, index)

    def decode(self, kind: Kind, sid: str) -> int | None:
        """Return the index behind a SID of this kind, or None where it was not made with this key."""
        if not is_sid(sid, kind):
            return None
        bits = int(sid[2:], 16)
        left, right = bits >> 64, bits & _MASK
        for turn in reversed(_ROUND_KEYS[kind]):
            left, right = right ^ _mix_half(self._keyed, turn, left), left
        return right if left == 0 else None


@lru_cache(maxsize=_KEPT)
def _encode(keyed: blake2b, kind: Kind, index: int) -> str:
    left, right = 0, index
    for turn in _ROUND_KEYS[kind]:
        left, right = right, left ^ _mix_half(keyed, turn, right)
    return f"{kind.value}{left << 64 | right:032x}"


def _mix_half(keyed: blake2b, turn: bytes, half: int) -> int:
    mixed = keyed.copy()
    mixed.update(turn + half.to_bytes(8, "big"))
    return int.from_bytes(mixed.digest(), "big")
