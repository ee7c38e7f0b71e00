"""Sends batches of changes to Redis: each happens once, also if it is sent again because its answer was lost."""

import asyncio
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from weakref import WeakValueDictionary

import msgspec

from mockserver.account.storage.redis_calls import Call, list_calls
from mockserver.account.storage.redis_client import RedisClient
from mockserver.account.storage.redis_loop_connection import LoopConnection
from mockserver.account.storage.redis_scripts import SAVE
from mockserver.account.storage.store import Batch
from mockserver.account.storage.store_error import SlowStoreError, StoreError, StoreInUseError, StoreLostError


class _Unanswered(msgspec.Struct):
    """Commands that were sent, or will be."""

    token: str
    arguments: list[str | bytes | int]
    batch: Batch | None
    """What they save; None for something else."""
    is_done: bool = False


class BatchSender:
    """Sends the batches of one process that has the store open.

    Args:
        client: the client of the Redis server.
        prefix: what the keys of the store begin with.
        fence: the fence of this process.
        last_token: the token of the batch that was saved last.
    """

    def __init__(self, client: RedisClient, prefix: str, fence: str, last_token: str) -> None:
        self._client = client
        self._prefix = prefix
        self._fence = fence
        self._last_token = last_token
        self._count = 0
        self._unanswered: _Unanswered | None = None
        self._saved: WeakValueDictionary[int, Batch] = WeakValueDictionary()
        """The batches that Redis has saved and that the saver still holds, by `id`."""
        self._lock = threading.Lock()
        self._executor = ThreadPoolExecutor(1, "recmock-store")
        self._loop_connection = LoopConnection(client)

    def close(self) -> None:
        """Send nothing more."""
        self._executor.shutdown()
        self._loop_connection.close()

    def save(self, batch: Batch) -> None:
        """Save changes: all of them, or none.

        Raises:
            StoreError: if they cannot be saved. They may be there all the same.
        """
        with self._lock:
            if id(batch) in self._saved:  # by another thread, before this one had its turn
                return
            if self._unanswered is None or self._unanswered.batch is not batch:
                self._settle()
                self._unanswered = self._prepare(list_calls(self._prefix, batch), batch)
            self._settle()

    async def save_remotely(self, batch: Batch) -> None:
        """Save changes like `save`: the event loop goes on meanwhile.

        A thread does what may take long: it connects, and sends much, or again.
        """
        if not await self._save_in_loop(batch):
            await asyncio.get_running_loop().run_in_executor(self._executor, self._save_in_thread, batch)

    def run_calls(self, calls: Iterable[Call]) -> None:
        """Run commands of Redis: all of them, or none.

        Raises:
            StoreError: if they cannot be run.
        """
        with self._lock:
            self._settle()
            self._unanswered = self._prepare(calls)
            self._settle()

    def _save_in_thread(self, batch: Batch) -> None:
        self.save(batch)
        self._loop_connection.open()

    async def _save_in_loop(self, batch: Batch) -> bool:
        """Return True if changes were saved. Else `save` must find out if they are."""
        own = self._prepare_in_loop(batch)
        if own is None:
            return False
        try:
            answer = await self._loop_connection.run(SAVE, *self._list_arguments(own))
        except StoreError:
            return False
        if self._unanswered is own and answer == b"ok":  # else a caller that could not wait has sent it again
            self._note_done(own)
        return own.is_done

    def _prepare_in_loop(self, batch: Batch) -> _Unanswered | None:
        if not self._loop_connection.is_open or not self._lock.acquire(blocking=False):
            return None
        try:
            if self._unanswered is None:
                self._unanswered = self._prepare(list_calls(self._prefix, batch), batch)
                return self._unanswered
        finally:
            self._lock.release()
        return None

    def _prepare(self, calls: Iterable[Call], batch: Batch | None = None) -> _Unanswered:
        self._count += 1
        arguments = [value for call in calls for value in (len(call), *call)]
        return _Unanswered(f"{self._fence}-{self._count}", arguments, batch)

    def _settle(self) -> None:
        """Send what has no answer yet. What was done already is not done again: its token says so.

        Raises:
            SlowStoreError: if there is no answer again.
            StoreError: if it was refused.
        """
        unanswered = self._unanswered
        if unanswered is None:
            return
        try:
            self._send(unanswered)
        except SlowStoreError:
            raise
        except StoreError:
            self._unanswered = None
            raise
        self._note_done(unanswered)

    def _send(self, unanswered: _Unanswered) -> None:
        arguments = self._list_arguments(unanswered)
        try:
            answer = self._client.run(SAVE, *arguments)
        except SlowStoreError:
            answer = self._client.run(SAVE, *arguments)
        refuse_answer(answer, self._client.name)

    def _list_arguments(self, unanswered: _Unanswered) -> list[str | bytes | int]:
        return [self._prefix, self._fence, self._last_token, unanswered.token, *unanswered.arguments]

    def _note_done(self, unanswered: _Unanswered) -> None:
        unanswered.is_done = True
        self._unanswered, self._last_token = None, unanswered.token
        if unanswered.batch is not None:
            self._saved[id(unanswered.batch)] = unanswered.batch


def refuse_answer(answer: bytes, name: str) -> None:
    """Refuse the answer of a script that checks the fence.

    Args:
        name: the name of the store.

    Raises:
        StoreInUseError: if another process has the store.
        StoreLostError: if it lost data.
    """
    if answer == b"in use":
        raise StoreInUseError(f"another process has taken {name} over.")
    if answer != b"ok":
        raise StoreLostError(f"{name} has lost data.")
