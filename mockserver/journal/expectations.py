"""Whether a client did what a scenario expects of it, told from the request journal."""

from collections.abc import Callable, Iterable

import msgspec

from mockserver.journal.journal import Entry, Journal
from mockserver.journal.matching import Pattern
from mockserver.journal.verification import Times, dropped_words, found, verify
from mockserver.rest.parameters import Parameters
from scenarios.rules import Expectation


class Verdict(msgspec.Struct, frozen=True):
    """An expectation, and whether it holds."""

    expectation: Expectation
    is_met: bool
    why: str
    """What was found, in a sentence; the near misses follow, a line each."""


def verdicts(
    expectations: Iterable[Expectation], journal: Journal, resolve: Callable[[str], str]
) -> tuple[Verdict, ...]:
    """Judge expectations.

    Args:
        resolve: the SID behind a handle, or the text itself.
    """
    return tuple(_judged(each, journal, resolve) for each in expectations)


def _judged(expectation: Expectation, journal: Journal, resolve: Callable[[str], str]) -> Verdict:
    pattern = Pattern(op=expectation.op, sid=expectation.sid, status=expectation.status).resolved(resolve)
    verified = verify(journal, pattern, Times.of(expectation.min, expectation.max))
    wrong = str(verified) if not verified.is_met else _wrong_paging(expectation, journal, pattern)
    return Verdict(expectation, wrong is None, wrong or verified.why)


def _wrong_paging(expectation: Expectation, journal: Journal, pattern: Pattern) -> str | None:
    if expectation.followed_next_page is None:
        return None
    followed = follows_pages(found(journal, pattern))
    doubt = "" if followed or not journal.dropped else f" {dropped_words(journal.dropped)}"
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
        if entry.answer.next_page_uri is not None:
            offered.add(entry.answer.next_page_uri.rpartition("PageToken=")[2])
    return False
