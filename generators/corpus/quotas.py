"""Exact quotas: how many of a block's 64 places each name gets."""

from collections.abc import Hashable, Mapping
from functools import cached_property, lru_cache
from typing import Generic, TypeVar

from generators.corpus.block_pattern import PERIOD, BlockPattern, reverse_bits

Name = TypeVar("Name", bound=Hashable)

BLOCK_SIZE = 64
"""The number of recordings in a block."""
_SCALE = PERIOD
_SCALE_BITS = _SCALE.bit_length() - 1


class Quotas(Generic[Name]):
    """The quotas of every block, in closed form and without a running sum.

    Block b rounds the cumulative shares with the dither of the van der Corput sequence: its bits reversed. So a block's
    quota of a share is the floor or the ceiling of 64 times the share. Over any 2**k aligned blocks, the error is below
    one place per name. Shares are rounded to 1/65536, so a name that gets no place within 1024 blocks never gets one.

    Args:
        shares: between 0 and 1, summing to 1 (the last name takes the rounding error).
    """

    def __init__(self, shares: Mapping[Name, float]) -> None:
        total = 0.0
        upto = 0
        self._bounds: dict[Name, tuple[int, int]] = {}
        for name, share in shares.items():
            total += share
            since, upto = upto, min(_SCALE, round(total * _SCALE)) * BLOCK_SIZE
            self._bounds[name] = since, upto
        self._bounds[name] = since, _SCALE * BLOCK_SIZE

    def get_quota(self, name: Name, block: int) -> int:
        """Return how many of a block's places a name gets."""
        return _count_places(self._bounds[name], _compute_dither(block))

    def get_block_quotas(self, block: int) -> dict[Name, int]:
        """Return the quota of each name in a block. They sum to 64."""
        dither = _compute_dither(block)
        return {name: _count_places(bounds, dither) for name, bounds in self._bounds.items()}

    def count_places_of_first(self, number: int) -> int:
        """Return how many places the first name gets in all blocks before a block."""
        upto = next(iter(self._bounds.values()))[1]
        return number * (upto >> _SCALE_BITS) + self._blocks_with_one_more.count_before(number)

    @cached_property
    def _blocks_with_one_more(self) -> BlockPattern:
        """The blocks that round the quota of the first name up."""
        return BlockPattern.from_reversed_interval(0, next(iter(self._bounds.values()))[1] % _SCALE)

    def find_blocks_with(self, name: Name) -> BlockPattern:
        """Return the blocks in which a name gets a place."""
        return _find_blocks(*self._bounds.get(name, (0, 0)))

    def find_blocks_with_others(self) -> BlockPattern:
        """Return the blocks in which another name than the first gets a place."""
        return _find_blocks(next(iter(self._bounds.values()))[1], _SCALE * BLOCK_SIZE)


def _find_blocks(since: int, upto: int) -> BlockPattern:
    """Return the blocks with a whole place between two cumulative shares: their reversed bits are in an interval."""
    return BlockPattern.from_reversed_interval(since % _SCALE, upto - since)


def _count_places(bounds: tuple[int, int], dither: int) -> int:
    """Return the number of whole places between two cumulative shares."""
    since, upto = bounds
    return (upto + dither >> _SCALE_BITS) - (since + dither >> _SCALE_BITS)


@lru_cache(maxsize=64)
def _compute_dither(block: int) -> int:
    return _SCALE - 1 - reverse_bits(block)
