"""Adds and removes fault rules of an account."""

from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from mockserver.control.client.connection import ControlConnection
from mockserver.control.views.faults import RuleView


class ArmedFaults:
    """Rules that were added. As a context manager, it removes them at its end."""

    def __init__(self, faults: "FaultsClient", rules: tuple[RuleView, ...]) -> None:
        self._faults = faults
        self.rules = rules
        """The rules as they were when they were added."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        exception_type: type[BaseException] | None,
        exception: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for rule in self._list_rules():
            self._faults.disarm(rule.number)

    @property
    def applied(self) -> int:
        """The number of requests that the rules were applied to."""
        return sum(rule.applied for rule in self._list_rules())

    def _list_rules(self) -> list[RuleView]:
        """Return the rules that still exist: a reset removes them, and may give their numbers to others."""
        mine = [_get_identity(rule) for rule in self.rules]
        return [rule for rule in self._faults.list() if _get_identity(rule) in mine]


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
        op: str | None = None,
        *,
        when: dict[str, Any] | None = None,
        times: int | None = None,
        ttl: str | None = None,
        probability: float = 1.0,
        **then: Any,
    ) -> ArmedFaults:
        """Add a fault, with the fields of a scenario's `faults`.

        Args:
            op: the operation to match, such as `list_recordings`.
            when: further conditions, such as `{"page": 1}`.
            then: the effect, such as `status=429, retry_after=1` or `fault="connection_reset_by_peer"`.
        """
        pattern = dict(when or {}) if op is None else {"op": op, **(when or {})}
        fault = {"when": pattern, "then": then, "times": times, "ttl": ttl, "probability": probability}
        return self.arm(faults=[fault])

    def sequence(
        self, op: str, *answers: int | str | dict[str, Any], when: dict[str, Any] | None = None
    ) -> ArmedFaults:
        """Add a sequence of answers. Each matching path has its own position; the last answer repeats."""
        return self.arm(sequences=[{"when": {"op": op, **(when or {})}, "answers": list(answers)}])

    def arm(self, *, faults: Iterable[dict[str, Any]] = (), sequences: Iterable[dict[str, Any]] = ()) -> ArmedFaults:
        """Append rules to the existing ones."""
        command = {"faults": list(faults), "sequences": list(sequences)}
        return ArmedFaults(self, self._connection.request("POST", self._path, tuple[RuleView, ...], command))

    def list(self) -> tuple[RuleView, ...]:
        """Return the rules, in order."""
        return self._connection.request("GET", self._path, tuple[RuleView, ...])

    def disarm(self, number: int | None = None) -> None:
        """Remove one rule, or all."""
        path = self._path if number is None else f"{self._path}/{number}"
        self._connection.request("DELETE", path, tuple[RuleView, ...])


def _get_identity(rule: RuleView) -> tuple[Any, ...]:
    return rule.number, rule.fault, rule.sequence
