"""Operations on the recordings of one account, as their clients saw them."""

import math
from collections.abc import Iterable
from enum import StrEnum

import msgspec

Seen = frozenset[tuple[str, str]]
"""The recordings in an answer: SIDs with statuses."""


class Action(StrEnum):
    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"
    FETCH = "fetch"
    INSPECT = "inspect"
    """A fetch through the control API, which tells apart the statuses that Twilio shows as processing."""
    LIST = "list"


READS = frozenset({Action.FETCH, Action.INSPECT, Action.LIST})


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """A request about one call, and its answer. It took effect at one instant between `invoked` and `returned`."""

    call: str
    action: Action
    sid: str | None = None
    """The recording that the request names."""
    status: str | None = None
    """The status that an update asks for."""
    code: int | None = None
    """The answer's status code. None if it is unknown: the operation happened at any later time, or never."""
    seen: Seen = frozenset()
    client: int = 0
    invoked: float
    """Seconds on one monotonic clock of all clients."""
    returned: float = math.inf

    def __str__(self) -> str:
        request = " ".join(filter(None, (self.action, self.sid, self.status)))
        shown = "".join(f", {sid} {status}" for sid, status in sorted(self.seen))
        answer = "an unknown outcome" if self.code is None else f"{self.code}{shown}"
        return f"client {self.client}, {self.invoked:.6f} to {self.returned:.6f}: {request} -> {answer}"


def split_by_call(operations: Iterable[Operation]) -> dict[str, list[Operation]]:
    """Return the operations of each call. Linearizability is local: a history has it if each of its parts has it."""
    parts: dict[str, list[Operation]] = {}
    for operation in operations:
        parts.setdefault(operation.call, []).append(operation)
    return parts
