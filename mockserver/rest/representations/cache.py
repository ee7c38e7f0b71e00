"""A cache of rendered bytes, limited in size: one per process, for fragments and whole responses."""

from collections.abc import Hashable
from typing import Any

_DEFAULT_CAPACITY = 8 << 20
_ENTRY_OVERHEAD = 400
"""The size of an entry without its text, in bytes: key, tuple and dictionary slot."""


class ByteCache:
    """A cache that evicts the least recently used values.

    Args:
        capacity: the number of bytes to keep, overhead included. A value of more than a quarter of the
            capacity is not cached: it would evict most of the others. A page of 1000 recordings takes less.
    """

    def __init__(self, capacity: int = _DEFAULT_CAPACITY) -> None:
        self._capacity = capacity
        self._size = 0
        self._entries: dict[Hashable, tuple[Any, int]] = {}

    def get(self, key: Hashable) -> Any | None:
        """Return a value, or None if it is not cached."""
        entry = self._entries.pop(key, None)
        if entry is None:
            return None
        self._entries[key] = entry  # the most recently used entry is last
        return entry[0]

    def clear(self) -> None:
        """Remove all values."""
        self._entries.clear()
        self._size = 0

    def remove_account(self, cache_key: Hashable) -> None:
        """Remove the values of one account: those whose keys begin with this one."""
        for key in [key for key in self._entries if isinstance(key, tuple) and key[0] == cache_key]:
            self._size -= self._entries.pop(key)[1]

    def put(self, key: Hashable, value: Any, size: int) -> None:
        """Store a value whose text has `size` bytes, and replace any value with the same key."""
        cost = size + _ENTRY_OVERHEAD
        old = self._entries.pop(key, None)
        if old is not None:
            self._size -= old[1]
        if cost > self._capacity // 4:
            return
        self._entries[key] = (value, cost)
        self._size += cost
        while self._size > self._capacity:
            _, dropped = self._entries.pop(next(iter(self._entries)))
            self._size -= dropped
