"""Requests that wait for a batch: each gets one answer, in time, whatever happens to the others."""

import asyncio
from collections.abc import Callable

import pytest

from mockserver.account.storage.store_error import StoreError
from mockserver.account.storage.waiting_requests import Continue, WaitingRequests, resolve

TIMEOUT = 5.0


def run_with_waiting(patience: float | None, scenario: Callable[[WaitingRequests], object]) -> None:
    async def run() -> None:
        result = scenario(WaitingRequests(asyncio.get_running_loop(), patience, "redis://x"))
        if asyncio.iscoroutine(result):
            await result

    asyncio.run(run())


def collect(found: list[str], name: str) -> Continue:
    return lambda failure: found.append(name if failure is None else f"{name}: {failure}")


def test_requests_go_on_in_their_order_and_once() -> None:
    found: list[str] = []

    def scenario(waiting: WaitingRequests) -> None:
        for name in "abc":
            waiting.add(collect(found, name))
        waiting.answer(None)
        waiting.answer(StoreError("later"))

    run_with_waiting(None, scenario)
    assert found == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [(StoreError("full"), "full"), (OSError("gone"), "the mock itself failed: OSError('gone').")],
)
def test_error_of_a_batch_is_that_of_each_request(error: Exception, expected: str) -> None:
    found: list[str] = []

    def scenario(waiting: WaitingRequests) -> None:
        for name in "ab":
            waiting.add(collect(found, name))
        waiting.answer(error)

    run_with_waiting(1.0, scenario)
    assert found == [f"a: {expected}", f"b: {expected}"]


def test_request_that_fails_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    found: list[str] = []

    def scenario(waiting: WaitingRequests) -> None:
        waiting.add(lambda _: 1 / 0)
        waiting.add(collect(found, "b"))
        waiting.answer(None)

    run_with_waiting(None, scenario)
    assert found == ["b"]
    assert caplog.messages == ["A request failed after its changes were saved."]


def test_each_request_waits_for_its_own_time() -> None:
    found: list[str] = []

    async def scenario(waiting: WaitingRequests) -> None:
        loop = asyncio.get_running_loop()
        first, second = loop.create_future(), loop.create_future()
        waiting.add(lambda failure: first.set_result(str(failure)))
        await asyncio.sleep(0.06)
        waiting.add(lambda failure: second.set_result(str(failure)))
        async with asyncio.timeout(TIMEOUT):
            assert await first == "redis://x does not answer."
            assert not second.done()
            assert await second == "redis://x does not answer."
        waiting.add(collect(found, "saved in time"))
        waiting.answer(None)
        await asyncio.sleep(0.15)

    run_with_waiting(0.1, scenario)
    assert found == ["saved in time"]


def test_cancelled_coroutine_is_left_alone() -> None:
    async def scenario(waiting: WaitingRequests) -> None:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting.add(lambda failure: resolve(future, failure))
        future.cancel()
        waiting.answer(None)
        assert future.cancelled()

    run_with_waiting(None, scenario)
