"""The values of arrivals: how often recordings arrive, in which rhythm, and how long they are."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from scenarios.durations import Duration

MAX_ARRIVALS = 1_000_000
"""The most recordings of one rule: each of them is kept in memory."""
Rate = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{1,9}(?:\.[0-9]{1,6})?/(?:s|m|h|d|w)$(?!\n)",
        description="A number per second, minute, hour, day or week, such as 120/h.",
    ),
]
Rhythm = Literal["even", "poisson", "weekly"]


class Spread(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A log-normal distribution of durations, like those of real calls: some are much longer than the median."""

    median: Duration
    """The duration that half of them stay below."""
    sigma: Annotated[float, Meta(ge=0, le=3)]
    """The spread: 0 for none, 1.2 for real calls."""
