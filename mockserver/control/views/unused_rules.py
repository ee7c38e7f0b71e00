"""The rules of an account's scenario that were never applied, as sentences for the doctor."""

from collections.abc import Iterator

from mockserver.account.account import Account
from mockserver.control.views.faults import serialize_rule
from scenarios.rules import Fault


def describe_unused_rules(account: Account) -> Iterator[str]:
    """Yield a sentence for each rule of the scenario that no request has met. Rules with a probability are left out."""
    from scenarios.explain.rules import explain_fault, explain_page_drift, explain_sequence  # few accounts have rules

    for rule in account.fault_rules.list_scripted():
        view = serialize_rule(rule)
        if view.was_used or view.has_probability:
            continue
        which = rule.fault or rule.sequence
        assert which is not None, "a rule is one of the two"
        sentence = explain_fault(which) if isinstance(which, Fault) else explain_sequence(which)
        met = f"matched {view.matched} and was applied to none" if view.matched else "matched none"
        yield f"rule {rule.number} {met}. {sentence}"
    for drift in account.state.page_drift:
        if drift.remaining_times == drift.rule.times:
            yield f"no page was followed by it. {explain_page_drift(drift.rule)}"
