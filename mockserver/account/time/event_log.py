"""The log of events: what happened to recordings by itself or because of a scenario, in order."""

from mockserver.account.state.state import Event, State
from mockserver.account.time.clock import Clock

_EVENTS_TO_KEEP = 10_000


class EventLog:
    """The events of an account. The log is bounded: its oldest events may be dropped, the numbers continue."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    @property
    def next_serial(self) -> int:
        """The number of the next event, from 0."""
        return self._state.event_serial

    def record(self, kind: str, subject: str, sid: str, what: str) -> None:
        """Record an event at the present instant."""
        state = self._state
        state.events.append(
            Event(serial=state.event_serial, at=self._clock.now(), kind=kind, subject=subject, sid=sid, what=what)
        )
        state.event_serial += 1
        if len(state.events) > 2 * _EVENTS_TO_KEEP:
            del state.events[:-_EVENTS_TO_KEEP]

    def get_events_since(self, serial: int) -> list[Event]:
        """Return the events from a number on that are still in the log."""
        first = self._state.event_serial - len(self._state.events)
        return self._state.events[max(0, serial - first) :]
