"""Checks of the order and the times of requests: which of them break an expectation, and by how much."""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property

import msgspec

from generators.instants import SECOND, to_microseconds
from mockserver.journal.journal import Entry, Journal
from mockserver.journal.milestones import Milestone, Milestones
from scenarios.durations import format_duration, parse_duration
from scenarios.expectations import Expectation, Moment, Rate
from scenarios.explain.expectations import describe_moment, find_moment_name
from scenarios.operations import Operation

_RECORDING_SID = re.compile("RE[0-9a-f]{32}", re.IGNORECASE)
_FAR = 1 << 62
"""The distance of a request from a moment that never came, in microseconds."""


class Breach(msgspec.Struct, frozen=True):
    """What breaks an expectation."""

    entry: Entry | None
    """The request; None if one is missing."""
    distance: int
    """How far it is from being right, in microseconds."""
    text: str
    """Such as `3s before the callback completed`."""

    def __str__(self) -> str:
        return f"  broken: {self.text}" if self.entry is None else f"  broken by {self.entry.summary}: {self.text}"


class OrderCheck:
    """The order and the times of the requests that match an expectation.

    Args:
        entries: the matching requests.
        sid: the SID of the expectation; None if it has none.
        milestones: what happened between the requests.
    """

    def __init__(
        self,
        expectation: Expectation,
        entries: Sequence[Entry],
        journal: Journal,
        sid: str | None,
        milestones: Milestones,
    ) -> None:
        self._expectation = expectation
        self._entries = entries
        self._journal = journal
        self._sid = None if sid is None else _find_recording_sid(sid)
        self._milestones = milestones

    def find_breaches(self) -> list[Breach]:
        """Return what breaks the expectation, oldest request first."""
        if self._expectation.never:
            return [self._build_forbidden(entry) for entry in self._entries if self._is_inside(entry)]
        found = [breach for entry in self._entries for breach in self._find_outside(entry)]
        if self._expectation.at_most is not None:
            found += _find_too_fast(self._entries, self._expectation.at_most)
        if self._expectation.within is not None:
            found += self._find_late(parse_duration(self._expectation.within))
        return sorted(found, key=lambda breach: _FAR if breach.entry is None else breach.entry.number)

    # -- moments ---------------------------------------------------------------------------------

    def _find_milestone(self, moment: Moment, sid: str | None) -> Milestone | None:
        """Return when a moment came for a recording, or for the first of any; None if it did not come."""
        if moment.at is not None:
            at = to_microseconds(moment.at)
            later = (entry.number for entry in self._journal if entry.at >= at)
            return Milestone(next(later, self._journal.total), at)
        found = self._get_milestones(moment)
        if sid is None or moment.signal is not None:  # a test sends signals, not a recording
            return min(found.values(), key=lambda milestone: milestone.number, default=None)
        if sid not in found and moment.status is not None and self._milestones.find_status(sid) == moment.status:
            return self._milestones.start
        return found.get(sid)

    def _get_milestones(self, moment: Moment) -> Mapping[str, Milestone]:
        noun, name = find_moment_name(moment)
        if moment.op is not None:
            return self._answered.get(moment.op, {})
        return self._milestones.get(noun, name)

    @cached_property
    def _answered(self) -> Mapping[Operation, Mapping[str, Milestone]]:
        """When each operation was answered with 2xx first, by the SID that the path names."""
        found: dict[Operation, dict[str, Milestone]] = {}
        for entry in self._journal:
            if entry.operation is not None and entry.response.status // 100 == 2:
                sid = _find_recording_sid(entry.path) or ""
                found.setdefault(entry.operation, {}).setdefault(sid, Milestone(entry.number + 1, entry.at))
        return found

    # -- requests --------------------------------------------------------------------------------

    def _get_sid(self, entry: Entry) -> str | None:
        return self._sid or _find_recording_sid(entry.path)

    def _find_outside(self, entry: Entry) -> Iterator[Breach]:
        after, before = self._expectation.after, self._expectation.before
        if after is not None:
            since = self._find_milestone(after, self._get_sid(entry))
            if since is None:
                yield Breach(entry, _FAR, f"{describe_moment(after)} did not come")
            elif entry.number < since.number:
                yield Breach(entry, since.at - entry.at, _describe_side(entry.at - since.at, "before", after))
        if before is not None:
            until = self._find_milestone(before, self._get_sid(entry))
            if until is not None and entry.number >= until.number:
                yield Breach(entry, entry.at - until.at, _describe_side(entry.at - until.at, "after", before))

    def _is_inside(self, entry: Entry) -> bool:
        within = self._expectation.within
        since = self._find_since(entry)
        return (
            since is not None
            and not list(self._find_outside(entry))
            and (within is None or entry.at <= since.at + parse_duration(within))
        )

    def _find_since(self, entry: Entry) -> Milestone | None:
        after = self._expectation.after
        return self._milestones.start if after is None else self._find_milestone(after, self._get_sid(entry))

    def _build_forbidden(self, entry: Entry) -> Breach:
        after, before = self._expectation.after, self._expectation.before
        since, texts = self._find_since(entry), []
        assert since is not None, "the request is inside"
        if after is not None:
            texts.append(_describe_side(entry.at - since.at, "after", after))
        if before is not None:
            until = self._find_milestone(before, self._get_sid(entry))
            side = f"before {describe_moment(before)}, which did not come"
            texts.append(side if until is None else _describe_side(until.at - entry.at, "before", before))
        if after is None and self._expectation.within is not None:
            texts.append(f"{format_duration(entry.at - since.at)} after the start")
        return Breach(entry, 0, " and ".join(texts) or "it came")

    def _find_late(self, within: int) -> Iterator[Breach]:
        """Yield a breach for each recording of which the first requests are late or missing."""
        after = self._expectation.after
        for sid, since in self._list_beginnings():
            mine = [entry for entry in self._entries if sid is None or self._get_sid(entry) == sid]
            needed = max(1, self._expectation.min or 1)
            inside = [entry for entry in mine if entry.number >= since.number][:needed]
            what = "the start" if after is None else describe_moment(after)
            whose = "" if sid is None else f" of {sid}"
            if len(inside) < needed:
                yield Breach(None, _FAR, f"expected {needed}, found {len(inside)} after {what}{whose}")
            elif inside[-1].at > since.at + within:
                passed = inside[-1].at - since.at
                text = f"{format_duration(passed)} after {what}{whose}, {format_duration(passed - within)} too late"
                yield Breach(inside[-1], passed - within, text)

    def _list_beginnings(self) -> list[tuple[str | None, Milestone]]:
        """Return from when on requests are expected: for each recording if the operation names one."""
        after = self._expectation.after
        if after is None:
            return [(self._sid, self._milestones.start)]
        if self._sid is None and after.at is None and _names_recording(self._expectation.op):
            return [(sid or None, since) for sid, since in self._get_milestones(after).items()]
        since = self._find_milestone(after, self._sid)
        return [] if since is None else [(self._sid, since)]


def _find_too_fast(entries: Sequence[Entry], rate: Rate) -> Iterator[Breach]:
    per = parse_duration(rate.per)
    for first, last in zip(entries, entries[rate.requests :], strict=False):
        # A client sleeps in real time while a test's clock stands still, and need not sleep if a test moves the clock.
        passed = max(last.at - first.at, round((last.tick - first.tick) * SECOND))
        if passed < per:
            span = format_duration(passed // 1000 * 1000)
            yield Breach(last, per - passed, f"{rate.requests + 1} requests in {span}, from request {first.number} on")


def _describe_side(distance: int, side: str, moment: Moment) -> str:
    return f"{format_duration(abs(distance)) if distance else 'just'} {side} {describe_moment(moment)}"


def _find_recording_sid(text: str) -> str | None:
    """Return the first SID of a recording in a text."""
    match = _RECORDING_SID.search(text)
    return None if match is None else f"RE{match[0][2:].lower()}"


def _names_recording(operation: Operation) -> bool:
    """Return True if the path of the operation names a recording."""
    is_list = operation.startswith("list_") and operation.endswith("_recordings")
    return "_recording" in operation and not is_list and operation is not Operation.CREATE_CALL_RECORDING
