"""The worker: time and callbacks on any event loop."""

import asyncio
import threading

import pytest

from mockserver.account.account import Account
from mockserver.account.state.deliveries import DeliveryState
from mockserver.mock import Mock
from mockserver.rest.errors import TwilioError
from mockserver.testing.sink import Sink
from tests.accounts import list_steps, make_scenario
from tests.harness import make_settings, wait_until

LONG_DELAY = 20.0


def make_waiting_account(callback: str, after: dict[str, str]) -> tuple[Mock, Account]:
    timeline = [{"after": after, "status": "completed"}]
    recording = {"id": "it", "status": "processing", "status_callback": callback, "timeline": timeline}
    mock = Mock(make_settings(count=3), scenario=make_scenario(recordings=[recording]))
    return mock, mock.account(mock.demo.sid)


def is_delivered(account: Account) -> bool:
    return [delivery.state for delivery in account.callbacks] == [DeliveryState.DELIVERED]


def test_unfinished_delivery_is_sent_on_next_event_loop(sink: Sink) -> None:
    mock, account = make_waiting_account(sink.url, {"signal": "go"})

    async def start_worker() -> None:
        mock.worker.schedule(account)
        await asyncio.to_thread(sink.wait_for, 1)

    async def resume_worker() -> None:
        mock.worker.schedule(account)
        await wait_until(lambda: is_delivered(account))

    sink.delay(LONG_DELAY)
    account.timelines.signal("go")
    asyncio.run(start_worker())
    sink.delay(0)
    asyncio.run(resume_worker())
    assert [attempt.status for attempt in account.callbacks[0].attempts] == [204]
    assert len(sink.received) == 2


def test_alarm_is_rescheduled_on_next_event_loop(sink: Sink) -> None:
    mock, account = make_waiting_account(sink.url, {"time": "1h"})
    account.scheduler.set_rate(36_000)  # a tenth of a second

    async def start_worker() -> None:
        mock.worker.schedule(account)
        mock.worker.schedule(account)

    async def resume_worker() -> None:
        mock.worker.schedule(account)
        await wait_until(lambda: is_delivered(account))

    asyncio.run(start_worker())
    assert list_steps(account) == ["processing"]
    asyncio.run(resume_worker())
    assert list_steps(account) == ["processing", "completed, callback completed"]


def test_claim_may_run_the_last_timer(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    mock, account = make_waiting_account(sink.url, {"time": "1h"})
    account.scheduler.set_rate(1)
    send_ready = mock.worker._send_ready

    def send_when_due(account: Account) -> None:
        account.scheduler.move_to(account.clock.now() + 2 * 3_600_000_000)  # a fast clock does that by itself
        account.run_due()
        send_ready(account)

    async def run() -> None:
        monkeypatch.setattr(mock.worker, "_send_ready", send_when_due)
        mock.worker.schedule(account)
        monkeypatch.undo()
        mock.worker.schedule(account)
        await wait_until(lambda: is_delivered(account))

    asyncio.run(run())


def test_stop_ends_the_waits_of_its_own_event_loop(sink: Sink) -> None:
    mock, _ = make_waiting_account(sink.url, {"time": "1h"})
    ended = threading.Event()

    async def wait() -> str:
        await asyncio.to_thread(ended.wait, LONG_DELAY)
        return "the result"

    async def start_and_stop_other() -> None:
        other = asyncio.create_task(mock.worker.wait_unless_stopped(asyncio.sleep(LONG_DELAY)))
        await asyncio.sleep(0)
        await mock.worker.stop()
        with pytest.raises(TwilioError, match="The server stops") as raised:
            await other
        assert (raised.value.status, raised.value.code) == (503, 20503)
        with pytest.raises(TwilioError, match="The server stops"):
            await mock.worker.wait_unless_stopped(asyncio.sleep(LONG_DELAY))

    async def wait_while_other_stops() -> None:
        waiting = asyncio.create_task(mock.worker.wait_unless_stopped(wait()))
        await asyncio.sleep(0)  # it waits before the other stops
        await asyncio.to_thread(asyncio.run, start_and_stop_other())
        ended.set()
        assert await waiting == "the result"

    asyncio.run(wait_while_other_stops())


def test_client_that_leaves_ends_its_wait(sink: Sink) -> None:
    mock, _ = make_waiting_account(sink.url, {"time": "1h"})

    async def leave() -> None:
        waiting = asyncio.create_task(mock.worker.wait_unless_stopped(asyncio.sleep(LONG_DELAY)))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(leave())


def test_replaced_account_has_no_alarms(sink: Sink) -> None:
    mock, account = make_waiting_account(sink.url, {"time": "1h"})
    account.scheduler.set_rate(1.0)

    async def start_worker() -> None:
        mock.worker.schedule(account)
        mock.set_up_scenario(account.sid, None)
        mock.worker.schedule(account)
        assert [task for task in asyncio.all_tasks() if task is not asyncio.current_task()] == []

    asyncio.run(start_worker())
    account.advance(7200)
    assert list_steps(account) == ["processing"]
    with pytest.raises(ValueError, match="time does not go back"):
        account.advance(-1)
