"""Whether a client did what a scenario expects of it, told from the request journal."""

from collections.abc import Callable, Iterable

import msgspec

from mockserver.journal import Entry, Journal
from mockserver.rest.query import Query
from scenarios.rules import Expectation


class Verdict(msgspec.Struct, frozen=True):
    """An expectation, and whether it holds."""

    expectation: Expectation
    is_met: bool
    why: str
    """What was found, in a sentence."""


def verdicts(
    expectations: Iterable[Expectation], journal: Journal, resolve: Callable[[str], str]
) -> tuple[Verdict, ...]:
    """Judge expectations.

    Args:
        resolve: the SID behind a handle, or the text itself.
    """
    return tuple(_judged(each, journal, resolve) for each in expectations)


def _judged(expectation: Expectation, journal: Journal, resolve: Callable[[str], str]) -> Verdict:
    sid = None if expectation.sid is None else resolve(expectation.sid).lower()
    found = [entry for entry in journal if _is_meant(entry, expectation, sid)]
    wrong = _wrong(expectation, len(found))
    if wrong is None and expectation.followed_next_page is not None:
        followed = follows_pages(found)
        if followed is not expectation.followed_next_page:
            wrong = "a next_page_uri was followed" if followed else "no next_page_uri was followed"
    why = wrong or f"found {len(found)}"
    if journal.dropped:
        why += f"; {journal.dropped} older requests are no longer in the journal, so it may not be so"
    return Verdict(expectation, wrong is None, why)


def _is_meant(entry: Entry, expectation: Expectation, sid: str | None) -> bool:
    return (
        entry.operation is expectation.op
        and expectation.status in (None, entry.status)
        and (sid is None or sid in entry.path.lower())
    )


def _wrong(expectation: Expectation, found: int) -> str | None:
    least = expectation.min
    if least is None:
        least = 0 if expectation.max is not None else 1
    if found < least:
        return f"expected {expectation.op.value} at least {least} times, found {found}"
    if expectation.max is not None and found > expectation.max:
        return f"expected {expectation.op.value} at most {expectation.max} times, found {found}"
    return None


def follows_pages(entries: Iterable[Entry]) -> bool:
    """Tell whether any of some requests asked for a page that an earlier one's answer offered."""
    offered: set[str] = set()
    for entry in entries:
        token = Query(entry.query).text("PageToken")
        if token is not None and token in offered:
            return True
        if entry.next_page_uri is not None:
            offered.add(entry.next_page_uri.rpartition("PageToken=")[2])
    return False
