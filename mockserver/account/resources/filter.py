"""Which recordings are asked for, and the listing of them."""

from collections.abc import Iterator

import msgspec

from generators.corpus.weekly_rhythm import SECOND
from generators.model import Recording
from mockserver.account.resources.listing import Listing
from mockserver.account.resources.recording_index import Ledger


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which recordings are asked for; all that is given holds together."""

    since: int | None = None
    """Created at this second or later, in seconds since 1970."""
    below: int | None = None
    """Created before this second."""
    call_sid: str | None = None
    conference_sid: str | None = None
    include_deleted: bool = False

    def holds(self, recording: Recording) -> bool:
        """Tell whether a recording is among those asked for, but for being deleted."""
        return (
            (self.since is None or self.since <= recording.date_created)
            and (self.below is None or recording.date_created < self.below)
            and (self.call_sid is None or _same(self.call_sid, recording.call_sid))
            and (self.conference_sid is None or _same(self.conference_sid, recording.conference_sid))
        )


def selected(ledger: Ledger, selection: Selection) -> Listing:
    """Return the listing of a selection."""
    own = _of_corpus(ledger, selection)
    hidden = ledger.deleted.forgotten if selection.include_deleted else ledger.deleted.all
    deleted_from = ledger.retention()[0] if selection.include_deleted else None

    def generated(window: range, *, newest_first: bool) -> Iterator[int]:
        start = max(window.start, own.start)
        inside = range(start, max(start, min(window.stop, own.stop)))
        for gap in hidden.gaps(inside, descending=newest_first):
            yield from ledger.corpus.layout.walk(gap, newest_first=newest_first, deleted_from=deleted_from)

    def is_seen(index: int) -> bool:
        return index not in hidden and selection.holds(ledger.undeleted(index))

    return Listing(
        window=ledger.places.everything() if ledger.arrivals else own,
        walk=ledger.places.walk(generated, is_seen),
        position=ledger.position_of,
        index=ledger.places.index,
        sid=ledger.sid,
    )


def _of_corpus(ledger: Ledger, selection: Selection) -> range:
    """Return the indices of the corpus that the filters leave: each filter is a range, so all together are one."""
    corpus = ledger.corpus
    ranges = [range(corpus.count)]
    if selection.since is not None:
        ranges.append(range(corpus.timetable.first_at(selection.since * SECOND), corpus.count))
    if selection.below is not None:
        ranges.append(range(corpus.timetable.first_at(selection.below * SECOND)))
    if selection.call_sid is not None:
        ranges.append(corpus.of_call(selection.call_sid))
    if selection.conference_sid is not None:
        ranges.append(corpus.of_conference(selection.conference_sid))
    start = max(each.start for each in ranges)
    return range(start, max(start, min(each.stop for each in ranges)))


def _same(sid: str, other: str | None) -> bool:
    return other is not None and sid[2:].lower() == other[2:].lower()
