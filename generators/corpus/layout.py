"""The layout of a corpus: its blocks in a row, with the calls, statuses and traits in them."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import compress

from generators.corpus.block_templates import RunMember, get_templates
from generators.corpus.blocks import Block, build_block
from generators.corpus.even_spread import EvenSpread
from generators.corpus.mix import Mix
from generators.corpus.quotas import BLOCK_SIZE
from generators.model import CONFERENCE_SOURCES, Source, Status

_PROCESSING_ZONE_DIVISOR = 50
"""Recordings that are still processing are among the newest 1/50, at least one in 64 of this zone."""
_MAX_COUNTED = 4096
"""Processing recordings that are looked up one by one: those that are deleted are counted in closed form."""
_ALL_SOURCES = frozenset(Source)


class Layout:
    """The places of `count` recordings. Index 0 is the oldest.

    Args:
        key: determines the blocks and the places of processing recordings; at most 64 bytes.
        turn: moves the places of processing recordings, each of which may have a deleted one.
    """

    def __init__(self, key: bytes, count: int, mix: Mix, turn: int = 0) -> None:
        self.count = count
        self._templates = templates = get_templates(mix)
        self._key = key
        shift = int.from_bytes(blake2b(digest_size=8, key=key, person=b"processing").digest(), "little")
        processing_count = round(templates.processing_share * count)
        self._zone_size = max(
            processing_count, min(-(-count // _PROCESSING_ZONE_DIVISOR), BLOCK_SIZE * processing_count)
        )
        self._processing = EvenSpread(processing_count, self._zone_size, shift + turn * processing_count)
        self._zone_start = count - self._zone_size

    def get_block(self, index: int) -> tuple[Block, int]:
        """Return the block of an index, and the place in it."""
        number, place = divmod(index, BLOCK_SIZE)
        return self._build_block(number), place

    def get_blocks(self, indices: Iterable[int]) -> list[Block]:
        """Return the block of each index."""
        blocks, last_number = [], -1
        for index in indices:
            number = index // BLOCK_SIZE
            if number != last_number:
                block, last_number = self._build_block(number), number
            blocks.append(block)
        return blocks

    def get_status(self, index: int) -> Status:
        """Return the status of a recording at T0. Every row of a list comes here."""
        return self.get_status_in(build_block(self._key, self._templates, index // BLOCK_SIZE), index)

    def get_status_in(self, block: Block, index: int) -> Status:
        """Return the status of a recording at T0, whose block is known."""
        if index >= self._zone_start and index in self._processing:
            return Status.PROCESSING
        return block.get_finished_status(index % BLOCK_SIZE)

    def get_run(self, index: int) -> range:
        """Return the indices of the run that contains an index. The last run is cut at the end of the corpus."""
        block, place = self.get_block(index)
        member = block.members[place]
        return self.clip_run(index - member.ordinal, member.length)

    def clip_run(self, first: int, length: int) -> range:
        """Return the indices of a run of a length: those below the end of the corpus."""
        return range(first, min(first + length, self.count))

    def get_run_starting_at(self, index: int, *, is_conference: bool) -> range:
        """Return the indices of the call, or conference, that starts at an index; empty if none does."""
        if index >= self.count:
            return range(0)
        block, place = self.get_block(index)
        begins = _is_run_start(block.members[place], CONFERENCE_SOURCES if is_conference else _ALL_SOURCES)
        return self.get_run(index) if begins else range(0)

    def count_visible(self) -> int:
        """Return how many recordings a list shows at T0. It is an estimate if thousands are processing."""
        number, places = divmod(self.count, BLOCK_SIZE)
        visible = self.count - self._templates.count_deleted_before(number)
        if places:
            visible -= places - self._build_block(number).count_visible(places)
        if self._processing.count > _MAX_COUNTED:
            return visible + round(self._processing.count * self._templates.deleted_share)
        processing = self._processing.find_within(range(self._zone_start, self.count), newest_first=False)
        return visible + self._count_deleted_if_finished(processing)

    def walk(self, window: range, *, newest_first: bool, first_visible_deleted: int | None) -> Iterator[int]:
        """Yield the visible indices of a window.

        Args:
            window: consecutive indices, ascending.
            newest_first: the order.
            first_visible_deleted: deleted recordings are visible from this index on; None hides all.
        """
        # From the second bound on nothing is hidden. Before the first one, no recording is processing.
        shown = window.stop if first_visible_deleted is None else max(window.start, first_visible_deleted)
        parts: list[Iterator[int]] = []  # without empty ones: a list after deletions walks over many small windows
        if finished := range(window.start, min(window.stop, shown, self._zone_start)):
            parts.append(self._walk_finished(finished, newest_first))
        if zone := range(max(window.start, self._zone_start), min(window.stop, shown)):
            parts.append(self._walk_zone(zone, newest_first))
        if unhidden := range(shown, window.stop):
            parts.append(_order(unhidden, newest_first))
        for part in reversed(parts) if newest_first else parts:
            yield from part

    def is_audible(self, index: int) -> bool:
        """Return True if a recording is completed and not encrypted at T0."""
        block, place = self.get_block(index)
        return block.is_audible(place) and not self._is_processing(index)

    def walk_audible(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield candidates for the indices whose recordings are completed and not encrypted at T0.

        All of these are among the candidates, and each block that is visited yields one. So the number of
        candidates is the work.
        """
        parts = [
            self._walk_audible_blocks(range(window.start, min(window.stop, self._zone_start)), newest_first),
            self._walk_audible_zone(range(max(window.start, self._zone_start), window.stop), newest_first),
        ]
        for part in reversed(parts) if newest_first else parts:
            yield from part

    def walk_calls(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield the indices at which a call starts."""
        blocks = _find_block_numbers(window)
        for number in _order(blocks, newest_first):
            yield from self._walk_run_starts(number, window, newest_first, _ALL_SOURCES)

    def walk_conferences(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield the indices at which a conference starts."""
        for number in self._templates.blocks_with_conferences.walk(
            _find_block_numbers(window), descending=newest_first
        ):
            yield from self._walk_run_starts(number, window, newest_first, CONFERENCE_SOURCES)

    def _walk_run_starts(
        self, number: int, window: range, newest_first: bool, sources: frozenset[Source]
    ) -> Iterator[int]:
        members = self._build_block(number).members
        inside = _clip_to_block(window, number)
        for index in _order(inside, newest_first):
            if _is_run_start(members[index % BLOCK_SIZE], sources):
                yield index

    def _walk_finished(self, window: range, newest_first: bool) -> Iterator[int]:
        for number in self._templates.blocks_with_visible.walk(_find_block_numbers(window), descending=newest_first):
            inside = _clip_to_block(window, number)
            marks = self._mark_finished(inside, number)
            yield from compress(_order(inside, newest_first), _order(marks, newest_first))

    def _walk_zone(self, window: range, newest_first: bool) -> Iterator[int]:
        """Yield the visible indices among those that may be processing: every block has some."""
        for number in _order(_find_block_numbers(window), newest_first):
            inside = _clip_to_block(window, number)
            finished = compress(inside, self._mark_finished(inside, number))
            processing = self._processing.find_within(inside, newest_first=newest_first)
            yield from sorted({*finished, *processing}, reverse=newest_first)

    def _mark_finished(self, inside: range, number: int) -> bytes:
        """Return a byte for each index within a block: 0 if the recording is deleted, unless it is processing."""
        first = number * BLOCK_SIZE
        return self._build_block(number).mark_visible(slice(inside.start - first, inside.stop - first))

    def _walk_audible_blocks(self, window: range, newest_first: bool) -> Iterator[int]:
        for number in self._templates.blocks_with_audible.walk(_find_block_numbers(window), descending=newest_first):
            inside, first = _clip_to_block(window, number), number * BLOCK_SIZE
            places = self._build_block(number).list_audible_places()
            audible = [first + place for place in places if first + place in inside]
            yield from _order(audible or inside[:1], newest_first)

    def _walk_audible_zone(self, window: range, newest_first: bool) -> Iterator[int]:
        """Yield candidates among those that may be processing: by block, or by index if few are finished."""
        finished = self._processing.invert()
        if finished.count * BLOCK_SIZE >= self._zone_size:
            yield from self._walk_audible_blocks(window, newest_first)
        else:
            yield from finished.find_within(window, newest_first=newest_first)

    def _build_block(self, number: int) -> Block:
        return build_block(self._key, self._templates, number)

    def _count_deleted_if_finished(self, processing: Iterable[int]) -> int:
        """Return how many of these recordings would be deleted if they were not processing."""
        deleted_count, block_number = 0, -1
        for index in processing:  # in each new account
            number, place = divmod(index, BLOCK_SIZE)
            if number != block_number:
                block, block_number = self._build_block(number), number
                ranks, deleted = block.status_ranks, block.shares.deleted
            deleted_count += ranks[place] < deleted
        return deleted_count

    def _is_processing(self, index: int) -> bool:
        """Return True if the recording is still processing: these are spread evenly over the newest end."""
        return index >= self._zone_start and index in self._processing


make_layout = lru_cache(maxsize=16)(Layout)
"""Returns a layout. Cached: the corpus of a new account has the layout by which its size was found."""


def _is_run_start(member: RunMember, sources: frozenset[Source]) -> bool:
    """Return True if the recording is the first of a call or conference with one of these sources."""
    return member.ordinal == 0 and member.source in sources


def _find_block_numbers(window: range) -> range:
    """Return the numbers of the blocks that overlap a window of indices."""
    return range(window.start // BLOCK_SIZE, -(-window.stop // BLOCK_SIZE)) if window else range(0)


def _clip_to_block(window: range, number: int) -> range:
    """Return the indices of a window that are in a block."""
    return range(max(window.start, number * BLOCK_SIZE), min(window.stop, (number + 1) * BLOCK_SIZE))


def _order(ascending: Sequence[int], newest_first: bool) -> Iterator[int]:
    return reversed(ascending) if newest_first else iter(ascending)
