"""Blocks of 64 recordings: which calls and conferences they hold, and who gets which status and trait.

A block is a pure function of the corpus's key and the block's number. It deals its exact quotas
(see `quotas`) by keyed shuffles and is cut into runs, the recordings of one call or one conference,
which never cross a block. Built whole, because a page of a listing needs neighbours.
"""

import struct
from collections.abc import Iterator
from functools import lru_cache
from hashlib import shake_256
from typing import Any

import msgspec

from generators.distributions import LONGEST_RUN, RUN_LENGTHS
from generators.mix import Mix
from generators.model import CONFERENCE_SOURCES, DUAL_SOURCES, Source, Status
from generators.quotas import BLOCK, Quotas

_DRAWS = struct.Struct(f"<{5 * BLOCK}H{BLOCK}B")
_PLACES = range(BLOCK)


class Run(msgspec.Struct, frozen=True, gc=False):
    """Neighbouring recordings of one call or conference; places are counted from the block's start."""

    first: int
    length: int
    source: Source


class Block(msgspec.Struct, frozen=True):
    """What is dealt to the 64 places of a block, by place."""

    statuses: tuple[Status, ...]
    runs: tuple[Run, ...]
    """The run that each place belongs to."""
    dual: frozenset[int]
    encrypted: frozenset[int]
    adversarial: frozenset[int]


class Dealer:
    """Deals blocks of settled recordings: those still processing, the corpus lays over its newest end."""

    def __init__(self, key: bytes, mix: Mix) -> None:
        self._key = key
        self._statuses: Quotas[Status] = _quotas(*mix.settled().items())
        self._sources: Quotas[Source] = _quotas(*mix.source.items())
        self._dual, self._encrypted, self._adversarial = map(_yes_or_no, (mix.dual, mix.encrypted, mix.adversarial))

    def not_all_deleted(self, numbers: range, *, descending: bool) -> Iterator[int]:
        """Yield those of consecutive blocks that hold more than deleted recordings, without building any."""
        candidates = self._statuses.others_than_first(numbers)
        for number in reversed(candidates) if descending else candidates:
            if self._statuses.quota(Status.DELETED, number) < BLOCK:
                yield number

    def audible(self, numbers: range, *, descending: bool) -> Iterator[int]:
        """Yield those of some blocks that may hold completed recordings that are not encrypted, building none."""
        if self._statuses.never(Status.COMPLETED) or self._encrypted.never(False):
            return
        for number in reversed(numbers) if descending else numbers:
            if self._statuses.quota(Status.COMPLETED, number) and self._encrypted.quota(False, number):
                yield number

    def with_conferences(self, numbers: range, *, descending: bool) -> Iterator[int]:
        """Yield those of some blocks that hold recordings of conferences, building none."""
        sources = [source for source in CONFERENCE_SOURCES if not self._sources.never(source)]
        if not sources:
            return
        for number in reversed(numbers) if descending else numbers:
            if any(self._sources.quota(source, number) for source in sources):
                yield number

    def deal(self, number: int) -> Block:
        """Build a block."""
        seed = self._key + number.to_bytes(8, "little")
        draws = _DRAWS.unpack(shake_256(seed).digest(_DRAWS.size))
        by_status, by_run, by_dual, by_encrypted, by_adversarial = (
            draws[start : start + BLOCK] for start in range(0, 5 * BLOCK, BLOCK)
        )
        statuses: list[Status] = []
        for status, quota in self._statuses.of_block(number).items():
            statuses += [status] * quota
        runs = self._cut(number, by_run, draws[5 * BLOCK :])
        duals = _chosen(by_dual, self._dual.quota(True, number))
        return Block(
            statuses=tuple(map(statuses.__getitem__, _shuffled(by_status))),
            runs=runs,
            dual=frozenset(place for place in duals if runs[place].source in DUAL_SOURCES),
            encrypted=_chosen(by_encrypted, self._encrypted.quota(True, number)),
            adversarial=_chosen(by_adversarial, self._adversarial.quota(True, number)),
        )

    def _cut(self, number: int, order: tuple[int, ...], lengths: tuple[int, ...]) -> tuple[Run, ...]:
        """Cut each source's quota into runs and lay them out in a keyed order."""
        drawn: list[tuple[int, Source, int]] = []
        for source, quota in self._sources.of_block(number).items():
            of_source = RUN_LENGTHS[source]
            while quota:
                place = len(drawn)
                length = of_source[lengths[place] & 15]
                if length >= quota - 1:
                    length = _last_length(source, quota, length)
                drawn.append((order[place], source, length))
                quota -= length
        runs: list[Run] = []
        for _, source, length in sorted(drawn):
            runs += [Run(first=len(runs), length=length, source=source)] * length
        return tuple(runs)


def _last_length(source: Source, quota: int, length: int) -> int:
    """Return how long a run is where all but one of a quota would be in it, or more than all."""
    if source in CONFERENCE_SOURCES and quota - length == 1:
        # A conference of one recording is left only where the quota itself is one.
        return quota if quota <= LONGEST_RUN else length - 1
    return min(quota, length)


@lru_cache(maxsize=64)
def _quotas(*shares: tuple[Any, float]) -> Quotas[Any]:
    """Return the quotas of shares, the same in all corpora that have them."""
    return Quotas(dict(shares))


def _yes_or_no(share: float) -> Quotas[bool]:
    return _quotas((True, share), (False, 1 - share))


def _shuffled(keys: tuple[int, ...]) -> list[int]:
    return sorted(_PLACES, key=keys.__getitem__)


def _chosen(keys: tuple[int, ...], quota: int) -> frozenset[int]:
    return frozenset(_shuffled(keys)[:quota] if quota else ())
