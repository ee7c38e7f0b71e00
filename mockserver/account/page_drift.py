"""What happens behind a client's back, just after it was given a page of a list."""

from collections.abc import Sequence

from generators.model import Source
from mockserver.account.resources.recordings import FINISHED, Recordings
from mockserver.account.state.state import State
from mockserver.account.time.event_log import Events
from mockserver.account.timelines import Play
from scenarios.model import Facts, Stage
from scenarios.operations import Operation


class Hazards:
    """The hazards of an account."""

    def __init__(self, recordings: Recordings, play: Play, events: Events) -> None:
        self._recordings = recordings
        self._play = play
        self._events = events
        self._state: State = recordings.ledger.state

    def after(self, operation: Operation, page: int, indices: Sequence[int]) -> None:
        """Let happen what is to happen after a page, given the recordings on it."""
        for armed in self._state.hazards:
            when = armed.hazard.when
            if armed.left and when.op in (None, operation) and when.page in (None, page):
                armed.left -= 1
                self._vanish(indices[max(0, len(indices) - armed.hazard.vanish) :])
                self._arrive(armed.hazard.arrive)

    def _vanish(self, indices: Sequence[int]) -> None:
        ledger = self._recordings.ledger
        for index in indices:
            if ledger.status(index) in FINISHED:
                self._events.note("vanished", ledger.name(index), ledger.sid(index), "deleted between two pages")
                self._play.stop(index)
                ledger.delete(index)

    def _arrive(self, count: int) -> None:
        ledger = self._recordings.ledger
        for _ in range(count):
            index = self._recordings.add(source=Source.DIAL_VERB)
            self._recordings.stage(index, Stage.COMPLETED, Facts())
            self._events.note("arrived", ledger.name(index), ledger.sid(index), "completed between two pages")
