"""Blocks of 64 recordings: their calls and conferences, and the status and traits of each place.

A block is a pure function of the corpus's key and the block's number. A keyed hash chooses a shuffle and a ring of its
templates, and turns them. A block is built as a whole, because a list page needs neighbours.
"""

import struct
from functools import cache, lru_cache
from hashlib import blake2b, shake_256

import msgspec

from generators.corpus.block_templates import RINGS, BlockShares, BlockTemplates, RunMember, build_ring
from generators.corpus.quotas import BLOCK
from generators.model import Status

_DRAWS = struct.Struct("<6H")
_KEYS = struct.Struct(f"<{BLOCK}H")
_SHUFFLES = 32
_MAX_CACHED_BLOCKS = 1024
"""The number of blocks cached for all corpora together: about a megabyte."""


class Block(msgspec.Struct, frozen=True):
    """The 64 places of a block: its shares, and the rank of each place in them."""

    shares: BlockShares
    members: tuple[RunMember, ...]
    """By place."""
    by_status: bytes
    """The rank of each place; the same applies to the fields below."""
    by_dual: bytes
    by_encrypted: bytes
    by_adversarial: bytes

    def status(self, place: int) -> Status:
        """Return the status of the recording at a place, unless the layout makes it `processing`."""
        return self.shares.statuses[self.by_status[place]]

    def is_dual(self, place: int) -> bool:
        """Return True if the recording has two channels, provided that its source allows two."""
        return self.by_dual[place] < self.shares.dual

    def is_encrypted(self, place: int) -> bool:
        """Return True if the recording is encrypted."""
        return self.by_encrypted[place] < self.shares.encrypted

    def is_adversarial(self, place: int) -> bool:
        """Return True if the recording has an adversarial body."""
        return self.by_adversarial[place] < self.shares.adversarial


@lru_cache(maxsize=_MAX_CACHED_BLOCKS)
def build_block(key: bytes, templates: BlockTemplates, number: int) -> Block:
    """Build a block.

    Args:
        key: at most 64 bytes; different keys give different blocks.
        templates: the templates of the corpus's mix.
        number: the number of the block.
    """
    draws = blake2b(number.to_bytes(8, "little"), digest_size=_DRAWS.size, key=key, person=b"blocks").digest()
    which, turn, *ranks = _DRAWS.unpack(draws)
    hand = templates.hand(number)
    around = build_ring(hand.sources, which % RINGS)
    start = around.starts[turn % len(around.starts)]
    return Block(hand, around.members[start : start + BLOCK], *map(_choose_ranks, ranks))


def _choose_ranks(draw: int) -> bytes:
    """Return the ranks of a block's places, each from 0 to 63 once: a shuffle, turned."""
    start = draw % BLOCK
    return _shuffle(draw // BLOCK % _SHUFFLES)[start : start + BLOCK]


@cache
def _shuffle(number: int) -> bytes:
    """Return the ranks of a block's places in one of the shuffles, repeated twice."""
    keys = _KEYS.unpack(shake_256(bytes((number,))).digest(_KEYS.size))
    once = bytes(sorted(range(BLOCK), key=keys.__getitem__))
    return once + once
