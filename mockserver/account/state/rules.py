"""The rules of an account and their counts, as plain values."""

import msgspec

from mockserver.rest.retry_after import Refusal
from scenarios.rules import Fault, PageDriftRule, Sequence


class FaultRuleState(msgspec.Struct, kw_only=True):
    """A fault or a sequence, and its counts."""

    number: int
    fault: Fault | None = None
    sequence: Sequence | None = None
    armed_at: int | None = None
    """The instant at which a command added it; None if the scenario did."""
    window: int | None = None
    """The number of its window; None if it always applies."""
    matched: int = 0
    """The number of requests that it matched."""
    applied: int = 0
    """The number of requests that it was applied to."""
    request_counts: dict[str, int] = {}
    """The number of matching requests, by method and target."""
    refusals: dict[str, Refusal] = {}
    """The latest responses with an enforced `Retry-After`, by request target."""


class PageDriftState(msgspec.Struct, kw_only=True):
    """A page drift rule, and how often it still applies."""

    rule: PageDriftRule
    remaining_times: int
    window: int | None = None
    """The number of its window; None if it always applies."""
