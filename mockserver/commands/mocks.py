"""A mock for a command, and what to tell where the settings allow none."""

from generators.rhythm import SpanTooShortError
from mockserver.arming import ArmingError
from mockserver.commands.errors import CommandError
from mockserver.mock import Mock
from mockserver.settings import Settings
from scenarios.complaints import ScenarioError


def make_mock(settings: Settings, *, instance: str = "0" * 16, control_token: str | None = None) -> Mock:
    """Return a mock; the arguments are its own.

    Raises:
        CommandError: where the span has no room for so many recordings, or a scenario cannot be.
    """
    try:
        return Mock(settings, instance=instance, control_token=control_token)
    except SpanTooShortError as wrong:
        raise CommandError(f"--span: expected {wrong}, found {settings.span} seconds.") from None
    except (ScenarioError, ArmingError) as wrong:
        raise CommandError(f"--scenario: {wrong}") from None
