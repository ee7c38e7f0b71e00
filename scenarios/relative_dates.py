"""Dates that count from the start of the clock: `-2d` is two days before it, `+90s` ninety seconds after it."""

from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from generators.instants import EPOCH
from scenarios.durations import MAX_TEXT_LENGTH, SIGNED_DURATION_PATTERN, parse_duration
from scenarios.triggers import Instant


class RelativeDate(msgspec.Struct, frozen=True, gc=False, kw_only=True, forbid_unknown_fields=True):
    """A date that counts from the start of the account's clock."""

    from_start: Annotated[
        str,
        Meta(
            pattern=SIGNED_DURATION_PATTERN,
            max_length=MAX_TEXT_LENGTH + 1,
            description="A duration with a sign, such as -2d or +90s.",
        ),
    ]
    """How long before or after the start."""


RecordingDate = Annotated[
    Instant | RelativeDate,
    Meta(
        description="An instant with its zone, such as 2026-03-01T09:00:00Z, or a duration with a sign before or after "
        "the start of the clock, such as -2d or +90s."
    ),
]
"""A date of a recording in a file: `-2d` stands for `{from_start: -2d}`, and the loader writes it out."""
AT_START = RelativeDate(from_start="+0s")


def get_offset(date: RelativeDate) -> int:
    """Return how long after the start a date is, in microseconds; negative before it."""
    duration = parse_duration(date.from_start[1:])
    return -duration if date.from_start.startswith("-") else duration


def resolve_date(date: RelativeDate, start: int) -> datetime:
    """Return the instant of a date.

    Args:
        start: the start of the clock, in microseconds since the epoch.
    """
    return EPOCH + timedelta(microseconds=start + get_offset(date))


def get_instant(date: datetime | RelativeDate) -> datetime:
    """Return the instant of a date that is resolved."""
    assert isinstance(date, datetime), "relative dates are resolved when a recording is set up"
    return date


def describe_relative_date(date: RelativeDate) -> str:
    """Describe a date, such as `2d before the start`."""
    return f"{date.from_start[1:]} {'before' if date.from_start.startswith('-') else 'after'} the start"
