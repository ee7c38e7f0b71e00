"""What is played in an account, from outside."""

from pathlib import Path
from typing import Any

import msgspec

from mockserver.control.client.connection import Line
from mockserver.control.client.recordings import Named
from mockserver.control.views import AccountView, EventView, ExpectationView, Happened, RecordingView
from scenarios.model import Scenario


class ScenarioClient:
    """An account's scenario.

    Args:
        root: the account's path below `/_mock`.
    """

    def __init__(self, line: Line, root: str) -> None:
        self._line = line
        self._root = root

    def arm(self, scenario: Scenario | dict[str, Any] | str | Path) -> tuple[EventView, ...]:
        """Give the account a new world in which a scenario is played, and return what happened at once.

        Args:
            scenario: a bundled one's name, a file, or the scenario itself.

        Raises:
            ScenarioError: where it cannot be; the account stays as it was.
        """
        from scenarios.loading.scenario_input import load_any_scenario  # slow to import, and many tests need none

        plain = msgspec.to_builtins(load_any_scenario(scenario))
        return self._line.ask("PUT", f"{self._root}/scenario", Happened, {"scenario": plain}).events

    def disarm(self) -> None:
        """Give the account a new world without a scenario."""
        self._line.ask("DELETE", f"{self._root}/scenario", AccountView)

    def show(self) -> dict[str, Any]:
        """Return the scenario as plain values; nothing where none is played."""
        return self._line.ask("GET", f"{self._root}/scenario", dict[str, Any])

    def signal(self, name: str, recording: Named | None = None) -> tuple[EventView, ...]:
        """Send a signal to a recording's timeline, or to all, and return what happened."""
        command = {"name": name, "recording": recording.sid if isinstance(recording, RecordingView) else recording}
        return self._line.ask("POST", f"{self._root}/signals", Happened, command).events

    def events(self, since: int = 0) -> list[EventView]:
        """Return what happened from an event's number on."""
        return self._line.ask("GET", f"{self._root}/events", list[EventView], parameters={"since": since})

    def expectations(self) -> list[ExpectationView]:
        """Return what the scenario expects of its client, and whether it holds by now."""
        return self._line.ask("GET", f"{self._root}/expectations", list[ExpectationView])
