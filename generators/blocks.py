"""Blocks of 64 recordings: which calls and conferences they hold, and who gets which status and trait.

A block is a pure function of the corpus's key and the block's number: what falls to it (see `deck`) is
laid out in one of a few shuffles and rings, turned by a keyed hash. Built whole, because a page of a
listing needs neighbours.
"""

import struct
from functools import cache, lru_cache
from hashlib import blake2b, shake_256

import msgspec

from generators.deck import RINGS, Deck, Member, ring
from generators.model import Status
from generators.quotas import BLOCK

_DRAWS = struct.Struct("<6H")
_KEYS = struct.Struct(f"<{BLOCK}H")
_SHUFFLES = 32
_KEPT = 1024
"""So many blocks are kept for all corpora together: about two megabytes."""


class Block(msgspec.Struct, frozen=True):
    """What is dealt to the 64 places of a block, by place."""

    members: tuple[Member, ...]
    statuses: tuple[Status, ...]
    dual: bytes
    """1 where a recording has two channels, if its source can have two; 0 elsewhere."""
    encrypted: bytes
    """1 where it is."""
    adversarial: bytes
    """1 where it is."""


@lru_cache(maxsize=_KEPT)
def deal(key: bytes, deck: Deck, number: int) -> Block:
    """Build a block.

    Args:
        key: at most 64 bytes; another key deals otherwise.
        deck: that of the corpus's mix.
        number: which block.
    """
    draws = blake2b(number.to_bytes(8, "little"), digest_size=_DRAWS.size, key=key, person=b"blocks").digest()
    which, turn, by_status, by_dual, by_encrypted, by_adversarial = _DRAWS.unpack(draws)
    hand = deck.hand(number)
    around = ring(hand.sources, which % RINGS)
    start = around.starts[turn % len(around.starts)]
    return Block(
        members=around.members[start : start + BLOCK],
        statuses=tuple(map(hand.statuses.__getitem__, _ranks(by_status))),
        dual=_chosen(by_dual, hand.dual),
        encrypted=_chosen(by_encrypted, hand.encrypted),
        adversarial=_chosen(by_adversarial, hand.adversarial),
    )


def _chosen(draw: int, quota: int) -> bytes:
    """Return 1 for as many places as a quota says, and 0 for the others."""
    return _ranks(draw).translate(b"\1" * quota + bytes(256 - quota))


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
