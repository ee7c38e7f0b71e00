"""The view of a fault rule."""

from typing import TYPE_CHECKING, Any

import msgspec

if TYPE_CHECKING:  # the clients decode the views without the server's modules
    from mockserver.account.state.rules import FaultRuleState


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """A fault or a sequence, and its counts."""

    number: int
    fault: dict[str, Any] | None
    sequence: dict[str, Any] | None
    matched: int
    """The number of requests that it matched."""
    applied: int
    """The number of requests that it was applied to."""

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
