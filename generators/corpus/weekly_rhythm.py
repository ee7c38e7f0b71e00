"""The weekly rhythm of busy and quiet hours, laid over a span and invertible.

A position is the index of a recording. Instants are integer microseconds since the epoch. Activity connects the two:
it is the integral of the week's hourly weights.
"""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate

from generators.instants import SECOND, SECONDS_PER_HOUR
from generators.setup_error import MockSetupError

_HOUR = SECONDS_PER_HOUR * SECOND
_WEEK = 168 * _HOUR
_FIRST_MONDAY = 4 * 24 * _HOUR
"""1970-01-05T00:00:00Z was the first Monday."""

_WORKDAY = (1, 1, 1, 1, 1, 1, 2, 4, 7, 9, 10, 10, 8, 8, 10, 10, 9, 7, 5, 4, 3, 2, 2, 1)
_WEEKEND = (1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 3, 3, 3, 3, 3, 2, 2, 2, 2, 2, 1, 1, 1)
_WEIGHTS = _WORKDAY * 5 + _WEEKEND * 2
_MAX_WEIGHT = max(_WEIGHTS)
_CUMULATIVE_WEIGHTS = (0, *accumulate(_WEIGHTS))
_WEEK_ACTIVITY = _CUMULATIVE_WEIGHTS[-1] * _HOUR
MEAN_ACTIVITY = _WEEK_ACTIVITY / _WEEK
"""The activity in a microsecond, on average over a week."""


class SpanTooShortError(MockSetupError):
    """The span is too short to give each recording its own instant."""


class WeeklyRhythm:
    """Maps `count` positions to the time from `start` to `end`, in microseconds.

    Raises:
        SpanTooShortError: if a busy hour would hold more than one position per microsecond.
    """

    def __init__(self, start: int, end: int, count: int) -> None:
        self.start = start
        self._count = count
        self._start_activity = compute_activity(start)
        self._span_activity = compute_activity(end) - self._start_activity
        if self._span_activity < 2 * _MAX_WEIGHT * count:
            needed = -(-2 * _MAX_WEIGHT * count // SECOND)
            raise SpanTooShortError(f"a span of at least {needed} seconds for {count} recordings")

    def to_instant(self, position: int) -> int:
        """Return the instant of a position. Later positions are at least a microsecond later."""
        return find_activity_instant(self._get_activity(position))

    def to_instants(self, positions: Iterable[int]) -> dict[int, int]:
        """Return the instants of many positions. Those of an hour, such as neighbours, take the least time."""
        instants: dict[int, int] = {}
        begin = end = instant = weight = 0
        for position in positions:
            activity = self._get_activity(position)
            if not begin <= activity < end:
                begin, instant, weight = _find_hour(activity)
                end = begin + weight * _HOUR
            instants[position] = instant + (activity - begin) // weight
        return instants

    def _get_activity(self, position: int) -> int:
        return self._start_activity + self._span_activity * position // self._count

    def to_position(self, instant: int) -> int:
        """Return the last position at or before an instant. Outside of the span it is negative or past the end."""
        return (compute_activity(instant) - self._start_activity) * self._count // self._span_activity


def compute_activity(instant: int) -> int:
    """Return the activity from a fixed instant until another one."""
    weeks, rest = divmod(instant - _FIRST_MONDAY, _WEEK)
    hour, inside = divmod(rest, _HOUR)
    return weeks * _WEEK_ACTIVITY + _CUMULATIVE_WEIGHTS[hour] * _HOUR + _WEIGHTS[hour] * inside


def find_activity_instant(activity: int) -> int:
    """Return the instant that has an activity."""
    begin, instant, weight = _find_hour(activity)
    return instant + (activity - begin) // weight


def _find_hour(activity: int) -> tuple[int, int, int]:
    """Return the activity and the instant at which the hour of an activity begins, and the weight of this hour."""
    weeks, rest = divmod(activity, _WEEK_ACTIVITY)
    hour = bisect_right(_CUMULATIVE_WEIGHTS, rest // _HOUR) - 1
    begin = weeks * _WEEK_ACTIVITY + _CUMULATIVE_WEIGHTS[hour] * _HOUR
    return begin, _FIRST_MONDAY + weeks * _WEEK + hour * _HOUR, _WEIGHTS[hour]
