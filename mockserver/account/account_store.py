"""The accounts of one server, each created when it is first needed."""

import asyncio
from typing import TYPE_CHECKING

from mockserver.account.account import Account
from mockserver.account.account_groups import AccountGroups
from mockserver.account.account_replacer import AccountReplacer
from mockserver.account.accounts_in_memory import AccountsInMemory
from mockserver.account.factory import AccountFactory
from mockserver.account.gradual import Steps, run_at_once, run_between_requests
from mockserver.account.new_accounts import NewAccounts
from mockserver.account.worker import Worker
from mockserver.journal.budget import LogBudget
from mockserver.rest.auth import DeclaredAccount
from mockserver.rest.representations.cache import ByteCache

if TYPE_CHECKING:
    from mockserver.account.storage.account_saver import AccountSaver
    from scenarios.model import Scenario


class AccountStore:
    """The accounts of one server by AccountSid, and what each of them plays.

    Args:
        account_factory: creates accounts.
        log_budget: the memory of the requests, events and callbacks of all accounts.
        worker: sends the callbacks of accounts.
        cache: the rendered responses.
    """

    def __init__(
        self, account_factory: AccountFactory, log_budget: LogBudget, worker: Worker, cache: ByteCache
    ) -> None:
        self.account_factory = account_factory
        self.declared_accounts = account_factory.declared_accounts
        self.groups = AccountGroups(account_factory.seed, account_factory.demo_account, self.declared_accounts)
        """The accounts that scenarios with `accounts` set up."""
        self.scenario: Scenario | None = None
        """The scenario of every account that has no other; one with `accounts` is played in those only."""
        self._new_accounts = NewAccounts(account_factory, log_budget)
        self.saver: AccountSaver | None = None
        """Saves accounts; None if they live in memory."""
        self._preparations: dict[str, asyncio.Task[None]] = {}
        self._accounts = AccountsInMemory(self._is_evictable, self._remember_evicted)
        self._replacer = AccountReplacer(self._accounts, self._new_accounts, worker, cache)

    @property
    def demo(self) -> DeclaredAccount:
        """The account that the server prints, and that programs get."""
        return self.groups.demo

    def find_name(self, sid: str) -> str | None:
        """Return the friendly name of an account, or None if it has the usual one."""
        key = sid.lower()
        member, declared = self.groups.find(key), self.declared_accounts.get(key)
        if member is not None and member.name is not None:
            return member.name
        return None if declared is None else declared.name

    def find_scenario(self, key: str) -> "Scenario | None":
        """Return what an account plays unless a test chooses otherwise, by its AccountSid in lower case."""
        member = self.groups.find(key)
        if member is not None:
            return member.scenario
        return None if self.scenario is not None and self.scenario.accounts else self.scenario

    @property
    def has_strict_scenario(self) -> bool:
        """True if the scenario of an account said `auth: strict`."""
        return self._accounts.has_strict_scenario

    def is_strict(self, key: str) -> bool:
        """Return True if the scenario of an account says `auth: strict`."""
        scenario = self._get_present_scenario(key)
        return scenario is not None and scenario.auth is not None

    def rotates_tokens(self, key: str) -> bool:
        """Return True if the scenario of an account rotates its auth tokens."""
        scenario = self._get_present_scenario(key)
        return scenario is not None and bool(scenario.tokens)

    def _get_present_scenario(self, key: str) -> "Scenario | None":
        account = self._accounts.find(key)
        return self.find_scenario(key) if account is None else account.scenario

    def account(self, sid: str) -> Account:
        """Return the account with a well-formed AccountSid, and create it if needed.

        An account that is only read has no state: it may be dropped and created again.
        """
        key = sid.lower()
        account = self._accounts.use(key)
        if account is None:
            account = run_at_once(self._create(key))
            self._accounts.add(key, account)
        return account

    def use_account(self, key: str) -> Account | None:
        """Return an account like `account` if it is in memory, by its AccountSid in lower case."""
        return self._accounts.use(key)

    def find_account(self, sid: str) -> Account | None:
        """Return an account if it is in memory."""
        return self._accounts.find(sid.lower())

    async def prepare_account(self, sid: str) -> None:
        """Create an account if needed, and answer other requests while its scenario is set up.

        Raises:
            ScenarioSetupError: if the corpus has no room for the scenario.
        """
        key = sid.lower()
        while self.find_account(key) is None:
            task = self._preparations.get(key)
            if task is None or task.get_loop() is not asyncio.get_running_loop():
                task = self._preparations[key] = asyncio.get_running_loop().create_task(self._prepare(key))
            await asyncio.shield(task)  # a client that leaves does not stop the others

    async def _prepare(self, key: str) -> None:
        scenario = self.find_scenario(key)
        try:
            account = await run_between_requests(self._create(key))
        finally:
            self._preparations.pop(key, None)
        if scenario is self.find_scenario(key) and self.find_account(key) is None:
            self._accounts.add(key, account)
        else:
            account.close()

    def _create(self, key: str) -> Steps[Account]:
        """Create an account as it is before any request, or as the store has it, in small steps."""
        if self.saver is None or key not in self.saver:
            return self._new_accounts.create(key, self.find_scenario(key))
        from mockserver.account.storage.loading import load_account  # most servers keep accounts in memory

        return load_account(self.saver, self._new_accounts, key)

    def copy_account(self, account: Account) -> Account:
        """Return a copy of an account that no request reaches, to look into the future. It sends no callbacks."""
        create = self._new_accounts.create_from_snapshot
        return run_at_once(create(account.sid.lower(), account.snapshot(), account.scenario, None))

    def list_accounts_with_state(self) -> list[Account]:
        """Return the accounts that cannot be created again as they are."""
        return self._accounts.list_with_state()

    def list_accounts_in_memory(self) -> list[Account]:
        """Return the accounts in memory, with or without state."""
        return list(self._accounts)

    def _is_evictable(self, account: Account) -> bool:
        """Return True if the account can be created again as it is."""
        is_first = account.scenario is self.find_scenario(account.sid.lower())
        is_saved = self.saver is None or not self.saver.has_changes(account)
        return is_first and is_saved and not account.has_state and not account.journal.has_listeners

    def _remember_evicted(self, key: str, account: Account) -> None:
        self._new_accounts.add_evicted(key, account)
        self._replacer.drop(account)
