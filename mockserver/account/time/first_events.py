"""The first events of a change that has very many: the log drops its oldest ones before the change is over."""

from typing import TYPE_CHECKING

from mockserver.account.time.event_log import EventLog

if TYPE_CHECKING:
    from mockserver.account.state.events import Event


class FirstEvents:
    """Collects the first events of a change while it goes on.

    Args:
        limit: the largest number of events.
    """

    def __init__(self, log: EventLog, limit: int) -> None:
        self._log = log
        self._limit = limit
        self._next = self.first_serial = log.next_serial
        self.events: list[Event] = []

    def collect(self) -> None:
        """Add the events since the last call."""
        room = self._limit - len(self.events)
        if room and self._log.next_serial != self._next:
            self.events += self._log.get_events_since(self._next, room)
            self._next = self._log.next_serial
