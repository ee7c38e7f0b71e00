"""Opens the store of a server."""

from collections.abc import Callable

import msgspec

from mockserver.account.account import Account
from mockserver.account.storage.account_saver import AccountSaver
from mockserver.account.storage.encoding import Groups, encode_scenario
from mockserver.account.storage.losses import decode_losses
from mockserver.account.storage.saved_account import AccountExtras
from mockserver.account.storage.server_record import CorpusSettings, ServerRecord, read_record
from mockserver.account.storage.sqlite_file import require_file
from mockserver.account.storage.sqlite_store import SqliteStore
from mockserver.account.storage.store import Batch, KnownStore, Store
from mockserver.settings.machine_clock import wall_microseconds
from mockserver.settings.settings import Settings
from mockserver.settings.store_url import StoreUrl
from scenarios.model import Scenario


class OpenedStore(msgspec.Struct, frozen=True):
    """A store, and what the server finds in it."""

    saver: AccountSaver
    t0: int
    scenario: Scenario | None
    """The scenario of every account that has no other."""
    groups: Groups
    is_continued: bool
    """False if all accounts begin again: the store is new, or the settings name another scenario."""


def open_store(
    settings: Settings,
    t0: int,
    scenario: Scenario | None,
    find_account: Callable[[str], Account | None],
    collect_extras: Callable[[Account], AccountExtras],
    known: KnownStore,
) -> OpenedStore:
    """Open the store that the settings name.

    Args:
        t0: the instant at which the corpora of a new store end, in seconds since the epoch.
        scenario: the scenario of the settings.
        find_account: see `AccountSaver`.
        collect_extras: see `AccountSaver`.
        known: the store as this process knew it before.

    Raises:
        StoreError: if the store cannot be used, or was begun with other settings.
    """
    store = _open(settings.store, known)
    try:
        record, is_continued = _find_record(store, settings, t0, scenario, known)
        saver = AccountSaver(store, find_account, collect_extras)
        saver.served_since = record.served_since
    except BaseException:
        store.close()
        raise
    return OpenedStore(saver, record.corpus.now, record.scenario, record.groups, is_continued)


def open_existing(url: StoreUrl) -> Store:
    """Return a store that is there already.

    Raises:
        StoreInUseError: if a process uses it.
        StoreError: if it cannot be used, or no file is there.
    """
    if url.path is not None:
        require_file(url.path)
    return _open(url, KnownStore())


def _find_record(
    store: Store, settings: Settings, t0: int, scenario: Scenario | None, known: KnownStore
) -> tuple[ServerRecord, bool]:
    """Return what the server chose, and True if its accounts go on."""
    values = store.read_record()
    store.lost, record = decode_losses(values), read_record(values)
    if record is not None:
        record.corpus.refuse_others(settings, store.name)
    wanted = encode_scenario(scenario)
    # The accounts may play it already: a reload of its file, or a test, has set it since the last start.
    if record is None or wanted not in (record.start_scenario, encode_scenario(record.scenario)):
        return _begin(store, settings, t0 if record is None else record.corpus.now, scenario), False
    if record.start_scenario != wanted or not known.is_served:
        record.start_scenario = wanted
        record.served_since = record.served_since if known.is_served else wall_microseconds()
        store.save(Batch(record=record.encode()))
    return record, True


def _open(url: StoreUrl, known: KnownStore) -> Store:
    if url.path is not None:
        return SqliteStore(url.path)
    from mockserver.account.storage.redis_store import RedisStore  # its package may not be installed

    return RedisStore(url, known)


def _begin(store: Store, settings: Settings, t0: int, scenario: Scenario | None) -> ServerRecord:
    """Write a new record, without accounts, and return it."""
    store.clear()
    corpus, start_scenario = CorpusSettings.from_settings(settings, t0), encode_scenario(scenario)
    record = ServerRecord(corpus, start_scenario, scenario, {}, wall_microseconds())
    store.save(Batch(record=record.encode()))
    return record
