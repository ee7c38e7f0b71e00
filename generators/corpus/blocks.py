"""Blocks of 64 recordings: which calls and conferences they hold, and who gets which status and trait.

A block is a pure function of the corpus's key and the block's number: what falls to it (see `deck`) is
laid out in one of a few shuffles and rings, turned by a keyed hash. Built whole, because a page of a
listing needs neighbours.
"""

import struct
from functools import cache, lru_cache
from hashlib import blake2b, shake_256

import msgspec

from generators.corpus.block_templates import RINGS, Deck, Hand, Member, ring
from generators.corpus.quotas import BLOCK
from generators.model import Status

_DRAWS = struct.Struct("<6H")
_KEYS = struct.Struct(f"<{BLOCK}H")
_SHUFFLES = 32
_KEPT = 1024
"""So many blocks are kept for all corpora together: about a megabyte."""


class Block(msgspec.Struct, frozen=True):
    """What is dealt to the 64 places of a block: a hand, and the ranks that say which place gets what of it."""

    hand: Hand
    members: tuple[Member, ...]
    """By place."""
    by_status: bytes
    """A rank for each place, and so below."""
    by_dual: bytes
    by_encrypted: bytes
    by_adversarial: bytes

    def status(self, place: int) -> Status:
        """Return the status of the recording at a place, unless it is still processing."""
        return self.hand.statuses[self.by_status[place]]

    def is_dual(self, place: int) -> bool:
        """Tell whether it has two channels, if its source can have two."""
        return self.by_dual[place] < self.hand.dual

    def is_encrypted(self, place: int) -> bool:
        """Tell whether it is encrypted."""
        return self.by_encrypted[place] < self.hand.encrypted

    def is_adversarial(self, place: int) -> bool:
        """Tell whether it wears one of the adversarial bodies."""
        return self.by_adversarial[place] < self.hand.adversarial


@lru_cache(maxsize=_KEPT)
def deal(key: bytes, deck: Deck, number: int) -> Block:
    """Build a block.

    Args:
        key: at most 64 bytes; another key deals otherwise.
        deck: that of the corpus's mix.
        number: which block.
    """
    draws = blake2b(number.to_bytes(8, "little"), digest_size=_DRAWS.size, key=key, person=b"blocks").digest()
    which, turn, *ranks = _DRAWS.unpack(draws)
    hand = deck.hand(number)
    around = ring(hand.sources, which % RINGS)
    start = around.starts[turn % len(around.starts)]
    return Block(hand, around.members[start : start + BLOCK], *map(_ranks, ranks))


def _ranks(draw: int) -> bytes:
    """Return the ranks of a block's places, each from 0 to 63 once: a shuffle, turned."""
    start = draw % BLOCK
    return _shuffle(draw // BLOCK % _SHUFFLES)[start : start + BLOCK]


@cache
def _shuffle(number: int) -> bytes:
    """Return the ranks of a block's places in one of the shuffles, twice around."""
    keys = _KEYS.unpack(shake_256(bytes((number,))).digest(_KEYS.size))
    once = bytes(sorted(range(BLOCK), key=keys.__getitem__))
    return once + once
