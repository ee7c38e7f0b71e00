"""Sets of indices as sorted, disjoint ranges: deleting 100,000 neighbours leaves one range to skip."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

import msgspec


class RangeSet(msgspec.Struct, gc=False):
    """A set of whole numbers from 0, stored as the starts and stops of its ranges."""

    starts: list[int] = msgspec.field(default_factory=list)
    stops: list[int] = msgspec.field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.starts)

    def __contains__(self, number: int) -> bool:
        at = bisect_right(self.starts, number) - 1
        return at >= 0 and number < self.stops[at]

    def covers(self, start: int, stop: int) -> bool:
        """Return True if the numbers from `start` to below `stop`, at least one, are in the set."""
        at = bisect_right(self.starts, start) - 1
        return at >= 0 and stop <= self.stops[at]

    def add(self, number: int) -> None:
        """Add a number and merge neighbouring ranges."""
        at = bisect_right(self.starts, number)
        if at and number < self.stops[at - 1]:
            return
        joins_left = at > 0 and self.stops[at - 1] == number
        joins_right = at < len(self.starts) and self.starts[at] == number + 1
        if joins_left and joins_right:
            self.stops[at - 1] = self.stops.pop(at)
            self.starts.pop(at)
        elif joins_left:
            self.stops[at - 1] = number + 1
        elif joins_right:
            self.starts[at] = number
        else:
            self.starts.insert(at, number)
            self.stops.insert(at, number + 1)

    def add_range(self, start: int, stop: int) -> None:
        """Add the numbers from `start` to below `stop`, at least one, and merge neighbouring ranges."""
        first = bisect_left(self.stops, start)
        last = bisect_right(self.starts, stop)
        if first < last:
            start, stop = min(start, self.starts[first]), max(stop, self.stops[last - 1])
        self.starts[first:last] = [start]
        self.stops[first:last] = [stop]

    def iter_gaps(self, window: range, *, descending: bool) -> Iterator[range]:
        """Yield the parts of an ascending window that are not in the set, as ascending ranges in either order."""
        low = max(0, bisect_right(self.starts, window.start) - 1)
        high = bisect_right(self.starts, window.stop - 1)
        if descending:
            stop = window.stop
            for at in range(high - 1, low - 1, -1):
                if max(self.stops[at], window.start) < stop:
                    yield range(max(self.stops[at], window.start), stop)
                stop = min(stop, self.starts[at])
            if window.start < stop:
                yield range(window.start, stop)
        else:
            start = window.start
            for at in range(low, high):
                if start < min(self.starts[at], window.stop):
                    yield range(start, min(self.starts[at], window.stop))
                start = max(start, self.stops[at])
            if start < window.stop:
                yield range(start, window.stop)
