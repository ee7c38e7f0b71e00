"""Expectations about order and time: which requests break them, and by how much."""

from typing import Any

import msgspec
import pytest

from mockserver.journal.expectations import ExpectationResult, check_expectations
from mockserver.journal.journal import Journal
from mockserver.journal.milestones import Milestones
from scenarios.expectations import Expectation
from scenarios.operations import Operation
from tests.harness import T0
from tests.journal_entries import ACCOUNT_PATH, make_entry

FIRST, SECOND = "RE" + "1" * 32, "RE" + "2" * 32
MEDIA = {"operation": Operation.FETCH_RECORDING_MEDIA}
CALLBACK = {"after": {"callback": "completed"}}


class Session:
    """A journal that fills as time passes, and what its expectations say."""

    def __init__(self, *expected: dict[str, Any], dropped: int = 0, statuses: dict[str, str] | None = None) -> None:
        self.expectations = [msgspec.convert({"op": "fetch_recording_media", **each}, Expectation) for each in expected]
        self.journal = Journal(dropped)
        self.statuses = statuses or {}
        self.now = 0.0
        self.milestones = Milestones(lambda: self.journal, self.statuses.get, self.expectations, T0 * 1_000_000)

    @property
    def _at(self) -> int:
        return T0 * 1_000_000 + round(self.now * 1_000_000)

    def fetch(self, sid: str = FIRST, **changes: Any) -> None:
        path = f"{ACCOUNT_PATH}/Recordings/{sid.lower()}.mp3"
        fields: dict[str, Any] = {**MEDIA, "path": path, "at": self._at, "tick": 0.0, **changes}
        self.journal.add(make_entry(self.journal.total, **fields))

    def happen(self, noun: str, name: str, sid: str = FIRST) -> None:
        self.milestones.record(noun, name, sid, self._at)

    def check(self) -> ExpectationResult:
        (result,) = check_expectations(self.expectations, self.journal, str, self.milestones)
        return result

    def list_broken(self) -> list[str]:
        """Return what broke the expectation, each without its request."""
        result = self.check()
        lines = result.reason.splitlines()[1:]
        assert result.is_met == (not lines), result.reason
        return [line.replace(f"{ACCOUNT_PATH}/Recordings", "").strip() for line in lines]


def describe_fetch(number: int, sid: str = FIRST, status: int = 200) -> str:
    return f"broken by {number}: GET /{sid.lower()}.mp3 -> {status}"


def test_requests_before_the_callback_break_after() -> None:
    session = Session(CALLBACK)
    session.fetch(status=404)
    session.now = 9.75
    session.fetch(status=404)
    session.now = 10
    session.happen("callback", "completed")
    session.fetch()
    assert session.list_broken() == [
        f"{describe_fetch(0, status=404)}: 10s before the callback completed",
        f"{describe_fetch(1, status=404)}: 250ms before the callback completed",
        "nearest miss: request 1, 250ms before the callback completed",
    ]
    reason = "Expected fetch_recording_media: only after the callback completed, found 3."
    assert session.check().reason.splitlines()[0] == reason


def test_client_that_waits_for_the_callback_is_met_at_the_same_instant() -> None:
    session = Session(CALLBACK)
    session.happen("callback", "completed")
    session.fetch()
    assert session.check() == ExpectationResult(
        session.expectations[0],
        True,
        "Expected fetch_recording_media at least 1 time, found 1. As expected: only after the callback completed.",
    )
    session = Session(CALLBACK)
    session.fetch()
    session.happen("callback", "completed")
    assert session.list_broken() == [f"{describe_fetch(0)}: just before the callback completed"]


def test_each_recording_has_its_own_moments() -> None:
    session = Session(CALLBACK)
    session.happen("callback", "completed", SECOND)
    session.fetch(SECOND)
    session.fetch(FIRST)
    assert session.list_broken() == [f"{describe_fetch(1)}: the callback completed did not come"]


def test_only_the_first_time_counts() -> None:
    session = Session(CALLBACK)
    session.happen("callback", "completed")
    session.happen("callback", "in-progress")  # no expectation waits for it
    session.fetch()
    session.happen("callback", "completed")
    assert session.list_broken() == []


@pytest.mark.parametrize(
    ("status", "is_met"), [("completed", True), ("processing", False), (None, False)], ids=["reached", "other", "none"]
)
def test_present_status_counts_from_the_start_if_it_never_changed(status: str | None, is_met: bool) -> None:
    statuses = {} if status is None else {FIRST: status}
    session = Session({"after": {"status": "completed"}}, statuses=statuses)
    session.fetch()
    assert session.check().is_met is is_met


def test_status_of_a_generated_recording_counts_until_it_changes() -> None:
    session = Session({"after": {"status": "completed"}, "before": {"status": "deleted"}})
    session.fetch()
    session.now = 2
    session.milestones.record_status("completed", "deleted", FIRST, session._at)
    session.milestones.record_status("absent", "deleted", FIRST, session._at)
    session.now = 5
    session.fetch(status=404)
    assert session.list_broken() == [f"{describe_fetch(1, status=404)}: 3s after the status deleted"]


def test_before_an_operation_counts_successful_requests_for_the_same_recording() -> None:
    session = Session({"before": {"op": "delete_recording"}})
    delete = {"operation": Operation.DELETE_RECORDING, "method": "DELETE"}
    session.fetch(**delete, status=500)
    session.fetch(SECOND, **delete, status=204)
    session.fetch()
    session.fetch(**delete, status=204)
    assert session.list_broken() == []
    session.fetch()
    assert session.list_broken() == [f"{describe_fetch(4)}: just after the operation delete_recording"]


def test_operation_without_a_recording_has_the_moment_of_any() -> None:
    session = Session({"op": "list_recordings", "after": {"op": "fetch_recording"}})
    session.fetch(operation=None, status=404)
    session.journal.add(make_entry(1))
    session.fetch(operation=Operation.FETCH_RECORDING)
    session.journal.add(make_entry(3))
    assert [line.partition(": ")[0] for line in session.check().reason.splitlines()[1:]] == ["  broken by 1"]


def test_signal_is_the_moment_of_all_recordings() -> None:
    session = Session({"after": {"signal": "go"}})
    session.happen("signal", "go", SECOND)
    session.fetch()
    assert session.list_broken() == []


def test_instants_of_the_clock_bound_requests() -> None:
    at = "2026-01-01T00:00:10Z"
    session = Session({"after": {"at": at}, "before": {"at": "2026-01-01T00:00:20Z"}})
    for session.now in (9, 10, 19, 20, 21):
        session.fetch()
    assert session.list_broken() == [
        f"{describe_fetch(0)}: 1s before {at}",
        f"{describe_fetch(3)}: just after 2026-01-01T00:00:20Z",
        f"{describe_fetch(4)}: 1s after 2026-01-01T00:00:20Z",
        "nearest miss: request 3, just after 2026-01-01T00:00:20Z",
    ]


@pytest.mark.parametrize(("delay", "is_met"), [(5.0, True), (7.5, False)])
def test_first_request_of_each_recording_comes_within_a_time(delay: float, is_met: bool) -> None:
    session = Session({**CALLBACK, "within": "5s"})
    session.happen("callback", "completed")
    session.happen("callback", "completed", SECOND)
    session.fetch()
    session.now = delay
    session.fetch(SECOND)
    session.now = 100
    session.fetch()
    late = f"{describe_fetch(1, SECOND)}: 7.5s after the callback completed of {SECOND}, 2.5s too late"
    late = late.replace("7.5s", "7s500ms").replace("2.5s", "2s500ms")
    assert session.list_broken() == ([] if is_met else [late])


def test_missing_request_within_a_time_is_named() -> None:
    session = Session({**CALLBACK, "within": "5s", "min": 2})
    session.happen("callback", "completed")
    session.fetch()
    assert session.list_broken() == [f"broken: expected 2, found 1 after the callback completed of {FIRST}"]
    session.fetch()
    assert session.list_broken() == []


@pytest.mark.parametrize(
    ("expected", "broken"),
    [
        ({"within": "5s"}, [f"{describe_fetch(0)}: 6s after the start, 1s too late"]),
        ({"within": "5s", "sid": FIRST}, [f"{describe_fetch(0)}: 6s after the start of {FIRST}, 1s too late"]),
        ({"within": "6s"}, []),
        ({"within": "1s", "after": {"at": "2026-01-01T00:00:05Z"}}, []),
        ({"within": "1s", "after": {"signal": "go"}, "min": 1}, [f"{describe_fetch(0)}: the signal go did not come"]),
    ],
)
def test_time_counts_from_the_start_or_the_moment(expected: dict[str, Any], broken: list[str]) -> None:
    session = Session(expected)
    session.now = 6
    session.fetch()
    assert session.list_broken() == broken


@pytest.mark.parametrize(
    ("steps", "broken"),
    [
        ([(0, 0.0), (1, 0.5), (2, 1.0)], []),
        ([(0, 0.0), (0, 1.0), (0, 2.0)], []),
        ([(0, 0.0), (0.4, 0.1), (0.9, 0.2)], [f"{describe_fetch(2)}: 3 requests in 900ms, from request 0 on"]),
        ([(0, 0.0), (0, 0.2), (0, 0.25)], [f"{describe_fetch(2)}: 3 requests in 250ms, from request 0 on"]),
    ],
    ids=["account", "real", "fast", "frozen"],
)
def test_rate_is_measured_in_the_longer_of_both_times(steps: list[tuple[float, float]], broken: list[str]) -> None:
    session = Session({"at_most": {"requests": 2, "per": "1s"}})
    assert session.check().is_met
    for session.now, tick in steps:
        session.fetch(tick=tick)
    assert session.list_broken() == broken


@pytest.mark.parametrize(
    ("expected", "broken"),
    [
        ({}, ["it came"] * 3),
        (CALLBACK, ["just after the callback completed", "9s after the callback completed"]),
        ({**CALLBACK, "within": "5s"}, ["just after the callback completed"]),
        ({"before": {"callback": "completed"}}, ["1s before the callback completed"]),
        ({"within": "5s"}, ["0s after the start", "1s after the start"]),
        ({"after": {"signal": "go"}}, []),
        ({"before": {"signal": "go"}}, ["before the signal go, which did not come"] * 3),
    ],
)
def test_never_forbids_requests_between_the_moments(expected: dict[str, Any], broken: list[str]) -> None:
    session = Session({**expected, "never": True})
    assert session.check().is_met
    session.fetch()
    session.now = 1
    session.happen("callback", "completed")
    session.fetch()
    session.now = 10
    session.fetch()
    found = [line.rpartition(": ")[2] for line in session.list_broken() if line.startswith("broken")]
    assert found == broken


def test_further_requests_are_named_in_one_line() -> None:
    session = Session({"never": True})
    for _ in range(30):
        session.fetch()
    assert session.list_broken()[20:] == [
        "broken by 20, 21, 22, 23, 24 and 5 more too",
        "nearest miss: request 0, it came",
    ]


@pytest.mark.parametrize("expected", [CALLBACK, {"never": True}, {"at_most": {"requests": 1, "per": "1s"}}])
def test_dropped_requests_make_the_result_uncertain(expected: dict[str, Any]) -> None:
    session = Session({**expected, "op": "fetch_recording"}, dropped=7)
    session.happen("callback", "completed")
    if "after" in expected:
        session.fetch(operation=Operation.FETCH_RECORDING)
    result = session.check()
    assert (result.is_met, "so the result is uncertain" in result.reason) == (False, True)


def test_too_few_requests_have_the_near_misses_of_their_pattern() -> None:
    session = Session({**CALLBACK, "status": 200})
    session.happen("callback", "completed")
    session.fetch(status=404)
    lines = session.check().reason.splitlines()
    assert lines[0] == "Expected fetch_recording_media with status 200 at least 1 time, found 0."
    assert lines[2] == "    status: expected 200, found 404"


def test_followed_page_is_checked_after_the_order() -> None:
    session = Session({"op": "list_recordings", "followed_next_page": True, "at_most": {"requests": 9, "per": "1s"}})
    assert session.check().reason == "No next_page_uri was followed."


def test_emptied_journal_keeps_what_happened() -> None:
    session = Session(CALLBACK)
    session.fetch()
    session.happen("callback", "completed")
    session.journal.clear()
    session.fetch()
    assert session.list_broken() == []
