"""Commands of arrivals."""

from mockserver.account.account_parts import AccountParts
from mockserver.account.commands.arrivals import AddArrivals, RemoveArrivals
from mockserver.account.state.arrivals import ArrivalState


def add_arrivals(account: AccountParts, command: AddArrivals) -> list[ArrivalState]:
    return [account.arrivals.add(arrival, command.defaults) for arrival in command.arrivals]


def remove_arrivals(account: AccountParts, command: RemoveArrivals) -> int:
    return account.arrivals.remove(command.number)
