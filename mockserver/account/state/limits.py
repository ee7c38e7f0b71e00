"""Rate limits as plain values: how many requests each of them counted."""

import msgspec

from scenarios.limits import Limit


class LimitSpan(msgspec.Struct, frozen=True, gc=False):
    """A span of a rate limit, and its requests."""

    start: float
    """When its first request was received, in monotonic real seconds with an arbitrary origin."""
    count: int
    """The number of requests that were not refused."""


class LimitState(msgspec.Struct, kw_only=True):
    """A rate limit, and its counts."""

    number: int
    limit: Limit
    armed_at: int | None = None
    """The instant at which a command added it, in microseconds since the epoch; None if the scenario did."""
    window: int | None = None
    """The number of its window; None if it always applies."""
    matched: int = 0
    """The number of requests that it matched."""
    applied: int = 0
    """The number of requests that it refused."""
    spans: dict[str, LimitSpan] = {}
    """The latest span of each operation or credential; under an empty name that of the account."""
