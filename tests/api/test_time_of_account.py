"""The account's time: it is the program's, and filters that look after it are named."""

import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from mockserver.account.account import Account
from mockserver.account.setup_error import ScenarioSetupError
from mockserver.mock import Mock
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.machine_clock import wall_microseconds
from scenarios.loading.load import loads
from scenarios.model import Scenario
from tests.harness import Api, make_settings

REAL = make_settings(now=None, clock=ClockRate(1.0))
SECOND = 1_000_000
UNDATED = loads("recordings: [{id: a}, {id: b, date_created: 2020-01-01T00:00:00Z}]")


def start_an_hour_ago(mock: Mock) -> None:
    """Let the server be as old as if it had started an hour ago."""
    mock.account_factory._clocks._start_ticks -= 3600 * SECOND
    mock.account_factory._clocks.start -= 3600 * SECOND


def assert_real_time(account: Account) -> None:
    before, now = wall_microseconds(), account.clock.now()
    # The clock counts monotonic time, which is not the very same as the machine's.
    assert before - SECOND < now < wall_microseconds() + SECOND


@pytest.mark.parametrize("scenario", [None, UNDATED], ids=["corpus", "scenario"])
def test_time_of_account_is_real_time(scenario: Scenario | None) -> None:
    with Api(REAL, scenario) as api:
        assert_real_time(api.get_account())
        start_an_hour_ago(api.mock)
        assert_real_time(api.mock.account("AC" + "1" * 32))
        assert abs(api.get_account().corpus.spec.t0 - time.time()) < 60


def test_scenario_that_is_set_up_later_starts_now() -> None:
    with Api(REAL) as api:
        start_an_hour_ago(api.mock)
        api.run_command("PUT", "/scenario", {"name": "happy-path"})
        assert_real_time(api.get_account())
        api.mock.reset(api.mock.demo.sid)
        assert_real_time(api.get_account())


@pytest.mark.parametrize("imported", [False, True])
def test_recordings_of_scenario_are_created_at_the_start_of_each_account(imported: bool) -> None:
    recordings = tuple(msgspec.structs.replace(recording, imported=imported) for recording in UNDATED.recordings)
    mock = Mock(REAL, scenario=msgspec.structs.replace(UNDATED, recordings=recordings))
    first = mock.account("AC" + "1" * 32)
    start_an_hour_ago(mock)
    mock.account_factory._clocks.start += 3600 * SECOND  # now its clocks are an hour ahead
    second = mock.account("AC" + "2" * 32)
    indices = [account.recordings.find(account.resolve_handle("a")) for account in (first, second)]
    created = [
        account.recordings.recording_index.get(index).date_created or 0
        for account, index in zip((first, second), indices, strict=True)
    ]
    assert 3600 <= created[1] - created[0] < 3660


def test_date_that_contradicts_a_later_start_is_refused() -> None:
    soon = datetime.now(UTC) + timedelta(minutes=30)
    mock = Mock(REAL, scenario=loads(f"recordings: [{{id: a, date_updated: '{soon.isoformat()}'}}]"))
    start_an_hour_ago(mock)
    mock.account_factory._clocks.start += 3600 * SECOND
    with pytest.raises(ScenarioSetupError, match="recording a: date_updated: "):
        mock.account("AC" + "2" * 32)


@pytest.mark.parametrize(
    ("changes", "clock"),
    [
        ({"clock": ClockRate(0.0)}, ""),
        ({"clock": ClockRate(60.0)}, ""),
        ({"clock": ClockRate(1.0)}, "clock: {mode: frozen}"),
    ],
)
def test_scenario_without_real_time_starts_at_t0(changes: dict[str, ClockRate], clock: str) -> None:
    mock = Mock(make_settings(now=None, **changes), scenario=loads(f"recordings: [{{id: a}}]\n{clock}"))
    first, second = (mock.account("AC" + digit * 32) for digit in "12")
    assert first.corpus.spec.t0 == second.corpus.spec.t0 == mock.account_factory.t0


FUTURE = "2026-02-01T00:00:00Z"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("Recordings.json", "DateCreated>"),
        ("Recordings.json", "DateCreated"),
        ("Calls/CA11111111111111111111111111111111/Recordings.json", "DateCreated>"),
        ("Conferences/CF11111111111111111111111111111111/Recordings.json", "DateCreated>"),
        ("Calls.json", "StartTime>"),
        ("Calls.json", "EndTime"),
        ("Conferences.json", "DateCreated>"),
        ("Conferences.json", "DateUpdated>"),
    ],
)
def test_filter_after_the_time_of_the_account_is_a_warning(path: str, name: str, api: Api) -> None:
    target = f"{path}?{name.replace('>', '%3E')}="
    response = api.get_in_account(f"{target}{FUTURE}")
    assert response.headers["x-mock-warning"] == (
        f"{name}={FUTURE} is after the account's time, 2026-01-01T00:00:00Z: nothing can match. "
        "Set the time with --now, with now= of the fixture, or with recmock clock move-to."
    )
    assert "x-mock-warning" not in api.get_in_account(f"{target}2026-01-01T00:00:00Z").headers
    assert "x-mock-warning" not in api.get_in_account(f"{path}?{name.strip('>')}%3C={FUTURE}").headers


def test_warning_ends_when_the_time_has_come(api: Api) -> None:
    target = f"{api.list_path}?DateCreated%3E={FUTURE}"
    assert "x-mock-warning" in api.get(target).headers
    api.get_account().clock.move_to(int(datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC).timestamp()) * SECOND)
    assert "2026-01-31T23:59:59Z" in api.get(target).headers["x-mock-warning"]
    api.advance(1)
    assert "x-mock-warning" not in api.get(target).headers


def test_doctor_repeats_the_warning(api: Api) -> None:
    api.get(f"{api.list_path}?DateCreated%3E={FUTURE}")
    report = api.call_control_api("GET", "/doctor")
    assert [finding["rule"] for finding in report["findings"]] == ["ignored_parameters"]
    assert "is after the account's time, 2026-01-01T00:00:00Z" in report["findings"][0]["seen"][0]


def test_watermark_of_five_minutes_finds_what_happens_now() -> None:
    with Api(REAL) as api:
        api.post("Calls/CA11111111111111111111111111111111/Recordings.json")
        since = (datetime.now(UTC) - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
        (recording,) = (
            found for found in api.list_recordings(f"DateCreated%3E={since}") if found["call_sid"] == "CA" + "1" * 32
        )
        assert recording["date_created"] >= since
