"""Loads the scenarios that settings name."""

from collections.abc import Sequence

from scenarios.model import Scenario


def load_scenarios(names: Sequence[str]) -> Scenario | None:
    """Return the named scenarios as one, or None if there is no name.

    Raises:
        ScenarioError: if a scenario is invalid, or two do not fit together.
    """
    if not names:
        return None
    from scenarios.loading.combine import merge_scenarios
    from scenarios.loading.scenario_input import load_any_scenario  # imports YAML: not without a scenario

    return merge_scenarios([load_any_scenario(name) for name in names])
