"""The error of a scenario that an account cannot play."""

from generators.setup_error import MockSetupError


class ScenarioSetupError(MockSetupError):
    """The account's corpus has no room for the scenario. The message says what is missing."""
