"""Time that passes by itself, on servers and event loops that start and stop, with concurrent requests."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
import requests

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server import faults as effects
from mockserver.settings.clock_rate import ClockRate
from mockserver.testing.sink import Sink
from scenarios.loading.load import from_objects
from scenarios.model import Scenario
from tests.harness import Api, make_settings
from tests.sockets import LONG_TIMEOUT, LOOPS, run_server

pytestmark = pytest.mark.usefixtures("clean_log")

FAST_SETTINGS = make_settings(clock=ClockRate(1000.0))


def make_late_scenario(sink: Sink, delay: str = "20s", **clock: Any) -> Scenario:
    """Return a scenario whose only recording is completed late, with a callback."""
    recording = {
        "id": "late",
        "status_callback": sink.url,
        "timeline": [{"status": "processing"}, {"after": {"time": delay}, "status": "completed"}],
    }
    return from_objects({"recordings": [recording], "clock": clock})


def wait_for_accounts(sink: Sink, count: int) -> set[str]:
    """Return the accounts in the first callbacks."""
    return {callback.parameters["AccountSid"] for callback in sink.wait_for(count, timeout=LONG_TIMEOUT)}


@pytest.mark.parametrize("loop", LOOPS)
def test_initial_scenario_runs_without_requests(loop: str, sink: Sink) -> None:
    with run_server(loop, FAST_SETTINGS, make_late_scenario(sink)) as running_server:
        assert {running_server.sid} == wait_for_accounts(sink, 1)
        assert running_server.account.journal.total == 0


@pytest.mark.parametrize("loop", LOOPS)
def test_timelines_of_several_accounts_run_concurrently(loop: str, sink: Sink) -> None:
    sids = [f"AC{number:032x}" for number in range(8)]
    with run_server(loop, FAST_SETTINGS, make_late_scenario(sink)) as running_server:
        for sid in sids:
            url = f"{running_server.server.base_url}/2010-04-01/Accounts/{sid}/Recordings.json"
            assert requests.get(url, auth=(sid, "x"), timeout=LONG_TIMEOUT).status_code == 200
        assert {running_server.sid, *sids} == wait_for_accounts(sink, 9)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("change", ["arm", "reset", "rollback", "by hand"])
def test_timeline_runs_without_requests_after_control_command(loop: str, sink: Sink, change: str) -> None:
    with run_server(loop, FAST_SETTINGS) as running_server:
        frozen = {"mode": "frozen"}
        match change:
            case "arm":
                running_server.mock.scenario = make_late_scenario(sink)
                running_server.post_control("reset")
            case "reset":
                running_server.mock.set_up_scenario(running_server.sid, make_late_scenario(sink, **frozen))
                running_server.mock.scenario = make_late_scenario(sink)
                running_server.post_control("reset")
            case "rollback":
                running_server.mock.set_up_scenario(running_server.sid, make_late_scenario(sink, "1h"))
                running_server.post_control("snapshots")
                running_server.mock.set_up_scenario(running_server.sid, None)
                running_server.post_control("rollback")
            case "by hand":
                timeline = [{"status": "processing"}, {"after": {"time": "20s"}, "status": "completed"}]
                running_server.post_control("recordings", {"timeline": timeline, "status_callback": sink.url})
        assert {running_server.sid} == wait_for_accounts(sink, 1)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("command", [{"mode": "scaled", "rate": 1e6}, {"advance": "2d"}])
def test_alarm_is_rescheduled_when_clock_is_changed(loop: str, sink: Sink, command: dict[str, Any]) -> None:
    """In real time the wait would take two days."""
    with run_server(loop, make_settings(clock=ClockRate(1.0)), make_late_scenario(sink, "48h")) as running_server:
        running_server.get_control("clock")
        running_server.post_control("clock", command)
        assert {running_server.sid} == wait_for_accounts(sink, 1)


def test_alarm_is_rescheduled_when_clock_advances_close_to_step(sink: Sink) -> None:
    with run_server("uvloop", make_settings(clock=ClockRate(10.0)), make_late_scenario(sink, "1h")) as running_server:
        running_server.post_control("clock", {"advance": "3599s"})
        assert {running_server.sid} == wait_for_accounts(sink, 1)


def test_frozen_clock_has_no_alarms(sink: Sink) -> None:
    with run_server("uvloop", FAST_SETTINGS, make_late_scenario(sink, "1h")) as running_server:
        running_server.post_control("clock", {"mode": "frozen"})
        assert running_server.get_control("clock")["mode"] == "frozen"
        account = running_server.account

    async def wake_account() -> None:
        running_server.mock.worker._wake(account)

    asyncio.run(wake_account())
    assert running_server.mock.worker._alarms == {}
    assert sink.received == []


def test_equal_alarm_is_kept_and_alarm_of_closed_loop_is_replaced(sink: Sink) -> None:
    mock = Mock(make_settings(clock=ClockRate(1.0)), scenario=make_late_scenario(sink, "1h"))
    account, worker = mock.account(mock.demo.sid), mock.worker

    async def schedule_twice() -> object:
        worker.schedule(account)
        first = worker._alarms[account]
        worker.schedule(account)
        assert first == worker._alarms[account]
        account.scheduler.set_rate(2.0)
        worker.schedule(account)
        assert worker._alarms[account].due == first.due
        assert worker._alarms[account].handle.when() < first.handle.when()
        assert first.handle.cancelled()
        account.scheduler.set_rate(1.0)
        return first.loop

    loops = [asyncio.run(schedule_twice()) for _ in range(2)]
    assert loops[0] is not loops[1]
    mock.reset(mock.demo.sid)  # this closes an account whose loop is closed
    assert worker._alarms == {}


def test_only_one_of_two_servers_schedules_account(sink: Sink) -> None:
    mock = Mock(FAST_SETTINGS, scenario=make_late_scenario(sink, "200s"))
    with run_server("asyncio", mock=mock) as first, run_server("uvloop", mock=mock) as second:
        assert [running_server.get("Recordings.json").status_code for running_server in (first, second)] == [200, 200]
        assert {mock.demo.sid} == wait_for_accounts(sink, 1)


def test_second_server_leaves_alarm_to_the_first(sink: Sink) -> None:
    mock = Mock(make_settings(clock=ClockRate(1.0)), scenario=make_late_scenario(sink, "48h"))
    with run_server("asyncio", mock=mock) as first, run_server("uvloop", mock=mock) as second:
        assert first.get("Recordings.json").status_code == 200
        alarm = mock.worker._alarms[mock.account(mock.demo.sid)]
        assert second.get("Recordings.json").status_code == 200
        assert mock.worker._alarms[mock.account(mock.demo.sid)] is alarm


@pytest.mark.parametrize("index", [0, 1])
def test_recording_added_through_either_server_is_completed_in_time(index: int, sink: Sink) -> None:
    mock = Mock(FAST_SETTINGS, scenario=make_late_scenario(sink, "48h"))
    with run_server("asyncio", mock=mock) as first, run_server("uvloop", mock=mock) as second:
        timeline = [{"status": "processing"}, {"after": {"time": "20s"}, "status": "completed"}]
        (first, second)[index].post_control("recordings", {"timeline": timeline, "status_callback": sink.url})
        assert {mock.demo.sid} == wait_for_accounts(sink, 1)


def test_stopping_one_server_keeps_alarms_of_the_other(sink: Sink) -> None:
    mock = Mock(FAST_SETTINGS, scenario=make_late_scenario(sink, "2000s"))
    with run_server("uvloop", mock=mock):
        with run_server("asyncio", mock=mock):
            pass
        assert {mock.demo.sid} == wait_for_accounts(sink, 1)


@pytest.mark.parametrize("loop", LOOPS)
def test_server_stops_cleanly_with_pending_alarms_and_deliveries(loop: str, sink: Sink) -> None:
    sink.delay(LONG_TIMEOUT)
    mock = Mock(FAST_SETTINGS, scenario=make_late_scenario(sink, "20s"))
    with run_server(loop, mock=mock) as running_server:
        running_server.mock.set_up_scenario("AC" + "3" * 32, make_late_scenario(sink, "1d"))
        requests.get(f"{running_server.server.base_url}/_mock/accounts/AC{'3' * 32}", timeout=LONG_TIMEOUT)
        sink.wait_for(1, timeout=LONG_TIMEOUT)
    assert (mock.worker._alarms, mock.worker._sending_tasks) == ({}, {})


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("interruption", ["stop", "reset"])
def test_advance_in_progress_does_not_block_stop_or_reset(loop: str, sink: Sink, interruption: str) -> None:
    sink.delay(LONG_TIMEOUT)
    mock = Mock(make_settings(callback_timeout=20), scenario=make_late_scenario(sink, "5s"))
    with ThreadPoolExecutor(1) as pool:
        with run_server(loop, mock=mock) as running_server:
            old_account = running_server.account
            future = pool.submit(
                requests.post, f"{running_server.control}/clock", json={"advance": "1m"}, timeout=LONG_TIMEOUT
            )
            sink.wait_for(1, timeout=LONG_TIMEOUT)
            if interruption == "reset":
                running_server.post_control("reset")
                assert future.result().json()["account"]["callbacks"] == {"pending": 1}
        if interruption == "stop":
            assert future.result().status_code == 503
    assert [callback.attempts for callback in old_account.callbacks] == [()]


# -- two event loops -----------------------------------------------------------------------------------------


async def send_list_request(mock: Mock) -> int:
    """Send a request without a socket."""
    path = f"/2010-04-01/Accounts/{mock.demo.sid}/Recordings.json"
    transport = httpx.ASGITransport(app=create_app(mock))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        return (await client.get(path, auth=(mock.demo.sid, "x"))).status_code


def test_next_event_loop_sends_unfinished_delivery(sink: Sink) -> None:
    """A loop that ends during a delivery returns it to the queue, and the next loop sends it."""
    mock = Mock(make_settings(), scenario=make_late_scenario(sink, "1s"))
    mock.open_store()
    account = mock.account(mock.demo.sid)
    account.advance(1)
    sink.delay(LONG_TIMEOUT)

    async def main(callback_count: int) -> int:
        status = await send_list_request(mock)
        await asyncio.to_thread(sink.wait_for, callback_count, LONG_TIMEOUT)
        return status

    assert [asyncio.run(main(callback_count)) for callback_count in (1, 2, 3)] == [200] * 3
    sink.delay(0)
    with run_server(mock=mock) as running_server:
        running_server.post_control("clock", {"advance": "0s"})
    (delivery,) = account.callbacks
    assert delivery.state == "delivered"
    assert [attempt.status for attempt in delivery.attempts] == [204]


def test_account_has_one_callback_when_used_in_process_and_by_server(sink: Sink) -> None:
    with (
        Api(make_settings(), scenario=make_late_scenario(sink, "5s")) as api,
        run_server(mock=api.mock) as running_server,
    ):
        assert api.get_page()["recordings"]
        api.advance(10)
        assert api.get_page()["recordings"]
        assert running_server.get("Recordings.json").status_code == 200
        with httpx.Client() as client:
            client.post(f"{running_server.control}/clock", json={"advance": "1s"})
        assert len(api.get_account().callbacks) == 1
        assert api.get_page()["recordings"]


def test_account_replaced_from_another_thread_sends_no_callbacks(sink: Sink) -> None:
    sink.delay(LONG_TIMEOUT)
    with run_server(settings=FAST_SETTINGS, scenario=make_late_scenario(sink, "20s")) as running_server:
        sink.wait_for(1, timeout=LONG_TIMEOUT)
        old_account = running_server.account
        running_server.mock.replace_scenario(None)
        running_server.post_control("clock", {"advance": "1h"})
        assert [(callback.state, callback.attempts) for callback in old_account.callbacks] == [("pending", ())]


# -- all at once ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("wire", ["twilio", "schema"])
def test_recording_is_completed_after_exact_number_of_concurrent_fetches(loop: str, wire: str) -> None:
    timeline = [{"status": "processing"}, {"after": {"fetches": 320}, "status": "completed"}]
    scenario = from_objects({"recordings": [{"id": "polled", "timeline": timeline}]})
    with run_server(loop, scenario=scenario) as running_server:
        path = f"{running_server.url}/Recordings/{running_server.account.resolve_handle('polled')}.json"

        def poll(_: int) -> list[str]:
            with requests.Session() as session:
                session.auth = running_server.auth
                session.headers["X-Mock-Wire"] = wire
                return [session.get(path, timeout=LONG_TIMEOUT).json()["status"] for _ in range(11)]

        with ThreadPoolExecutor(32) as pool:
            statuses = [status for poll_statuses in pool.map(poll, range(32)) for status in poll_statuses]
    assert (statuses.count("processing"), statuses.count("completed")) == (320, 32)


def test_fetch_count_is_exact_among_faults_lists_and_downloads() -> None:
    """Only responses that show the recording count."""
    timeline = [{"status": "processing"}, {"after": {"fetches": 100}, "status": "completed"}]
    scenario = from_objects(
        {
            "recordings": [{"id": "polled", "timeline": timeline}],
            "faults": [{"when": {"op": "fetch_recording"}, "then": {"status": 503}, "probability": 0.3}],
        }
    )
    with run_server(scenario=scenario) as running_server:
        sid = running_server.account.resolve_handle("polled")
        paths = [f"Recordings/{sid}.json", "Recordings.json?PageSize=1", f"Recordings/{sid}.wav"]

        def poll(number: int) -> str:
            answer = running_server.get(paths[number % 3])
            return str(answer.json().get("status")) if number % 3 == 0 else "other"

        with ThreadPoolExecutor(8) as pool:
            statuses = list(pool.map(poll, range(3 * 200)))
    assert statuses.count("processing") == 100
    assert statuses.count("503") > 20


def test_server_responds_while_another_request_is_delayed(monkeypatch: pytest.MonkeyPatch) -> None:
    delay_started, delay_released = threading.Event(), threading.Event()

    async def wait_for_release(_: float) -> None:
        delay_started.set()
        await asyncio.to_thread(delay_released.wait, LONG_TIMEOUT)

    monkeypatch.setattr(effects, "real_pause", wait_for_release)
    with run_server() as running_server, ThreadPoolExecutor(1) as pool:
        running_server.post_control("faults", {"faults": [{"then": {"delay": "9s"}, "times": 1}]})
        delayed_request = pool.submit(running_server.get, "Recordings.json?PageSize=1")
        assert delay_started.wait(LONG_TIMEOUT)
        assert [running_server.get("Recordings.json").status_code for _ in range(5)] == [200] * 5
        assert not delayed_request.done()
        delay_released.set()
        assert delayed_request.result().status_code == 200
