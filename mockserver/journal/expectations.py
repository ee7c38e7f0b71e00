"""Whether a client did what a scenario expects of it, told from the request journal."""

from collections.abc import Callable, Iterable

import msgspec

from mockserver.journal.journal import Entry, Journal
from mockserver.journal.matching import RequestPattern
from mockserver.journal.verification import ExpectedCount, describe_dropped, find_matching, verify
from mockserver.rest.parameters import Parameters
from scenarios.rules import Expectation


class ExpectationResult(msgspec.Struct, frozen=True):
    """An expectation, and whether it holds."""

    expectation: Expectation
    is_met: bool
    reason: str
    """What was found, in a sentence; the near misses follow, a line each."""


def check_expectations(
    expectations: Iterable[Expectation], journal: Journal, resolve: Callable[[str], str]
) -> tuple[ExpectationResult, ...]:
    """Judge expectations.

    Args:
        resolve: the SID behind a handle, or the text itself.
    """
    return tuple(_check_expectation(each, journal, resolve) for each in expectations)


def _check_expectation(expectation: Expectation, journal: Journal, resolve: Callable[[str], str]) -> ExpectationResult:
    pattern = RequestPattern(op=expectation.op, sid=expectation.sid, status=expectation.status).with_resolved_sid(
        resolve
    )
    verified = verify(journal, pattern, ExpectedCount.from_arguments(expectation.min, expectation.max))
    wrong = str(verified) if not verified.is_met else _find_paging_mistake(expectation, journal, pattern)
    return ExpectationResult(expectation, wrong is None, wrong or verified.why)


def _find_paging_mistake(expectation: Expectation, journal: Journal, pattern: RequestPattern) -> str | None:
    if expectation.followed_next_page is None:
        return None
    followed = follows_pages(find_matching(journal, pattern))
    doubt = "" if followed or not journal.dropped else f" {describe_dropped(journal.dropped)}"
    if followed is expectation.followed_next_page and not doubt:
        return None
    return f"{'A' if followed else 'No'} next_page_uri was followed.{doubt}"


def follows_pages(entries: Iterable[Entry]) -> bool:
    """Tell whether any of some requests asked for a page that an earlier one's answer offered."""
    offered: set[str] = set()
    for entry in entries:
        token = Parameters(entry.query).text("PageToken")
        if token is not None and token in offered:
            return True
        if entry.response.next_page_uri is not None:
            offered.add(entry.response.next_page_uri.rpartition("PageToken=")[2])
    return False
