"""Types of the rules that a test may add, for type checkers: faults, sequences and rate limits."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from mockserver.control.client.argument_types import OperationName

NetworkFaultName = Literal[
    "connection_reset_by_peer",
    "empty_response",
    "malformed_response_chunk",
    "random_data_then_close",
    "truncated_response",
]
"""What happens to a connection instead of a response."""


class RequestConditions(TypedDict, total=False):
    """The requests that a fault applies to, beside their operation."""

    path: str
    account: str
    sid: str
    page: int
    header: Mapping[str, str]
    method: Literal["GET", "HEAD", "POST", "DELETE"]
    query: Mapping[str, str]
    body: Mapping[str, str]
    every: int


class FaultConditions(RequestConditions, total=False):
    """The requests that a fault applies to."""

    op: OperationName


class FaultEffect(TypedDict, total=False):
    """The effect of a fault."""

    status: int
    code: int
    message: str
    body: str
    media_type: str
    headers: Mapping[str, str]
    retry_after: int
    enforce_retry_after: bool
    fault: NetworkFaultName
    delay: str | Mapping[str, Any]
    chunked_dribble: Mapping[str, Any]


SequenceAnswer = int | Literal["ok"] | FaultEffect
"""An answer of a sequence."""


class RuleWindow(TypedDict, total=False):
    """From when and until when a rule applies."""

    after: Mapping[str, Any] | str | None
    until: Mapping[str, Any] | str | None
    ttl: str | None


class FaultRule(RuleWindow, total=False):
    """A fault, as a scenario's `faults` have it."""

    when: FaultConditions
    then: FaultEffect
    times: int | None
    probability: float


class SequenceRule(RuleWindow, total=False):
    """A sequence of answers, as a scenario's `sequences` have it."""

    when: FaultConditions
    answers: Sequence[SequenceAnswer]


LimitedBy = Literal["account", "operation", "credential"]


class LimitRule(RuleWindow, total=False):
    """A rate limit, as a scenario's `limits` have it."""

    when: FaultConditions
    requests: int | None
    per: str | None
    by: LimitedBy
    concurrent: int | None
