"""Milestones: what happened first in an account, by the number of the next request, for expectations with an order."""

from collections.abc import Callable, Iterable, Mapping

import msgspec

from generators.sids import fold_sid
from mockserver.journal.journal import Journal
from scenarios.expectations import Expectation
from scenarios.explain.expectations import find_moment_name


class Milestone(msgspec.Struct, frozen=True, gc=False):
    """The first time that something happened."""

    number: int
    """The number of the first request that was answered after it."""
    at: int
    """The instant, in microseconds on the account's clock."""
    clear_count: int = 0
    """How often the journal had been emptied."""


class Milestones:
    """What expectations wait for, as it happens.

    Requests are no commands, so neither these nor the journal are part of an account's history.

    Args:
        get_journal: returns the journal of the account.
        find_status: returns the present status of a recording by its SID, or None.
        expectations: those of the scenario. Nothing else is recorded.
        start: the start of the scenario, in microseconds on the account's clock.
    """

    def __init__(
        self,
        get_journal: Callable[[], Journal],
        find_status: Callable[[str], str | None],
        expectations: Iterable[Expectation],
        start: int,
    ) -> None:
        moments = [moment for each in expectations for moment in (each.after, each.before) if moment is not None]
        self._wanted = {find_moment_name(moment) for moment in moments if moment.at is None}
        self._get_journal = get_journal
        self.find_status = find_status
        self._found: dict[tuple[str, str], dict[str, Milestone]] = {}
        self.start = Milestone(0, start)

    def record(self, noun: str, name: str, sid: str, at: int) -> None:
        """Record that something happened to a recording. Only the first time counts."""
        if (noun, name) in self._wanted:
            journal = self._get_journal()
            milestone = Milestone(journal.total, at, journal.clear_count)
            self._found.setdefault((noun, name), {}).setdefault(fold_sid(sid), milestone)

    def record_status(self, before: str | None, after: str, sid: str, at: int) -> None:
        """Record a new status. The status before, if it is given, was that of the recording from the start."""
        is_known = any(fold_sid(sid) in found for (noun, _), found in self._found.items() if noun == "status")
        if before is not None and not is_known and ("status", before) in self._wanted:
            self._found.setdefault(("status", before), {})[fold_sid(sid)] = self.start
        self.record("status", after, sid, at)

    def get(self, noun: str, name: str) -> Mapping[str, Milestone]:
        """Return when this happened first, by the SID of the recording."""
        journal, found = self._get_journal(), self._found.get((noun, name), {})
        for sid, milestone in found.items():
            if milestone.clear_count != journal.clear_count:
                found[sid] = Milestone(0, milestone.at, journal.clear_count)
        return found
