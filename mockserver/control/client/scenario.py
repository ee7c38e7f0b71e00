"""Sets up and reads an account's scenario."""

from pathlib import Path
from typing import Any

import msgspec

from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.events import collect_events, read_events
from mockserver.control.client.recordings import RecordingReference
from mockserver.control.views.accounts import AccountSummary, ChangeResult
from mockserver.control.views.recordings import RecordingView
from mockserver.control.views.scenario import EventView, ExpectationView
from scenarios.model import Scenario


class ScenarioClient:
    """The scenario of an account.

    Args:
        account_path: the account's path below `/_mock`.
    """

    def __init__(self, connection: ControlConnection, account_path: str) -> None:
        self._connection = connection
        self._account_path = account_path

    def arm(self, scenario: Scenario | dict[str, Any] | str | Path) -> tuple[EventView, ...]:
        """Restart the account with a scenario, and return the events of its start.

        Args:
            scenario: the name of a bundled scenario, a file, or the scenario itself.

        Raises:
            ScenarioError: if the scenario is invalid; the account stays unchanged.
        """
        from scenarios.loading.scenario_input import load_any_scenario  # imports YAML, which many tests do not need

        plain = msgspec.to_builtins(load_any_scenario(scenario))
        return self._change("PUT", "scenario", {"scenario": plain})

    def disarm(self) -> None:
        """Restart the account without a scenario."""
        self._connection.request("DELETE", f"{self._account_path}/scenario", AccountSummary)

    def show(self) -> dict[str, Any]:
        """Return the scenario as plain values, empty if there is none."""
        return self._connection.request("GET", f"{self._account_path}/scenario", dict[str, Any])

    def signal(self, name: str, recording: RecordingReference | None = None) -> tuple[EventView, ...]:
        """Send a signal to one recording's timeline, or to all, and return the events."""
        command = {"name": name, "recording": recording.sid if isinstance(recording, RecordingView) else recording}
        return self._change("POST", "signals", command)

    def events(self, since: int = 0) -> list[EventView]:
        """Return the events from a number on."""
        return read_events(self._connection, self._account_path, since)

    def expectations(self) -> list[ExpectationView]:
        """Return the scenario's expectations, and whether each is met."""
        return self._connection.request("GET", f"{self._account_path}/expectations", list[ExpectationView])

    def _change(self, method: str, name: str, command: dict[str, Any]) -> tuple[EventView, ...]:
        result = self._connection.request(method, f"{self._account_path}/{name}", ChangeResult, command)
        return collect_events(self._connection, self._account_path, result)
