"""What tests of the engine share: an account's world without a server, under a clock that stands still."""

from typing import Any

from mockserver.account.account import Account
from mockserver.mock import Mock
from scenarios.loading.load import from_objects
from scenarios.model import Scenario
from tests.harness import corpus_settings

SINK = "http://127.0.0.1:9/callback"
"""A receiver that nobody asks here."""


def scenario_of(**fields: Any) -> Scenario:
    """Return a scenario of these fields, checked as a file's would be."""
    return from_objects({"name": "test", **fields})


def world(scenario: Scenario | None = None, **settings: Any) -> Account:
    """Return the demo account of a new mock."""
    mock = Mock(corpus_settings(**settings), scenario=scenario)
    return mock.account(mock.demo.sid)


def scripted(*timeline: dict[str, Any], **recording: Any) -> Account:
    """Return a world with the recording `it`, which goes through a timeline, and three generated ones."""
    return world(scenario_of(recordings=[{"id": "it", "timeline": list(timeline), **recording}]), count=3)


def steps(account: Account) -> list[str]:
    """Return what the steps so far did."""
    return [event.what for event in account.events.get_events_since(0) if event.kind == "step"]
