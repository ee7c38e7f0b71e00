"""Endpoints for recordings that arrive by themselves."""

from typing import Any

from mockserver.account.account import Account
from mockserver.control.endpoints.changes import parse_scenario
from mockserver.control.endpoints.endpoint import (
    Endpoint,
    PathParams,
    get_account,
    make_invalid_command_error,
    parse_number,
    read_command,
)
from mockserver.control.views.arrivals import ArrivalView, serialize_arrival
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange
from scenarios.model import MAX_ARRIVAL_RULES


async def list_arrivals(exchange: Exchange, path: PathParams) -> list[ArrivalView]:
    return _serialize_arrivals(get_account(exchange, path))


def _serialize_arrivals(account: Account) -> list[ArrivalView]:
    return [*map(serialize_arrival, account.state.arrivals)]


async def add_arrivals(exchange: Exchange, path: PathParams) -> list[ArrivalView]:
    from mockserver.account.commands.arrivals import AddArrivals  # most accounts have none

    account, fields = get_account(exchange, path), read_command(exchange, dict[str, Any])
    arrivals = parse_scenario(exchange, {"arrivals": [fields]}).arrivals
    if len(account.state.arrivals) == MAX_ARRIVAL_RULES:
        raise make_invalid_command_error(
            f"expected at most {MAX_ARRIVAL_RULES} arrivals in an account, found one more. "
            "Remove some with DELETE /arrivals"
        )
    defaults = exchange.mock.account_factory.build_recording_defaults(exchange.base_url)
    added = account.apply(AddArrivals(arrivals=arrivals, defaults=defaults))
    return [*map(serialize_arrival, added)]


async def remove_all_arrivals(exchange: Exchange, path: PathParams) -> list[ArrivalView]:
    from mockserver.account.commands.arrivals import RemoveArrivals

    get_account(exchange, path).apply(RemoveArrivals())
    return []


async def remove_arrivals(exchange: Exchange, path: PathParams) -> list[ArrivalView]:
    from mockserver.account.commands.arrivals import RemoveArrivals

    account, number = get_account(exchange, path), parse_number(path)
    if number is None or not account.apply(RemoveArrivals(number=number)):
        raise TwilioError(20404, f"This account has no arrivals {path['number'][:20]}.")
    return _serialize_arrivals(account)


ARRIVALS = {
    "/arrivals": Endpoint(GET=list_arrivals, POST=add_arrivals, DELETE=remove_all_arrivals),
    "/arrivals/{number}": Endpoint(DELETE=remove_arrivals),
}
