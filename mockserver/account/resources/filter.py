"""The filter of a recordings list, and the listing that it selects."""

from collections.abc import Iterator

import msgspec

from generators.instants import SECOND
from generators.model import Recording
from generators.sids import fold_sid
from mockserver.account.resources.listing import Listing, Walk
from mockserver.account.resources.positions import get_slice
from mockserver.account.resources.recording_index import RecordingIndex


class RecordingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """A filter for recordings. All given conditions must hold."""

    created_since: int | None = None
    """Lower bound of `date_created`, inclusive, in seconds since the epoch."""
    created_before: int | None = None
    """Upper bound of `date_created`, exclusive."""
    call_sid: str | None = None
    conference_sid: str | None = None
    include_deleted: bool = False

    def matches_parents(self, recording: Recording) -> bool:
        """Return True if the recording belongs to the call and the conference."""
        return (self.call_sid is None or _is_same_sid(self.call_sid, recording.call_sid)) and (
            self.conference_sid is None or _is_same_sid(self.conference_sid, recording.conference_sid)
        )


def build_filtered_listing(recording_index: RecordingIndex, recording_filter: RecordingFilter) -> Listing:
    """Return the listing of the recordings that match a filter. A filter by date is a range of positions."""
    positions = recording_index.positions
    first_visible_deleted = recording_index.purge_expired()[0] if recording_filter.include_deleted else None
    since, before = recording_filter.created_since, recording_filter.created_before
    return Listing(
        window=positions.find_window(
            None if since is None else since * SECOND, None if before is None else before * SECOND
        ),
        walk=_build_walk(recording_index, recording_filter, first_visible_deleted),
        position=recording_index.find_position,
        index=positions.get_index,
        sid=recording_index.get_sid,
    )


def _build_walk(
    recording_index: RecordingIndex, recording_filter: RecordingFilter, first_visible_deleted: int | None
) -> Walk:
    listed = recording_index.listed
    members, walk_generated = listed.get_members(first_visible_deleted), listed.build_walk(first_visible_deleted)
    parent_sid = recording_filter.call_sid or recording_filter.conference_sid
    if parent_sid is None:
        return recording_index.positions.walk(walk_generated, members.created, members.changed)
    own = _select_corpus_range(recording_index, recording_filter)
    hidden = recording_index.deletions.all if first_visible_deleted is None else recording_index.deletions.purged

    def walk_own(window: range, *, newest_first: bool) -> Iterator[int]:
        start = max(window.start, own.start)
        return walk_generated(range(start, max(start, min(window.stop, own.stop))), newest_first=newest_first)

    def is_shown(index: int) -> bool:
        return index not in hidden and recording_filter.matches_parents(recording_index.get_even_if_deleted(index))

    return recording_index.positions.walk(
        walk_own,
        recording_index.created.get_indices_of_parent(parent_sid),
        get_slice(members.changed, own.start, own.stop),
        is_shown,
    )


def _select_corpus_range(recording_index: RecordingIndex, recording_filter: RecordingFilter) -> range:
    """Return the corpus indices of a call, a conference, or both: each is a range, and so is their intersection."""
    corpus = recording_index.corpus
    ranges = []
    if recording_filter.call_sid is not None:
        ranges.append(corpus.get_call_indices(recording_filter.call_sid))
    if recording_filter.conference_sid is not None:
        ranges.append(corpus.get_conference_indices(recording_filter.conference_sid))
    start = max(candidates.start for candidates in ranges)
    return range(start, max(start, min(candidates.stop for candidates in ranges)))


def _is_same_sid(sid: str, other: str | None) -> bool:
    return other is not None and fold_sid(sid) == fold_sid(other)
