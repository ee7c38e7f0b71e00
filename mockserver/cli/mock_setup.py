"""Creates the mock for a command, and explains why settings allow none."""

from collections.abc import Sequence

from generators.corpus.mix import MixError
from generators.corpus.weekly_rhythm import SpanTooShortError
from mockserver.account.scenario_setup import ScenarioSetupError
from mockserver.cli.errors import CommandError
from mockserver.mock import Mock
from mockserver.settings.settings import Settings
from scenarios.model import Scenario
from scenarios.problems import ScenarioError

UNPLAYABLE = (ScenarioError, ScenarioSetupError, MixError, SpanTooShortError)
"""The errors that invalid settings and scenarios raise."""


def make_mock(
    settings: Settings,
    *,
    scenarios: Sequence[Scenario] = (),
    instance: str = "0" * 16,
    control_token: str | None = None,
) -> Mock:
    """Return a mock. The arguments are those of `Mock`.

    Args:
        scenarios: the scenarios to play, instead of those that the settings name.

    Raises:
        CommandError: if the span is too short for the number of recordings, or a scenario is invalid.
    """
    scenario = None
    try:
        scenario = combine_scenarios(scenarios)
        return Mock(settings, scenario=scenario, instance=instance, control_token=control_token)
    except SpanTooShortError as wrong:
        raise CommandError(error_message(wrong, settings, scenario)) from None
    except UNPLAYABLE as wrong:
        raise CommandError(f"--scenario: {wrong}") from None


def load_scenarios(names_or_paths: Sequence[str]) -> list[Scenario]:
    """Return the scenarios that `--scenario` names.

    Raises:
        CommandError: if a scenario is invalid.
    """
    if not names_or_paths:
        return []
    from scenarios.loading.load import load  # imports YAML, which is not needed without a scenario

    try:
        return [load(name) for name in names_or_paths]
    except ScenarioError as wrong:
        raise CommandError(f"--scenario: {wrong}") from None


def combine_scenarios(scenarios: Sequence[Scenario]) -> Scenario | None:
    """Return the scenarios combined into one, or None if there are none.

    Raises:
        ScenarioError: if they contradict each other.
    """
    if not scenarios:
        return None
    from scenarios.loading.combine import merge_scenarios

    return merge_scenarios(scenarios)


def error_message(wrong: Exception, settings: Settings, scenario: Scenario | None) -> str:
    """Explain why a scenario cannot be played with these settings."""
    if not isinstance(wrong, SpanTooShortError):
        return str(wrong)
    if scenario is not None and scenario.corpus.span is not None:
        return f"corpus.span: expected {wrong}, found {scenario.corpus.span}."
    return f"--span: expected {wrong}, found {settings.span} seconds."
