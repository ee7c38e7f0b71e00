"""The epoch, and units of time."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
"""Microseconds in a second: instants inside the mock are microseconds since the epoch."""
SECONDS_PER_HOUR = 3600
SECONDS_PER_DAY = 24 * SECONDS_PER_HOUR


def to_microseconds(instant: datetime) -> int:
    """Return an instant with a zone in microseconds since the epoch."""
    return (instant - EPOCH) // timedelta(microseconds=1)
