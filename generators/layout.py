"""Who is where: the blocks of a corpus laid end to end, with the calls, statuses and traits they hold."""

from collections.abc import Iterator
from functools import lru_cache

from generators.blocks import Block, Dealer, Run
from generators.mix import Mix
from generators.model import CONFERENCE_SOURCES, Source, Status
from generators.quotas import BLOCK

_PROCESSING_ZONE = 50
"""Recordings that are still processing sit among the newest 1/50, at least one in 64 of their zone."""
_BLOCKS_KEPT = 64


class Layout:
    """The places of `count` recordings, 0 being the oldest.

    Args:
        key: what the blocks are drawn with.
        shift: where the even spread of those still processing begins.
    """

    def __init__(self, key: bytes, shift: int, count: int, mix: Mix) -> None:
        self.count = count
        self._dealer = Dealer(key, mix)
        self._kept = lru_cache(maxsize=_BLOCKS_KEPT)(self._dealer.deal)
        self._shift = shift
        self._processing = round(mix.status[Status.PROCESSING] * count)
        self._zone = max(self._processing, min(-(-count // _PROCESSING_ZONE), BLOCK * self._processing))
        self._zone_start = count - self._zone

    def block(self, index: int) -> tuple[Block, int]:
        """Return the block of an index, and the index's place in it."""
        number, place = divmod(index, BLOCK)
        return self._kept(number), place

    def status(self, index: int) -> Status:
        """Return the status of a recording at T0."""
        if self._is_processing(index):
            return Status.PROCESSING
        block, place = self.block(index)
        return block.statuses[place]

    def run(self, index: int) -> tuple[Run, range]:
        """Return the run that an index belongs to, and its indices; the last run is cut at the end."""
        block, place = self.block(index)
        run = block.runs[place]
        first = index - place + run.first
        return run, range(first, min(first + run.length, self.count))

    def run_that_begins_at(self, index: int, *, conference: bool) -> range:
        """Return the indices of the call, or of the conference, that begins at an index; empty where none does."""
        if index >= self.count:
            return range(0)
        run, indices = self.run(index)
        return indices if indices.start == index and (run.source in CONFERENCE_SOURCES or not conference) else range(0)

    def walk(self, window: range, *, newest_first: bool, deleted_from: int | None) -> Iterator[int]:
        """Yield the indices of a window that are there to see.

        Args:
            window: consecutive indices, rising.
            newest_first: in which order.
            deleted_from: deleted recordings are seen from this index on; None hides them all.
        """
        # Up to here all deleted ones are hidden and nothing is processing, so that whole blocks may be skipped.
        bound = self._zone_start if deleted_from is None else min(self._zone_start, deleted_from)
        parts = [
            self._walk_settled(range(window.start, min(window.stop, bound)), newest_first),
            self._walk_each(range(max(window.start, bound), window.stop), newest_first, deleted_from),
        ]
        for part in reversed(parts) if newest_first else parts:
            yield from part

    def walk_audible(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield the indices of a window whose recordings are completed and not encrypted at T0."""
        for number in self._dealer.audible(_blocks(window), descending=newest_first):
            block = self._kept(number)
            inside = _inside(window, number)
            for index in reversed(inside) if newest_first else inside:
                if self.status(index) is Status.COMPLETED and index % BLOCK not in block.encrypted:
                    yield index

    def walk_calls(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield the indices of a window at which a call begins."""
        blocks = _blocks(window)
        for number in reversed(blocks) if newest_first else blocks:
            yield from self._run_starts(number, window, newest_first, frozenset(Source))

    def walk_conferences(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield the indices of a window at which a conference begins."""
        for number in self._dealer.with_conferences(_blocks(window), descending=newest_first):
            yield from self._run_starts(number, window, newest_first, CONFERENCE_SOURCES)

    def _run_starts(self, number: int, window: range, newest_first: bool, sources: frozenset[Source]) -> Iterator[int]:
        runs = self._kept(number).runs
        inside = _inside(window, number)
        for index in reversed(inside) if newest_first else inside:
            run = runs[index % BLOCK]
            if run.first == index % BLOCK and run.source in sources:
                yield index

    def _walk_settled(self, window: range, newest_first: bool) -> Iterator[int]:
        for number in self._dealer.not_all_deleted(_blocks(window), descending=newest_first):
            statuses = self._kept(number).statuses
            inside = _inside(window, number)
            for index in reversed(inside) if newest_first else inside:
                if statuses[index % BLOCK] is not Status.DELETED:
                    yield index

    def _walk_each(self, window: range, newest_first: bool, deleted_from: int | None) -> Iterator[int]:
        for index in reversed(window) if newest_first else window:
            if (deleted_from is not None and index >= deleted_from) or self.status(index) is not Status.DELETED:
                yield index

    def _is_processing(self, index: int) -> bool:
        """Spread the processing ones evenly over the newest end, exactly as many as the mix says."""
        if index < self._zone_start:
            return False
        return (index * self._processing + self._shift) % self._zone < self._processing


def _blocks(window: range) -> range:
    """Return the numbers of the blocks that a window of indices touches."""
    return range(window.start // BLOCK, -(-window.stop // BLOCK)) if window else range(0)


def _inside(window: range, number: int) -> range:
    """Return the indices of a window that are in a block."""
    return range(max(window.start, number * BLOCK), min(window.stop, (number + 1) * BLOCK))
