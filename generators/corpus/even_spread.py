"""Some of the whole numbers, spread evenly: any part of them is found without a look at the others."""

from collections.abc import Iterator

import msgspec


class EvenSpread(msgspec.Struct, frozen=True):
    """In any `room` consecutive numbers, `count` belong to it.

    Args:
        count: at most `room`.
        room: the period.
        shift: moves the numbers.
    """

    count: int
    room: int
    shift: int

    def __contains__(self, number: int) -> bool:
        return (number * self.count + self.shift) % self.room < self.count

    def invert(self) -> "EvenSpread":
        """Return the numbers that do not belong to it."""
        return EvenSpread(self.room - self.count, self.room, -1 - self.shift)

    def find_within(self, window: range, *, newest_first: bool) -> Iterator[int]:
        """Yield the numbers in an ascending window, the highest first if `newest_first`."""
        if not self.count or not window:
            return
        # A number belongs to it if `number * count + shift` is the first at or above a multiple of `room`.
        multiples = range(self._count_multiples(window.start), self._count_multiples(window.stop))
        for multiple in reversed(multiples) if newest_first else multiples:
            yield -((self.shift - multiple * self.room) // self.count)

    def _count_multiples(self, number: int) -> int:
        """Return the number of the first multiple that only `number`, or a higher one, reaches."""
        return ((number - 1) * self.count + self.shift) // self.room + 1
