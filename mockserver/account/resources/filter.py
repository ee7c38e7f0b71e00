"""The filter of a recordings list, and the listing that it selects."""

from collections.abc import Iterator

import msgspec

from generators.instants import SECOND
from generators.model import Recording
from generators.sids import fold_sid
from mockserver.account.resources.listing import Listing
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

    def matches(self, recording: Recording) -> bool:
        """Return True if the recording matches, whether or not it is deleted."""
        return (
            (self.created_since is None or self.created_since <= recording.date_created)
            and (self.created_before is None or recording.date_created < self.created_before)
            and (self.call_sid is None or _is_same_sid(self.call_sid, recording.call_sid))
            and (self.conference_sid is None or _is_same_sid(self.conference_sid, recording.conference_sid))
        )


def build_filtered_listing(recording_index: RecordingIndex, recording_filter: RecordingFilter) -> Listing:
    """Return the listing of the recordings that match a filter."""
    own = _select_corpus_range(recording_index, recording_filter)
    hidden = recording_index.deletions.purged if recording_filter.include_deleted else recording_index.deletions.all
    deleted_from = recording_index.purge_expired()[0] if recording_filter.include_deleted else None

    def walk_generated(window: range, *, newest_first: bool) -> Iterator[int]:
        start = max(window.start, own.start)
        inside = range(start, max(start, min(window.stop, own.stop)))
        for gap in hidden.iter_gaps(inside, descending=newest_first):
            yield from recording_index.corpus.layout.walk(
                gap, newest_first=newest_first, first_visible_deleted=deleted_from
            )

    def is_seen(index: int) -> bool:
        return index not in hidden and recording_filter.matches(recording_index.get_even_if_deleted(index))

    return Listing(
        window=recording_index.positions.get_all() if recording_index.created else own,
        walk=recording_index.positions.walk(walk_generated, is_seen),
        position=recording_index.find_position,
        index=recording_index.positions.get_index,
        sid=recording_index.get_sid,
    )


def _select_corpus_range(recording_index: RecordingIndex, recording_filter: RecordingFilter) -> range:
    """Return the corpus indices that the filter selects: each condition is a range, and so is their intersection."""
    corpus = recording_index.corpus
    ranges = [range(corpus.count)]
    if recording_filter.created_since is not None:
        ranges.append(range(corpus.timetable.find_first_since(recording_filter.created_since * SECOND), corpus.count))
    if recording_filter.created_before is not None:
        ranges.append(range(corpus.timetable.find_first_since(recording_filter.created_before * SECOND)))
    if recording_filter.call_sid is not None:
        ranges.append(corpus.get_call_indices(recording_filter.call_sid))
    if recording_filter.conference_sid is not None:
        ranges.append(corpus.get_conference_indices(recording_filter.conference_sid))
    start = max(candidates.start for candidates in ranges)
    return range(start, max(start, min(candidates.stop for candidates in ranges)))


def _is_same_sid(sid: str, other: str | None) -> bool:
    return other is not None and fold_sid(sid) == fold_sid(other)
