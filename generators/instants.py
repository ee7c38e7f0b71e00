"""The epoch, units of time, and instants as Python knows them."""

import sys
from datetime import UTC, datetime, timedelta
from typing import NamedTuple


class _RealClasses(NamedTuple):
    """Classes of `datetime`. freezegun replaces those that it finds as attributes of a module, but not in a tuple."""

    datetime: type[datetime]


def _find_real_classes() -> _RealClasses:
    """Return the classes, also while freezegun replaces them."""
    return _RealClasses(getattr(sys.modules.get("freezegun.api"), "real_datetime", datetime))


_REAL = _find_real_classes()
EPOCH = _REAL.datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000
"""Microseconds in a second: instants inside the mock are microseconds since the epoch."""
SECONDS_PER_HOUR = 3600
SECONDS_PER_DAY = 24 * SECONDS_PER_HOUR


def get_real_datetime() -> type[datetime]:
    """Return the class `datetime`: msgspec knows neither its subclasses nor what freezegun puts in its place."""
    return _REAL.datetime


def to_real_datetime(instant: datetime) -> datetime:
    """Return an instant as an object of the class `datetime` itself."""
    if type(instant) is _REAL.datetime:
        return instant
    time = (instant.hour, instant.minute, instant.second, instant.microsecond)
    return _REAL.datetime(instant.year, instant.month, instant.day, *time, instant.tzinfo, fold=instant.fold)


def to_microseconds(instant: datetime) -> int:
    """Return an instant with a zone in microseconds since the epoch."""
    return (instant - EPOCH) // timedelta(microseconds=1)
