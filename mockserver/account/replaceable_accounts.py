"""Replaces accounts: by one that plays another scenario, by a snapshot, or by the first state."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mockserver.account.account import Account
from mockserver.account.account_groups import GroupMember
from mockserver.account.account_store import AccountStore
from mockserver.account.command_log import CommandLog
from mockserver.account.factory import AccountFactory
from mockserver.account.gradual import run_at_once, run_between_requests
from mockserver.account.overrides import AccountOverrides
from mockserver.account.snapshots import Snapshots
from mockserver.account.worker import Worker
from mockserver.journal.budget import LogBudget
from mockserver.journal.journal import Journal
from mockserver.rest.representations.cache import ByteCache

if TYPE_CHECKING:
    from scenarios.model import Scenario


class ReplaceableAccounts(AccountStore):
    """The accounts of one server, each of which may be replaced by another.

    Args:
        account_factory: creates accounts.
        overrides: the overrides of accounts by AccountSid in lower case, for those that have any.
        log_budget: the memory of the requests, events and callbacks of all accounts.
        worker: sends the callbacks of accounts.
        cache: the rendered responses.
    """

    def __init__(
        self,
        account_factory: AccountFactory,
        overrides: dict[str, AccountOverrides],
        log_budget: LogBudget,
        worker: Worker,
        cache: ByteCache,
    ) -> None:
        super().__init__(account_factory, log_budget, worker, cache)
        self.overrides = overrides
        self.log_budget = log_budget
        self.worker = worker
        self.cache = cache
        self.snapshots = Snapshots()
        self.forget_listeners: list[Callable[[str], object]] = []
        """Called with the AccountSid, in lower case, of each account that is forgotten."""

    def set_up_scenario(
        self, sid: str, scenario: "Scenario | None", base_url: str | None = None, token: str | None = None
    ) -> Account:
        """Replace an account by a new one that plays a scenario, or none. The journal stays.

        Args:
            base_url: the scheme and host that the client uses for this server.
            token: its auth token; None for the declared one, or one that is derived from the seed.

        Raises:
            ScenarioSetupError: if the corpus has no room for the scenario. The account then stays unchanged.
            SpanTooShortError: if the span is too short for the number of recordings.
            MixError: if no corpus can have these shares.
        """
        steps = self._new_accounts.create_replacement(sid.lower(), scenario, base_url, token)
        return self._replacer.install(sid.lower(), run_at_once(steps))

    async def set_up_scenario_gradually(self, sid: str, scenario: "Scenario | None", base_url: str) -> Account:
        """Replace an account like `set_up_scenario`. Until the new one is complete, requests reach the old one."""
        steps = self._new_accounts.create_replacement(sid.lower(), scenario, base_url)
        return await self._replacer.install_gradually(sid.lower(), steps)

    def forget(self, sid: str) -> None:
        """Drop an account with its overrides, snapshots and group. The next request creates it again."""
        key = sid.lower()
        for member in self.groups.forget(key):
            if member.key != key:
                self.forget(member.declared.sid)
        if (account := self._accounts.remove(key)) is not None:
            self._replacer.drop(account)
            self.cache.remove_account(account.cache_key)
        self.overrides.pop(key, None)
        self.snapshots.forget(f"AC{key[2:]}")
        self._new_accounts.evicted.take(key)
        self._new_accounts.start_generation()
        for listener in self.forget_listeners:
            listener(key)
        if self.saver is not None:
            self.saver.forget(key, self.groups.list_own())

    def reset(self, sid: str, base_url: str | None = None) -> Account:
        """Restore an account's first state, with an empty journal."""
        account = self.set_up_scenario(sid, self.find_scenario(sid.lower()), base_url)
        account.journal.clear()
        return account

    async def reset_gradually(self, sid: str, base_url: str) -> Account:
        """Restore an account like `reset`. Until the new one is complete, requests reach the old one."""
        account = await self.set_up_scenario_gradually(sid, self.find_scenario(sid.lower()), base_url)
        account.journal.clear()
        return account

    def roll_back(self, sid: str, snapshot: bytes, scenario: "Scenario | None") -> Account:
        """Restore an account from a snapshot and the scenario of that time."""
        steps = self._new_accounts.create_from_snapshot(sid.lower(), snapshot, scenario, self.log_budget)
        return self._replacer.install(sid.lower(), run_at_once(steps))

    async def roll_back_gradually(self, sid: str, snapshot: bytes, scenario: "Scenario | None") -> Account:
        """Restore an account like `roll_back`. Until the new one is complete, requests reach the old one."""
        steps = self._new_accounts.create_from_snapshot(sid.lower(), snapshot, scenario, self.log_budget)
        return await self._replacer.install_gradually(sid.lower(), steps)

    def rebuild(self, sid: str, log: CommandLog) -> Account:
        """Replace an account by the one that a log of commands leads to."""
        steps = self._new_accounts.create_from_log(sid.lower(), log, Journal(budget=self.log_budget))
        return self._replacer.install(sid.lower(), run_at_once(steps))

    def replace_scenario(self, scenario: "Scenario | None") -> None:
        """Play another scenario in every account. All accounts start from their first state.

        Raises:
            The errors of `set_up_scenario`; all accounts then stay unchanged.
        """
        members = self.groups.build_members(scenario)
        self._restart(scenario, members, run_at_once(self._new_accounts.create_first(scenario, members)))

    async def replace_scenario_gradually(self, scenario: "Scenario | None") -> None:
        """Play another scenario like `replace_scenario`. Until it is set up once, requests reach the old accounts."""
        members = self.groups.build_members(scenario)
        steps = self._new_accounts.create_first(scenario, members)
        self._restart(scenario, members, await run_between_requests(steps))

    def _restart(
        self, scenario: "Scenario | None", members: Sequence[GroupMember], accounts: Sequence[Account]
    ) -> None:
        """Drop all accounts, and begin with those that play another scenario."""
        self.scenario = scenario
        self.groups.restart(members)
        if self.saver is not None:
            self.saver.begin_again(scenario)
        for other in self.list_accounts_in_memory():
            self._replacer.drop(other)
        self._accounts.clear()
        self._new_accounts.evicted.clear()
        self._new_accounts.start_generation()
        self.cache.clear()
        for account in accounts:
            self._accounts.add(account.sid.lower(), account)

    async def set_up_accounts(self, sid: str, scenario: "Scenario", base_url: str) -> list[Account]:
        """Set up the accounts of a scenario for an account, which is the first of them.

        Raises:
            The errors of `set_up_scenario`; all accounts then stay unchanged.
        """
        members = self.groups.build_members(scenario, sid)
        accounts = await run_between_requests(self._new_accounts.create_members(members, base_url))
        for member in self.groups.replace(sid.lower(), members):
            self.forget(member.declared.sid)
        if self.saver is not None:
            self.saver.set_groups(self.groups.list_own())
        return [self._replacer.install(account.sid.lower(), account) for account in accounts]
