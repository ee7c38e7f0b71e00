"""Checks of a scenario's expectations against the request journal."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import msgspec

from mockserver.journal.journal import Entry, Journal
from mockserver.journal.matching import RequestPattern
from mockserver.journal.verification import ExpectedCount, describe_dropped, find_matching_entries, verify
from mockserver.rest.parameters import Parameters
from scenarios.expectations import Expectation

if TYPE_CHECKING:
    from mockserver.journal.milestones import Milestones


class ExpectationResult(msgspec.Struct, frozen=True):
    """An expectation, and whether it is met."""

    expectation: Expectation
    is_met: bool
    reason: str
    """A sentence that says what was found, followed by the near misses, one per line."""


def check_expectations(
    expectations: Iterable[Expectation],
    journal: Journal,
    resolve_handle: Callable[[str], str],
    milestones: "Milestones | None" = None,
) -> tuple[ExpectationResult, ...]:
    """Check expectations against the requests so far.

    Args:
        resolve_handle: returns the SID for a handle, and any other text unchanged.
        milestones: what happened between the requests; needed for expectations with an order.
    """
    return tuple(_check_expectation(expectation, journal, resolve_handle, milestones) for expectation in expectations)


def _check_expectation(
    expectation: Expectation,
    journal: Journal,
    resolve_handle: Callable[[str], str],
    milestones: "Milestones | None",
) -> ExpectationResult:
    pattern = RequestPattern(op=expectation.op, sid=expectation.sid, status=expectation.status).with_resolved_sid(
        resolve_handle
    )
    if expectation.has_order:
        from mockserver.journal.ordered_expectations import check_ordered_expectation  # few scenarios have them

        assert milestones is not None, "an account with such expectations has them"
        is_met, reason = check_ordered_expectation(expectation, journal, pattern, milestones)
        paging_mistake = _find_paging_mistake(expectation, journal, pattern) if is_met else None
        return ExpectationResult(expectation, is_met and paging_mistake is None, paging_mistake or reason)
    verified = verify(journal, pattern, ExpectedCount.from_arguments(expectation.min, expectation.max))
    mistake = str(verified) if not verified.is_met else _find_paging_mistake(expectation, journal, pattern)
    return ExpectationResult(expectation, mistake is None, mistake or verified.why)


def _find_paging_mistake(expectation: Expectation, journal: Journal, pattern: RequestPattern) -> str | None:
    if expectation.followed_next_page is None:
        return None
    followed = has_followed_next_page(find_matching_entries(journal, pattern))
    uncertainty = "" if followed or not journal.dropped else f" {describe_dropped(journal.dropped)}"
    if followed is expectation.followed_next_page and not uncertainty:
        return None
    return f"{'A' if followed else 'No'} next_page_uri was followed.{uncertainty}"


def has_followed_next_page(entries: Iterable[Entry]) -> bool:
    """Return True if a request followed the `next_page_uri` of an earlier response."""
    offered_tokens: set[str] = set()
    for entry in entries:
        token = Parameters(entry.query).get_text("PageToken")
        if token is not None and token in offered_tokens:
            return True
        if entry.response.next_page_uri is not None:
            offered_tokens.add(entry.response.next_page_uri.rpartition("PageToken=")[2])
    return False
