"""A mock for a command, and error messages if the settings or scenarios are invalid."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from generators.corpus.weekly_rhythm import SpanTooShortError
from generators.setup_error import MockSetupError
from mockserver.cli.errors import CommandError
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings

if TYPE_CHECKING:
    from mockserver.mock import Mock
    from scenarios.model import Scenario


def make_mock(
    settings: Settings,
    *,
    scenarios: "Sequence[Scenario]" = (),
    instance: str = "0" * 16,
    control_token: str | None = None,
) -> "Mock":
    """Return a mock.

    Args:
        scenarios: the scenarios of every account, which replace those that the settings name.
        instance: see `Mock`.
        control_token: see `Mock`.

    Raises:
        CommandError: if the span is too short for the recordings, or if a scenario is invalid.
    """
    from mockserver.mock import Mock  # slow to import, and --help does not need it

    scenario = None
    try:
        scenario = combine_scenarios(scenarios)
        return Mock(settings, scenario=scenario, instance_id=instance, control_token=control_token)
    except SpanTooShortError as error:
        raise CommandError(describe_error(error, settings, scenario)) from None
    except MockSetupError as error:
        raise CommandError(f"--scenario: {error}") from None


@contextmanager
def use_store(mock: "Mock", address: Address, discard: Callable[[], object]) -> Iterator[None]:
    """Set the address of a server before it starts, and use the store of the settings meanwhile, if they name one.

    Args:
        discard: called if the server cannot start.

    Raises:
        CommandError: if the store cannot be used, or was begun with other settings.
    """
    from mockserver.account.storage.store_error import StoreError

    try:
        mock.set_address(address)
    except StoreError as error:
        discard()
        raise CommandError(f"--store: {error}") from None
    yield
    try:
        mock.close_store()
    except StoreError as error:
        raise CommandError(f"--store: the last changes are lost: {error}") from None


def list_import_events(mock: "Mock") -> list[str]:
    """Return what importing recordings changed in the accounts of a mock, one sentence each."""
    members = mock.groups.list_group(mock.demo.sid.lower())
    sids = [member.declared.sid for member in members] or [mock.demo.sid]
    events = [event for sid in sids for event in mock.account(sid).events.get_events_since(0)]
    return list(dict.fromkeys(event.what for event in events if event.kind == "import"))


def print_import_events(mock: "Mock") -> None:
    """Print what importing recordings changed, on the standard error output."""
    for sentence in list_import_events(mock):
        print(f"recmock: import: {sentence}", file=sys.stderr, flush=True)


def load_scenarios(names_or_paths: Sequence[str]) -> "list[Scenario]":
    """Return the scenarios that `--scenario` names.

    Raises:
        CommandError: if one is missing or invalid.
    """
    if not names_or_paths:
        return []
    from scenarios.loading.scenario_input import load_any_scenario  # slow to import, and not needed above

    try:
        return [load_any_scenario(name) for name in names_or_paths]
    except MockSetupError as error:
        raise CommandError(f"--scenario: {error}") from None


def combine_scenarios(scenarios: "Sequence[Scenario]") -> "Scenario | None":
    """Return one scenario that contains all of the given ones, or None if there are none.

    Raises:
        ScenarioError: if the scenarios contradict each other.
    """
    if not scenarios:
        return None
    from scenarios.loading.combine import merge_scenarios  # slow to import, and not needed above

    return merge_scenarios(scenarios)


def describe_error(error: MockSetupError, settings: Settings, scenario: "Scenario | None") -> str:
    """Return the reason why a mock cannot have these settings and this scenario."""
    if not isinstance(error, SpanTooShortError):
        return str(error)
    if scenario is not None and scenario.corpus.span is not None:
        return f"corpus.span: expected {error}, found {scenario.corpus.span}."
    return f"--span: expected {error}, found {settings.span} seconds."
