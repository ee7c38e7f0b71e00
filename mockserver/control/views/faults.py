"""The view of a fault rule or a rate limit."""

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.state.limits import LimitState
    from mockserver.account.state.rules import FaultRuleState


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """A fault, a sequence or a rate limit, and its counts."""

    number: int
    fault: dict[str, Any] | None
    sequence: dict[str, Any] | None
    limit: dict[str, Any] | None = None
    matched: int
    """The number of requests that it matched."""
    applied: int
    """The number of requests that it was applied to, or that a rate limit refused."""

    @property
    def was_used(self) -> bool:
        """True if it was applied, or is a sequence that starts with `ok` and has answered so."""
        sequence = self.sequence
        if sequence is None or sequence["answers"][0] != "ok":
            return self.applied > 0
        every: int = sequence.get("when", {}).get("every", 1)
        return self.matched >= every

    @property
    def has_probability(self) -> bool:
        """True if chance decides whether it is applied."""
        return self.fault is not None and self.fault.get("probability", 1) < 1


def serialize_rule(rule_state: "FaultRuleState") -> RuleView:
    return RuleView(
        number=rule_state.number,
        fault=None if rule_state.fault is None else msgspec.to_builtins(rule_state.fault),
        sequence=None if rule_state.sequence is None else msgspec.to_builtins(rule_state.sequence),
        matched=rule_state.matched,
        applied=rule_state.applied,
    )


def serialize_limit(limit_state: "LimitState") -> RuleView:
    return RuleView(
        number=limit_state.number,
        fault=None,
        sequence=None,
        limit=msgspec.to_builtins(limit_state.limit),
        matched=limit_state.matched,
        applied=limit_state.applied,
    )
