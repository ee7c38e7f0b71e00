"""Saves what changed of accounts: once in a turn of the event loop, for all requests of that turn together."""

import asyncio
from collections.abc import Callable, Iterable
from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

import msgspec

from mockserver.account.account import Account
from mockserver.account.command_log import CommandLog
from mockserver.account.history import encode_entry
from mockserver.account.storage.encoding import Groups, encode_extras, encode_groups, encode_scenario
from mockserver.account.storage.saved_account import AccountExtras, ClockReading, UnsavedChanges
from mockserver.account.storage.sqlite_store import SqliteStore
from mockserver.account.storage.store_error import StoreError
from mockserver.journal.encoding import encode_requests
from mockserver.settings.machine_clock import measure_tick_origin, real_pause, stopwatch, wall_microseconds

if TYPE_CHECKING:
    from scenarios.model import Scenario

_PURGE_STEP = 1024
"""The number of requests that are no longer kept, of one account, that are removed from the store at once."""
_CLOCK_INTERVAL = 1.0
"""Real seconds between two savings of clocks that are scaled."""


class _Progress(msgspec.Struct):
    """How much of an account is saved."""

    log: CommandLog
    command_count: int
    request_count: int
    clear_count: int
    extras: AccountExtras
    purged_count: int
    """The number of the oldest requests that the store has removed."""


class AccountSaver:
    """Knows which accounts have changes that are not saved yet.

    Args:
        find_account: returns the present account by its AccountSid.
        collect_extras: returns what an account has besides its log and its requests.
    """

    def __init__(
        self,
        store: SqliteStore,
        find_account: Callable[[str], Account | None],
        collect_extras: Callable[[Account], AccountExtras],
    ) -> None:
        self.store = store
        self._find_account = find_account
        self._collect_extras = collect_extras
        self._keys = set(store.list_keys())
        self._changed: dict[Account, None] = {}
        self._record: dict[str, bytes] = {}
        """What the server chose and is not saved yet."""
        self._removed: set[str] = set()
        """The accounts that are still to be removed."""
        self.save_count = 0
        self.save_seconds = 0.0
        self.failure_count = 0
        self._progress: WeakKeyDictionary[Account, _Progress] = WeakKeyDictionary()
        self._waiting: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
        """What requests wait for, by the event loop that will save at the end of this turn."""
        self._lock = Lock()
        self.last_error = ""
        self.on_lost: Callable[[StoreError], object] | None = None
        """Called once if another process has taken the store over. Any thread may call it."""

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def has_changes(self, account: Account) -> bool:
        """Return True if something of an account is not saved yet."""
        return account in self._changed

    def mark(self, account: Account) -> None:
        """Save an account at the end of this turn of the event loop, or with the next one that is marked in a loop."""
        self._changed[account] = None
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return
        if loop not in self._waiting:
            self._plan(loop)

    def mark_as_loaded(self, account: Account) -> None:
        """Note that all of an account comes from the store."""
        self._progress[account] = self._measure(account)

    def set_groups(self, groups: Groups) -> None:
        """Save the groups of accounts, with the next account."""
        self._record["groups"] = encode_groups(groups)

    async def wait(self) -> None:
        """Wait until everything that is marked was saved.

        Raises:
            StoreError: if it could not be written. The next turn tries again.
        """
        loop = asyncio.get_running_loop()
        waiting = self._waiting.get(loop)
        if waiting is None:
            if not (self._changed or self._record or self._removed):
                return
            waiting = self._plan(loop)
        future = loop.create_future()
        waiting.append(future)
        await future

    def _plan(self, loop: asyncio.AbstractEventLoop) -> list[asyncio.Future[None]]:
        waiting = self._waiting[loop] = []
        loop.call_soon(self._save_in_loop, loop)
        return waiting

    async def is_saved(self) -> bool:
        """Wait like `wait`, and return False if it failed: `last_error` then says why."""
        try:
            await self.wait()
        except StoreError as error:
            self.last_error = str(error)
            return False
        return True

    def forget(self, key: str, groups: Groups) -> None:
        """Remove an account from the store, and save the groups without it."""
        if key in self._keys:
            self._keys.discard(key)
            self._removed.add(key)
        self.set_groups(groups)

    def begin_again(self, scenario: "Scenario | None") -> None:
        """Remove all accounts from the store, and save what those play that begin now."""
        self._removed |= self._keys
        self._keys.clear()
        self._changed.clear()
        self._record["scenario"] = encode_scenario(scenario)
        self.set_groups({})

    def save_clocks(self, accounts: Iterable[Account]) -> None:
        """Save the time of accounts whose clocks are scaled: these stand still while no server runs.

        Raises:
            StoreError: if it could not be written.
        """
        scaled = [account for account in accounts if account.clock.rate not in (0, 1)]
        if scaled:
            self.store.save_clocks([(account.sid.lower(), _read_clock(account)) for account in scaled])

    async def save_clocks_repeatedly(self, list_accounts: Callable[[], Iterable[Account]]) -> None:
        """Save the time of accounts each second until it is cancelled."""
        while True:
            await real_pause(_CLOCK_INTERVAL)
            try:
                self.save_clocks(list_accounts())
            except StoreError as error:
                self.last_error = str(error)

    def close(self, accounts: Iterable[Account]) -> None:
        """Save what is left, and close the store."""
        try:
            self.save()
            self.save_clocks(accounts)
        finally:
            self.store.close()

    def save(self) -> None:
        """Save everything that is marked.

        Raises:
            StoreError: if it could not be written.
        """
        start = stopwatch()
        try:
            self._save()
        except BaseException:
            self.failure_count += 1
            raise
        self.save_count += 1
        self.save_seconds += stopwatch() - start

    def _save(self) -> None:
        with self._lock:
            changed = [account for account in self._changed if self._find_account(account.sid) is account]
            progress = {account: self._measure(account) for account in changed}
            changes = [self._collect(account, progress[account]) for account in changed]
            self.store.save(changes, self._record, self._removed)
            self._record, self._removed = {}, set()
            self._changed.clear()
            self._progress.update(progress)
            self._keys.update(own.key for own in changes)

    def _save_in_loop(self, loop: asyncio.AbstractEventLoop) -> None:
        waiting = [future for future in self._waiting.pop(loop) if not future.done()]
        try:
            self.save()
        except Exception as error:  # nobody may wait for ever
            failure = error if isinstance(error, StoreError) else StoreError(f"the mock itself failed: {error!r}.")
            for future in waiting:
                future.set_exception(failure)
        else:
            for future in waiting:
                future.set_result(None)

    def _measure(self, account: Account) -> _Progress:
        log, journal, known = account.log, account.journal, self._progress.get(account)
        is_purged = known is None or not 0 <= journal.dropped - known.purged_count < _PURGE_STEP
        return _Progress(
            log=log,
            command_count=len(log.entries),
            request_count=journal.total,
            clear_count=journal.clear_count,
            extras=self._collect_extras(account),
            purged_count=journal.dropped if known is None or is_purged else known.purged_count,
        )

    def _collect(self, account: Account, progress: _Progress) -> UnsavedChanges:
        known = self._progress.get(account)
        log, journal = progress.log, account.journal
        is_new_log = known is None or known.log is not log
        is_cleared = known is None or known.clear_count != progress.clear_count
        first_command = 0 if known is None or is_new_log else known.command_count
        first_request = journal.dropped if known is None or is_cleared else max(known.request_count, journal.dropped)
        has_requests = known is None or is_cleared or known.request_count != progress.request_count
        requests = [*journal.iter_since(first_request)] if has_requests and journal.total else None
        return UnsavedChanges(
            key=account.sid.lower(),
            clock=_read_clock(account),
            is_waiting=bool(account.state.timers or account.callbacks.has_pending or account.has_app_requests),
            beginning=encode_entry(log.beginning) if is_new_log else None,
            first_command=first_command,
            commands=tuple(encode_entry(entry) for entry in log.entries[first_command:]),
            clears_requests=is_cleared,
            generation=journal.generation,
            oldest_request=journal.dropped,
            purges_requests=known is not None and known.purged_count != progress.purged_count,
            first_request=first_request,
            request_count=journal.total - first_request,
            requests=None if requests is None else encode_requests(journal, requests, measure_tick_origin()),
            extras=None if known is not None and known.extras == progress.extras else encode_extras(progress.extras),
        )


def _read_clock(account: Account) -> ClockReading:
    return ClockReading(account.clock.now(), wall_microseconds())
