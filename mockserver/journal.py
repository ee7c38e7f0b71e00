"""The request journal of an account: what was asked and what was answered, bounded by count and bytes."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import chain, islice

import msgspec

from scenarios.operations import Operation

_MOST_ENTRIES = 4096
_MOST_BYTES = 4 << 20
_OVERHEAD = 600
"""What an entry costs besides the bytes that came in."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its answer. Instants are microseconds since 1970 on the account's clock."""

    number: int
    at: int
    method: str
    path: str
    query: bytes
    headers: Sequence[tuple[bytes, bytes]]
    """As they came, secrets included: whoever shows them redacts them."""
    body: bytes
    operation: Operation | None
    """None where the request got to none."""
    status: int
    """What was answered; 0 where nothing was."""
    seconds: float
    """How long the answer took, on the machine's clock."""
    reason: str | None
    """What `X-Mock-Reason` says."""
    rule: int | None
    """The fault that struck."""
    next_page_uri: str | None
    """What a list page offered."""


class Journal:
    """The last requests; how many were dropped is counted.

    Args:
        dropped: how many were before the first.
    """

    def __init__(self, dropped: int = 0) -> None:
        self.dropped = dropped
        self._entries: deque[tuple[Entry, int]] = deque()
        self._bytes = 0
        self._arrived: list[Callable[[], object]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        """Yield what is kept, the oldest first."""
        return (entry for entry, _ in self._entries)

    @property
    def total(self) -> int:
        """How many there ever were: the number of the next one."""
        return self.dropped + len(self._entries)

    def add(self, entry: Entry) -> None:
        """Take down a request."""
        size = _OVERHEAD + len(entry.path) + len(entry.query) + len(entry.body)
        size += sum(map(len, chain.from_iterable(entry.headers)))
        self._entries.append((entry, size))
        self._bytes += size
        while len(self._entries) > _MOST_ENTRIES or self._bytes > _MOST_BYTES:
            self._bytes -= self._entries.popleft()[1]
            self.dropped += 1
        for tell in self._arrived:
            tell()

    def since(self, number: int) -> Iterator[Entry]:
        """Yield the entries from a number on that are kept."""
        return islice(iter(self), max(0, number - self.dropped), None)

    def clear(self) -> None:
        """Forget everything, as if nothing had come yet."""
        self.dropped = 0
        self._entries.clear()
        self._bytes = 0

    def on_arrival(self, tell: Callable[[], object]) -> Callable[[], None]:
        """Call something after each request from now on; returns what ends that."""
        self._arrived.append(tell)
        return lambda: self._arrived.remove(tell)
