"""The layout of a corpus: its blocks in a row, with the calls, statuses and traits in them."""

from collections.abc import Iterator
from hashlib import blake2b

from generators.corpus.block_templates import RunMember, templates_for
from generators.corpus.blocks import Block, build_block
from generators.corpus.mix import Mix
from generators.corpus.quotas import BLOCK
from generators.model import CONFERENCE_SOURCES, Source, Status

_PROCESSING_ZONE = 50
"""Recordings that are still processing are among the newest 1/50, at least one in 64 of this zone."""
_ALL_SOURCES = frozenset(Source)


class Layout:
    """The places of `count` recordings. Index 0 is the oldest.

    Args:
        key: determines the blocks and the places of processing recordings; at most 64 bytes.
    """

    def __init__(self, key: bytes, count: int, mix: Mix) -> None:
        self.count = count
        self._deck = templates_for(mix)
        self._key = key
        self._shift = int.from_bytes(blake2b(digest_size=8, key=key, person=b"processing").digest(), "little")
        self._processing = round(mix.status[Status.PROCESSING] * count)
        self._zone = max(self._processing, min(-(-count // _PROCESSING_ZONE), BLOCK * self._processing))
        self._zone_start = count - self._zone

    def block(self, index: int) -> tuple[Block, int]:
        """Return the block of an index, and the place in it."""
        number, place = divmod(index, BLOCK)
        return self._block(number), place

    def status(self, index: int) -> Status:
        """Return the status of a recording at T0."""
        if self._is_processing(index):
            return Status.PROCESSING
        block, place = self.block(index)
        return block.status(place)

    def run(self, index: int) -> range:
        """Return the indices of the run that contains an index. The last run is cut at the end of the corpus."""
        block, place = self.block(index)
        member = block.members[place]
        first = index - member.ordinal
        return range(first, min(first + member.length, self.count))

    def run_starting_at(self, index: int, *, conference: bool) -> range:
        """Return the indices of the call, or conference, that starts at an index; empty if none does."""
        if index >= self.count:
            return range(0)
        block, place = self.block(index)
        begins = _starts_run(block.members[place], CONFERENCE_SOURCES if conference else _ALL_SOURCES)
        return self.run(index) if begins else range(0)

    def walk(self, window: range, *, newest_first: bool, deleted_from: int | None) -> Iterator[int]:
        """Yield the visible indices of a window.

        Args:
            window: consecutive indices, ascending.
            newest_first: the order.
            deleted_from: deleted recordings are visible from this index on; None hides all.
        """
        # Below this index all deleted recordings are hidden and none is processing, so whole blocks can be skipped.
        bound = self._zone_start if deleted_from is None else min(self._zone_start, deleted_from)
        parts = [
            self._walk_finished(range(window.start, min(window.stop, bound)), newest_first),
            self._walk_all(range(max(window.start, bound), window.stop), newest_first, deleted_from),
        ]
        for part in reversed(parts) if newest_first else parts:
            yield from part

    def walk_audible(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield the indices whose recordings are completed and not encrypted at T0."""
        for number in self._deck.blocks_with_audible(_block_numbers(window), descending=newest_first):
            block = self._block(number)
            inside = _clip_to_block(window, number)
            for index in reversed(inside) if newest_first else inside:
                if self.status(index) is Status.COMPLETED and not block.is_encrypted(index % BLOCK):
                    yield index

    def walk_calls(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield the indices at which a call starts."""
        blocks = _block_numbers(window)
        for number in reversed(blocks) if newest_first else blocks:
            yield from self._run_starts(number, window, newest_first, _ALL_SOURCES)

    def walk_conferences(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield the indices at which a conference starts."""
        for number in self._deck.blocks_with_conferences(_block_numbers(window), descending=newest_first):
            yield from self._run_starts(number, window, newest_first, CONFERENCE_SOURCES)

    def _run_starts(self, number: int, window: range, newest_first: bool, sources: frozenset[Source]) -> Iterator[int]:
        members = self._block(number).members
        inside = _clip_to_block(window, number)
        for index in reversed(inside) if newest_first else inside:
            if _starts_run(members[index % BLOCK], sources):
                yield index

    def _walk_finished(self, window: range, newest_first: bool) -> Iterator[int]:
        for number in self._deck.blocks_with_visible(_block_numbers(window), descending=newest_first):
            block = self._block(number)
            inside = _clip_to_block(window, number)
            for index in reversed(inside) if newest_first else inside:
                if block.status(index % BLOCK) is not Status.DELETED:
                    yield index

    def _walk_all(self, window: range, newest_first: bool, deleted_from: int | None) -> Iterator[int]:
        for index in reversed(window) if newest_first else window:
            if (deleted_from is not None and index >= deleted_from) or self.status(index) is not Status.DELETED:
                yield index

    def _block(self, number: int) -> Block:
        return build_block(self._key, self._deck, number)

    def _is_processing(self, index: int) -> bool:
        """Return True if the recording is still processing: these are spread evenly over the newest end."""
        if index < self._zone_start:
            return False
        return (index * self._processing + self._shift) % self._zone < self._processing


def _starts_run(member: RunMember, sources: frozenset[Source]) -> bool:
    """Return True if the recording is the first of a call or conference with one of these sources."""
    return member.ordinal == 0 and member.source in sources


def _block_numbers(window: range) -> range:
    """Return the numbers of the blocks that overlap a window of indices."""
    return range(window.start // BLOCK, -(-window.stop // BLOCK)) if window else range(0)


def _clip_to_block(window: range, number: int) -> range:
    """Return the indices of a window that are in a block."""
    return range(max(window.start, number * BLOCK), min(window.stop, (number + 1) * BLOCK))
