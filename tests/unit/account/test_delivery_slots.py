"""Deliveries under way are bounded, for all accounts together, and accounts take turns."""

import asyncio
import errno
import os
import resource
from collections.abc import Callable
from threading import Thread
from typing import Any, cast

import pytest

from mockserver.account import delivery_slots
from mockserver.account.account import Account
from mockserver.account.delivery_slots import MAX_DELIVERIES, DeliverySlots
from mockserver.account.state.deliveries import DeliveryState
from mockserver.callbacks.outcome import Outcome
from mockserver.callbacks.sender import CallbackSender
from mockserver.mock import Mock
from mockserver.rest.errors import TwilioError
from mockserver.settings.descriptors import count_free_descriptors
from tests.accounts import make_scenario
from tests.harness import make_settings, wait_until

OTHER_SID = "AC" + "1" * 32


class Receivers:
    """Takes the place of a sender: each request waits until it is answered."""

    def __init__(self) -> None:
        self.is_open = False
        self.waiting: list[asyncio.Future[Outcome]] = []
        self.most = 0
        self.count = 0

    async def send(self, request: object) -> Outcome:
        self.count += 1
        if self.is_open:
            await asyncio.sleep(0)
            return Outcome(204, None, "")
        answer = asyncio.get_running_loop().create_future()
        self.waiting.append(answer)
        self.most = max(self.most, len(self.waiting))
        try:
            return cast("Outcome", await answer)
        finally:
            self.waiting.remove(answer)

    def answer(self) -> None:
        """Answer every request that waits, and every later one."""
        self.is_open = True
        for answer in self.waiting:
            answer.set_result(Outcome(204, None, ""))


@pytest.fixture
def receivers() -> Receivers:
    return Receivers()


def make_mock(receivers: Receivers, count: int) -> tuple[Mock, Account]:
    """Return a mock whose account has callbacks of so many recordings to send."""
    hook = "http://127.0.0.1:9/"
    recordings = [{"status": "completed", "status_callback": hook} for _ in range(count)]
    mock = Mock(make_settings(count=3), scenario=make_scenario(recordings=recordings))
    mock.worker._sender = cast("CallbackSender", receivers)
    return mock, mock.account(mock.demo.sid)


def make_mock_with_two_accounts(receivers: Receivers) -> tuple[Mock, Account, Account]:
    """Return a mock, its account with more callbacks than may be under way at once, and another account."""
    mock, first = make_mock(receivers, MAX_DELIVERIES + 50)
    return mock, first, mock.account(OTHER_SID)


def is_delivered(account: Account) -> bool:
    return all(delivery.state is DeliveryState.DELIVERED for delivery in account.callbacks)


def test_no_more_than_100_deliveries_are_under_way(receivers: Receivers) -> None:
    mock, account = make_mock(receivers, 350)

    async def deliver() -> None:
        mock.worker.schedule(account)
        mock.worker.schedule(account)
        await wait_until(lambda: len(receivers.waiting) == MAX_DELIVERIES)
        receivers.answer()
        assert await mock.worker.wait_until_idle(account)

    asyncio.run(deliver())
    assert (receivers.most, receivers.count) == (100, 350)
    assert is_delivered(account)


def test_accounts_take_turns(receivers: Receivers) -> None:
    mock, first, second = make_mock_with_two_accounts(receivers)

    async def deliver() -> None:
        mock.worker.schedule(first)
        await wait_until(lambda: len(receivers.waiting) == MAX_DELIVERIES)
        idle = asyncio.ensure_future(mock.worker.wait_until_idle(second))
        await asyncio.sleep(0)
        receivers.answer()
        assert await idle
        assert is_delivered(second)
        await mock.worker.wait_until_idle(first)

    asyncio.run(deliver())
    assert (receivers.most, receivers.count) == (100, 300)
    assert is_delivered(first)


def test_idle_account_does_not_wait_for_others(receivers: Receivers) -> None:
    mock, first, second = make_mock_with_two_accounts(receivers)

    async def deliver() -> None:
        mock.worker.schedule(first)
        await asyncio.sleep(0)
        second.callbacks.close()  # nothing is left to send
        assert await mock.worker.wait_until_idle(second)
        receivers.answer()
        await mock.worker.wait_until_idle(first)

    asyncio.run(deliver())


def test_waiting_account_ends_its_wait_when_it_is_replaced(receivers: Receivers) -> None:
    mock, first, second = make_mock_with_two_accounts(receivers)

    async def deliver() -> None:
        mock.worker.schedule(first)
        idle = asyncio.ensure_future(mock.worker.wait_until_idle(second))
        await asyncio.sleep(0)
        mock.set_up_scenario(OTHER_SID, None)
        assert not await idle
        receivers.answer()
        await mock.worker.wait_until_idle(first)

    asyncio.run(deliver())
    assert receivers.count == 150


def test_replaced_account_gives_its_turns_to_others(receivers: Receivers) -> None:
    mock, first, second = make_mock_with_two_accounts(receivers)

    async def deliver() -> None:
        mock.worker.schedule(first)
        idle = asyncio.ensure_future(mock.worker.wait_until_idle(second))
        await wait_until(lambda: len(receivers.waiting) == MAX_DELIVERIES)
        receivers.is_open = True
        mock.set_up_scenario(first.sid, None)
        assert await idle
        assert is_delivered(second)

    asyncio.run(deliver())


def test_wait_ends_when_worker_stops(receivers: Receivers) -> None:
    mock, first, second = make_mock_with_two_accounts(receivers)

    async def deliver() -> None:
        mock.worker.schedule(first)
        idle = asyncio.ensure_future(mock.worker.wait_until_idle(second))
        await wait_until(lambda: len(receivers.waiting) == MAX_DELIVERIES)
        await mock.worker.stop()
        with pytest.raises(TwilioError, match="The server stops"):
            await idle

    asyncio.run(deliver())
    assert receivers.count == 100


def test_account_of_another_event_loop_gets_its_turn(receivers: Receivers) -> None:
    mock, first, second = make_mock_with_two_accounts(receivers)

    async def deliver_first() -> None:
        mock.worker.schedule(first)
        await wait_until(lambda: len(receivers.waiting) == MAX_DELIVERIES)
        second_thread = Thread(target=lambda: asyncio.run(deliver_second()))
        second_thread.start()
        await wait_until(lambda: second in mock.worker._slots._turns)
        await mock.worker.wait_until_idle(second)  # what another event loop waits for cannot be awaited here
        receivers.answer()
        await mock.worker.wait_until_idle(first)
        await asyncio.to_thread(second_thread.join)

    async def deliver_second() -> None:
        mock.worker.schedule(second)
        await wait_until(lambda: is_delivered(second))

    asyncio.run(deliver_first())
    assert (is_delivered(first), is_delivered(second)) == (True, True)


def test_account_of_ended_event_loop_is_passed_over(receivers: Receivers) -> None:
    _, account = make_mock(receivers, 0)
    slots, resumed = DeliverySlots(), list[Account]()

    async def wait() -> None:
        slots.wait(account)

    async def give_turns() -> None:
        slots.give_turns(resumed.append)

    asyncio.run(wait())
    asyncio.run(give_turns())
    assert (resumed, slots.forget(account)) == ([], None)


def test_stopped_event_loop_leaves_waiting_accounts_of_others(receivers: Receivers) -> None:
    _, account = make_mock(receivers, 0)
    slots = DeliverySlots()

    async def wait() -> None:
        slots.wait(account)

    async def cancel_turns() -> None:
        slots.cancel_turns()

    asyncio.run(wait())
    asyncio.run(cancel_turns())
    assert slots.forget(account) is not None


def test_cancelled_turn_resumes_nothing(receivers: Receivers) -> None:
    _, account = make_mock(receivers, 0)
    resumed = list[Account]()

    async def cancel() -> None:
        slots = DeliverySlots()
        slots.wait(account)
        turn = slots.get_turn(account)
        assert turn is not None
        turn.cancel()
        slots.give_turns(resumed.append)

    asyncio.run(cancel())
    assert resumed == []


@pytest.mark.parametrize(("free", "expected"), [(None, 100), (1000, 100), (236, 59), (7, 1), (0, 1)])
def test_few_descriptors_leave_fewer_deliveries(
    free: int | None, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_slots, "count_free_descriptors", lambda: free)
    assert expected == DeliverySlots().count_free()


def test_free_descriptors_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    before = count_free_descriptors()
    assert before is not None
    with open(__file__, "rb"):
        assert count_free_descriptors() == before - 1


def raise_error(error: OSError) -> Callable[..., Any]:
    def fail(*arguments: object) -> Any:
        raise error

    return fail


def test_descriptors_that_cannot_be_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(os, "listdir", raise_error(OSError(errno.EMFILE, "Too many open files")))
        assert count_free_descriptors() == 0
        patch.setattr(os, "listdir", raise_error(FileNotFoundError()))
        assert count_free_descriptors() is None
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert count_free_descriptors() is None
