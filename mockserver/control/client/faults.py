"""An account's faults, armed from outside."""

from collections.abc import Iterable
from types import TracebackType
from typing import Any, Self

from mockserver.control.client.connection import ControlConnection
from mockserver.control.views import RuleView


class ArmedFaults:
    """Rules that were armed; as a context manager they are disarmed at its end."""

    def __init__(self, faults: "FaultsClient", rules: tuple[RuleView, ...]) -> None:
        self._faults = faults
        self.rules = rules
        """As they were when they were armed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, traceback: TracebackType | None
    ) -> None:
        for rule in self._list_rules():
            self._faults.disarm(rule.number)

    @property
    def applied(self) -> int:
        """How many requests they have struck by now."""
        return sum(rule.applied for rule in self._list_rules())

    def _list_rules(self) -> list[RuleView]:
        """Return those that are armed yet: a reset takes them away, and gives others their numbers."""
        mine = [_identity(rule) for rule in self.rules]
        return [rule for rule in self._faults.list() if _identity(rule) in mine]


class FaultsClient:
    """Faults and sequences; calling it arms one fault.

    Args:
        root: the account's path below `/_mock`.
    """

    def __init__(self, line: ControlConnection, root: str) -> None:
        self._line = line
        self._path = f"{root}/faults"

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
        """Arm a fault, as a scenario's `faults` have them.

        Args:
            op: the operation that is meant, such as `list_recordings`.
            when: further conditions, such as `{"page": 1}`.
            then: what happens, such as `status=429, retry_after=1` or `fault="connection_reset_by_peer"`.
        """
        meant = dict(when or {}) if op is None else {"op": op, **(when or {})}
        fault = {"when": meant, "then": then, "times": times, "ttl": ttl, "probability": probability}
        return self.arm(faults=[fault])

    def sequence(
        self, op: str, *answers: int | str | dict[str, Any], when: dict[str, Any] | None = None
    ) -> ArmedFaults:
        """Arm answers in turn, for each path that is meant; the last one repeats."""
        return self.arm(sequences=[{"when": {"op": op, **(when or {})}, "answers": list(answers)}])

    def arm(self, *, faults: Iterable[dict[str, Any]] = (), sequences: Iterable[dict[str, Any]] = ()) -> ArmedFaults:
        """Arm rules after those that are armed."""
        command = {"faults": list(faults), "sequences": list(sequences)}
        return ArmedFaults(self, self._line.request("POST", self._path, tuple[RuleView, ...], command))

    def list(self) -> tuple[RuleView, ...]:
        """Return the rules, in order."""
        return self._line.request("GET", self._path, tuple[RuleView, ...])

    def disarm(self, number: int | None = None) -> None:
        """Remove a rule, or all."""
        path = self._path if number is None else f"{self._path}/{number}"
        self._line.request("DELETE", path, tuple[RuleView, ...])


def _identity(rule: RuleView) -> tuple[Any, ...]:
    return rule.number, rule.fault, rule.sequence
