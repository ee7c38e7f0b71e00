"""The expectations of a scenario."""

from typing import Any

import msgspec
import pytest

from mockserver.journal.expectations import check_expectations, has_followed_next_page
from mockserver.journal.journal import Journal
from scenarios.expectations import Expectation
from scenarios.operations import Operation
from tests.journal_entries import make_entry

RECORDING_SID = "RE" + "0123456789ABCDEF" * 2


def check_expectation(journal: Journal, **expected: Any) -> tuple[bool, str]:
    expectation = msgspec.convert(expected, Expectation)
    (result,) = check_expectations([expectation], journal, lambda handle: RECORDING_SID if handle == "it" else handle)
    assert result.expectation is expectation
    return result.is_met, result.reason


def make_fetch_journal(*statuses: int, dropped: int = 0) -> Journal:
    journal = Journal(dropped)
    for number, status in enumerate(statuses):
        journal.add(
            make_entry(
                number, status=status, operation=Operation.FETCH_RECORDING, path=f"/{RECORDING_SID.lower()}.json"
            )
        )
    return journal


@pytest.mark.parametrize(
    ("expected", "is_met", "reason"),
    [
        ({}, True, "fetch_recording at least 1 time, found 3."),
        ({"min": 3}, True, "fetch_recording at least 3 times, found 3."),
        ({"min": 4}, False, "fetch_recording at least 4 times, found 3."),
        ({"max": 3}, True, "fetch_recording at most 3 times, found 3."),
        ({"max": 2}, False, "fetch_recording at most 2 times, found 3."),
        ({"max": 0}, False, "fetch_recording exactly 0 times, found 3."),
        ({"min": 1, "max": 3}, True, "fetch_recording 1 to 3 times, found 3."),
        ({"status": 404}, True, "fetch_recording with status 404 at least 1 time, found 1."),
        ({"status": 500}, False, "fetch_recording with status 500 at least 1 time, found 0."),
        ({"status": 500, "max": 0}, True, "fetch_recording with status 500 exactly 0 times, found 0."),
        ({"sid": "it", "min": 3}, True, f"fetch_recording with sid {RECORDING_SID} at least 3 times, found 3."),
        (
            {"sid": RECORDING_SID, "min": 3},
            True,
            f"fetch_recording with sid {RECORDING_SID} at least 3 times, found 3.",
        ),
        ({"sid": f"RE{'9' * 32}"}, False, f"fetch_recording with sid RE{'9' * 32} at least 1 time, found 0."),
    ],
)
def test_expectation_counts_matching_requests(expected: dict[str, Any], is_met: bool, reason: str) -> None:
    found = check_expectation(make_fetch_journal(200, 404, 200), op="fetch_recording", **expected)
    assert (found[0], found[1].splitlines()[0]) == (is_met, f"Expected {reason}")
    assert check_expectation(Journal(), op="list_recordings", min=0)[0]


@pytest.mark.parametrize("expected", [{"min": 2}, {"max": 5}])
def test_expectation_is_not_met_when_requests_were_dropped(expected: dict[str, Any]) -> None:
    is_met, reason = check_expectation(make_fetch_journal(200, dropped=7), op="fetch_recording", **expected)
    assert not is_met
    assert reason.endswith("7 older requests are no longer in the journal, so the result is uncertain.")


def test_followed_next_page_is_detected_by_page_tokens() -> None:
    journal = Journal()
    uri = f"/Recordings.json?PageSize=2&Page=1&PageToken=PA{RECORDING_SID}"
    journal.add(make_entry(0, next_page_uri=uri))
    journal.add(make_entry(1, query=b"PageSize=2&Page=1", next_page_uri=None))
    expected = {"op": "list_recordings", "followed_next_page": True}
    assert check_expectation(journal, **expected) == (False, "No next_page_uri was followed.")
    assert check_expectation(journal, **expected | {"followed_next_page": False})[0]
    assert check_expectation(journal, **expected | {"min": 9})[1].startswith("Expected list_recordings at least 9"), (
        "that first"
    )
    journal.add(make_entry(2, query=f"PageToken=PA{RECORDING_SID}&PageSize=2".encode()))
    assert check_expectation(journal, **expected)[0]
    assert check_expectation(journal, **expected | {"followed_next_page": False}) == (
        False,
        "A next_page_uri was followed.",
    )
    assert not has_followed_next_page(reversed(list(journal)))
