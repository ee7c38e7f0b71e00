"""Events that do not fit into one response."""

from typing import Any

import pytest

from mockserver.control.client import events
from mockserver.control.client.connection import ControlConnection
from mockserver.control.views.accounts import ChangeResult, summarize_account
from mockserver.control.views.scenario import EventView
from tests.accounts import make_account

EVENTS = [
    EventView(serial=serial, at="2026-01-01T00:00:00Z", kind="step", subject="it", sid="RE", what="completed")
    for serial in range(5)
]

ACCOUNT = summarize_account(make_account())


class StoredEvents(ControlConnection):
    """A connection whose server has all events."""

    def request(self, method: str, path: str, response_type: Any, *args: Any, **options: Any) -> Any:
        parameters = options["parameters"]
        return EVENTS[parameters["since"] :][: parameters["limit"]]


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
def test_all_events_are_read_in_order(monkeypatch: pytest.MonkeyPatch, limit: int) -> None:
    monkeypatch.setattr(events, "MAX_EVENTS", limit)
    assert events.read_events(StoredEvents(None), "/accounts/demo", 0) == EVENTS


@pytest.mark.parametrize("shown", [2, 5])
def test_events_that_a_change_leaves_out_are_read(shown: int) -> None:
    result = ChangeResult(account=ACCOUNT, events=tuple(EVENTS[:shown]), event_count=5, next_event=shown)
    assert events.collect_events(StoredEvents(None), "/accounts/demo", result) == tuple(EVENTS)
