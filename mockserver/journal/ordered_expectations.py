"""Checks of expectations that say when requests come, and the sentences about them."""

from collections.abc import Sequence

from generators.suggestion import shorten_list
from mockserver.journal.journal import Journal
from mockserver.journal.matching import RequestPattern
from mockserver.journal.milestones import Milestones
from mockserver.journal.order import Breach, OrderCheck
from mockserver.journal.verification import ExpectedCount, describe_dropped, find_matching_entries, verify
from scenarios.expectations import Expectation
from scenarios.explain.expectations import describe_order

_MAX_SHOWN = 20


def check_ordered_expectation(
    expectation: Expectation, journal: Journal, pattern: RequestPattern, milestones: Milestones
) -> tuple[bool, str]:
    """Return whether an expectation is met, and a sentence that says why, with the requests that broke it.

    Args:
        pattern: the pattern of the expectation, with the SID of its recording.
        milestones: what happened between the requests.
    """
    entries = find_matching_entries(journal, pattern)
    breaches = OrderCheck(expectation, entries, journal, pattern.sid, milestones).find_breaches()
    order = describe_order(expectation)
    if breaches or expectation.never:
        lines = [f"Expected {pattern}: {order}, found {len(entries)}.", *_describe_breaches(breaches)]
        is_met = not breaches
    else:
        least = 0 if expectation.at_most and expectation.min is None and expectation.max is None else expectation.min
        verified = verify(journal, pattern, ExpectedCount.from_arguments(least, expectation.max))
        lines, is_met = [f"{verified} As expected: {order}."] if verified.is_met else [str(verified)], verified.is_met
    if is_met and journal.dropped:
        return False, f"{lines[0]} {describe_dropped(journal.dropped)}"
    return is_met, "\n".join(lines)


def _describe_breaches(breaches: Sequence[Breach]) -> list[str]:
    lines = [str(breach) for breach in breaches[:_MAX_SHOWN]]
    numbers = [str(breach.entry.number) for breach in breaches[_MAX_SHOWN:] if breach.entry is not None]
    if numbers:
        lines.append(f"  broken by {shorten_list(numbers)} too")
    named = [breach for breach in breaches if breach.entry is not None]
    if len(named) > 1:
        nearest = min(named, key=lambda breach: breach.distance)
        assert nearest.entry is not None, "only those were chosen"
        lines.append(f"  nearest miss: request {nearest.entry.number}, {nearest.text}")
    return lines
