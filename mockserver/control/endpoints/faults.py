"""Faults and sequences by hand."""

from typing import Any

import msgspec

from mockserver.control import serializers as portraits
from mockserver.control import views
from mockserver.control.endpoints.changes import given
from mockserver.control.endpoints.endpoint import Endpoint, Path, account_of, number_of, read
from mockserver.rest.errors import TwilioError
from mockserver.server.exchange import Exchange


class RulesCommand(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Arm faults and sequences besides those that are armed."""

    faults: list[dict[str, Any]] = []
    sequences: list[dict[str, Any]] = []


async def list_rules(exchange: Exchange, path: Path) -> list[views.RuleView]:
    return [portraits.rule(each) for each in account_of(exchange, path).fault_rules.rules]


async def add_rules(exchange: Exchange, path: Path) -> list[views.RuleView]:
    account, command = account_of(exchange, path), read(exchange, RulesCommand)
    for each in (*command.faults, *command.sequences):  # a scenario's own handles are known to it alone
        when = each.get("when")
        if isinstance(when, dict) and isinstance(when.get("sid"), str):
            when["sid"] = account.resolve_handle(when["sid"])
    rules = given(exchange, msgspec.to_builtins(command))
    faults = [account.fault_rules.add(fault=fault) for fault in rules.faults]
    return [portraits.rule(each) for each in faults + [account.fault_rules.add(sequence=s) for s in rules.sequences]]


async def remove_rules(exchange: Exchange, path: Path) -> list[views.RuleView]:
    account_of(exchange, path).fault_rules.remove()
    return []


async def remove_rule(exchange: Exchange, path: Path) -> list[views.RuleView]:
    account, number = account_of(exchange, path), number_of(path)
    if number is None or not account.fault_rules.remove(number):
        raise TwilioError(20404, f"This account has no rule {path['number'][:20]}.")
    return [portraits.rule(each) for each in account.fault_rules.rules]


RULES = {
    "/faults": Endpoint(GET=list_rules, POST=add_rules, DELETE=remove_rules),
    "/faults/{number}": Endpoint(DELETE=remove_rule),
}
