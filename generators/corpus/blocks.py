"""Blocks of 64 recordings: their calls and conferences, and the status and traits of each place.

A block is a pure function of the corpus's key and the block's number. A keyed hash chooses a shuffle and a ring of its
templates, and turns them. A block is built as a whole, because a list page needs neighbours.
"""

import struct
from functools import cache, lru_cache
from hashlib import blake2b, shake_256

import msgspec

from generators.corpus.block_templates import RING_COUNT, BlockShares, BlockTemplates, RunMember
from generators.corpus.quotas import BLOCK_SIZE
from generators.model import Status

_BLOCK_DRAWS = struct.Struct("<6H")
_SHUFFLE_KEYS = struct.Struct(f"<{BLOCK_SIZE}H")
_SHUFFLE_COUNT = 32
_RANKS = bytes(range(BLOCK_SIZE))
_BYTE_VALUES = 256
"""The length of a table for `bytes.translate`."""
_MAX_CACHED_BLOCKS = 1024
"""The number of blocks cached for all corpora together: about a megabyte."""


class Block(msgspec.Struct, frozen=True):
    """The 64 places of a block: its shares, and the rank of each place in them."""

    shares: BlockShares
    members: tuple[RunMember, ...]
    """By place."""
    status_ranks: bytes
    """The rank of each place; the same applies to the fields below."""
    dual_ranks: bytes
    encrypted_ranks: bytes
    adversarial_ranks: bytes

    def get_finished_status(self, place: int) -> Status:
        """Return the status of the recording at a place, unless the layout makes it `processing`."""
        return self.shares.statuses[self.status_ranks[place]]

    def mark_visible(self, places: slice) -> bytes:
        """Return a byte for each place: 0 if the recording is deleted, unless the layout makes it `processing`."""
        marks_by_rank = bytes(self.shares.deleted).ljust(_BYTE_VALUES, b"\1")
        return self.status_ranks[places].translate(marks_by_rank)

    def count_visible(self, places: int) -> int:
        """Return how many of the first places have recordings that are not deleted."""
        return len(self.status_ranks[:places].translate(None, _RANKS[: self.shares.deleted]))

    def is_audible(self, place: int) -> bool:
        """Return True if the recording at a place is completed and not encrypted, unless it is `processing`."""
        return self.encrypted_ranks[place] >= self.shares.encrypted and (
            self.get_finished_status(place) is Status.COMPLETED
        )

    def list_audible_places(self) -> list[int]:
        """Return the places of the recordings that are completed and not encrypted, unless they are `processing`."""
        statuses, encrypted = self.shares.statuses, self.shares.encrypted
        return [
            place
            for place, (rank, encrypted_rank) in enumerate(zip(self.status_ranks, self.encrypted_ranks, strict=True))
            if encrypted_rank >= encrypted and statuses[rank] is Status.COMPLETED
        ]

    def is_dual(self, place: int) -> bool:
        """Return True if the recording has two channels, provided that its source allows two."""
        return self.dual_ranks[place] < self.shares.dual

    def is_encrypted(self, place: int) -> bool:
        """Return True if the recording is encrypted."""
        return self.encrypted_ranks[place] < self.shares.encrypted

    def is_adversarial(self, place: int) -> bool:
        """Return True if the recording has an adversarial body."""
        return self.adversarial_ranks[place] < self.shares.adversarial


@lru_cache(maxsize=_MAX_CACHED_BLOCKS)
def build_block(key: bytes, templates: BlockTemplates, number: int) -> Block:
    """Build a block.

    Args:
        key: at most 64 bytes; different keys give different blocks.
        templates: the templates of the corpus's mix.
        number: the number of the block.
    """
    draws = blake2b(number.to_bytes(8, "little"), digest_size=_BLOCK_DRAWS.size, key=key, person=b"blocks").digest()
    which, turn, *ranks = _BLOCK_DRAWS.unpack(draws)
    hand = templates.get_shares(number)
    around = hand.get_ring(which % RING_COUNT)
    start = around.starts[turn % len(around.starts)]
    return Block(hand, around.members[start : start + BLOCK_SIZE], *map(_choose_ranks, ranks))


def _choose_ranks(draw: int) -> bytes:
    """Return the ranks of a block's places, each from 0 to 63 once: a shuffle, turned."""
    start = draw % BLOCK_SIZE
    return _shuffle(draw // BLOCK_SIZE % _SHUFFLE_COUNT)[start : start + BLOCK_SIZE]


@cache
def _shuffle(number: int) -> bytes:
    """Return the ranks of a block's places in one of the shuffles, repeated twice."""
    keys = _SHUFFLE_KEYS.unpack(shake_256(bytes((number,))).digest(_SHUFFLE_KEYS.size))
    once = bytes(sorted(range(BLOCK_SIZE), key=keys.__getitem__))
    return once + once
