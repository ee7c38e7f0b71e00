from typing import Any

import pytest

from mockserver.journal.expectations import check_expectations
from mockserver.journal.journal import Journal
from mockserver.journal.matching import RequestPattern, find_mismatches, matches
from mockserver.journal.verification import ExpectedCount, find_near_misses, verify
from scenarios.expectations import Expectation
from scenarios.operations import Operation
from tests.journal_entries import ACCOUNT_PATH, ACCOUNT_SID, LIST_PATH, SECRET, make_entry, make_journal

RECORDING_SID = "RE" + "a" * 32
FETCH_ENTRY = {"path": f"{ACCOUNT_PATH}/Recordings/{RECORDING_SID}.json", "operation": Operation.FETCH_RECORDING}
CREATE_ENTRY = {
    "method": "POST",
    "path": f"{ACCOUNT_PATH}/Calls/CA1/Recordings.json",
    "operation": Operation.CREATE_CALL_RECORDING,
    "body": b"RecordingStatusCallbackEvent=in-progress&RecordingStatusCallbackEvent=completed&Trim=",
}


@pytest.mark.parametrize(
    ("pattern", "entry_fields", "differences"),
    [
        ({}, {}, []),
        ({"op": Operation.LIST_RECORDINGS}, {}, []),
        ({"op": Operation.FETCH_RECORDING}, {}, ["op: expected fetch_recording, found list_recordings"]),
        ({"op": Operation.LIST_CALLS}, {"operation": None}, ["op: expected list_calls, found none"]),
        ({"method": "get"}, {}, []),
        ({"method": "POST"}, {}, ["method: expected POST, found GET"]),
        ({"path": "*/Recordings.json"}, {}, []),
        ({"path": "*.mp3"}, {}, [f"path: expected *.mp3, found {LIST_PATH}"]),
        ({"sid": RECORDING_SID.upper()}, FETCH_ENTRY, []),
        ({"sid": "RE1"}, {}, [f"sid: expected RE1, found {LIST_PATH}"]),
        ({"status": 200}, {}, []),
        ({"status": 404}, {}, ["status: expected 404, found 200"]),
        ({"body": "*completed*"}, CREATE_ENTRY, []),
        ({"body": "none"}, CREATE_ENTRY, ["body: expected none, found another one"]),
        ({"header": {"User-Agent": "twilio-*"}}, {"headers": [(b"user-agent", b"twilio-ruby")]}, []),
        ({"header": {"User-Agent": "x"}}, {}, ["header User-Agent: expected x, found none"]),
        ({"header": {"Authorization": None}}, {"headers": ()}, []),
        (
            {"header": {"Authorization": f"Bearer {SECRET}"}},
            {},
            [f"header Authorization: expected Bearer ***, found Basic {ACCOUNT_SID}:***"],
        ),
        ({"query": {"PageSize": "50"}}, {"query": b"PageSize=50&Page=0"}, []),
        ({"query": {"PageSize": "50"}}, {"query": b"PageSize=20"}, ["PageSize: expected 50, found 20"]),
        ({"query": {"PageSize": "50"}}, {}, ["PageSize: expected 50, found none"]),
        ({"query": {"PageToken": None}}, {}, []),
        ({"query": {"PageToken": None}}, {"query": b"PageToken=PA1"}, ["PageToken: expected none, found PA1"]),
        ({"query": {"Token": "a"}}, {"query": f"Token={SECRET}".encode()}, ["Token: expected ***, found ***"]),
        ({"form": {"RecordingStatusCallbackEvent": "completed", "Trim": ""}}, CREATE_ENTRY, []),
        ({"form": {"Trim": "x"}}, CREATE_ENTRY, ["form Trim: expected x, found ''"]),
    ],
)
def test_mismatches_name_differing_fields(
    pattern: dict[str, Any], entry_fields: dict[str, Any], differences: list[str]
) -> None:
    found = [mismatch.text for mismatch in find_mismatches(RequestPattern(**pattern), make_entry(**entry_fields))]
    assert differences == found
    assert matches(RequestPattern(**pattern), make_entry(**entry_fields)) == (not differences)


def test_pattern_text_contains_no_secrets() -> None:
    pattern = RequestPattern(
        op=Operation.LIST_RECORDINGS,
        status=200,
        header={"Authorization": f"Bearer {SECRET}"},
        query={"PageSize": "50", "PageToken": None},
    )
    text = "list_recordings with status 200, header Authorization Bearer ***, PageSize 50, PageToken absent"
    assert text == str(pattern)
    assert str(RequestPattern()) == "a request"
    assert RequestPattern(sid="late").with_resolved_sid({"late": RECORDING_SID}.__getitem__).sid == RECORDING_SID


@pytest.mark.parametrize(
    ("limits", "words"),
    [
        ({}, "at least 1 time"),
        ({"least": 2}, "at least 2 times"),
        ({"most": 2}, "at most 2 times"),
        ({"least": 1, "most": 2}, "1 to 2 times"),
        ({"exactly": 0}, "exactly 0 times"),
    ],
)
def test_expected_count_is_described_in_words(limits: dict[str, int], words: str) -> None:
    assert words == str(ExpectedCount.from_arguments(**limits))


@pytest.mark.parametrize("limits", [{"least": 2, "most": 1}, {"least": 1, "exactly": 1}, {"most": 1, "exactly": 1}])
def test_contradictory_counts_raise_value_error(limits: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="expected"):
        ExpectedCount.from_arguments(**limits)


@pytest.mark.parametrize(
    ("limits", "dropped", "is_met", "is_certain"),
    [
        ({"exactly": 2}, 0, True, True),
        ({"exactly": 1}, 0, False, True),
        ({"least": 2}, 5, True, True),
        ({"least": 3}, 0, False, True),
        ({"least": 3}, 5, False, False),
        ({"most": 2}, 0, True, True),
        ({"most": 2}, 5, False, False),
        ({"most": 1}, 5, False, True),
    ],
)
def test_verification_is_not_met_when_dropped_requests_could_change_it(
    limits: dict[str, int], dropped: int, is_met: bool, is_certain: bool
) -> None:
    found = verify(make_journal({}, {}, dropped=dropped), RequestPattern(), ExpectedCount.from_arguments(**limits))
    assert (found.is_met, found.is_certain, found.count, found.dropped) == (is_met, is_certain, 2, dropped)
    assert ("no longer in the journal" in found.why) == (not is_certain)


def test_requests_dropped_before_since_are_ignored() -> None:
    found = verify(make_journal({}, {}, dropped=5), RequestPattern(), ExpectedCount.from_arguments(exactly=1), since=6)
    assert (found.is_met, found.requests, found.dropped) == (True, (6,), 0)


def test_near_misses_are_the_three_closest_newest_first() -> None:
    pattern = RequestPattern(op=Operation.LIST_RECORDINGS, query={"PageSize": "50"}, status=200)
    journal = make_journal(
        {"query": b"PageSize=20"},
        FETCH_ENTRY,
        {"query": b"PageSize=20", "status": 429},
        {"query": b"PageSize=50", "status": 429},
        {"query": b"PageSize=50"},
    )
    found = verify(journal, pattern, ExpectedCount.from_arguments(least=2))
    assert [(near_miss.number, near_miss.differences) for near_miss in found.near_misses] == [
        (3, ("status: expected 200, found 429",)),
        (0, ("PageSize: expected 50, found 20",)),
        (2, ("status: expected 200, found 429", "PageSize: expected 50, found 20")),
    ]
    assert str(found).splitlines()[:3] == [
        "Expected list_recordings with status 200, PageSize 50 at least 2 times, found 1.",
        f"  near miss 3: GET {LIST_PATH}?PageSize=50 -> 429",
        "    status: expected 200, found 429",
    ]
    assert find_near_misses(make_journal(), pattern) == ()
    assert verify(journal, pattern, ExpectedCount.from_arguments(most=0)).near_misses == ()


def check_expectation(journal: Journal, **expected: Any) -> tuple[bool, str]:
    expectation = Expectation(op=Operation.LIST_RECORDINGS, **expected)
    (result,) = check_expectations([expectation], journal, lambda handle: handle)
    return result.is_met, result.reason


PAGED_ENTRIES = ({"next_page_uri": f"{LIST_PATH}?Page=1&PageToken=PA1"}, {"query": b"Page=1&PageToken=PA1"})
UNPAGED_ENTRIES: tuple[dict[str, Any], ...] = ({"query": b"PageToken=PA2"}, {})


@pytest.mark.parametrize(
    ("entries", "followed_next_page", "dropped", "is_met", "reason"),
    [
        (PAGED_ENTRIES, True, 0, True, "found 2"),
        (PAGED_ENTRIES, True, 3, True, "found 2"),
        (PAGED_ENTRIES, False, 3, False, "A next_page_uri was followed."),
        (UNPAGED_ENTRIES, True, 0, False, "No next_page_uri was followed."),
        (UNPAGED_ENTRIES, True, 3, False, "so the result is uncertain"),
        (UNPAGED_ENTRIES, False, 0, True, "found 2"),
        (UNPAGED_ENTRIES, False, 3, False, "so the result is uncertain"),
        (UNPAGED_ENTRIES, None, 3, True, "found 2"),
    ],
)
def test_followed_next_page_expectation_checks_page_tokens(
    entries: tuple[dict[str, Any], ...], followed_next_page: bool | None, dropped: int, is_met: bool, reason: str
) -> None:
    found = check_expectation(make_journal(*entries, dropped=dropped), followed_next_page=followed_next_page)
    assert found[0] is is_met
    assert reason in found[1]


def test_expectation_reason_has_near_misses_and_dropped_count() -> None:
    is_met, reason = check_expectation(make_journal({"status": 500}), status=200)
    assert not is_met
    assert "status: expected 200, found 500" in reason
    is_met, reason = check_expectation(make_journal({}, dropped=1), max=1)
    assert not is_met
    assert "1 older requests are no longer in the journal" in reason
