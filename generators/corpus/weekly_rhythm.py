"""The weekly rhythm of busy and quiet hours, laid over a span and invertible.

A position is the index of a recording. Instants are integer microseconds since the epoch. Activity connects the two:
it is the integral of the week's hourly weights.
"""

from bisect import bisect_right
from itertools import accumulate

SECOND = 1_000_000
_HOUR = 3600 * SECOND
_WEEK = 168 * _HOUR
_MONDAY = 4 * 24 * _HOUR
"""1970-01-05T00:00:00Z was the first Monday."""

_WORKDAY = (1, 1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 8, 8, 10, 10, 9, 7, 5, 4, 3, 2, 2, 1)
_WEEKEND = (1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 1, 1, 1)
_WEIGHTS = _WORKDAY * 5 + _WEEKEND * 2
_BUSIEST = max(_WEIGHTS)
_UPTO = (0, *accumulate(_WEIGHTS))
_WEEK_ACTIVITY = _UPTO[-1] * _HOUR


class SpanTooShortError(ValueError):
    """The span is too short to give each recording its own instant."""


class WeeklyRhythm:
    """Maps `count` positions to the time from `start` to `end`, in microseconds.

    Raises:
        SpanTooShortError: if a busy hour would hold more than one position per microsecond.
    """

    def __init__(self, start: int, end: int, count: int) -> None:
        self.start = start
        self._count = count
        self._base = _activity_until(start)
        self._room = _activity_until(end) - self._base
        if self._room < 2 * _BUSIEST * count:
            needed = -(-2 * _BUSIEST * count // SECOND)
            raise SpanTooShortError(f"a span of at least {needed} seconds for {count} recordings")

    def instant(self, position: int) -> int:
        """Return the instant of a position. Later positions are at least a microsecond later."""
        return _instant_of_activity(self._base + self._room * position // self._count)

    def position(self, instant: int) -> int:
        """Return the last position at or before an instant. Outside of the span it is negative or past the end."""
        return (_activity_until(instant) - self._base) * self._count // self._room


def _activity_until(instant: int) -> int:
    weeks, rest = divmod(instant - _MONDAY, _WEEK)
    hour, inside = divmod(rest, _HOUR)
    return weeks * _WEEK_ACTIVITY + _UPTO[hour] * _HOUR + _WEIGHTS[hour] * inside


def _instant_of_activity(activity: int) -> int:
    weeks, rest = divmod(activity, _WEEK_ACTIVITY)
    hour = bisect_right(_UPTO, rest // _HOUR) - 1
    return _MONDAY + weeks * _WEEK + hour * _HOUR + (rest - _UPTO[hour] * _HOUR) // _WEIGHTS[hour]
