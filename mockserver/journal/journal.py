"""The request journal of an account: requests and responses, limited by count, and by the bytes of all journals."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Protocol

import msgspec

from generators.model import Status
from mockserver.journal.budget import BudgetedLog, LogBudget
from mockserver.journal.newest_requests import NewestRequests
from mockserver.rest.headers import Header
from mockserver.rest.representations.wires import Wire
from scenarios.operations import Operation

if TYPE_CHECKING:
    from scenarios.rules import Then

MAX_ENTRIES = 4096
MAX_LOGGED_RECORDINGS = 50
"""The maximum number of a page's recordings that an entry remembers: a page has 50 unless a client wants more."""
MAX_FIRST_BYTES = 4096
"""The number of bytes of an answer's body that the journal keeps."""
_ENTRY_OVERHEAD_BYTES = 800
"""The approximate size of an entry without its path, query, headers and body."""


class LoggedResponse(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The journal's summary of a response. All uses of a cached response share one summary."""

    status: int
    reason: str | None
    """The value of `X-Mock-Reason`."""
    next_page_uri: str | None
    """The `next_page_uri` of a list page."""
    headers: tuple[Header, ...]
    """The response headers, without those of the body."""
    media_type: bytes | None
    length: int
    """The number of bytes in the body. The bytes themselves are not kept."""
    recordings: tuple[int, ...]
    """The indices of the first recordings that the response shows."""
    found_status: Status | None
    """The status of the recording, if the request failed because of it."""
    extra_bytes: int = 0
    """The approximate size beyond that of a usual summary: a reason may name thousands of recordings."""


class AppliedRule(Protocol):
    """A fault rule that was applied to a request."""

    @property
    def rule_number(self) -> int:
        """The rule's number."""

    @property
    def then(self) -> "Then":
        """Its effect."""

    @property
    def reason(self) -> str:
        """A sentence that names it."""


class Entry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A request and its response. Instants are microseconds since the epoch, on the account's clock."""

    number: int
    at: int
    """When the response was sent."""
    tick: float
    """When the request was received, in monotonic seconds with an arbitrary origin."""
    method: str
    path: str
    query: bytes
    packed_headers: bytes
    """The received headers, secrets included; see `pack_headers`."""
    body: bytes
    operation: Operation | None
    """None if the request reached no operation."""
    seconds: float
    """The duration of the request in real time."""
    strike: AppliedRule | None
    """The fault rule that was applied."""
    wire: Wire
    next_event: int
    """The serial number of the account's next event when the response was sent: earlier ones came before it."""
    next_command: int = 0
    """The number of the account's next command when the response was sent: earlier ones came before it."""
    response: LoggedResponse

    @property
    def rule(self) -> int | None:
        """The number of the fault rule that was applied."""
        return None if self.strike is None else self.strike.rule_number

    @property
    def headers(self) -> list[Header]:
        """The received headers, secrets included. Redact them before you show them."""
        parts = self.packed_headers.split(_HEADER_SEPARATOR)
        return list(zip(parts[::2], parts[1::2], strict=False))

    @property
    def form(self) -> bytes:
        """The form in the body, URL-encoded, secrets included; empty if the body is no form."""
        from mockserver.rest.form_body import read_form  # needed by those who read the journal

        return read_form(self.body, self.headers).encoded

    @property
    def target(self) -> str:
        """Path and query, with secrets hidden."""
        if not self.query:
            return self.path
        from mockserver.journal.redaction import redact_urlencoded

        return f"{self.path}?{redact_urlencoded(self.query)}"

    @property
    def summary(self) -> str:
        """Request and response in one line, with secrets hidden."""
        return f"{self.number}: {self.method} {self.target} -> {self.response.status}"

    def response_headers(self, name: bytes) -> list[str]:
        """Return the values of a response header.

        Args:
            name: the name in lower case.
        """
        return [value.decode("latin-1") for header_name, value in self.response.headers if header_name == name]


_HEADER_SEPARATOR = b"\n"
"""Separates names and values of headers, which cannot contain it."""


def pack_headers(headers: Iterable[Header]) -> bytes:
    """Return headers as one bytes object: the garbage collector would visit thousands of pairs again and again."""
    return _HEADER_SEPARATOR.join(chain.from_iterable(headers))


class Journal(BudgetedLog):
    """The latest requests of an account. It drops the oldest ones when it is full, and counts them.

    Args:
        dropped: the number of earlier requests that were dropped.
        budget: the memory that it shares with other logs; one of its own if left out.
    """

    def __init__(self, dropped: int = 0, budget: LogBudget | None = None) -> None:
        super().__init__(LogBudget() if budget is None else budget)
        self.dropped = dropped
        self.total = dropped
        """The number of all requests so far, which is the number of the next one."""
        self.clear_count = 0
        """How often the journal was emptied. The numbers of its entries then begin again."""
        self.generation = self.budget.serial
        """Another number after the numbers of entries began again, even if the account was dropped and came back."""
        self._entries: deque[Entry] = deque()
        self.newest = NewestRequests()
        """What is kept of the newest requests only."""
        self._bodies = self.newest.bodies
        self._listeners: list[Callable[[Entry], object]] = []

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[Entry]:
        """Yield the entries, oldest first."""
        return iter(self._entries)

    @property
    def has_listeners(self) -> bool:
        """True if a listener waits for requests."""
        return bool(self._listeners)

    def add(self, entry: Entry, body: bytes = b"") -> None:
        """Add an entry.

        Args:
            body: the first bytes of the answer's body.
        """
        entries = self._entries
        entries.append(entry)
        self._bodies.append(body)
        self.total += 1
        surplus = int(len(entries) > MAX_ENTRIES)
        if surplus:
            self.drop_oldest()
        own_bytes = len(entry.path) + len(entry.query) + len(entry.body) + len(entry.packed_headers) + len(body)
        self._count_entry(_ENTRY_OVERHEAD_BYTES + own_bytes + entry.response.extra_bytes, surplus)
        if self._listeners:
            for listener in tuple(self._listeners):
                listener(entry)

    def get_entry(self, number: int) -> Entry | None:
        """Return an entry by number, or None if it was dropped or does not exist yet."""
        return self._entries[number - self.dropped] if self.dropped <= number < self.total else None

    def iter_since(self, number: int) -> Iterator[Entry]:
        """Yield the entries from a number on. It takes as long as they are many, or those before them."""
        first, count = max(0, number - self.dropped), self.total - max(number, self.dropped)
        if count >= first:
            return islice(self._entries, first, None)
        return reversed([*islice(reversed(self._entries), max(0, count))])

    def count_dropped(self, since: int = 0) -> int:
        """Return the number of dropped entries from a number on. If it is not 0, a search may miss entries."""
        return max(0, self.dropped - since)

    def clear(self) -> None:
        """Remove all entries, and restart the numbers at 0."""
        self.dropped = self.total = 0
        self.clear_count += 1
        self.generation = self.budget.serial
        self._entries.clear()
        self.newest.clear()
        self._count_all_as_dropped()

    def on_arrival(self, listener: Callable[[Entry], object]) -> Callable[[], None]:
        """Call a function with each new entry. Return a function that removes this listener."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def drop_oldest(self) -> None:
        """Drop the oldest entry; its number stays counted."""
        self._entries.popleft()
        self.dropped += 1
        if len(self._bodies) > len(self._entries):
            self._bodies.popleft()
