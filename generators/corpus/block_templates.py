"""What corpora of one mix share: the quotas of a block's 64 places, and the runs that may fill them.

A run is the recordings of one call or one conference. The runs of a block form a ring: cut at the start of any run,
the ring fills the block. So a few rings serve any number of blocks, and no run crosses the end of a block.
"""

import struct
from functools import cache, cached_property, lru_cache, reduce
from hashlib import shake_256
from operator import or_

import msgspec

from generators.corpus.block_pattern import BlockPattern
from generators.corpus.mix import Mix
from generators.corpus.quotas import BLOCK_SIZE, Quotas
from generators.distributions import MAX_RUN_LENGTH, RUN_LENGTHS
from generators.model import CONFERENCE_SOURCES, Source, Status

RING_COUNT = 16
"""The number of rings for the same quotas."""
_RING_DRAWS = struct.Struct(f"<{BLOCK_SIZE}H{BLOCK_SIZE}B")
_MAX_CACHED_SHARES = 1024
_SourceQuotas = tuple[tuple[Source, int], ...]


class RunMember(msgspec.Struct, frozen=True, gc=False):
    """The position of a recording in its call or conference."""

    source: Source
    ordinal: int
    """The position in the run, from 0."""
    length: int
    """The number of recordings in the run."""


class BlockShares(msgspec.Struct, frozen=True):
    """The values that the places of a block share, by rank."""

    statuses: tuple[Status, ...]
    """By rank."""
    sources: _SourceQuotas
    dual: int
    encrypted: int
    adversarial: int
    deleted: int
    """The number of places whose finished recordings are deleted: they have the lowest ranks."""
    rings: dict[int, "RunRing"]
    """The rings that were built so far. A look-up by the quotas of all sources takes longer."""

    def get_ring(self, number: int) -> "RunRing":
        """Return a ring of runs with these quotas of sources, by its number."""
        ring = self.rings.get(number)
        if ring is None:
            ring = self.rings[number] = build_ring(self.sources, number)
        return ring


class RunRing(msgspec.Struct, frozen=True):
    """Runs that fill a block, starting at any of them."""

    members: tuple[RunMember, ...]
    """By place, repeated twice."""
    starts: tuple[int, ...]
    """The places at which runs start."""


class BlockTemplates:
    """The quotas of a mix. `processing` is missing: the layout places it at the newest end of the corpus."""

    def __init__(self, mix: Mix) -> None:
        finished_shares = mix.compute_finished_status_shares()
        self.processing_share = mix.status[Status.PROCESSING]
        self.deleted_share = finished_shares[Status.DELETED]
        """The share of deleted recordings among the finished ones."""
        self._statuses = Quotas(finished_shares)
        self._sources = Quotas(mix.source)
        self._dual, self._encrypted, self._adversarial = map(
            _build_boolean_quotas, (mix.dual, mix.encrypted, mix.adversarial)
        )
        self.get_shares = lru_cache(maxsize=_MAX_CACHED_SHARES)(self._compute_shares)
        """Returns the shares of a block, by its number."""
        self.count_deleted_before = lru_cache(maxsize=_MAX_CACHED_SHARES)(self._statuses.count_places_of_first)
        """Returns how many places of all blocks before a block have finished recordings that are deleted."""

    @cached_property
    def blocks_with_visible(self) -> BlockPattern:
        """The blocks that hold more than deleted recordings."""
        return self._statuses.find_blocks_with_others()

    @cached_property
    def blocks_with_audible(self) -> BlockPattern:
        """The blocks that may hold completed recordings without encryption."""
        return self._statuses.find_blocks_with(Status.COMPLETED) & self._encrypted.find_blocks_with(False)

    @cached_property
    def blocks_with_conferences(self) -> BlockPattern:
        """The blocks that hold recordings of conferences."""
        return reduce(or_, map(self._sources.find_blocks_with, sorted(CONFERENCE_SOURCES)))

    def _compute_shares(self, number: int) -> BlockShares:
        statuses = _spread_by_rank(tuple(self._statuses.get_block_quotas(number).items()))
        return BlockShares(
            statuses=statuses,
            sources=tuple(self._sources.get_block_quotas(number).items()),
            dual=self._dual.get_quota(True, number),
            encrypted=self._encrypted.get_quota(True, number),
            adversarial=self._adversarial.get_quota(True, number),
            deleted=statuses.count(Status.DELETED),
            rings={},
        )


@lru_cache(maxsize=16)
def get_templates(mix: Mix) -> BlockTemplates:
    """Return the templates of a mix. Equal mixes share them."""
    return BlockTemplates(mix)


@lru_cache(maxsize=1024)
def build_ring(sources: _SourceQuotas, number: int) -> RunRing:
    """Return a ring in which each source has the given number of places.

    Args:
        number: the number of the ring, below `RINGS`.
    """
    draws = _RING_DRAWS.unpack(shake_256(bytes((number, *(quota for _, quota in sources)))).digest(_RING_DRAWS.size))
    order, lengths = draws[:BLOCK_SIZE], draws[BLOCK_SIZE:]
    drawn: list[tuple[int, Source, int]] = []
    for source, quota in sources:
        of_source = RUN_LENGTHS[source]
        while quota:
            place = len(drawn)
            length = of_source[lengths[place] & 15]
            if length >= quota - 1:
                length = _choose_last_length(source, quota, length)
            drawn.append((order[place], source, length))
            quota -= length
    members: list[RunMember] = []
    starts = []
    for _, source, length in sorted(drawn):
        starts.append(len(members))
        members += _build_run(source, length)
    return RunRing(members=(*members, *members), starts=tuple(starts))


def _choose_last_length(source: Source, quota: int, length: int) -> int:
    """Return the length of a run that would use up a quota, or all of it but one."""
    if source in CONFERENCE_SOURCES and quota - length == 1:
        # A conference of one recording exists only if the quota itself is one.
        return quota if quota <= MAX_RUN_LENGTH else length - 1
    return min(quota, length)


@cache
def _build_run(source: Source, length: int) -> tuple[RunMember, ...]:
    return tuple(RunMember(source, ordinal, length) for ordinal in range(length))


@lru_cache(maxsize=1024)
def _spread_by_rank(quotas: tuple[tuple[Status, int], ...]) -> tuple[Status, ...]:
    return tuple(status for status, quota in quotas for _ in range(quota))


def _build_boolean_quotas(share: float) -> Quotas[bool]:
    return Quotas({True: share, False: 1 - share})
