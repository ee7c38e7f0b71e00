"""A mock for a command, and what to tell where the settings allow none."""

from collections.abc import Sequence

from generators.corpus.mix import MixError
from generators.corpus.weekly_rhythm import SpanTooShortError
from mockserver.account.scenario_setup import ArmingError
from mockserver.cli.errors import CommandError
from mockserver.mock import Mock
from mockserver.settings.settings import Settings
from scenarios.model import Scenario
from scenarios.problems import ScenarioError

UNPLAYABLE = (ScenarioError, ArmingError, MixError, SpanTooShortError)
"""What a mock raises for settings and scenarios that cannot be."""


def make_mock(
    settings: Settings,
    *,
    scenarios: Sequence[Scenario] = (),
    instance: str = "0" * 16,
    control_token: str | None = None,
) -> Mock:
    """Return a mock; the arguments are its own.

    Args:
        scenarios: what is played, instead of what the settings name.

    Raises:
        CommandError: where the span has no room for so many recordings, or a scenario cannot be.
    """
    scenario = None
    try:
        scenario = combined(scenarios)
        return Mock(settings, scenario=scenario, instance=instance, control_token=control_token)
    except SpanTooShortError as wrong:
        raise CommandError(error_message(wrong, settings, scenario)) from None
    except UNPLAYABLE as wrong:
        raise CommandError(f"--scenario: {wrong}") from None


def load_scenarios(names_or_paths: Sequence[str]) -> list[Scenario]:
    """Return what `--scenario` names.

    Raises:
        CommandError: for one that cannot be.
    """
    if not names_or_paths:
        return []
    from scenarios.loading.load import load  # brings YAML: only where there is something to load

    try:
        return [load(name) for name in names_or_paths]
    except ScenarioError as wrong:
        raise CommandError(f"--scenario: {wrong}") from None


def combined(scenarios: Sequence[Scenario]) -> Scenario | None:
    """Return scenarios as one, or None where there are none.

    Raises:
        ScenarioError: where they contradict each other.
    """
    if not scenarios:
        return None
    from scenarios.loading.combine import combine

    return combine(scenarios)


def error_message(wrong: Exception, settings: Settings, scenario: Scenario | None) -> str:
    """Say why a scenario cannot be played with these settings."""
    if not isinstance(wrong, SpanTooShortError):
        return str(wrong)
    if scenario is not None and scenario.corpus.span is not None:
        return f"corpus.span: expected {wrong}, found {scenario.corpus.span}."
    return f"--span: expected {wrong}, found {settings.span} seconds."
