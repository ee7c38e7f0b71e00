"""Commands of requests and their responses: triggers, page drift, fault rules and auth tokens."""

from mockserver.account.account_parts import AccountParts
from mockserver.account.commands.requests import (
    AddRules,
    CountRequest,
    MatchFault,
    RecordResponse,
    RemoveRules,
)
from mockserver.account.fault_rules import MatchedFault
from mockserver.account.state.rules import FaultRuleState
from scenarios.operations import RequestKind
from scenarios.timeline import TimelineProgress


def record_response(account: AccountParts, command: RecordResponse) -> dict[int, TimelineProgress]:
    counted: dict[int, TimelineProgress] = {}
    if account.state.playing:
        counted = account.timelines.record_request(command.kind, command.indices)
    if account.state.page_drift and command.operation is not None and command.kind is RequestKind.LIST:
        account.page_drift.apply_after_page(command.operation, command.page, command.indices)
    return counted


def match_fault(account: AccountParts, command: MatchFault) -> MatchedFault | None:
    return account.fault_rules.match(command.request)


def count_request(account: AccountParts, command: CountRequest) -> None:
    if account.state.arrivals:
        account.arrivals.record_request()
    if account.state.auth_tokens is not None:
        account.auth_tokens.record_request()


def add_rules(account: AccountParts, command: AddRules) -> list[FaultRuleState]:
    rules = account.fault_rules
    added = [
        *(rules.add(fault=fault) for fault in command.faults),
        *(rules.add(sequence=sequence) for sequence in command.sequences),
    ]
    for rule in added:
        rule.armed_at = account.clock.now()
    return added


def remove_rules(account: AccountParts, command: RemoveRules) -> int:
    removed = account.fault_rules.remove(command.number)
    return removed + account.limits.remove(command.number) if account.state.limits else removed
