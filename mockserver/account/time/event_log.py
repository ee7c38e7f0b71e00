"""The log of events: what happened to recordings by itself or because of a scenario, in order."""

from functools import cache
from typing import TYPE_CHECKING

from mockserver.account.state.state import State
from mockserver.account.time.clock import Clock
from mockserver.journal.budget import BudgetedLog, LogBudget

if TYPE_CHECKING:
    from mockserver.account.state.events import Event, StepEntry
    from scenarios.steps import Step

_EVENTS_TO_KEEP = 10_000
_EVENT_BYTES = 300
"""The approximate size of an event without its texts."""


class EventLog(BudgetedLog):
    """The events of an account. The log is bounded: its oldest events may be dropped, the numbers continue.

    Args:
        budget: the memory that it shares with the logs of all accounts.
    """

    def __init__(self, state: State, clock: Clock, budget: LogBudget) -> None:
        super().__init__(budget)
        self._state = state
        self._clock = clock
        self._is_closed = False
        for event in [*state.events]:  # those of a snapshot
            self._count_entry(_compute_size(event))

    @property
    def next_serial(self) -> int:
        """The number of the next event, from 0."""
        return self._state.event_serial

    def record(
        self,
        kind: str,
        subject: str,
        sid: str,
        what: str,
        step: "Step | None" = None,
        *,
        entry: "StepEntry | None" = None,
        callback: int | None = None,
    ) -> None:
        """Record an event at the present instant.

        Args:
            step: what changed of the recording, if anything did.
            entry: how the recording's timeline came to the step, if it did.
            callback: the number of the callback.
        """
        if self._is_closed:
            return
        state = self._state
        serial, at = state.event_serial, self._clock.now()
        event = _load_event_type()(
            serial=serial,
            at=at,
            kind=kind,
            subject=subject,
            sid=sid,
            what=what,
            step=step,
            entry=entry,
            callback=callback,
        )
        state.events.append(event)
        state.event_serial += 1
        dropped = len(state.events) - _EVENTS_TO_KEEP if len(state.events) > 2 * _EVENTS_TO_KEEP else 0
        del state.events[:dropped]
        self._count_entry(_compute_size(event), dropped=dropped)

    def get_events_since(self, serial: int, limit: int | None = None) -> "list[Event]":
        """Return the events from a number on that are still in the log.

        Args:
            limit: the largest number of events, of which the first are returned.
        """
        start = max(0, serial - (self._state.event_serial - len(self._state.events)))
        return self._state.events[start : None if limit is None else start + limit]

    def close(self) -> None:
        """Record no more: the account is replaced or dropped. Its events no longer count in the budget."""
        self._is_closed = True
        self._count_all_as_dropped()

    def drop_oldest(self) -> None:
        """Drop the oldest event."""
        del self._state.events[0]


@cache
def _load_event_type() -> "type[Event]":
    """Return the type, imported for the first event. A reached import statement costs 2 us."""
    from mockserver.account.state.events import Event

    return Event


def _compute_size(event: "Event") -> int:
    texts = len(event.what) if event.step is None else 2 * len(event.what)  # a step is as long as its description
    return _EVENT_BYTES + len(event.subject) + texts
