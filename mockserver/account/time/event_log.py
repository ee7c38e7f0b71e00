"""What happened to an account's recordings by itself, or because a scenario says so, in order."""

from mockserver.account.state.state import Event, State
from mockserver.account.time.clock import Clock

_KEPT = 10_000


class EventLog:
    """The log of an account: bounded, so its oldest may be gone; their numbers tell."""

    def __init__(self, state: State, clock: Clock) -> None:
        self._state = state
        self._clock = clock

    @property
    def serial(self) -> int:
        """The number that the next event will have, from 0."""
        return self._state.event_serial

    def record(self, kind: str, subject: str, sid: str, what: str) -> None:
        """Take down what happens now."""
        state = self._state
        state.events.append(
            Event(serial=state.event_serial, at=self._clock.now(), kind=kind, subject=subject, sid=sid, what=what)
        )
        state.event_serial += 1
        if len(state.events) > 2 * _KEPT:
            del state.events[:-_KEPT]

    def since(self, serial: int) -> list[Event]:
        """Return the events from a number on that are still known."""
        first = self._state.event_serial - len(self._state.events)
        return self._state.events[max(0, serial - first) :]
