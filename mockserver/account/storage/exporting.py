"""Reads an account from a store that no server uses, to export it. The store stays as it is."""

from generators.sids import Kind, is_sid
from generators.suggestion import suggest
from mockserver.account.account_groups import AccountGroups
from mockserver.account.export.writing import ExportSource
from mockserver.account.factory import AccountFactory
from mockserver.account.gradual import run_at_once
from mockserver.account.new_accounts import NewAccounts
from mockserver.account.overrides import AccountOverrides
from mockserver.account.storage.opening import open_existing
from mockserver.account.storage.server_record import ServerRecord, read_record
from mockserver.account.storage.store import Store
from mockserver.account.storage.store_error import StoreError
from mockserver.journal.budget import LogBudget
from mockserver.settings.machine_clock import measure_tick_origin
from mockserver.settings.settings import Settings
from mockserver.settings.store_url import StoreUrl

_MAX_LISTED = 5


def read_export_source(url: StoreUrl, name: str) -> ExportSource:
    """Return an account as it was saved last, with the settings that made it. The store does not know the others.

    Args:
        name: an AccountSid, `demo`, or the name of an account that a scenario sets up.

    Raises:
        StoreInUseError: if a server uses the store.
        StoreError: if the store cannot be read, or does not have the account.
    """
    store = open_existing(url)
    try:
        record = read_record(store.read_record())
        if record is None:
            raise StoreError(f"expected a store of accounts, found nothing in {store.name}.")
        return _read_account(store, record, name)
    finally:
        store.close()


def _read_account(store: Store, record: ServerRecord, name: str) -> ExportSource:
    settings = record.corpus.apply_to(Settings())
    overrides: dict[str, AccountOverrides] = {}
    factory = AccountFactory(settings, overrides)
    groups = AccountGroups(factory.seed, factory.demo_account, factory.declared_accounts)
    groups.restart(groups.build_members(record.scenario))
    for key, members in record.groups.items():
        groups.replace(key, members)
    key = _find_key(store, groups, name)
    tick_origin = measure_tick_origin()
    saved = store.load(key, tick_origin)
    if saved.extras.overrides is not None:
        overrides[key] = saved.extras.overrides
    accounts = NewAccounts(factory, LogBudget(settings.journal_memory))
    journal = accounts.make_stored_journal(saved.requests, saved.request_count, saved.generation, tick_origin)
    account = run_at_once(accounts.create_from_log(key, saved.log, journal))
    account.first_command = saved.extras.first_command
    account.stand_still(saved.clock.at)
    member = groups.find(key)
    return ExportSource(
        account=account,
        settings=settings,
        t0=factory.t0,
        base_url=factory.build_recording_defaults(account.base_url).base_url,
        name=None if member is None else member.name,
        overrides=overrides.get(key, AccountOverrides()),
        secrets=[declared.token for declared in factory.declared_accounts.values()],
    )


def _find_key(store: Store, groups: AccountGroups, name: str) -> str:
    keys, text = store.list_keys(), name.lower()
    named = {own.name: own.key for key in keys if (own := groups.find(key)) is not None and own.name is not None}
    key = groups.demo.sid.lower() if text == "demo" else text if is_sid(name, Kind.ACCOUNT) else named.get(name)
    if key in keys:
        return key
    sids = [f"AC{own[2:]}" for own in keys]
    listed = ", ".join(sids[:_MAX_LISTED]) + (", ..." if len(sids) > _MAX_LISTED else "")
    raise StoreError(
        f"expected an account of {store.name}, which has {listed or 'none'}, found {name[:80]!r}.{suggest(name, named)}"
    )
