"""Commands that begin the history of a new account. The server applies them: it creates the account."""

from mockserver.account.commands.command import AccountCommand
from scenarios.model import Scenario


class SetUpScenario(AccountCommand[None], frozen=True, kw_only=True):
    """Begin with a new account that plays a scenario, or none: the first state, also that of a reset."""

    scenario: Scenario | None = None
    base_url: str | None = None
    """The scheme and host that the client uses for this server."""
    token: str | None = None
    """The auth token that the account begins with; None if it is derived from the seed."""
    start: int | None = None
    """The instant of the set-up, in microseconds since the epoch; that of the account's clock if left out."""


class RestoreSnapshot(AccountCommand[None], frozen=True, kw_only=True):
    """Begin with the state of a snapshot, and the scenario of that time."""

    state: bytes
    scenario: Scenario | None = None
    base_url: str | None = None
    token: str | None = None
