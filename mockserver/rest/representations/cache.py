"""What was rendered before, bounded by bytes: one per process, for fragments and whole answers alike."""

from collections.abc import Hashable
from typing import Any

_CAPACITY = 8 << 20
_OVERHEAD = 400
"""What an entry costs besides its text, in bytes: key, tuple and dictionary slot."""


class ByteCache:
    """Keeps values by how recently they were used.

    Args:
        capacity: how many bytes of text are kept, overhead included. What takes more than a
            sixteenth of it is not kept: a few long pages would drive out all else.
    """

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self._capacity = capacity
        self._size = 0
        self._entries: dict[Hashable, tuple[Any, int]] = {}

    def get(self, key: Hashable) -> Any | None:
        """Return a value, or None where it is not kept."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return None
        self._entries[key] = entry  # back in, as the youngest
        return entry[0]

    def clear(self) -> None:
        """Keep nothing."""
        self._entries.clear()
        self._size = 0

    def put(self, key: Hashable, value: Any, size: int) -> None:
        """Keep a value whose text takes `size` bytes, in place of any under the same key."""
        cost = size + _OVERHEAD
        old = self._entries.pop(key, None)
        if old is not None:
            self._size -= old[1]
        if cost > self._capacity // 16:
            return
        self._entries[key] = (value, cost)
        self._size += cost
        while self._size > self._capacity:
            _, dropped = self._entries.pop(next(iter(self._entries)))
            self._size -= dropped
