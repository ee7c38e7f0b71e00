"""What is played in an account, from outside."""

from pathlib import Path
from typing import Any

import msgspec

from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.recordings import Named
from mockserver.control.views import AccountView, ChangeResult, EventView, ExpectationView, RecordingView
from scenarios.model import Scenario


class ScenarioClient:
    """An account's scenario.

    Args:
        root: the account's path below `/_mock`.
    """

    def __init__(self, line: ControlConnection, root: str) -> None:
        self._line = line
        self._root = root

    def arm(self, scenario: Scenario | dict[str, Any] | str | Path) -> tuple[EventView, ...]:
        """Give the account a new world in which a scenario is played, and return what happened at once.

        Args:
            scenario: a bundled one's name, a file, or the scenario itself.

        Raises:
            ScenarioError: where it cannot be; the account stays as it was.
        """
        from scenarios.loading.load import from_objects, load  # brings YAML: only where there is something to load

        if isinstance(scenario, str | Path):
            scenario = load(str(scenario))
        plain = msgspec.to_builtins(from_objects(scenario))
        return self._line.request("PUT", f"{self._root}/scenario", ChangeResult, {"scenario": plain}).events

    def disarm(self) -> None:
        """Give the account a new world without a scenario."""
        self._line.request("DELETE", f"{self._root}/scenario", AccountView)

    def show(self) -> dict[str, Any]:
        """Return the scenario as plain values; nothing where none is played."""
        return self._line.request("GET", f"{self._root}/scenario", dict[str, Any])

    def signal(self, name: str, recording: Named | None = None) -> tuple[EventView, ...]:
        """Send a signal to a recording's timeline, or to all, and return what happened."""
        command = {"name": name, "recording": recording.sid if isinstance(recording, RecordingView) else recording}
        return self._line.request("POST", f"{self._root}/signals", ChangeResult, command).events

    def events(self, since: int = 0) -> list[EventView]:
        """Return what happened from an event's number on."""
        return self._line.request("GET", f"{self._root}/events", list[EventView], parameters={"since": since})

    def expectations(self) -> list[ExpectationView]:
        """Return what the scenario expects of its client, and whether it holds by now."""
        return self._line.request("GET", f"{self._root}/expectations", list[ExpectationView])
