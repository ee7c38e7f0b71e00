import pytest

from mockserver.account.time import event_log as events
from tests.harness import Api


def test_oldest_events_are_dropped_and_serial_numbers_continue(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_EVENTS_TO_KEEP", 3)
    log = api.get_account().events
    for number in range(7):
        log.record("signal", "x", "RE", str(number))
    assert [event.what for event in log.get_events_since(0)] == ["4", "5", "6"]
    assert [event.what for event in log.get_events_since(6)] == ["6"]
    assert log.next_serial == 7
