"""Collects what changed of accounts since they were last saved."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from weakref import WeakKeyDictionary

import msgspec

from mockserver.account.account import Account
from mockserver.account.command_log import CommandLog
from mockserver.account.history import encode_entry
from mockserver.account.storage.encoding import encode_extras
from mockserver.account.storage.saved_account import AccountExtras, ClockReading, UnsavedChanges
from mockserver.journal.encoding import encode_requests
from mockserver.settings.machine_clock import measure_tick_origin, wall_microseconds

_PURGE_STEP = 1024
"""The number of requests that are no longer kept, of one account, that are removed from the store at once."""


class SavedProgress(msgspec.Struct):
    """How much of an account is saved."""

    log: CommandLog
    command_count: int
    request_count: int
    clear_count: int
    extras: AccountExtras
    purged_count: int
    """The number of the oldest requests that the store has removed."""


class ChangeCollector:
    """Knows how much of each account is saved.

    Args:
        collect_extras: returns what an account has besides its log and its requests.
    """

    def __init__(self, collect_extras: Callable[[Account], AccountExtras]) -> None:
        self._collect_extras = collect_extras
        self._progress: WeakKeyDictionary[Account, SavedProgress] = WeakKeyDictionary()

    def mark_as_loaded(self, account: Account) -> None:
        """Note that all of an account comes from the store."""
        self._progress[account] = self._measure(account, None)

    def collect(self, accounts: Iterable[Account]) -> tuple[list[UnsavedChanges], dict[Account, SavedProgress]]:
        """Return the changes of accounts, and what `confirm` expects when they are saved."""
        changes, progress = [], {}
        for account in accounts:
            known = self._progress.get(account)
            progress[account] = present = self._measure(account, known)
            changes.append(self._collect(account, known, present))
        return changes, progress

    def confirm(self, progress: Mapping[Account, SavedProgress]) -> None:
        """Note that changes were saved."""
        self._progress.update(progress)

    def _measure(self, account: Account, known: SavedProgress | None) -> SavedProgress:
        log, journal = account.log, account.journal
        is_purged = known is None or not 0 <= journal.dropped - known.purged_count < _PURGE_STEP
        return SavedProgress(
            log=log,
            command_count=len(log.entries),
            request_count=journal.total,
            clear_count=journal.clear_count,
            extras=self._collect_extras(account),
            purged_count=journal.dropped if known is None or is_purged else known.purged_count,
        )

    def _collect(self, account: Account, known: SavedProgress | None, progress: SavedProgress) -> UnsavedChanges:
        log, journal = progress.log, account.journal
        is_new_log = known is None or known.log is not log
        is_cleared = known is None or known.clear_count != progress.clear_count
        first_command = 0 if known is None or is_new_log else known.command_count
        first_request = journal.dropped if known is None or is_cleared else max(known.request_count, journal.dropped)
        has_requests = known is None or is_cleared or known.request_count != progress.request_count
        count = progress.request_count - first_request  # another thread may add more meanwhile
        requests = [*islice(journal.iter_since(first_request), count)] if has_requests and journal.total else None
        return UnsavedChanges(
            key=account.sid.lower(),
            clock=read_clock(account),
            is_waiting=bool(account.state.timers or account.callbacks.has_pending or account.has_app_requests),
            beginning=encode_entry(log.beginning) if is_new_log else None,
            first_command=first_command,
            commands=tuple(encode_entry(entry) for entry in log.entries[first_command : progress.command_count]),
            clears_requests=is_cleared,
            generation=journal.generation,
            oldest_request=journal.dropped,
            purges_requests=known is not None and known.purged_count != progress.purged_count,
            first_request=first_request,
            request_count=count,
            requests=None if requests is None else encode_requests(journal, requests, measure_tick_origin()),
            extras=None if known is not None and known.extras == progress.extras else encode_extras(progress.extras),
        )


def read_clock(account: Account) -> ClockReading:
    """Return the time of an account's clock now."""
    return ClockReading(account.clock.now(), wall_microseconds())
