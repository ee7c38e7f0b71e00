"""One account's world: its corpus, what was done to it, and its clock. The only mutable room of the server."""

from collections.abc import Iterator

import msgspec

from generators.corpus import Corpus
from generators.model import Recording, Status
from generators.rhythm import SECOND
from generators.sids import Kind
from generators.timetable import RETENTION
from mockserver.clock import Clock
from mockserver.errors import TwilioError, invalid
from mockserver.listing import Slice, Walk, first_page, page_newer_than, page_older_than
from mockserver.overlay import Overlay
from mockserver.rest.paging import PageRequest, Tokens

NEVER = 1 << 62
"""Later than any clock, in microseconds."""
_FINISHED = (Status.COMPLETED, Status.ABSENT, Status.FAILED)


class Selection(msgspec.Struct, frozen=True, kw_only=True):
    """Which recordings are asked for; all that is given holds together."""

    since: int | None = None
    """Created at this second or later, in seconds since 1970."""
    below: int | None = None
    """Created before this second."""
    call_sid: str | None = None
    conference_sid: str | None = None
    include_deleted: bool = False


class RecordingPage(msgspec.Struct, frozen=True):
    """A page of a listing, newest first."""

    indices: tuple[int, ...]
    tokens: Tokens
    expires: int
    """When time alone may change this page, in microseconds since 1970."""


class Account:
    """An account and its recordings, each known by its index in the corpus.

    Args:
        sid: the AccountSid, in lower case.
        corpus: what the account held at T0.
        clock: the account's time.
    """

    def __init__(self, sid: str, corpus: Corpus, clock: Clock) -> None:
        self.sid = sid
        self.corpus = corpus
        self.clock = clock
        self.version = 0
        """Grows with every change: what was rendered of an older version is void."""
        self._overlay = Overlay()
        self._retained: tuple[int, int] = (0, -1)

    def recording(self, index: int) -> Recording:
        """Return a recording as it is now."""
        recording = self.corpus.recording(index)
        deleted_at = self._overlay.deleted_at(index)
        if deleted_at is None:
            return recording
        return msgspec.structs.replace(recording, status=Status.DELETED, date_updated=deleted_at // SECOND)

    def revision(self, index: int) -> int:
        """Return how often a recording was changed: what was rendered of an older revision is void."""
        return 0 if self._overlay.deleted_at(index) is None else 1

    def fetch(self, sid: str, *, include_deleted: bool) -> tuple[int, int]:
        """Return the index of the recording with a SID, and when time alone may change the answer.

        Raises:
            TwilioError: 20404 where there is none to see.
        """
        index = self.corpus.index_of(sid)
        if index is None:
            raise TwilioError(20404, self.why_unknown(sid))
        if not self._is_deleted(index):
            return index, NEVER
        if not include_deleted:
            raise TwilioError(20404, f"{sid} is deleted. With IncludeSoftDeleted=true it is shown for 40 days.")
        since, expires = self._retention()
        by_hand = index in self._overlay.deleted
        if index in self._overlay.forgotten if by_hand else index < since:
            raise TwilioError(20404, f"{sid} was deleted more than 40 days ago, so its metadata is gone.")
        return index, expires

    def delete(self, sid: str) -> None:
        """Delete a recording; its metadata is kept for 40 days.

        Raises:
            TwilioError: 20404 where there is none to see; 20009 where it is not finished.
        """
        index, _ = self.fetch(sid, include_deleted=False)
        status = self.corpus.layout.status(index)
        if status not in _FINISHED:
            raise TwilioError(20009, f"{sid} is {status.value}. Finished recordings can be deleted.")
        self._overlay.delete(index, self.clock.now())
        self.version += 1

    def list(self, selection: Selection, asked: PageRequest) -> RecordingPage:
        """Return a page of the recordings that are selected.

        Raises:
            TwilioError: 20001 where the page's token names no recording of this account.
        """
        deleted_from, expires = self._retention() if selection.include_deleted else (None, NEVER)
        hidden = self._overlay.forgotten if selection.include_deleted else self._overlay.deleted

        def walk(window: range, *, newest_first: bool) -> Iterator[int]:
            for gap in hidden.gaps(window, descending=newest_first):
                yield from self.corpus.layout.walk(gap, newest_first=newest_first, deleted_from=deleted_from)

        found = self._turn(walk, self._window(selection), asked)
        return RecordingPage(
            indices=found.indices,
            tokens=Tokens(
                previous=None if found.previous is None else self.corpus.sid(found.previous),
                next=None if found.next is None else self.corpus.sid(found.next),
            ),
            expires=expires,
        )

    def why_unknown(self, sid: str) -> str:
        """Say why no recording of this account has a SID."""
        index = self.corpus.sids.decode(Kind.RECORDING, sid)
        if index is None:
            return f"{sid} is none of this account's: it was made with another seed or account, or by hand."
        return f"{sid} would be recording {index}, but this account has {self.corpus.count}."

    def _turn(self, walk: Walk, window: range, asked: PageRequest) -> Slice:
        if asked.cursor is None:
            return first_page(walk, window, asked.size)
        index = self.corpus.sids.decode(Kind.RECORDING, asked.cursor.sid)
        # The place just past the newest recording is a token too: where an empty page's next one begins.
        if index is None or index > self.corpus.count:
            raise invalid("PageToken", "the SID of a recording of this account", asked.cursor.sid)
        turn = page_older_than if asked.cursor.older else page_newer_than
        return turn(index, walk, window, asked.size)

    def _window(self, selection: Selection) -> range:
        """Return the indices that the filters leave: each filter is a range, so all together are one."""
        corpus = self.corpus
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

    def _is_deleted(self, index: int) -> bool:
        return index in self._overlay.deleted or self.corpus.layout.status(index) is Status.DELETED

    def _retention(self) -> tuple[int, int]:
        """Return from which index on generated deleted recordings are remembered, and until when that is so."""
        now = self.clock.now()
        since, until = self._retained
        if now >= until:
            since = self.corpus.timetable.retained_from(now)
            until = self.corpus.timetable.deleted_at(since) + RETENTION if since < self.corpus.count else NEVER
            self._retained = (since, until)
        due = self._overlay.forget(now)
        return since, min(until, NEVER if due is None else due)
