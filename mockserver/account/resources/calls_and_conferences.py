"""The calls and conferences of an account's recordings, derived from these.

The index of a call or conference is the index of its first recording.
"""

import heapq
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property, partial

import msgspec

from generators.content import calls_and_conferences as parents
from generators.instants import SECOND
from generators.model import Call, Conference, Recording
from generators.sids import Kind
from mockserver.account.resources.call_filter import ParentFilter, select_corpus_range
from mockserver.account.resources.list_members import ListMembers
from mockserver.account.resources.listing import Listing, Walk
from mockserver.account.resources.positions import walk_slice
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.state.state import FIRST_CREATED


class DerivedParents:
    """The calls, or the conferences, of an account's recordings.

    Args:
        kind: call or conference.
    """

    def __init__(self, kind: Kind, recording_index: RecordingIndex) -> None:
        self.kind = kind
        self._recording_index = recording_index

    def get(self, index: int) -> Call | Conference:
        """Return the call or conference that an index belongs to."""
        created, sid = self._recording_index.created, self._get_sid(index)
        if index < FIRST_CREATED:
            indices = list(self._recording_index.corpus.layout.get_run(index))
            is_over = not created.get_active_of_parent(sid)
        else:
            indices = created.get_indices_of_parent(sid)
            is_over = created.is_parent_over(sid)
        make = parents.build_call if self.kind is Kind.CALL else parents.build_conference
        resource = make([self._get_recording(index) for index in indices], is_over=is_over)
        scripted = self._recording_index.state.scripted_parents.get(sid)
        if scripted is None:
            return resource
        from mockserver.account.resources.scripted_parents import with_scripted_status  # rare

        return with_scripted_status(resource, scripted)

    def get_revision(self, index: int) -> int:
        """Return a value that changes with the call or conference, which changes with its recordings."""
        state = self._recording_index.state
        return state.version if state.recordings else 0

    def find_or_none(self, sid: str) -> int | None:
        """Return the index by SID, or None if no recording belongs to the SID."""
        corpus = self._recording_index.corpus
        run = corpus.get_call_indices(sid) if self.kind is Kind.CALL else corpus.get_conference_indices(sid)
        started = self._recording_index.created.get_indices_of_parent(sid)
        if run:
            return run.start
        return started[0] if started else None

    def build_listing(self, parent_filter: ParentFilter) -> Listing:
        """Return the listing of those that match a filter."""
        places, layout = self._recording_index.positions, self._recording_index.corpus.layout
        generated = layout.walk_calls if self.kind is Kind.CALL else layout.walk_conferences
        matches = None
        if parent_filter.is_given:
            own = select_corpus_range(self._recording_index.corpus, parent_filter)
            generated = _clip_walk(generated, own, self._list_changed(parent_filter))
            matches = self._build_predicate(parent_filter)
        return Listing(
            window=places.get_all(),
            walk=places.walk(generated, self._list_created(parent_filter), is_shown=self._is_first_recording),
            position=self._find_position,
            index=places.get_index,
            sid=self._get_sid,
            matches=matches,
            count_rows=self._count_rows if parent_filter.ended.is_bounded else None,
        )

    def _list_changed(self, parent_filter: ParentFilter) -> Sequence[int]:
        """Return the changed calls or conferences of the corpus that may match beside those that the range selects."""
        changed = self._starts.changed
        if parent_filter.ended.is_bounded or not parent_filter.may_match_generated():
            return changed
        return sorted(index for index in self._with_own_start if index < FIRST_CREATED)

    def _list_created(self, parent_filter: ParentFilter) -> Sequence[int]:
        """Return the created recordings with which calls or conferences start that may match, sorted by position."""
        created, started = self._starts.created, parent_filter.started
        if not started.is_bounded:
            return created
        positions, get_position = self._recording_index.positions, self._recording_index.positions.get_created_position
        window = positions.find_window(*(None if at is None else at * SECOND for at in (started.since, started.before)))
        first = bisect_left(created, window.start, key=get_position)
        inside = created[first : bisect_left(created, window.stop, lo=first, key=get_position)]
        others = self._with_own_start.difference(inside).intersection(created)
        return sorted((*inside, *others), key=get_position) if others else inside

    @cached_property
    def _with_own_start(self) -> set[int]:
        """The first recordings of calls whose start is not their instant of creation. Updated with `_starts`."""
        return set()

    @cached_property
    def _starts(self) -> ListMembers:
        """The created recordings with which calls or conferences start, and the corpus ones in which one was changed.

        Updated with every change from the first list on.
        """
        starts = ListMembers(self._recording_index.state)
        self._recording_index.watch(partial(self._update_starts, starts))
        return starts

    def _update_starts(self, starts: ListMembers, index: int) -> None:
        if index < FIRST_CREATED:
            first = self._recording_index.corpus.layout.get_run(index).start
            if self._get_generated_run(first):
                starts.set(first, True)
                self._update_own_start(first)
            return
        recording = self._recording_index.get_even_if_deleted(index)
        self._update_own_start(index)
        own = recording.call_sid if self.kind is Kind.CALL else recording.conference_sid
        siblings = [] if own is None else self._recording_index.created.get_indices_of_parent(own)
        for sibling in siblings[:2]:  # the second was the first, before an older one was created
            starts.set(sibling, sibling == siblings[0])

    def _update_own_start(self, index: int) -> None:
        recording = self._recording_index.get_even_if_deleted(index)
        if self.kind is Kind.CALL and recording.start_time not in (None, recording.date_created):
            self._with_own_start.add(index)
        else:
            self._with_own_start.discard(index)

    def _get_generated_run(self, index: int) -> range:
        """Return the corpus recordings of the call, or conference, that starts at an index; empty if none does."""
        is_conference = self.kind is Kind.CONFERENCE
        return self._recording_index.corpus.layout.get_run_starting_at(index, is_conference=is_conference)

    def _build_predicate(self, parent_filter: ParentFilter) -> Callable[[int], bool]:
        """Return a predicate on positions. It builds only what the corpus range and the SID do not determine."""
        corpus, get_index = self._recording_index.corpus, self._recording_index.positions.get_index
        changed = self._recording_index.state.recordings

        def matches(position: int) -> bool:
            index = get_index(position)
            if parent_filter.reads_sid and not parent_filter.matches_sid(self._get_sid(index)):
                return False
            run = range(0) if index >= FIRST_CREATED else corpus.layout.get_run(index)
            if not run or any(member in changed for member in run):
                return parent_filter.matches(self.get(index))
            ended = parent_filter.ended
            return not ended.is_bounded or ended.contains(corpus.compute_run_end(run))

        return matches

    def _count_rows(self, position: int) -> int:
        """Return the number of recordings of a call or conference: a filter by the end reads all."""
        index = self._recording_index.positions.get_index(position)
        if index < FIRST_CREATED:
            return len(self._recording_index.corpus.layout.get_run(index))
        return len(self._recording_index.created.get_indices_of_parent(self._get_sid(index)))

    def _get_recording(self, index: int) -> Recording:
        """Return a recording with the duration that it has so far."""
        changed = self._recording_index.state.recordings.get(index)
        recording = self._recording_index.corpus.generate_recording(index, is_bare=True) if changed is None else changed
        progress = self._recording_index.state.in_progress.get(index)
        if recording.duration is not None or progress is None:
            return recording
        seconds = progress.compute_duration_seconds(self._recording_index.clock.now())
        return msgspec.structs.replace(recording, duration=seconds)

    def _is_first_recording(self, index: int) -> bool:
        """Return True if a created recording is the first of its call or conference."""
        own = self._get_parent_sid(index)
        return own is not None and self.find_or_none(own) == index

    def _find_position(self, sid: str) -> int | None:
        recording_index = self._recording_index
        created_indices = recording_index.created.get_indices_of_parent(sid)
        if created_indices and self._is_first_recording(created_indices[0]):
            return recording_index.positions.get_position(
                created_indices[0], recording_index.created.get_creation_instant(created_indices[0])
            )
        return recording_index.find_position(sid, self.kind)

    def _get_sid(self, index: int) -> str:
        """Return the SID at an index, or a placeholder SID that only marks the position."""
        own = (
            self._get_parent_sid(index)
            if index in self._recording_index.created and self._is_first_recording(index)
            else None
        )
        return self._recording_index.corpus.sids.encode(self.kind, index) if own is None else own

    def _get_parent_sid(self, index: int) -> str | None:
        recording = self._recording_index.get_even_if_deleted(index)
        return recording.call_sid if self.kind is Kind.CALL else recording.conference_sid


def _clip_walk(walk: Walk, own: range, others: Sequence[int]) -> Walk:
    """Return a walk over a range of the corpus, and over some other indices, which are sorted."""

    def walk_clipped(window: range, *, newest_first: bool) -> Iterator[int]:
        start = max(window.start, own.start)
        inside = walk(range(start, max(start, min(window.stop, own.stop))), newest_first=newest_first)
        if not others:
            return inside
        parts = (
            walk_slice(others, window.start, min(window.stop, own.start), newest_first),
            walk_slice(others, max(window.start, own.stop), window.stop, newest_first),
        )
        return heapq.merge(inside, *parts, reverse=newest_first)

    return walk_clipped
