"""When calls happen: a weekly rhythm of busy and quiet hours, laid over a span and invertible.

Positions are recordings' indices on an axis where each takes the same room; instants are integer
microseconds since 1970. Between them stands activity: the integral of the week's hourly weights.
"""

from bisect import bisect_right
from itertools import accumulate

from generators.setup_error import MockSetupError

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


class SpanTooShortError(MockSetupError):
    """A span in which so many recordings cannot have an instant of their own."""


class Rhythm:
    """Lays `count` positions over the time from `start` to `end`, in microseconds.

    Raises:
        SpanTooShortError: where a busy hour would hold more than one position a microsecond.
    """

    def __init__(self, start: int, end: int, count: int) -> None:
        self.start = start
        self._count = count
        self._base = _activity(start)
        self._room = _activity(end) - self._base
        if self._room < 2 * _BUSIEST * count:
            needed = -(-2 * _BUSIEST * count // SECOND)
            raise SpanTooShortError(f"a span of at least {needed} seconds for {count} recordings")

    def instant(self, position: int) -> int:
        """Return the instant of a position; later positions are later by a microsecond at least."""
        return _instant(self._base + self._room * position // self._count)

    def position(self, instant: int) -> int:
        """Return the last position that is not after an instant; below 0 or past the end outside the span."""
        return (_activity(instant) - self._base) * self._count // self._room


def _activity(instant: int) -> int:
    weeks, rest = divmod(instant - _MONDAY, _WEEK)
    hour, inside = divmod(rest, _HOUR)
    return weeks * _WEEK_ACTIVITY + _UPTO[hour] * _HOUR + _WEIGHTS[hour] * inside


def _instant(activity: int) -> int:
    weeks, rest = divmod(activity, _WEEK_ACTIVITY)
    hour = bisect_right(_UPTO, rest // _HOUR) - 1
    return _MONDAY + weeks * _WEEK + hour * _HOUR + (rest - _UPTO[hour] * _HOUR) // _WEIGHTS[hour]
