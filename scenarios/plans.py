"""The data model of what an account has from the start: its generated recordings and its clock."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from scenarios.clock_mode import ClockMode
from scenarios.durations import Duration
from scenarios.numbers import Share
from scenarios.triggers import Instant

Shares = dict[str, Share | dict[str, Share]]
"""Shares of statuses, sources and traits, by name or within `status` and `source`."""


class CorpusPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The generated recordings. Fields that are left out follow the server's settings."""

    count: Annotated[int, Meta(ge=0, le=10**12)] | None = None
    """The number of recordings."""
    span: Duration | None = None
    """The time before the start of the clock over which they are spread."""
    profile: Literal["realistic", "adversarial", "empty"] | None = None
    """The kind of recordings."""
    mix: Shares | None = None
    """Shares of statuses, sources and traits, by name or within `status` and `source`."""


class ClockPlan(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The clock of the account. Fields that are left out follow the server's settings."""

    mode: ClockMode | None = None
    """How time passes: as really, not at all, or at a rate."""
    start: Instant | None = None
    """T0: the instant at which the generated recordings end and the clock starts."""
    rate: Annotated[float, Meta(gt=0, le=1e6, description="A number above 0, at most 1000000.")] | None = None
    """Account seconds per real second, if the mode is scaled."""
