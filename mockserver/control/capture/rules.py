"""The rules of an account, as a scenario has them: those that were added later start then."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TypeVar

import msgspec

from generators.instants import EPOCH
from mockserver.account.account import Account
from mockserver.account.state.limits import LimitState
from mockserver.account.state.rules import FaultRuleState
from scenarios.durations import parse_duration
from scenarios.explain.limits import explain_limit
from scenarios.explain.rules import explain_fault, explain_page_drift, explain_sequence
from scenarios.rules import Fault
from scenarios.triggers import Trigger
from scenarios.windows import Windowed

Rule = TypeVar("Rule", bound=Windowed)


def start_later(rule: Rule, armed_at: int | None) -> Rule:
    """Return a rule that counts from an instant although a scenario arms it at its start.

    Args:
        armed_at: the instant in microseconds since the epoch; None for the start of the scenario.
    """
    if armed_at is None:
        return rule
    armed = Trigger(at=EPOCH + timedelta(microseconds=armed_at))
    if rule.after is None:
        return msgspec.structs.replace(rule, after=armed)
    after = _count_from(rule.after, armed_at)
    return msgspec.structs.replace(rule, after=after if after.at is not None else Trigger(all=(armed, after)))


def _count_from(trigger: Trigger, armed_at: int) -> Trigger:
    """Return a trigger with instants instead of the time since a rule was added."""
    if trigger.time is not None:
        return Trigger(at=EPOCH + timedelta(microseconds=armed_at + parse_duration(trigger.time)))
    branches = trigger.any or trigger.all
    if branches is None:
        return trigger
    moved = tuple(_count_from(branch, armed_at) for branch in branches)
    return Trigger(any=moved) if trigger.any else Trigger(all=moved)


def iter_rule_notes(account: Account) -> Iterator[str]:
    """Yield sentences about what rules did, which the captured rules do again if a client makes the same requests."""
    for rule in account.state.rules:
        yield _describe_counts(rule, _explain(rule), "was applied to")
    for limit in account.state.limits:
        yield _describe_counts(limit, explain_limit(limit.limit), "refused")
    for drift in account.state.page_drift:
        if times := drift.rule.times - drift.remaining_times:
            yield f"{explain_page_drift(drift.rule)} It was applied (times: {times}), and is left out."
    yield from _iter_removed_rules(account)


def _explain(rule: FaultRuleState) -> str:
    if rule.sequence is not None:
        return explain_sequence(rule.sequence)
    assert isinstance(rule.fault, Fault), "a rule is one of both"
    return explain_fault(rule.fault)


def _describe_counts(rule: FaultRuleState | LimitState, sentence: str, verb: str) -> str:
    return f"{sentence} Of {rule.matched:,} matching requests, it {verb} {rule.applied:,}."


def _iter_removed_rules(account: Account) -> Iterator[str]:
    present = {rule.number for rule in account.state.rules} | {limit.number for limit in account.state.limits}
    removed = {entry.rule: entry for entry in account.journal if entry.rule is not None and entry.rule not in present}
    for number, entry in removed.items():
        yield f"Rule {number} was removed, and is left out. It last answered {entry.summary}."
