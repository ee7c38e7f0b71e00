"""Sets up and reads an account's scenario."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from mockserver.control.client.changes import AccountChanges
from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.event_loops import run_in_thread
from mockserver.control.client.events import read_events
from mockserver.control.client.recordings import RecordingReference, get_handle_or_sid
from mockserver.control.views.accounts import AccountSummary
from mockserver.control.views.capture import CaptureView
from mockserver.control.views.scenario import EventView, ExpectationView
from scenarios.model import Scenario
from scenarios.problems import ScenarioError

if TYPE_CHECKING:
    from scenarios.loading.scenario_input import AnyScenario

__tracebackhide__ = True


class ScenarioClient:
    """The scenario of an account.

    Args:
        account_path: the account's path below `/_mock`.
        folders: where to look for files before the working directory.
    """

    def __init__(self, connection: ControlConnection, account_path: str, folders: Sequence[Path] = ()) -> None:
        self._connection = connection
        self._changes = AccountChanges(connection, account_path)
        self._folders = folders
        self._account_path = account_path

    def arm(self, scenario: Scenario | dict[str, Any] | str | Path) -> tuple[EventView, ...]:
        """Restart the account with a scenario, and return the events of its start.

        Args:
            scenario: the name of a bundled scenario, a file, or the scenario itself. In a test, files are found
                beside the test too.

        Raises:
            ScenarioError: if the scenario is invalid, or sets up accounts; the account stays unchanged.
        """
        from scenarios.accounts import refuse_accounts

        loaded = self.load(scenario)
        try:
            refuse_accounts(loaded)
        except ScenarioError as error:
            raise error.with_traceback(None) from None
        command = {"scenario": msgspec.to_builtins(loaded)}
        return self._changes.send_for_events("/scenario", command, twin="arm_async", method="PUT")

    def load_accounts(self, scenario: "AnyScenario") -> dict[str, Any]:
        """Return a scenario that sets up accounts as plain values, checked.

        Raises:
            ScenarioError: if it is invalid, sets up no accounts, or sets a SID.
        """
        from scenarios.accounts import refuse_fixed_sids, require_accounts

        loaded = self.load(scenario)
        try:
            require_accounts(loaded)
            refuse_fixed_sids(loaded)
        except ScenarioError as error:
            raise error.with_traceback(None) from None
        values: dict[str, Any] = msgspec.to_builtins(loaded)
        return values

    async def arm_async(self, scenario: Scenario | dict[str, Any] | str | Path) -> tuple[EventView, ...]:
        """Restart the account like `arm`, without blocking the event loop that a receiver may run on."""
        return await run_in_thread(self.arm, scenario)

    def disarm(self) -> None:
        """Restart the account without a scenario."""
        self._connection.request("DELETE", f"{self._account_path}/scenario", AccountSummary)

    def show(self) -> dict[str, Any]:
        """Return the scenario as plain values, empty if there is none."""
        return self._connection.request("GET", f"{self._account_path}/scenario", dict[str, Any])

    def capture(self) -> CaptureView:
        """Return what happened in the account so far, as a scenario that plays it again, and what that cannot say."""
        return self._connection.request("GET", f"{self._account_path}/scenario/capture", CaptureView)

    def signal(self, name: str, recording: RecordingReference | None = None) -> tuple[EventView, ...]:
        """Send a signal to one recording's timeline, or to all, and return the events."""
        command = {"name": name, "recording": None if recording is None else get_handle_or_sid(recording)}
        return self._changes.send_for_events("/signals", command, twin="signal_async")

    async def signal_async(self, name: str, recording: RecordingReference | None = None) -> tuple[EventView, ...]:
        """Send a signal like `signal`, without blocking the event loop that a receiver may run on."""
        return await run_in_thread(self.signal, name, recording)

    def events(self, since: int = 0) -> list[EventView]:
        """Return the events from a number on."""
        return read_events(self._connection, self._account_path, since)

    def expectations(self) -> list[ExpectationView]:
        """Return the scenario's expectations, and whether each is met."""
        return self._connection.request("GET", f"{self._account_path}/expectations", list[ExpectationView])

    def load(self, scenario: "AnyScenario") -> Scenario:
        """Return a scenario that was given in any form, checked. In a test, files are found beside the test too.

        Raises:
            ScenarioError: if it is invalid.
        """
        from scenarios.loading.scenario_input import load_any_scenario  # imports YAML, which many tests do not need

        try:
            return load_any_scenario(scenario, folders=self._folders)
        except (
            ScenarioError
        ) as error:  # the reader of a test's report needs the sentence, not the way through the loader
            raise error.with_traceback(None) from None
