"""The handle in coroutines: async twins, blocking calls on a running loop, and trio."""

import asyncio
import inspect
from collections.abc import Iterator

import pytest
import trio

from mockserver.control.client.callbacks import CallbacksClient
from mockserver.control.client.changes import BlockedLoopError
from mockserver.control.client.clock import ClockClient
from mockserver.control.client.recordings import RecordingsClient
from mockserver.control.client.scenario import ScenarioClient
from mockserver.testing import MockTwilio

TWINS = [
    *((MockTwilio, name) for name in ("reset", "rollback")),
    *((ClockClient, name) for name in ("advance", "move_to", "freeze", "run")),
    *((RecordingsClient, name) for name in ("add", "transition", "step")),
    *((ScenarioClient, name) for name in ("arm", "signal")),
    (CallbacksClient, "redeliver"),
]


@pytest.fixture(scope="module")
def mock() -> Iterator[MockTwilio]:
    with MockTwilio() as mock:
        yield mock


@pytest.mark.parametrize(("owner", "name"), TWINS)
def test_call_that_may_send_has_an_async_twin_with_the_same_parameters(owner: type, name: str) -> None:
    blocking, twin = getattr(owner, name), getattr(owner, f"{name}_async")
    assert inspect.iscoroutinefunction(twin)
    assert inspect.signature(blocking) == inspect.signature(twin)


async def use_every_twin() -> list[str]:
    async with MockTwilio(count=3) as mock:
        await mock.scenario.arm_async(
            {"recordings": [{"id": "a", "timeline": [{"after": {"signal": "go"}, "status": "completed"}]}]}
        )
        await mock.scenario.signal_async("go")
        recording = await mock.recordings.add_async(timeline=[{"after": {"time": "9s"}, "status": "completed"}])
        await mock.recordings.step_async(recording)
        mock.snapshot()
        await mock.clock.advance_async("5s")
        await mock.clock.move_to_async("2026-02-01")
        await mock.clock.run_async(60)
        await mock.clock.freeze_async()
        await mock.recordings.add_async(id="mine", status="completed", callback=mock.sink.url)
        await mock.callbacks.redeliver_async(0)
        await mock.callbacks.send_async("completed", mock.sink.url, recording="mine")
        await mock.rollback_async()
        await mock.reset_async()
        return [str(received) for received in mock.sink.received]


def test_twins_work_on_asyncio() -> None:
    assert asyncio.run(use_every_twin()) == ["POST /callback (completed)"] * 3


def test_twins_work_on_trio() -> None:
    assert trio.run(use_every_twin) == ["POST /callback (completed)"] * 3


def test_async_with_stops_the_server_when_cancelled_on_trio() -> None:
    urls: list[str] = []

    async def main() -> None:
        with trio.move_on_after(60) as scope:
            async with MockTwilio(count=1) as mock:
                urls.append(mock.base_url)
                scope.cancel()
                await trio.sleep_forever()
        assert mock.server.connection.server_url is None

    trio.run(main)
    assert urls


def test_async_client_on_trio_names_asyncio(mock: MockTwilio) -> None:
    async def main() -> None:
        async with mock.async_client():
            raise AssertionError("it cannot be opened")

    with pytest.raises(RuntimeError, match="expected asyncio"):
        trio.run(main)


class SilentReceiver(asyncio.Protocol):
    """A receiver that its event loop would let answer."""


async def call_with_receiver_on_own_loop(mock: MockTwilio) -> None:
    receiver = await asyncio.get_running_loop().create_server(SilentReceiver, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{receiver.sockets[0].getsockname()[1]}/hook#rt=200"
    try:
        mock.recordings.add(status="completed", callback=url)
    finally:
        receiver.close()


def test_unanswered_callback_on_running_loop_names_the_async_twin(mock: MockTwilio) -> None:
    with pytest.raises(BlockedLoopError, match=r"callback to http://127\.0\.0\.1:\d+/hook.*add_async"):
        asyncio.run(call_with_receiver_on_own_loop(mock))


def test_blocking_calls_work_on_a_running_loop(mock: MockTwilio) -> None:
    async def main() -> list[str]:
        mock.recordings.add(status="completed", callback=mock.sink.url)
        return [event.kind for event in mock.clock.advance("1s")]

    mock.reset()
    assert asyncio.run(main()) == []
    assert len(mock.sink.received) == 1

    async def main_on_trio() -> None:
        mock.recordings.add(status="completed", callback=mock.sink.url)

    trio.run(main_on_trio)
    assert len(mock.sink.received) == 2
