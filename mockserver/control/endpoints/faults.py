"""Endpoints for fault rules."""

from typing import Any

import msgspec

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
from mockserver.control.views.faults import RuleView, serialize_rule
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange
from scenarios.rules import MAX_RULES


class RulesCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Faults and sequences to add."""

    faults: list[dict[str, Any]] = []
    sequences: list[dict[str, Any]] = []


async def list_rules(exchange: Exchange, path: PathParams) -> list[RuleView]:
    return [serialize_rule(rule) for rule in get_account(exchange, path).fault_rules.rules]


async def add_rules(exchange: Exchange, path: PathParams) -> list[RuleView]:
    account, command = get_account(exchange, path), read_command(exchange, RulesCommand)
    for rule in (*command.faults, *command.sequences):  # handles exist inside a scenario only
        when = rule.get("when")
        if isinstance(when, dict) and isinstance(when.get("sid"), str):
            when["sid"] = account.resolve_handle(when["sid"])
    rules = parse_scenario(exchange, msgspec.to_builtins(command))
    count = len(account.fault_rules.rules) + len(rules.faults) + len(rules.sequences)
    if count > MAX_RULES:
        raise make_invalid_command_error(
            f"expected at most {MAX_RULES} rules in an account, found {count} with these. "
            "Remove some with DELETE /faults"
        )
    added = account.apply(AddRules(faults=rules.faults, sequences=rules.sequences))
    return [serialize_rule(rule) for rule in added]


async def remove_rules(exchange: Exchange, path: PathParams) -> list[RuleView]:
    get_account(exchange, path).apply(RemoveRules())
    return []


async def remove_rule(exchange: Exchange, path: PathParams) -> list[RuleView]:
    account, number = get_account(exchange, path), parse_number(path)
    if number is None or not account.apply(RemoveRules(number=number)):
        raise TwilioError(20404, f"This account has no rule {path['number'][:20]}.")
    return [serialize_rule(rule) for rule in account.fault_rules.rules]


FAULTS = {
    "/faults": Endpoint(GET=list_rules, POST=add_rules, DELETE=remove_rules),
    "/faults/{number}": Endpoint(DELETE=remove_rule),
}
