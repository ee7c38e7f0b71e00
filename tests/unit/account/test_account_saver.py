"""The saver saves each change once, and requests get an error if the store answers late or is lost."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from mockserver.account.account import Account
from mockserver.account.outgoing import send_when_saved
from mockserver.account.storage.account_saver import AccountSaver
from mockserver.account.storage.saved_account import AccountExtras
from mockserver.account.storage.store import Batch
from mockserver.account.storage.store_error import SlowStoreError, StoreError, StoreLostError
from tests.accounts import make_account

MODULE = "mockserver.account.storage.account_saver"


class StoreInTest:
    """A store that saves at once what it is given, unless it has errors left.

    Args:
        errors: what the next attempts raise.
    """

    name = "slow"

    def __init__(self, *errors: StoreError) -> None:
        self.errors = [*errors]
        self.batches: list[Batch] = []
        self.closed = False

    def list_keys(self) -> list[str]:
        return []

    def save(self, batch: Batch) -> None:
        self.batches.append(batch)
        if self.errors:
            raise self.errors.pop(0)

    def close(self) -> None:
        self.closed = True


class RemoteStoreInTest(StoreInTest):
    """A store that the event loop does not wait for."""

    def __init__(self, *errors: StoreError) -> None:
        super().__init__(*errors)
        self.gate = asyncio.Event()
        self.gate.set()
        self.begun = asyncio.Event()
        self.saved = asyncio.Event()

    def watch(self, on_failure: Callable[[StoreError], object]) -> None:
        """Do nothing: each loss is noticed when something is saved."""

    async def save_remotely(self, batch: Batch) -> None:
        self.begun.set()
        await self.gate.wait()
        self.save(batch)
        self.saved.set()


def make_saver(store: StoreInTest, account: Account) -> AccountSaver:
    return AccountSaver(store, lambda _: account, lambda _: AccountExtras())  # type: ignore[arg-type]


def count_commands(batches: list[Batch]) -> list[int]:
    """Return the number of commands in each batch."""
    return [len(own.commands) for batch in batches for own in batch.accounts]


def change(saver: AccountSaver, account: Account) -> None:
    """Change an account, so that something is to be saved."""
    account.advance(1)
    saver.mark(account)


async def begin_saving(store: RemoteStoreInTest, saver: AccountSaver, account: Account) -> asyncio.Task[bool]:
    """Change an account, and let its batch be on its way until the gate of the store opens."""
    store.gate.clear()
    change(saver, account)
    waiting = asyncio.create_task(saver.is_saved())
    await store.begun.wait()
    return waiting


@pytest.fixture
def account() -> Account:
    return make_account(count=0)


def test_lost_store_refuses_everything_and_says_so_once(account: Account) -> None:
    saver, errors = make_saver(StoreInTest(), account), list[StoreError]()
    saver.on_lost = errors.append
    first = StoreLostError("the store has lost data.")
    saver.fail(first)
    saver.fail(StoreLostError("and again."))
    saver.mark(account)
    assert (errors, saver.has_any) == ([first], False)
    with pytest.raises(StoreLostError, match="has lost data"):
        asyncio.run(saver.wait())
    assert (asyncio.run(saver.is_saved()), saver.last_error) == (False, "the store has lost data.")


def test_lost_store_needs_no_listener(account: Account) -> None:
    saver = make_saver(StoreInTest(StoreLostError("gone.")), account)
    saver.mark(account)
    with pytest.raises(StoreLostError):
        saver.save()
    assert isinstance(saver.failure, StoreLostError)


def test_batch_without_an_answer_is_sent_again_before_the_next_one(account: Account) -> None:
    store = StoreInTest(SlowStoreError("no answer."))
    saver = make_saver(store, account)
    saver.mark(account)
    with pytest.raises(SlowStoreError):
        saver.save()
    change(saver, account)
    saver.close([])
    first, again, last = store.batches
    assert first is again
    assert count_commands([first, last]) == [0, 1]
    assert store.closed


def test_request_is_told_that_the_store_does_not_answer(account: Account, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(f"{MODULE}._PATIENCE_SECONDS", 0.01)

    async def wait() -> None:
        store = RemoteStoreInTest()
        saver = make_saver(store, account)
        store.gate.clear()
        saver.mark(account)
        with pytest.raises(StoreError, match="slow does not answer"):
            await saver.wait()
        store.gate.set()
        assert await saver.is_saved()

    asyncio.run(wait())


def test_request_behind_a_batch_is_told_that_the_store_was_lost(account: Account) -> None:
    async def lose() -> None:
        store = RemoteStoreInTest()
        saver = make_saver(store, account)
        first = await begin_saving(store, saver, account)
        change(saver, account)
        second = asyncio.create_task(saver.is_saved())
        await asyncio.sleep(0)
        saver.fail(StoreLostError("the store has lost data."))
        store.gate.set()
        assert (await first, await second, saver.last_error) == (True, False, "the store has lost data.")

    asyncio.run(lose())


def test_function_is_called_when_everything_is_saved_or_nothing_can_be(account: Account) -> None:
    async def call() -> None:
        saver, found = make_saver(StoreInTest(StoreError("full.")), account), list[bool]()
        saver.call_when_saved(found.append)
        assert found == [True]  # there was nothing to save
        saver.mark(account)
        for _ in range(2):
            saver.call_when_saved(found.append)
        assert found == [True]
        await asyncio.sleep(0)
        assert (found, saver.last_error) == ([True, False, False], "full.")
        saver.call_when_saved(found.append)
        await asyncio.sleep(0)
        assert found == [True, False, False, True]
        saver.fail(StoreLostError("the store has lost data."))
        saver.call_when_saved(found.append)
        assert (found[4:], saver.last_error) == ([False], "the store has lost data.")

    asyncio.run(call())


def test_store_that_answers_late_is_tried_again_without_a_request(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{MODULE}._RETRY_SECONDS", 0.01)

    async def save() -> None:
        store = RemoteStoreInTest(SlowStoreError("no answer."))
        saver = make_saver(store, account)
        saver.mark(account)
        assert not await saver.is_saved()
        await store.saved.wait()
        assert store.batches[0] is store.batches[1]

    asyncio.run(asyncio.wait_for(save(), 10))


def test_event_loops_save_one_after_the_other(account: Account) -> None:
    async def save_in_another_loop() -> None:
        store = RemoteStoreInTest()
        saver = make_saver(store, account)
        store.gate.clear()
        saver.mark(account)
        await asyncio.sleep(0)  # its batch is on its way
        await asyncio.sleep(0)
        other = asyncio.create_task(asyncio.to_thread(lambda: asyncio.run(save(saver))))
        await asyncio.sleep(0.05)
        assert not other.done()
        store.gate.set()
        assert await other
        assert len(store.batches) == 2

    async def save(saver: AccountSaver) -> bool:
        change(saver, account)
        return await saver.is_saved()

    asyncio.run(asyncio.wait_for(save_in_another_loop(), 10))


def test_nothing_is_sent_if_nothing_changed(account: Account) -> None:
    store = StoreInTest()
    make_saver(store, account).close([])
    assert (store.batches, store.closed) == ([], True)


def test_caller_that_cannot_wait_sends_the_batch_on_its_way_first(account: Account) -> None:
    async def save_at_once() -> None:
        store = RemoteStoreInTest()
        saver = make_saver(store, account)
        waiting = await begin_saving(store, saver, account)
        change(saver, account)
        saver.save()
        store.gate.set()
        assert await waiting
        change(saver, account)
        assert await saver.is_saved()
        assert store.batches[0] is store.batches[2]  # its answer came last
        assert count_commands(store.batches) == [1, 1, 1, 1]

    asyncio.run(asyncio.wait_for(save_at_once(), 10))


def test_batch_on_its_way_that_is_refused_is_put_back_once(account: Account) -> None:
    async def save_at_once() -> None:
        store = RemoteStoreInTest(StoreError("the disk is full."), StoreError("the disk is full."))
        saver = make_saver(store, account)
        waiting = await begin_saving(store, saver, account)
        with pytest.raises(StoreError, match="disk is full"):
            saver.save()
        store.gate.set()
        assert not await waiting
        assert saver.failure_count == 1
        saver.save()
        assert count_commands(store.batches) == [1, 1, 1]

    asyncio.run(asyncio.wait_for(save_at_once(), 10))


class ThreadedStoreInTest(StoreInTest):
    """A store that other threads use meanwhile."""

    def save(self, batch: Batch) -> None:
        time.sleep(0.001)
        super().save(batch)


def test_threads_save_each_command_once(account: Account) -> None:
    store = ThreadedStoreInTest()
    saver, lock = make_saver(store, account), threading.Lock()

    def save_often() -> None:
        for _ in range(30):
            with lock:
                account.advance(1)
                saver.mark(account)
            saver.save()

    with ThreadPoolExecutor() as pool:
        for thread in [pool.submit(save_often) for _ in range(3)]:
            thread.result()
    assert sum(count_commands(store.batches)) == 90


class ReceiverInTest:
    """Keeps what is sent to it."""

    def __init__(self) -> None:
        self.sent: list[object] = []


class RequestInTest:
    """A request that an account sends."""

    async def send(self, receiver: ReceiverInTest) -> None:
        receiver.sent.append(self)


def test_callback_that_cannot_be_saved_is_sent_with_a_word_in_the_log(
    account: Account, caplog: pytest.LogCaptureFixture
) -> None:
    saver, receiver, request = make_saver(StoreInTest(), account), ReceiverInTest(), RequestInTest()
    saver.fail(StoreLostError("the store has lost data."))
    asyncio.run(send_when_saved(request, receiver, saver))  # type: ignore[arg-type]
    assert receiver.sent == [request]
    assert "A callback is sent although it could not be saved: the store has lost data." in caplog.text
