"""What each recording of an account is now: its corpus, and what was started and deleted here since.

Recordings are known by index: the corpus's own, and STARTED + n for the n-th that was started here.
"""

import msgspec

from generators import distributions
from generators.corpus import Corpus
from generators.model import Recording, Status
from generators.rhythm import SECOND
from generators.timetable import RETENTION
from mockserver.clock import Clock
from mockserver.listing import NEVER
from mockserver.overlay import Deletions, Started

Revision = tuple[int, Status]


class Ledger:
    """Tells recordings as they are on a clock; what changes them is in `recordings`."""

    def __init__(self, corpus: Corpus, clock: Clock) -> None:
        self.corpus = corpus
        self.clock = clock
        self.started = Started()
        self.deleted = Deletions()
        self._retained: tuple[int, int] = (0, -1)

    def __contains__(self, index: int) -> bool:
        """Tell whether there is, or ever was, a recording with an index."""
        return index < self.corpus.count or index in self.started

    def undeleted(self, index: int) -> Recording:
        """Return a recording as it is now but for being deleted by hand."""
        return self._started(index) if index in self.started else self.corpus.recording(index)

    def get(self, index: int) -> Recording:
        """Return a recording as a fetch shows it now."""
        recording = self.undeleted(index)
        deleted_at = self.deleted.at(index)
        if deleted_at is None:
            return recording
        return msgspec.structs.replace(recording, status=Status.DELETED, date_updated=deleted_at // SECOND)

    def status(self, index: int) -> Status:
        """Return the status that a fetch shows now."""
        if index in self.deleted.all:
            return Status.DELETED
        if index in self.started:
            return self.started[index].status(self.clock.now())
        return self.corpus.layout.status(index)

    def revision(self, index: int) -> Revision:
        """Return what differs after every change of a recording: what was rendered of another is void."""
        return (self.started[index].changes if index in self.started else 0), self.status(index)

    def is_remembered(self, index: int) -> bool:
        """Tell whether a deleted recording's metadata is still kept."""
        if index in self.deleted.all:
            self.retention()
            return index not in self.deleted.forgotten
        return index >= self.retention()[0]

    def retention(self) -> tuple[int, int]:
        """Return from which index on generated deleted recordings are remembered, and until when that is so."""
        now = self.clock.now()
        since, until = self._retained
        if now >= until:
            timetable = self.corpus.timetable
            since = timetable.retained_from(now)
            until = timetable.deleted_at(since) + RETENTION if since < self.corpus.count else NEVER
            self._retained = (since, until)
        due = self.deleted.forget(now)
        return since, until if due is None else min(until, due)

    def next_completion(self) -> int:
        """Return when the next recording that was started here will be completed."""
        due = self.started.next_completion(self.clock.now())
        return NEVER if due is None else due

    def _started(self, index: int) -> Recording:
        live = self.started[index]
        completed = live.status(self.clock.now()) is Status.COMPLETED
        seconds = live.seconds() if completed else None
        updated = live.completed_at if completed else live.stopped_at
        created = live.started_at // SECOND
        return Recording(
            sid=self.corpus.sid(index),
            account_sid=self.corpus.spec.account_sid,
            call_sid=live.call_sid,
            conference_sid=live.conference_sid,
            status=Status.COMPLETED if completed else Status.PROCESSING,
            source=live.source,
            channels=live.channels,
            track=live.track,
            duration=seconds,
            price=None if seconds is None else distributions.price(seconds),
            error_code=None,
            encryption=None,
            start_time=created,
            date_created=created,
            date_updated=created if updated is None else updated // SECOND,
        )
