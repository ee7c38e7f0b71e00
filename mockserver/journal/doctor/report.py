"""What a rule of the doctor looks at, and what comes of it."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

import msgspec

from mockserver.journal.journal import Entry


class Severity(StrEnum):
    """How bad it is."""

    WARNING = "warning"
    """It may be meant so, but costs time or data where it is not."""
    ERROR = "error"
    """The real API would refuse it, or answer something else than is expected."""


class Evidence(msgspec.Struct, frozen=True):
    """What there is to look at."""

    entries: tuple[Entry, ...]
    """The requests, the oldest first."""
    dropped: int
    """How many were before them, of which nothing is known."""


class Sighting(NamedTuple):
    """Something that a client did."""

    requests: tuple[int, ...]
    """The numbers of the requests in which it did so."""
    what: str


class Rule(NamedTuple):
    """A habit, how it shows, and what to do instead."""

    name: str
    severity: Severity
    find_sightings: Callable[[Evidence], Iterator[Sighting]]
    advice: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A habit that a client has."""

    rule: str
    severity: Severity
    count: int
    """How often it was seen."""
    seen: tuple[str, ...]
    """What was seen, secrets hidden: the first three."""
    requests: tuple[int, ...]
    """The numbers of the requests, the first 20 of them."""
    advice: str
    """What to do instead."""

    def __str__(self) -> str:
        more = f"\n  and {self.count - len(self.seen)} more" if self.count > len(self.seen) else ""
        seen = "\n".join(f"  {each}" for each in self.seen)
        return f"{self.severity}: {self.rule}\n{seen}{more}\n  -> {self.advice}"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was found in a journal."""

    is_clean: bool
    """Whether nothing was found."""
    findings: tuple[Finding, ...]
    """The worst first."""
    requests: int
    """How many requests were looked at."""
    dropped: int
    """How many were before them: the journal no longer has those, so nothing was found in them."""

    def __str__(self) -> str:
        looked = f"{self.requests} requests were looked at."
        if self.dropped:
            looked = f"{self.requests} requests were looked at; {self.dropped} older ones are no longer in the journal."
        return "\n".join([*map(str, self.findings), looked if self.findings else f"Nothing was found: {looked}"])
