"""The layout of a corpus: its blocks in a row, with the calls, statuses and traits in them."""

from collections.abc import Iterator
from hashlib import blake2b

from generators.corpus.block_templates import RunMember, get_templates
from generators.corpus.blocks import Block, build_block
from generators.corpus.mix import Mix
from generators.corpus.quotas import BLOCK_SIZE
from generators.model import CONFERENCE_SOURCES, Source, Status

_PROCESSING_ZONE_DIVISOR = 50
"""Recordings that are still processing are among the newest 1/50, at least one in 64 of this zone."""
_ALL_SOURCES = frozenset(Source)


class Layout:
    """The places of `count` recordings. Index 0 is the oldest.

    Args:
        key: determines the blocks and the places of processing recordings; at most 64 bytes.
    """

    def __init__(self, key: bytes, count: int, mix: Mix) -> None:
        self.count = count
        self._templates = get_templates(mix)
        self._key = key
        self._processing_shift = int.from_bytes(
            blake2b(digest_size=8, key=key, person=b"processing").digest(), "little"
        )
        self._processing_count = round(mix.status[Status.PROCESSING] * count)
        self._zone_size = max(
            self._processing_count, min(-(-count // _PROCESSING_ZONE_DIVISOR), BLOCK_SIZE * self._processing_count)
        )
        self._zone_start = count - self._zone_size

    def get_block(self, index: int) -> tuple[Block, int]:
        """Return the block of an index, and the place in it."""
        number, place = divmod(index, BLOCK_SIZE)
        return self._build_block(number), place

    def get_status(self, index: int) -> Status:
        """Return the status of a recording at T0."""
        if self._is_processing(index):
            return Status.PROCESSING
        block, place = self.get_block(index)
        return block.get_finished_status(place)

    def get_run(self, index: int) -> range:
        """Return the indices of the run that contains an index. The last run is cut at the end of the corpus."""
        block, place = self.get_block(index)
        member = block.members[place]
        first = index - member.ordinal
        return range(first, min(first + member.length, self.count))

    def get_run_starting_at(self, index: int, *, is_conference: bool) -> range:
        """Return the indices of the call, or conference, that starts at an index; empty if none does."""
        if index >= self.count:
            return range(0)
        block, place = self.get_block(index)
        begins = _is_run_start(block.members[place], CONFERENCE_SOURCES if is_conference else _ALL_SOURCES)
        return self.get_run(index) if begins else range(0)

    def walk(self, window: range, *, newest_first: bool, first_visible_deleted: int | None) -> Iterator[int]:
        """Yield the visible indices of a window.

        Args:
            window: consecutive indices, ascending.
            newest_first: the order.
            first_visible_deleted: deleted recordings are visible from this index on; None hides all.
        """
        # Below this index all deleted recordings are hidden and none is processing, so whole blocks can be skipped.
        bound = self._zone_start if first_visible_deleted is None else min(self._zone_start, first_visible_deleted)
        parts = [
            self._walk_finished(range(window.start, min(window.stop, bound)), newest_first),
            self._walk_all(range(max(window.start, bound), window.stop), newest_first, first_visible_deleted),
        ]
        for part in reversed(parts) if newest_first else parts:
            yield from part

    def walk_audible(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield the indices whose recordings are completed and not encrypted at T0."""
        for number in self._templates.find_blocks_with_audible(_find_block_numbers(window), descending=newest_first):
            block = self._build_block(number)
            inside = _clip_to_block(window, number)
            for index in reversed(inside) if newest_first else inside:
                if self.get_status(index) is Status.COMPLETED and not block.is_encrypted(index % BLOCK_SIZE):
                    yield index

    def walk_calls(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield the indices at which a call starts."""
        blocks = _find_block_numbers(window)
        for number in reversed(blocks) if newest_first else blocks:
            yield from self._walk_run_starts(number, window, newest_first, _ALL_SOURCES)

    def walk_conferences(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield the indices at which a conference starts."""
        for number in self._templates.find_blocks_with_conferences(
            _find_block_numbers(window), descending=newest_first
        ):
            yield from self._walk_run_starts(number, window, newest_first, CONFERENCE_SOURCES)

    def _walk_run_starts(
        self, number: int, window: range, newest_first: bool, sources: frozenset[Source]
    ) -> Iterator[int]:
        members = self._build_block(number).members
        inside = _clip_to_block(window, number)
        for index in reversed(inside) if newest_first else inside:
            if _is_run_start(members[index % BLOCK_SIZE], sources):
                yield index

    def _walk_finished(self, window: range, newest_first: bool) -> Iterator[int]:
        for number in self._templates.find_blocks_with_visible(_find_block_numbers(window), descending=newest_first):
            block = self._build_block(number)
            inside = _clip_to_block(window, number)
            for index in reversed(inside) if newest_first else inside:
                if block.get_finished_status(index % BLOCK_SIZE) is not Status.DELETED:
                    yield index

    def _walk_all(self, window: range, newest_first: bool, first_visible_deleted: int | None) -> Iterator[int]:
        for index in reversed(window) if newest_first else window:
            if (first_visible_deleted is not None and index >= first_visible_deleted) or self.get_status(
                index
            ) is not Status.DELETED:
                yield index

    def _build_block(self, number: int) -> Block:
        return build_block(self._key, self._templates, number)

    def _is_processing(self, index: int) -> bool:
        """Return True if the recording is still processing: these are spread evenly over the newest end."""
        if index < self._zone_start:
            return False
        return (index * self._processing_count + self._processing_shift) % self._zone_size < self._processing_count


def _is_run_start(member: RunMember, sources: frozenset[Source]) -> bool:
    """Return True if the recording is the first of a call or conference with one of these sources."""
    return member.ordinal == 0 and member.source in sources


def _find_block_numbers(window: range) -> range:
    """Return the numbers of the blocks that overlap a window of indices."""
    return range(window.start // BLOCK_SIZE, -(-window.stop // BLOCK_SIZE)) if window else range(0)


def _clip_to_block(window: range, number: int) -> range:
    """Return the indices of a window that are in a block."""
    return range(max(window.start, number * BLOCK_SIZE), min(window.stop, (number + 1) * BLOCK_SIZE))
