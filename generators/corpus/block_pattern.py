"""The blocks with a property that a rounded share determines: they repeat, so they are found without a scan."""

from collections.abc import Iterator

_PERIOD_BITS = 16
PERIOD = 1 << _PERIOD_BITS
"""The blocks repeat after this many."""


class BlockPattern:
    """A set of blocks that repeats every `PERIOD` blocks.

    Args:
        flags: one byte per block of a period: 1 if the block has the property, else 0.
    """

    def __init__(self, flags: bytes) -> None:
        self._flags = flags
        self._has_none = 1 not in flags
        self._has_all = 0 not in flags

    @classmethod
    def from_reversed_interval(cls, start: int, size: int) -> "BlockPattern":
        """Return the blocks whose reversed bits are in an interval, which continues at 0 after the highest value."""
        flags = bytearray(PERIOD)
        stop = min(size, PERIOD) + start
        for since, upto in ((start, min(stop, PERIOD)), (0, stop - PERIOD)):
            while since < upto:
                # An aligned power of two of reversed numbers is every n-th block.
                room = upto - since
                length = min(since & -since or PERIOD, 1 << room.bit_length() - 1)
                flags[reverse_bits(since) :: PERIOD // length] = b"\1" * length
                since += length
        return cls(bytes(flags))

    def __contains__(self, number: int) -> bool:
        return self._flags[number % PERIOD] == 1

    def __or__(self, other: "BlockPattern") -> "BlockPattern":
        return BlockPattern(_to_bytes(_to_integer(self._flags) | _to_integer(other._flags)))

    def __and__(self, other: "BlockPattern") -> "BlockPattern":
        return BlockPattern(_to_bytes(_to_integer(self._flags) & _to_integer(other._flags)))

    def count_before(self, number: int) -> int:
        """Return how many blocks before a block have the property."""
        periods, rest = divmod(number, PERIOD)
        return (periods * self._flags.count(1) if periods else 0) + self._flags.count(1, 0, rest)

    def walk(self, numbers: range, *, descending: bool) -> Iterator[int]:
        """Return the blocks among consecutive ones, in either order. It visits no other blocks."""
        if self._has_none:
            return iter(())
        if self._has_all:
            return reversed(numbers) if descending else iter(numbers)
        return self._walk_down(numbers) if descending else self._walk_up(numbers)

    def _walk_up(self, numbers: range) -> Iterator[int]:
        number = numbers.start
        while number < numbers.stop:
            base, place = number - number % PERIOD, number % PERIOD
            found = self._flags.find(1, place)
            number = base + (PERIOD if found < 0 else found)
            if found >= 0 and number < numbers.stop:
                yield number
                number += 1

    def _walk_down(self, numbers: range) -> Iterator[int]:
        number = numbers.stop - 1
        while number >= numbers.start:
            base, place = number - number % PERIOD, number % PERIOD
            found = self._flags.rfind(1, 0, place + 1)
            number = base + found  # -1 is the last block of the period before
            if found >= 0 and number >= numbers.start:
                yield number
                number -= 1


def reverse_bits(number: int) -> int:
    """Return the number within a period with its bits reversed."""
    return int(f"{number & (PERIOD - 1):0{_PERIOD_BITS}b}"[::-1], 2)


def _to_integer(flags: bytes) -> int:
    return int.from_bytes(flags, "little")


def _to_bytes(flags: int) -> bytes:
    return flags.to_bytes(PERIOD, "little")
