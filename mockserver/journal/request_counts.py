"""Counts of the requests that the journals note. They only grow: no reset and no full journal changes them."""

from bisect import bisect_left

from scenarios.operations import Operation

DURATION_BOUNDS = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The upper bounds of the classes of durations, in seconds, inclusive. The last class has none."""


class RequestCounts:
    """The requests to all accounts of a mock since its start. Requests of the control API are not among them."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str | None, int, int], int] = {}
        """By operation, status and class of duration."""
        self.seconds = 0.0
        """The durations of all requests together."""
        self.by_fault: dict[str, int] = {}
        """The requests that a fault rule was applied to, by what it does, such as `503` or `delay`."""
        self.cache_hits = 0
        """The requests whose response was in the cache."""

    def add(self, operation: Operation | None, status: int, seconds: float) -> None:
        """Count a request. Every one comes here."""
        # A member of an enumeration has a slow hash.
        key = (None if operation is None else operation._value_, status, bisect_left(DURATION_BOUNDS, seconds))
        self._counts[key] = self._counts.get(key, 0) + 1
        self.seconds += seconds

    def add_fault(self, kind: str) -> None:
        """Count a request that a fault rule was applied to."""
        self.by_fault[kind] = self.by_fault.get(kind, 0) + 1

    def count_by_operation_and_status(self) -> dict[tuple[str | None, int], int]:
        """Return the number of requests by operation, None for those that reached none, and status."""
        counts: dict[tuple[str | None, int], int] = {}
        for (operation, status, _), count in self._counts.items():
            counts[operation, status] = counts.get((operation, status), 0) + count
        return counts

    def count_up_to_each_bound(self) -> list[int]:
        """Return the number of requests that took at most as long as each bound, and that of all requests last."""
        counts = [0] * (len(DURATION_BOUNDS) + 1)
        for (_, _, duration_class), count in self._counts.items():
            counts[duration_class] += count
        for position in range(1, len(counts)):
            counts[position] += counts[position - 1]
        return counts
