"""The data model of rate limits."""

from typing import Literal

from scenarios.durations import Duration
from scenarios.numbers import Count
from scenarios.rules import When
from scenarios.windows import Windowed


class Limit(Windowed, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A rate limit: requests beyond it are refused with 429 and `Retry-After`. Time is real on every clock."""

    when: When = When()
    """Which requests; all if left out."""
    requests: Count | None = None
    """How many requests are answered in a span. Refused ones do not count."""
    per: Duration | None = None
    """The span, which begins with the first request after the end of the one before."""
    by: Literal["account", "operation", "credential"] = "account"
    """What has a count of its own: the account, each operation, or each username: an AccountSid or the SID of a key."""
    concurrent: Count | None = None
    """How many requests may be in progress at once."""
