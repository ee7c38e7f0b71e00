"""The filter of a recordings list, and the listing that it selects."""

from collections.abc import Iterator

import msgspec

from generators.corpus.weekly_rhythm import SECOND
from generators.model import Recording
from mockserver.account.resources.listing import Listing
from mockserver.account.resources.recording_index import RecordingIndex


class RecordingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """A filter for recordings. All given conditions must hold."""

    since: int | None = None
    """Lower bound of `date_created`, inclusive, in seconds since the epoch."""
    below: int | None = None
    """Upper bound of `date_created`, exclusive."""
    call_sid: str | None = None
    conference_sid: str | None = None
    include_deleted: bool = False

    def matches(self, recording: Recording) -> bool:
        """Return True if the recording matches, whether or not it is deleted."""
        return (
            (self.since is None or self.since <= recording.date_created)
            and (self.below is None or recording.date_created < self.below)
            and (self.call_sid is None or _is_same_sid(self.call_sid, recording.call_sid))
            and (self.conference_sid is None or _is_same_sid(self.conference_sid, recording.conference_sid))
        )


def filtered_listing(ledger: RecordingIndex, recording_filter: RecordingFilter) -> Listing:
    """Return the listing of the recordings that match a filter."""
    own = _corpus_listing(ledger, recording_filter)
    hidden = ledger.deleted.purged if recording_filter.include_deleted else ledger.deleted.all
    deleted_from = ledger.purge_expired()[0] if recording_filter.include_deleted else None

    def generated(window: range, *, newest_first: bool) -> Iterator[int]:
        start = max(window.start, own.start)
        inside = range(start, max(start, min(window.stop, own.stop)))
        for gap in hidden.gaps(inside, descending=newest_first):
            yield from ledger.corpus.layout.walk(gap, newest_first=newest_first, deleted_from=deleted_from)

    def is_seen(index: int) -> bool:
        return index not in hidden and recording_filter.matches(ledger.get_even_if_deleted(index))

    return Listing(
        window=ledger.positions.all() if ledger.created else own,
        walk=ledger.positions.walk(generated, is_seen),
        position=ledger.position_of,
        index=ledger.positions.index,
        sid=ledger.sid,
    )


def _corpus_listing(ledger: RecordingIndex, selection: RecordingFilter) -> range:
    """Return the corpus indices that the filter selects: each condition is a range, and so is their intersection."""
    corpus = ledger.corpus
    ranges = [range(corpus.count)]
    if selection.since is not None:
        ranges.append(range(corpus.timetable.first_at(selection.since * SECOND), corpus.count))
    if selection.below is not None:
        ranges.append(range(corpus.timetable.first_at(selection.below * SECOND)))
    if selection.call_sid is not None:
        ranges.append(corpus.indices_of_call(selection.call_sid))
    if selection.conference_sid is not None:
        ranges.append(corpus.indices_of_conference(selection.conference_sid))
    start = max(each.start for each in ranges)
    return range(start, max(start, min(each.stop for each in ranges)))


def _is_same_sid(sid: str, other: str | None) -> bool:
    return other is not None and sid[2:].lower() == other[2:].lower()
