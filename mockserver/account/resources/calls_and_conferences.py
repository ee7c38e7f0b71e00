"""The calls and conferences of an account, read-only, derived from its recordings.

The index of a call or conference is the index of its first recording.
"""

import heapq
from collections.abc import Callable, Iterator

import msgspec

from generators.content import calls_and_conferences as parents
from generators.model import Call, Conference, Recording
from generators.sids import Kind
from mockserver.account.resources.call_filter import ParentFilter, select_corpus_range
from mockserver.account.resources.listing import Listing, Page, Walk, get_page
from mockserver.account.resources.recording_index import RecordingIndex
from mockserver.account.state.state import FIRST_CREATED
from mockserver.rest.errors import TwilioError
from mockserver.rest.paging import PageRequest


class CallsOrConferences:
    """The calls, or the conferences, of an account.

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
        return make([self._get_recording(index) for index in indices], is_over=is_over)

    def get_revision(self, index: int) -> int:
        """Return a value that changes with the call or conference, which changes with its recordings."""
        state = self._recording_index.state
        return state.version if state.recordings else 0

    def find(self, sid: str) -> int:
        """Return the index by SID.

        Raises:
            TwilioError: 20404 if no recording belongs to the SID.
        """
        corpus = self._recording_index.corpus
        run = corpus.get_call_indices(sid) if self.kind is Kind.CALL else corpus.get_conference_indices(sid)
        started = self._recording_index.created.get_indices_of_parent(sid)
        if not run and not started:
            raise TwilioError(20404, f"No recording of this account belongs to {sid}.", unknown_sid=sid)
        return run.start if run else started[0]

    def list(self, parent_filter: ParentFilter, request: PageRequest) -> Page:
        """Return a page of those that match a filter, newest first.

        Raises:
            TwilioError: 20001 if the page token names no call or conference of this account.
        """
        places, layout = self._recording_index.positions, self._recording_index.corpus.layout
        generated = layout.walk_calls if self.kind is Kind.CALL else layout.walk_conferences
        matches = None
        if parent_filter.is_given:
            changed = self._find_changed()
            generated = _clip_walk(generated, select_corpus_range(self._recording_index.corpus, parent_filter), changed)
            matches = self._build_predicate(parent_filter, changed)
        listing = Listing(
            window=places.get_all(),
            walk=places.walk(generated, self._is_first_recording, include_changed=False),
            position=self._find_position,
            index=places.get_index,
            sid=self._get_sid,
            matches=matches,
        )
        return get_page(listing, request)

    def _find_changed(self) -> set[int]:
        """Return the corpus calls, or conferences, of which a recording was changed, by index."""
        layout, is_conference = self._recording_index.corpus.layout, self.kind is Kind.CONFERENCE
        starts = {layout.get_run(index).start for index in self._recording_index.positions.get_changed()}
        return {start for start in starts if layout.get_run_starting_at(start, is_conference=is_conference)}

    def _build_predicate(self, parent_filter: ParentFilter, changed: set[int]) -> Callable[[int], bool]:
        """Return a predicate on positions. It builds only what the corpus range and the SID do not determine."""
        corpus, get_index = self._recording_index.corpus, self._recording_index.positions.get_index

        def matches(position: int) -> bool:
            index = get_index(position)
            if index >= FIRST_CREATED or index in changed:
                return parent_filter.matches(self.get(index))
            if parent_filter.reads_sid and not parent_filter.matches_sid(self._get_sid(index)):
                return False
            ended = parent_filter.ended
            return not ended.is_bounded or ended.contains(corpus.compute_run_end(corpus.layout.get_run(index)))

        return matches

    def _get_recording(self, index: int) -> Recording:
        """Return a recording with the duration that it has so far."""
        recording = self._recording_index.get_even_if_deleted(index)
        progress = self._recording_index.state.in_progress.get(index)
        if recording.duration is not None or progress is None:
            return recording
        seconds = progress.compute_duration_seconds(self._recording_index.clock.now())
        return msgspec.structs.replace(recording, duration=seconds)

    def _is_first_recording(self, index: int) -> bool:
        """Return True if a created recording is the first of its call or conference."""
        own = self._get_parent_sid(index)
        return own is not None and self.find(own) == index

    def _find_position(self, sid: str) -> int | None:
        recording_index = self._recording_index
        came_in = recording_index.created.get_indices_of_parent(sid)
        if came_in and self._is_first_recording(came_in[0]):
            return recording_index.positions.get_position(
                came_in[0], recording_index.created.get_creation_instant(came_in[0])
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


def _clip_walk(walk: Walk, own: range, others: set[int]) -> Walk:
    """Return a walk over a range of the corpus, and over some other indices."""

    def walk_clipped(window: range, *, newest_first: bool) -> Iterator[int]:
        start = max(window.start, own.start)
        inside = walk(range(start, max(start, min(window.stop, own.stop))), newest_first=newest_first)
        outside = sorted((index for index in others if index in window and index not in own), reverse=newest_first)
        return heapq.merge(inside, outside, reverse=newest_first) if outside else inside

    return walk_clipped
