"""Endpoints for fault rules and rate limits."""

from typing import Any

import msgspec

from mockserver.account.account import Account
from mockserver.account.commands.limits import AddLimits
from mockserver.account.commands.requests import AddRules, RemoveRules
from mockserver.control.endpoints.changes import parse_scenario
from mockserver.control.endpoints.endpoint import (
    Endpoint,
    PathParams,
    get_account,
    make_invalid_command_error,
    parse_number,
    read_command,
)
from mockserver.control.views.faults import RuleView, serialize_limit, serialize_rule
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange
from scenarios.numbers import MAX_RULES


class RulesCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Faults, sequences and rate limits to add."""

    faults: list[dict[str, Any]] = []
    sequences: list[dict[str, Any]] = []
    limits: list[dict[str, Any]] = []


async def list_rules(exchange: Exchange, path: PathParams) -> list[RuleView]:
    return _serialize_rules(get_account(exchange, path))


def _serialize_rules(account: Account) -> list[RuleView]:
    return [*map(serialize_rule, account.state.rules), *map(serialize_limit, account.state.limits)]


async def add_rules(exchange: Exchange, path: PathParams) -> list[RuleView]:
    account, command = get_account(exchange, path), read_command(exchange, RulesCommand)
    for rule in (*command.faults, *command.sequences, *command.limits):  # handles exist inside a scenario only
        when = rule.get("when")
        if isinstance(when, dict) and isinstance(when.get("sid"), str):
            when["sid"] = account.resolve_handle(when["sid"])
    rules = parse_scenario(exchange, msgspec.to_builtins(command))
    count = len(account.state.rules) + len(account.state.limits)
    count += len(rules.faults) + len(rules.sequences) + len(rules.limits)
    if count > MAX_RULES:
        raise make_invalid_command_error(
            f"expected at most {MAX_RULES} rules in an account, found {count} with these. "
            "Remove some with DELETE /faults"
        )
    added = account.apply(AddRules(faults=rules.faults, sequences=rules.sequences))
    limits = account.apply(AddLimits(limits=rules.limits)) if rules.limits else []
    return [*map(serialize_rule, added), *map(serialize_limit, limits)]


async def remove_rules(exchange: Exchange, path: PathParams) -> list[RuleView]:
    get_account(exchange, path).apply(RemoveRules())
    return []


async def remove_rule(exchange: Exchange, path: PathParams) -> list[RuleView]:
    account, number = get_account(exchange, path), parse_number(path)
    if number is None or not account.apply(RemoveRules(number=number)):
        raise TwilioError(20404, f"This account has no rule {path['number'][:20]}.")
    return _serialize_rules(account)


FAULTS = {
    "/faults": Endpoint(GET=list_rules, POST=add_rules, DELETE=remove_rules),
    "/faults/{number}": Endpoint(DELETE=remove_rule),
}
