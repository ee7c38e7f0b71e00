"""Time that passes by itself, without a command: cached responses expire by the clock alone."""

from collections.abc import Iterator
from functools import partial

import pytest

from generators.corpus.timetable import RETENTION
from generators.instants import SECOND
from generators.model import Status
from mockserver.account import clock_factory
from mockserver.account.time.clock import Clock
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.settings import Settings
from tests.accounts import make_scenario
from tests.harness import Api, make_settings

DAY = 86_400


class MachineTime:
    """The machine's monotonic time in microseconds, which the test sets."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now


@pytest.fixture
def machine_time(monkeypatch: pytest.MonkeyPatch) -> MachineTime:
    time = MachineTime()
    monkeypatch.setattr(clock_factory, "ticks", time)
    monkeypatch.setattr(clock_factory, "Clock", partial(Clock, tick_source=time))
    return time


def make_running_settings(**changes: object) -> Settings:
    return make_settings(clock=ClockRate(1.0), **changes)


@pytest.fixture
def running_api(machine_time: MachineTime) -> Iterator[Api]:
    with Api(make_running_settings(count=200, mix="deleted=0.3")) as api:
        yield api


def list_deleted_sids(api: Api) -> list[str]:
    page = api.get_page("IncludeSoftDeleted=true&PageSize=1000")
    return [recording["sid"] for recording in page["recordings"] if recording["status"] == "deleted"]


def test_cached_page_drops_generated_deleted_recordings_when_they_are_purged(
    running_api: Api, machine_time: MachineTime
) -> None:
    corpus = running_api.get_account().corpus
    purge_instants = {
        corpus.get_sid(index): corpus.timetable.get_deletion_instant(index) + RETENTION - corpus.spec.t0 * SECOND
        for index in reversed(range(corpus.count))
        if corpus.layout.get_status(index) is Status.DELETED
    }
    for instant in sorted({0, *purge_instants.values()}):
        for machine_time.now in (max(0, instant - 1), instant):
            expected = [sid for sid, purge_instant in purge_instants.items() if machine_time.now < purge_instant]
            assert expected == list_deleted_sids(running_api)
    assert list_deleted_sids(running_api) == []


def test_cached_responses_expire_when_a_recording_that_a_client_deleted_is_purged(machine_time: MachineTime) -> None:
    with Api(make_running_settings(count=3, mix="deleted=0")) as api:
        machine_time.now = DAY * SECOND  # generated deletions of this corpus would be purged a day earlier
        (sid, *_) = api.list_sids()
        assert api.request("DELETE", api.get_recording_path(sid)).status_code == 204
        fetch = f"{api.get_recording_path(sid)}?IncludeSoftDeleted=true"
        machine_time.now += RETENTION - 1
        assert (api.get(fetch).status_code, list_deleted_sids(api)) == (200, [sid])
        machine_time.now += 1
        assert (api.get(fetch).status_code, list_deleted_sids(api)) == (404, [])


def test_cached_fetch_shows_a_step_that_time_alone_makes_due(machine_time: MachineTime) -> None:
    with Api(make_running_settings(count=3)) as api:
        recording = api.post(f"Calls/CA{'1' * 32}/Recordings.json").json()
        api.post(f"Calls/CA{'1' * 32}/Recordings/Twilio.CURRENT.json", Status="stopped")

        def fetch_status() -> str:
            status: str = api.get(api.get_recording_path(recording["sid"])).json()["status"]
            return status

        assert [fetch_status(), fetch_status()] == ["processing", "processing"]
        machine_time.now = 1_999_999
        assert fetch_status() == "processing"
        machine_time.now = 2_000_000
        assert fetch_status() == "completed"


def test_steps_have_their_own_instants_when_they_are_noticed_late(machine_time: MachineTime) -> None:
    timeline = [{"after": {"time": f"{seconds}s"}, "set": {"price_unit": "EUR"}} for seconds in (5, 10)]
    scenario = make_scenario(recordings=[{"id": "it", "status": "completed", "timeline": timeline}])
    with Api(make_running_settings(count=0), scenario) as api:
        machine_time.now = 60 * SECOND
        api.get_page()
        events = api.run_command("GET", "/events")
        assert [event["at"][-3:] for event in events] == ["00Z", "05Z", "15Z"]
        machine_time.now += SECOND
        assert api.run_command("GET", "")["clock"]["now"] == "2026-01-01T00:01:01Z"
