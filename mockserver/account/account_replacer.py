"""Replaces accounts, and closes those that nothing uses any more."""

from mockserver.account.account import Account
from mockserver.account.accounts_in_memory import AccountsInMemory
from mockserver.account.gradual import Steps, run_between_requests
from mockserver.account.new_accounts import NewAccounts
from mockserver.account.worker import Worker
from mockserver.rest.representations.cache import ByteCache


class AccountReplacer:
    """Replaces the accounts of one mock, by AccountSid in lower case."""

    def __init__(self, accounts: AccountsInMemory, new_accounts: NewAccounts, worker: Worker, cache: ByteCache) -> None:
        self._accounts = accounts
        self._new_accounts = new_accounts
        self._worker = worker
        self._cache = cache

    def install(self, key: str, account: Account) -> Account:
        """Replace an account. The journal stays."""
        if (old := self._accounts.find(key)) is None:
            account.journal = self._new_accounts.make_journal(key)
        else:
            account.journal = old.journal
            account.first_command = old.next_command
            account.journal.newest.note_replacement(account.journal.total, account.events.next_serial)
            self._close(old)
            self._cache.remove_account(old.cache_key)
        self._accounts.add(key, account)
        return account

    async def install_gradually(self, key: str, steps: Steps[Account]) -> Account:
        """Create an account, replace another by it, and free the other one's memory."""
        from mockserver.account.disposal import dispose  # not before the first replacement

        account = await run_between_requests(steps)
        old = self._accounts.find(key)
        self.install(key, account)
        if old is not None:
            await run_between_requests(dispose(old.state))
        return account

    def drop(self, account: Account) -> None:
        """Close an account that nothing replaces."""
        self._close(account)
        account.journal.clear()

    def _close(self, account: Account) -> None:
        account.close()
        self._worker.unschedule(account)
