"""The doctor's evidence, rules, findings and report."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

import msgspec

from mockserver.journal.journal import Entry


class Severity(StrEnum):
    """The severity of a finding."""

    WARNING = "warning"
    """It costs time or data, unless the client intends it."""
    ERROR = "error"
    """The real API would reject the request, or answer differently."""


class Evidence(msgspec.Struct, frozen=True):
    """The requests that the rules examine."""

    entries: tuple[Entry, ...]
    """The requests, oldest first."""
    dropped: int
    """The number of earlier requests that the journal has dropped."""
    unused_rules: tuple[str, ...] = ()
    """Sentences about the rules of the scenario that were never applied."""


class Sighting(NamedTuple):
    """One occurrence of a habit."""

    requests: tuple[int, ...]
    """The numbers of the requests in which the client did this."""
    what: str


class Rule(NamedTuple):
    """A habit: how to find it, and what to do instead."""

    name: str
    severity: Severity
    find_sightings: Callable[[Evidence], Iterator[Sighting]]
    advice: str
    max_shown: int = 3
    """The number of sightings that a report shows."""


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A habit that a client has."""

    rule: str
    severity: Severity
    count: int
    """The number of sightings."""
    seen: tuple[str, ...]
    """The first sightings, with secrets hidden: three, or ten of requests and rules that were of no use."""
    requests: tuple[int, ...]
    """The numbers of the first 20 requests."""
    advice: str
    """What to do instead."""

    def __str__(self) -> str:
        more = f"\n  and {self.count - len(self.seen)} more" if self.count > len(self.seen) else ""
        seen = "\n".join(f"  {sighting}" for sighting in self.seen)
        return f"{self.severity}: {self.rule}\n{seen}{more}\n  -> {self.advice}"


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The doctor's findings for a journal."""

    is_clean: bool
    """True if there are no findings."""
    findings: tuple[Finding, ...]
    """The most severe first."""
    requests: int
    """The number of examined requests."""
    dropped: int
    """The number of earlier requests that the journal has dropped. The doctor could not examine them."""

    def __str__(self) -> str:
        dropped = f", no longer in the journal: {self.dropped}" if self.dropped else ""
        looked = f"Requests examined: {self.requests}{dropped}."
        return "\n".join([*map(str, self.findings), looked if self.findings else f"No findings. {looked}"])
