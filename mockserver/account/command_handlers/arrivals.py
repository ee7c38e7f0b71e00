"""Commands of arrivals."""

from mockserver.account.account_parts import AccountParts
from mockserver.account.commands.arrivals import AddArrivals, CountRequestForArrivals, RemoveArrivals
from mockserver.account.state.arrivals import ArrivalState


def add_arrivals(account: AccountParts, command: AddArrivals) -> list[ArrivalState]:
    return [account.arrivals.add(arrival, command.defaults) for arrival in command.arrivals]


def remove_arrivals(account: AccountParts, command: RemoveArrivals) -> int:
    return account.arrivals.remove(command.number)


def count_request_for_arrivals(account: AccountParts, command: CountRequestForArrivals) -> None:
    account.arrivals.record_request()
