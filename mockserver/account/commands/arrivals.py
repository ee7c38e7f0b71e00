"""Commands of arrivals."""

from mockserver.account.commands.command import AccountCommand
from mockserver.account.state.arrivals import ArrivalState
from mockserver.account.state.state import RecordingDefaults
from scenarios.model import Arrival


class AddArrivals(AccountCommand[list[ArrivalState]], frozen=True, kw_only=True):
    """Append rules by which recordings arrive. The result is the new ones."""

    arrivals: tuple[Arrival, ...]
    defaults: RecordingDefaults


class RemoveArrivals(AccountCommand[int], frozen=True, kw_only=True):
    """Remove one rule, or all. The result is how many were removed. The recordings stay."""

    number: int | None = None
