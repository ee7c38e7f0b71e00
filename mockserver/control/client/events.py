"""Reads the events of an account: a response has 1,000 of them at most."""

from mockserver.control.client.connection import ControlConnection
from mockserver.control.views.accounts import ChangeResult
from mockserver.control.views.scenario import MAX_EVENTS, EventView

__tracebackhide__ = True


def read_events(connection: ControlConnection, account_path: str, since: int) -> list[EventView]:
    """Return the events from a number on."""
    events: list[EventView] = []
    while True:
        parameters = {"since": since, "limit": MAX_EVENTS}
        page = connection.request("GET", f"{account_path}/events", list[EventView], parameters=parameters)
        events += page
        if len(page) < MAX_EVENTS:
            return events
        since = page[-1].serial + 1


def collect_events(connection: ControlConnection, account_path: str, result: ChangeResult) -> tuple[EventView, ...]:
    """Return all events that a change caused and that the account's log still has, and the first ones."""
    missing = result.event_count - len(result.events)
    if not missing:
        return result.events
    end, later = result.next_event + missing, read_events(connection, account_path, result.next_event)
    return (*result.events, *(event for event in later if event.serial < end))
