"""Page drift: recordings that are inserted or deleted just after the server returned a list page."""

from collections.abc import Sequence

from generators.model import Source
from mockserver.account.resources.recordings import FINISHED, Recordings
from mockserver.account.state.state import State
from mockserver.account.time.event_log import EventLog
from mockserver.account.timelines import Timelines
from scenarios.model import RecordingFields, RecordingStatus
from scenarios.operations import Operation


class PageDrift:
    """The page drift rules of an account."""

    def __init__(self, recordings: Recordings, play: Timelines, events: EventLog) -> None:
        self._recordings = recordings
        self._play = play
        self._events = events
        self._state: State = recordings.index.state

    def apply_after_page(self, operation: Operation, page: int, indices: Sequence[int]) -> None:
        """Apply the rules for a page that was returned with the given recordings."""
        for armed in self._state.page_drift:
            when = armed.rule.when
            if armed.left and when.op in (None, operation) and when.page in (None, page):
                armed.left -= 1
                self._delete(indices[max(0, len(indices) - armed.rule.delete) :])
                self._insert(armed.rule.insert)

    def _delete(self, indices: Sequence[int]) -> None:
        ledger = self._recordings.index
        for index in indices:
            if ledger.status(index) in FINISHED:
                self._events.record("deleted", ledger.name(index), ledger.sid(index), "deleted between two pages")
                self._play.stop(index)
                ledger.delete(index)

    def _insert(self, count: int) -> None:
        ledger = self._recordings.index
        for _ in range(count):
            index = self._recordings.add(source=Source.DIAL_VERB)
            self._recordings.set_status(index, RecordingStatus.COMPLETED, RecordingFields())
            self._events.record("inserted", ledger.name(index), ledger.sid(index), "completed between two pages")
