"""The request journal of an account: what was asked and what was answered, bounded by count and bytes."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice

import msgspec

from generators.model import Status
from mockserver.journal import redaction
from mockserver.rest.headers import Header
from scenarios.operations import Operation

MAX_ENTRIES = 4096
MAX_BYTES = 8 << 20
MAX_LOGGED_RECORDINGS = 16
"""Of so many recordings of a page the journal knows that they were on it."""
_OVERHEAD = 800
"""What an entry costs besides the bytes that came in."""


class LoggedResponse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the journal keeps of an answer: made once for one that is given again and again."""

    status: int
    reason: str | None
    """What `X-Mock-Reason` says."""
    next_page_uri: str | None
    """What a list page offered."""
    headers: tuple[Header, ...]
    """Its own, but for those of its body."""
    media_type: bytes | None
    length: int
    """How many bytes it has: they themselves, such as audio, are not kept."""
    recordings: tuple[int, ...]
    """The first of the recordings that it came from, by index."""
    found: Status | None
    """What the recording is, where that is why it was refused."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A request and its answer. Instants are microseconds since 1970 on the account's clock."""

    number: int
    at: int
    """When it was answered."""
    tick: float
    """When it came, in seconds on the machine's clock, from an origin that does not matter."""
    method: str
    path: str
    query: bytes
    head: bytes
    """The headers as they came, secrets included: see `packed`."""
    body: bytes
    operation: Operation | None
    """None where the request got to none."""
    seconds: float
    """How long the answer took, on the machine's clock."""
    rule: int | None
    """The fault that struck."""
    response: LoggedResponse

    @property
    def headers(self) -> list[Header]:
        """The headers as they came, secrets included: whoever shows them redacts them."""
        parts = self.head.split(_BETWEEN)
        return list(zip(parts[::2], parts[1::2], strict=False))

    @property
    def target(self) -> str:
        """Path and query, as they may be shown."""
        return f"{self.path}?{redaction.redact_encoded(self.query)}" if self.query else self.path

    @property
    def line(self) -> str:
        """The request and its answer in a line, as it may be shown."""
        return f"{self.number}: {self.method} {self.target} -> {self.response.status}"

    def response_headers(self, name: bytes) -> list[str]:
        """Return what headers of the answer with a name, in lower case, say."""
        return [value.decode("latin-1") for each, value in self.response.headers if each == name]


_BETWEEN = b"\n"
"""Stands between names and values of headers, which cannot hold it."""


def pack_headers(headers: Iterable[Header]) -> bytes:
    """Return headers in one piece: thousands are kept, and pairs would be looked at by every garbage collection."""
    return _BETWEEN.join(chain.from_iterable(headers))


class Journal:
    """The last requests; how many were dropped is counted.

    Args:
        dropped: how many were before the first.
    """

    def __init__(self, dropped: int = 0) -> None:
        self.dropped = dropped
        self._entries: deque[tuple[Entry, int]] = deque()
        self._bytes = 0
        self._arrived: list[Callable[[Entry], object]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        """Yield what is kept, the oldest first."""
        return (entry for entry, _ in self._entries)

    @property
    def total(self) -> int:
        """How many there ever were: the number of the next one."""
        return self.dropped + len(self._entries)

    @property
    def bytes(self) -> int:
        """About how many bytes it takes."""
        return self._bytes

    @property
    def is_watched(self) -> bool:
        """Whether somebody waits for a request."""
        return bool(self._arrived)

    def add(self, entry: Entry) -> None:
        """Take down a request."""
        size = _OVERHEAD + len(entry.path) + len(entry.query) + len(entry.body) + len(entry.head)
        self._entries.append((entry, size))
        self._bytes += size
        while len(self._entries) > MAX_ENTRIES or self._bytes > MAX_BYTES:
            self._bytes -= self._entries.popleft()[1]
            self.dropped += 1
        for tell in tuple(self._arrived):
            tell(entry)

    def find(self, number: int) -> Entry | None:
        """Return the entry with a number; None where it was dropped, or there is none yet."""
        return next(self.since(number), None) if number >= self.dropped else None

    def since(self, number: int) -> Iterator[Entry]:
        """Yield the entries from a number on that are kept."""
        return islice(iter(self), max(0, number - self.dropped), None)

    def count_dropped(self, since: int = 0) -> int:
        """Return how many entries from a number on were dropped: what is told of the rest may not be all."""
        return max(0, self.dropped - since)

    def clear(self) -> None:
        """Forget everything, as if nothing had come yet."""
        self.dropped = 0
        self._entries.clear()
        self._bytes = 0

    def on_arrival(self, listener: Callable[[Entry], object]) -> Callable[[], None]:
        """Call something with each request from now on; returns what ends that."""
        self._arrived.append(listener)
        return lambda: self._arrived.remove(listener)
