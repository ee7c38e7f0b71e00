"""Accounts without a server, with a frozen clock, for tests of the engine."""

from typing import Any

from mockserver.account.account import Account
from mockserver.account.command_log import CommandLog
from mockserver.account.history import decode_entry, encode_entry
from mockserver.mock import Mock
from mockserver.settings.settings import Settings
from scenarios.loading.load import from_objects
from scenarios.model import Scenario
from tests.harness import make_settings

CALLBACK_URL = "http://127.0.0.1:9/callback"
"""A receiver that no test sends to."""


def make_scenario(**fields: Any) -> Scenario:
    """Return a scenario with these fields, checked like a file."""
    return from_objects({"name": "test", **fields})


def make_account(scenario: Scenario | None = None, **settings: Any) -> Account:
    """Return the demo account of a new mock."""
    mock = Mock(make_settings(**settings), scenario=scenario)
    return mock.account(mock.demo.sid)


def make_scripted_account(*timeline: dict[str, Any], **recording: Any) -> Account:
    """Return an account with the scripted recording `it` and three generated ones."""
    return make_account(make_scenario(recordings=[{"id": "it", "timeline": list(timeline), **recording}]), count=3)


def list_steps(account: Account) -> list[str]:
    """Return the descriptions of the steps so far."""
    return [event.what for event in account.events.get_events_since(0) if event.kind == "step"]


def rebuild(account: Account, settings: Settings) -> Account:
    """Return the account of another server that the log of an account leads to, as it is encoded and decoded."""
    log = account.log
    entries = [log.beginning, *log.entries]
    encoded = [encode_entry(entry) for entry in entries]
    decoded = [decode_entry(data) for data in encoded]
    assert decoded == entries
    assert [encode_entry(entry) for entry in decoded] == encoded
    return Mock(settings).rebuild(account.sid, CommandLog(decoded[0], decoded[1:]))
