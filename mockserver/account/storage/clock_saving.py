"""Saves the time of accounts whose clocks are scaled: these stand still while no server runs."""

import asyncio
from collections.abc import Callable, Iterable

from mockserver.account.account import Account
from mockserver.account.storage.store import Store
from mockserver.account.storage.store_error import StoreError
from mockserver.account.storage.unsaved_changes import read_clock
from mockserver.settings.machine_clock import real_pause

_INTERVAL = 1.0
"""Real seconds between two savings."""


def save_clocks(store: Store, accounts: Iterable[Account]) -> None:
    """Save the time of accounts whose clocks are scaled.

    Raises:
        StoreError: if it could not be written.
    """
    readings = [(account.sid.lower(), read_clock(account)) for account in accounts if account.clock.rate not in (0, 1)]
    if readings:
        store.save_clocks(readings)


async def save_clocks_repeatedly(
    store: Store, list_accounts: Callable[[], Iterable[Account]], note_error: Callable[[StoreError], object]
) -> None:
    """Save the time of accounts each second until it is cancelled.

    Args:
        note_error: called if it could not be written.
    """
    is_remote = hasattr(store, "save_remotely")
    while True:
        await real_pause(_INTERVAL)
        accounts = [*list_accounts()]
        try:
            if is_remote:
                await asyncio.to_thread(save_clocks, store, accounts)
            else:
                save_clocks(store, accounts)
        except StoreError as error:
            note_error(error)
