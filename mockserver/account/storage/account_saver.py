"""Saves what changed of accounts: once in a turn of the event loop, for all requests of that turn together."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from threading import Lock, RLock

from mockserver.account.account import Account
from mockserver.account.storage.clock_saving import save_clocks
from mockserver.account.storage.pending_changes import PendingChanges, Unsaved
from mockserver.account.storage.saved_account import AccountExtras
from mockserver.account.storage.store import Batch, Store
from mockserver.account.storage.store_error import SlowStoreError, StoreError, StoreInUseError, StoreLostError
from mockserver.account.storage.waiting_requests import WaitingRequests, resolve
from mockserver.settings.machine_clock import stopwatch

_PATIENCE_SECONDS = 1.6
"""Real seconds that a request waits for a store that answers late. Clients get an answer within two."""
_RETRY_SECONDS = 0.25
"""Real seconds after which a store that answers late is tried again, if no request does that."""
_BUSY_SECONDS = 0.001
"""Real seconds after which an event loop looks if another one still saves."""


class AccountSaver(PendingChanges):
    """Saves the changes of accounts.

    Args:
        store: the store. It is open.
        find_account: see `PendingChanges`.
        collect_extras: see `PendingChanges`.
    """

    def __init__(
        self,
        store: Store,
        find_account: Callable[[str], Account | None],
        collect_extras: Callable[[Account], AccountExtras],
    ) -> None:
        super().__init__(store.list_keys(), find_account, collect_extras)
        self.store = store
        self._save_remotely: Callable[[Batch], Awaitable[None]] | None = getattr(store, "save_remotely", None)
        """Saves without waiting, if the store answers late."""
        self.served_since = 0
        """The machine's time since which processes serve the store, in microseconds since the epoch."""
        self.save_count = 0
        self.save_seconds = 0.0
        self.failure_count = 0
        self._waiting: dict[asyncio.AbstractEventLoop, WaitingRequests] = {}
        """What requests wait for, by the event loop that will save at the end of this turn."""
        self._unanswered: Unsaved | None = None
        """A batch that may have been saved: the store did not answer."""
        self._in_flight: Unsaved | None = None
        """A batch on its way to a store that answers late. A caller that cannot wait for it sends it again."""
        self._saving = RLock()
        """Held while a batch is saved without waiting: threads take turns."""
        self._turn = Lock()
        """Held while a batch is on its way to a store that answers late."""
        self._busy_loop: asyncio.AbstractEventLoop | None = None
        """The event loop that saves such a batch."""
        self.last_error = ""
        self.is_closed = False
        self.failure: StoreError | None = None
        """Why nothing can be saved any more."""
        self.on_lost: Callable[[StoreError], object] | None = None
        """Called once if the store has lost data or is in use by another process. Any thread may call it."""
        if (watch := getattr(store, "watch", None)) is not None:
            watch(self.fail)

    def mark(self, account: Account) -> None:
        """Save an account at the end of this turn of the event loop, or with the next one that is marked in a loop."""
        if self.failure is not None:
            return
        self.add(account)
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if loop not in self._waiting:
            self._plan(loop)

    async def wait(self) -> None:
        """Wait until everything that is marked was saved.

        Raises:
            StoreError: if it could not be written. The next turn tries again.
        """
        if self.failure is not None:
            raise self.failure
        loop = asyncio.get_running_loop()
        waiting = self._find_waiting(loop)
        if waiting is not None:
            future = loop.create_future()
            waiting.add(partial(resolve, future))
            await future

    def call_when_saved(self, go_on: Callable[[bool], object]) -> None:
        """Call a function with what `is_saved` would return. It takes less time than a coroutine with its task."""
        waiting = self._find_waiting(asyncio.get_running_loop()) if self.failure is None else None
        if waiting is None:
            self._go_on(go_on, self.failure)
        else:
            waiting.add(partial(self._go_on, go_on))

    def _go_on(self, go_on: Callable[[bool], object], error: StoreError | None) -> None:
        if error is not None:
            self.note_error(error)
        go_on(error is None)

    def _find_waiting(self, loop: asyncio.AbstractEventLoop) -> WaitingRequests | None:
        """Return the requests that wait for the next batch, or None if everything is saved."""
        waiting = self._waiting.get(loop)
        return self._plan(loop) if waiting is None and self.has_any else waiting

    def _plan(self, loop: asyncio.AbstractEventLoop) -> WaitingRequests:
        patience_seconds = None if self._save_remotely is None else _PATIENCE_SECONDS
        waiting = self._waiting[loop] = WaitingRequests(loop, patience_seconds, self.store.name)
        loop.call_soon(self._save_in_loop, loop)
        return waiting

    async def is_saved(self) -> bool:
        """Wait like `wait`, and return False if it failed: `last_error` then says why."""
        try:
            await self.wait()
        except StoreError as error:
            self.note_error(error)
            return False
        return True

    def note_error(self, error: StoreError) -> None:
        """Remember why something could not be saved."""
        self.last_error = str(error)

    def close(self, accounts: Iterable[Account]) -> None:
        """Save what is left, and close the store. What changes later is refused.

        Raises:
            StoreError: if it could not be saved, or the store was lost before.
        """
        try:
            if self.failure is None:
                self.save()
                save_clocks(self.store, accounts)
        finally:
            self.is_closed = True
            self.failure = self.failure or StoreError("this process has closed its store.")
            self.store.close()

    def save(self) -> None:
        """Save everything that is marked, and wait for it.

        Raises:
            StoreError: if it could not be written.
        """
        with self._saving:
            while (unsaved := self._in_flight or self._unanswered) is not None:
                self._save(unsaved)
            if self.has_any:
                self._save(self.take())

    def _save(self, unsaved: Unsaved) -> None:
        start = stopwatch()
        try:
            self.store.save(unsaved.batch)
        except BaseException as error:
            self._note_failure(unsaved, error)
            raise
        self._note_success(unsaved, start)

    def _note_success(self, unsaved: Unsaved, start: float) -> None:
        self._in_flight = self._unanswered = None
        self.confirm(unsaved)
        self.save_count += 1
        self.save_seconds += stopwatch() - start

    def _note_failure(self, unsaved: Unsaved, error: BaseException) -> None:
        """Keep a batch that may have been saved, to send the very same one again; put back another one."""
        self._in_flight = None
        self.failure_count += 1
        if isinstance(error, SlowStoreError) or not isinstance(error, Exception):
            self._unanswered = unsaved
            return
        self._unanswered = None
        self.put_back(unsaved)
        if isinstance(error, StoreInUseError | StoreLostError):
            self.fail(error)

    def fail(self, error: StoreError) -> None:
        """Refuse everything from now on: the store is lost. Any thread may call this."""
        if self.failure is not None:
            return
        self.failure = error
        if self.on_lost is not None:
            self.on_lost(error)

    def _save_in_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        if self._save_remotely is not None:
            if self._turn.acquire(blocking=False):
                self._busy_loop = loop
                self._task = loop.create_task(self._save_waiting(loop, self._save_remotely))
            elif self._busy_loop is not loop:
                loop.call_later(_BUSY_SECONDS, self._save_in_loop, loop)
            return
        waiting = self._waiting.pop(loop)
        try:
            self.save()
        except Exception as error:
            waiting.answer(error)
        else:
            waiting.answer(None)

    async def _save_waiting(
        self, loop: asyncio.AbstractEventLoop, save_remotely: Callable[[Batch], Awaitable[None]]
    ) -> None:
        """Save what is marked, and again until nothing waits. What changes meanwhile belongs to the next batch."""
        try:
            while loop in self._waiting and self.failure is None:
                earlier = self._unanswered
                waiting = None if earlier is not None else self._waiting.pop(loop)
                start, unsaved = stopwatch(), earlier or self.take()
                self._in_flight = unsaved
                try:
                    await save_remotely(unsaved.batch)
                except BaseException as error:
                    if self._in_flight is unsaved:
                        self._note_failure(unsaved, error)
                    for refused in (waiting, self._waiting.pop(loop, None)):
                        if refused is not None:
                            refused.answer(error)
                    if not isinstance(error, Exception):
                        raise
                    loop.call_later(_RETRY_SECONDS, self._try_again, loop)
                else:
                    if self._in_flight is unsaved:
                        self._note_success(unsaved, start)
                    if waiting is not None:
                        waiting.answer(None)
        finally:
            self._busy_loop = None
            self._turn.release()
            if self.failure is not None and (left := self._waiting.pop(loop, None)) is not None:
                left.answer(self.failure)

    def _try_again(self, loop: asyncio.AbstractEventLoop) -> None:
        if self.has_any and loop not in self._waiting and self.failure is None:
            self._plan(loop)
