"""Adds and removes fault rules of an account."""

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mockserver.control.client.connection import ControlConnection
from mockserver.control.views.faults import RuleView

if TYPE_CHECKING:
    from typing import Unpack

    from mockserver.control.client.argument_types import OperationName
    from mockserver.control.client.rule_types import (
        FaultConditions,
        FaultEffect,
        FaultRule,
        LimitedBy,
        LimitRule,
        RequestConditions,
        RuleWindow,
        SequenceAnswer,
        SequenceRule,
    )

__tracebackhide__ = True
_SHOWN_REQUESTS = 5
"""The number of requests in the message about an unused fault."""


class UnusedFaultError(AssertionError):
    """A fault was never applied, so a test that passes with it has tested nothing of it."""


class ArmedFaults:
    """Rules that were added. As a context manager, it removes them at its end.

    The end of the `with` raises `UnusedFaultError` if a rule was never applied, unless the body raised, the rule has a
    probability, or it is optional.

    Args:
        optional: True if the rules need not be applied.
    """

    def __init__(self, faults: "FaultsClient", rules: tuple[RuleView, ...], *, optional: bool = False) -> None:
        self._faults = faults
        self._optional = optional
        self.rules = rules
        """The rules as they were when they were added."""
        self._applied = {_get_identity(rule): rule.applied for rule in rules}
        """The last known counts: a rule that no longer exists keeps its own."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        rules = self._list_rules()
        for rule in rules:
            self._faults.disarm(rule.number)
        unused = [rule for rule in rules if not rule.was_used and not rule.has_probability]
        if unused and exception_type is None and not self._optional:
            raise UnusedFaultError(self._faults.explain_unused(unused))

    @property
    def applied(self) -> int:
        """The number of requests that the rules were applied to, also after the end of `with`."""
        self._list_rules()
        return sum(self._applied.values())

    def _list_rules(self) -> list[RuleView]:
        """Return the rules that still exist: a reset removes them, and may give their numbers to others."""
        existing = [rule for rule in self._faults.list() if _get_identity(rule) in self._applied]
        self._applied.update((_get_identity(rule), rule.applied) for rule in existing)
        return existing


class FaultsClient:
    """The fault rules of an account. Calling it adds one fault.

    Args:
        account_path: the account's path below `/_mock`.
    """

    def __init__(self, connection: ControlConnection, account_path: str) -> None:
        self._connection = connection
        self._path = f"{account_path}/faults"

    def __call__(
        self,
        op: "OperationName | None" = None,
        *,
        when: "FaultConditions | None" = None,
        after: "Mapping[str, Any] | str | None" = None,
        until: "Mapping[str, Any] | str | None" = None,
        times: int | None = None,
        ttl: str | None = None,
        probability: float = 1.0,
        optional: bool = False,
        **then: "Unpack[FaultEffect]",
    ) -> ArmedFaults:
        """Add a fault, with the fields of a scenario's `faults`.

        Args:
            op: the operation to match, such as `list_recordings`.
            when: further conditions, such as `{"page": 1}`.
            after: from when on it applies, such as `"5m"`, `{"requests": 3}` or `{"callback": "completed"}`.
            until: until when it applies, counted from its start.
            ttl: how long it applies, from its start.
            optional: True if the end of a `with` accepts that the fault was never applied.
            then: the effect, such as `status=429, retry_after=1` or `fault="connection_reset_by_peer"`.
        """
        pattern: FaultConditions = {**(when or {})} if op is None else {"op": op, **(when or {})}
        window: RuleWindow = {"after": after, "until": until, "ttl": ttl}
        fault: FaultRule = {**window, "when": pattern, "then": then, "times": times, "probability": probability}
        return self.arm(faults=[fault], optional=optional)

    def sequence(
        self,
        op: "OperationName",
        *answers: "SequenceAnswer",
        when: "RequestConditions | None" = None,
        after: "Mapping[str, Any] | str | None" = None,
        until: "Mapping[str, Any] | str | None" = None,
        ttl: str | None = None,
        optional: bool = False,
    ) -> ArmedFaults:
        """Add a sequence of answers. Each matching path has its own position; the last answer repeats."""
        window: RuleWindow = {"after": after, "until": until, "ttl": ttl}
        sequence: SequenceRule = {**window, "when": {"op": op, **(when or {})}, "answers": list(answers)}
        return self.arm(sequences=[sequence], optional=optional)

    def limit(
        self,
        op: "OperationName | None" = None,
        *,
        requests: int | None = None,
        per: str | None = None,
        by: "LimitedBy" = "account",
        concurrent: int | None = None,
        when: "FaultConditions | None" = None,
        after: "Mapping[str, Any] | str | None" = None,
        until: "Mapping[str, Any] | str | None" = None,
        ttl: str | None = None,
        optional: bool = False,
    ) -> ArmedFaults:
        """Add a rate limit, with the fields of a scenario's `limits`. It is applied when it refuses a request.

        Args:
            op: the operation to match; any if left out.
            requests: how many requests are answered in each span of `per`, in real time, such as `"1s"`.
            by: what has a count of its own.
            concurrent: how many requests may be in progress at once.
            when: further conditions, such as `{"page": 1}`.
            after: from when on it applies; see `__call__`.
            until: until when it applies, counted from its start.
            ttl: how long it applies, from its start.
            optional: True if the end of a `with` accepts that no request was refused.
        """
        pattern: FaultConditions = {**(when or {})} if op is None else {"op": op, **(when or {})}
        limit: LimitRule = {"when": pattern, "requests": requests, "per": per, "by": by, "concurrent": concurrent}
        limit |= {"after": after, "until": until, "ttl": ttl}
        return self.arm(limits=[limit], optional=optional)

    def arm(
        self,
        *,
        faults: "Iterable[FaultRule]" = (),
        sequences: "Iterable[SequenceRule]" = (),
        limits: "Iterable[LimitRule]" = (),
        optional: bool = False,
    ) -> ArmedFaults:
        """Append rules to the existing ones."""
        command = {"faults": list(faults), "sequences": list(sequences), "limits": list(limits)}
        rules = self._connection.request("POST", self._path, tuple[RuleView, ...], command)
        return ArmedFaults(self, rules, optional=optional)

    def list(self) -> tuple[RuleView, ...]:
        """Return the rules, in order."""
        return self._connection.request("GET", self._path, tuple[RuleView, ...])

    def disarm(self, number: int | None = None) -> None:
        """Remove one rule, or all."""
        path = self._path if number is None else f"{self._path}/{number}"
        self._connection.request("DELETE", path, tuple[RuleView, ...])

    def explain_unused(self, rules: Iterable[RuleView]) -> str:
        """Return the message for rules that were never applied, with the last requests of the account."""
        from mockserver.control.text import describe_request, describe_rules
        from mockserver.control.views.requests import RequestsView

        path = f"{self._path.rpartition('/')[0]}/requests"
        journal = self._connection.request("GET", path, RequestsView, parameters={"limit": _SHOWN_REQUESTS})
        requests = "\n".join(map(describe_request, journal.requests)) or "none"
        expected = "expected each fault to be applied before the end of its `with`, found some that never were"
        advice = "Pass optional=True if a fault need not be applied."
        return f"{expected}:\n{describe_rules(rules)}\nLast requests of the account:\n{requests}\n{advice}"


def _get_identity(rule: RuleView) -> tuple[int, str]:
    """Return what distinguishes a rule from a later one with the same number."""
    return rule.number, repr((rule.fault, rule.sequence, rule.limit))
