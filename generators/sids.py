"""SIDs that need no index: a keyed permutation of (check bits, index), inverted by decoding.

A SID is two letters and 32 hexadecimal digits, which are 128 bits. A Feistel network computes these bits from 64 zero
check bits and a 64-bit index. So no two indices of one account and kind share a SID, and a foreign SID fails the check
(except one in 2**64).
"""

import re
import struct
from array import array
from collections.abc import Iterable, Sequence
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b

from generators.seeds import hash_all

_ROUND_COUNT = 4
_HALF_MASK = (1 << 64) - 1
_HALF_SIZE = 8
"""The number of bytes in a half."""
_HALF = struct.Struct(f"{_HALF_SIZE}s")
_MAX_CACHED_SIDS = 4096
"""The number of cached SIDs: a page token repeats a recording's SID, and the recordings of a call its CallSid."""
_MIN_BATCH_SIZE = 4
"""Fewer SIDs are encoded one by one."""


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

    __hash__ = str.__hash__  # every SID needs it, and that of Enum is slow


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
_Rounds = list[blake2b]
"""A hash for each round of a kind, which is copied before it takes a half."""


class SidCipher:
    """Turns (kind, index) into a SID and back, under one key.

    Args:
        key: at most 64 bytes; different keys give unrelated SIDs.
    """

    def __init__(self, key: bytes) -> None:
        self._keyed_hash = blake2b(digest_size=_HALF_SIZE, key=key, person=b"sids")
        self._rounds: dict[Kind, _Rounds] = {}

    def encode(self, kind: Kind, index: int) -> str:
        """Return the SID of `index`, which is at least 0 and below 2**64."""
        return _encode_index(self, kind, index)

    def encode_all(self, kind: Kind, indices: Sequence[int]) -> list[str]:
        """Return the SIDs of many indices, each at least 0 and below 2**64, in half the time of `encode`.

        All halves of a round are one integer here, which takes longer for a few.
        """
        if len(indices) < _MIN_BATCH_SIZE:
            return [_encode_index(self, kind, index) for index in indices]
        size = _HALF_SIZE * len(indices)
        halves = [index.to_bytes(_HALF_SIZE, "big") for index in indices]
        left, right = 0, int.from_bytes(b"".join(halves), "big")
        for keyed_hash in self.get_rounds(kind):
            left, right = right, left ^ int.from_bytes(hash_all(keyed_hash, halves), "big")
            joined = right.to_bytes(size, "big")
            halves = [half for (half,) in _HALF.iter_unpack(joined)]
        bits = array("Q", bytes(2 * size))
        bits[::2], bits[1::2] = array("Q", left.to_bytes(size, "big")), array("Q", joined)
        digits = bits.tobytes().hex(" ", 2 * _HALF_SIZE)
        return f"{kind.value}{digits.replace(' ', f' {kind.value}')}".split()

    def decode(self, kind: Kind, sid: str) -> int | None:
        """Return the index of a SID of this kind, or None if it was not encoded with this key."""
        if not is_sid(sid, kind):
            return None
        bits = int(sid[2:], 16)
        index, zero = _run_rounds(reversed(self.get_rounds(kind)), bits & _HALF_MASK, bits >> 64)
        return index if zero == 0 else None

    def get_rounds(self, kind: Kind) -> _Rounds:
        """Return the hashes of a kind's rounds, which have taken the keys of the rounds."""
        rounds = self._rounds.get(kind)
        if rounds is None:
            rounds = []
            for round_key in _ROUND_KEYS[kind]:
                keyed_hash = self._keyed_hash.copy()
                keyed_hash.update(round_key)
                rounds.append(keyed_hash)
            self._rounds[kind] = rounds
        return rounds


@lru_cache(maxsize=_MAX_CACHED_SIDS)
def _encode_index(cipher: SidCipher, kind: Kind, index: int) -> str:
    left, right = _run_rounds(cipher.get_rounds(kind), 0, index)
    return f"{kind.value}{left << 64 | right:032x}"


def _run_rounds(rounds: Iterable[blake2b], left: int, right: int) -> tuple[int, int]:
    """Return two halves after the rounds of a Feistel network. The same rounds backwards undo it, halves swapped."""
    for keyed_hash in rounds:
        mixed = keyed_hash.copy()
        mixed.update(right.to_bytes(_HALF_SIZE, "big"))
        left, right = right, left ^ int.from_bytes(mixed.digest(), "big")
    return left, right
