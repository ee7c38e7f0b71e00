"""Lets recordings arrive by themselves in an account."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from mockserver.control.client.connection import ControlConnection
from mockserver.control.views.arrivals import ArrivalView

if TYPE_CHECKING:
    from typing import Unpack

    from mockserver.control.client.argument_types import CallbackEventName, TimelineStep

__tracebackhide__ = True


class ArrivalRule(TypedDict, total=False):
    """How recordings arrive, as a scenario's `arrivals` have it."""

    every: str
    rate: str
    rhythm: Literal["even", "poisson", "weekly"]
    after: Mapping[str, Any] | str | None
    until: Mapping[str, Any] | str | None
    ttl: str | None
    count: int
    mix: Mapping[str, Any] | None
    duration: Mapping[str, Any] | str | None
    timeline: "Sequence[TimelineStep]"
    status_callback: str | None
    status_callback_method: Literal["GET", "POST"]
    status_callback_event: "Sequence[CallbackEventName]"


class ArrivalsClient:
    """The recordings that arrive by themselves. Calling it adds a rule.

    Args:
        account_path: the account's path below `/_mock`.
    """

    def __init__(self, connection: ControlConnection, account_path: str) -> None:
        self._connection = connection
        self._path = f"{account_path}/arrivals"

    def __call__(self, **rule: "Unpack[ArrivalRule]") -> ArrivalView:
        """Let recordings arrive as the clock passes, with the fields of a scenario's `arrivals`.

        Args:
            rule: such as `every="5m", until={"time": "8h"}, duration="30s"`.

        Raises:
            ControlError: if a value is invalid.
        """
        (added,) = self._connection.request("POST", self._path, tuple[ArrivalView, ...], rule)
        return added

    def list(self) -> tuple[ArrivalView, ...]:
        """Return the rules, in order, with the number of recordings that have arrived."""
        return self._connection.request("GET", self._path, tuple[ArrivalView, ...])

    def stop(self, number: int | None = None) -> None:
        """Remove one rule, or all. The recordings that have arrived stay."""
        path = self._path if number is None else f"{self._path}/{number}"
        self._connection.request("DELETE", path, tuple[ArrivalView, ...])
