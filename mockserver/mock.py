"""Everything that one server knows: its settings, its accounts and its cache."""

import asyncio
from collections.abc import Callable

from mockserver.account.account import Account, CommandListener
from mockserver.account.account_replacer import AccountReplacer
from mockserver.account.accounts_in_memory import AccountsInMemory
from mockserver.account.factory import AccountFactory
from mockserver.account.gradual import run_at_once, run_between_requests
from mockserver.account.new_accounts import NewAccounts
from mockserver.account.overrides import AccountOverrides
from mockserver.account.requests_in_progress import RequestsInProgress
from mockserver.account.snapshots import Snapshots
from mockserver.account.worker import Worker
from mockserver.callbacks.sender import CallbackSender
from mockserver.journal.budget import LogBudget
from mockserver.rest.representations.cache import ByteCache
from mockserver.settings.machine_clock import real_pause, stopwatch
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings
from scenarios.model import Scenario


class Mock:
    """One mock, shared by any number of servers and tests. Two mocks share nothing.

    Args:
        settings: the settings.
        scenario: the scenario of every account, instead of the one that the settings name.
        instance_id: 16 hexadecimal digits that make this mock's request ids unique.
        control_token: the bearer token of the control API; None requires none, for loopback.
        stopwatch: returns monotonic real seconds, by which rate limits and `Retry-After` count.

    Raises:
        ScenarioError: if the scenario is invalid.
        ScenarioSetupError: if the corpus has no room for it.
        SpanTooShortError: if the span is too short for the number of recordings.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        scenario: Scenario | None = None,
        instance_id: str = "0" * 16,
        control_token: str | None = None,
        stopwatch: Callable[[], float] = stopwatch,
    ) -> None:
        self.settings = Settings() if settings is None else settings
        self.instance_id = instance_id
        self.control_token = control_token
        self.stopwatch = stopwatch
        self.requests_in_progress = RequestsInProgress()
        self.cache = ByteCache()
        self.sender = CallbackSender(self.settings.callback_hosts, real_pause)
        self.worker = Worker(self.sender)
        self.overrides: dict[str, AccountOverrides] = {}
        """By AccountSid in lower case, for the accounts that have any."""
        self.account_factory = AccountFactory(self.settings, self.overrides)
        self.demo, self.declared_accounts = self.account_factory.demo_account, self.account_factory.declared_accounts
        self.api_keys = {key.sid.lower(): key for key in self.settings.api_key}
        """The declared API keys, by SID in lower case."""
        if scenario is None and self.settings.scenario:
            from scenarios.loading.combine import merge_scenarios
            from scenarios.loading.scenario_input import load_any_scenario  # imports YAML: not without a scenario

            scenario = merge_scenarios([load_any_scenario(name) for name in self.settings.scenario])
        self.scenario = scenario
        """The scenario of every account that has no other."""
        self.snapshots = Snapshots()
        self.log_budget = LogBudget(self.settings.journal_memory)
        """The memory of the requests, events and callbacks of all accounts."""
        self._new_accounts = NewAccounts(self.account_factory, self.log_budget)
        self._preparations: dict[str, asyncio.Task[None]] = {}
        self._accounts = AccountsInMemory(self._is_evictable, self._remember_evicted)
        self._replacer = AccountReplacer(self._accounts, self._new_accounts, self.worker, self.cache)
        self.account(self.demo.sid)  # settings that no corpus can have are rejected here, not by a request

    def account(self, sid: str) -> Account:
        """Return the account with a well-formed AccountSid, and create it if needed.

        An account that is only read has no state: it may be dropped and created again.
        """
        key = sid.lower()
        account = self._accounts.use(key)
        if account is None:
            account = run_at_once(self._new_accounts.create(key, self.scenario))
            self._accounts.add(key, account)
        return account

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
        scenario = self.scenario
        try:
            account = await run_between_requests(self._new_accounts.create(key, self.scenario))
        finally:
            self._preparations.pop(key, None)
        if scenario is self.scenario and self.find_account(key) is None:
            self._accounts.add(key, account)
        else:
            account.close()

    def configure(self, sid: str, overrides: AccountOverrides) -> None:
        """Replace the overrides of an account.

        Raises:
            ScenarioSetupError: if a route is not allowed. The account then stays unchanged.
        """
        from mockserver.account.commands.callbacks import ChangeDeliverySettings

        key, account = sid.lower(), self.account(sid)
        settings = self.account_factory.build_delivery_settings(account.scenario, overrides)
        account.apply(ChangeDeliverySettings.from_settings(settings))
        self.overrides.pop(key, None)
        if overrides != AccountOverrides():
            self.overrides[key] = overrides

    def set_up_scenario(self, sid: str, scenario: Scenario | None, base_url: str | None = None) -> Account:
        """Replace an account by a new one that plays a scenario, or none. The journal stays.

        Args:
            base_url: the scheme and host that the client uses for this server.

        Raises:
            ScenarioSetupError: if the corpus has no room for the scenario. The account then stays unchanged.
            SpanTooShortError: if the span is too short for the number of recordings.
            MixError: if no corpus can have these shares.
        """
        steps = self._new_accounts.create_replacement(sid.lower(), scenario, base_url)
        return self._replacer.install(sid.lower(), run_at_once(steps))

    async def set_up_scenario_gradually(self, sid: str, scenario: Scenario | None, base_url: str) -> Account:
        """Replace an account like `set_up_scenario`. Until the new one is complete, requests reach the old one."""
        steps = self._new_accounts.create_replacement(sid.lower(), scenario, base_url)
        return await self._replacer.install_gradually(sid.lower(), steps)

    def forget(self, sid: str) -> None:
        """Drop an account with its overrides and snapshots. The next request creates it again."""
        key = sid.lower()
        if (account := self._accounts.remove(key)) is not None:
            self._replacer.drop(account)
            self.cache.remove_account(account.cache_key)
        self.overrides.pop(key, None)
        self.snapshots.forget(f"AC{key[2:]}")
        self._new_accounts.evicted.take(key)
        self._new_accounts.start_generation()

    def reset(self, sid: str, base_url: str | None = None) -> Account:
        """Restore an account's first state, with an empty journal."""
        account = self.set_up_scenario(sid, self.scenario, base_url)
        account.journal.clear()
        return account

    async def reset_gradually(self, sid: str, base_url: str) -> Account:
        """Restore an account like `reset`. Until the new one is complete, requests reach the old one."""
        account = await self.set_up_scenario_gradually(sid, self.scenario, base_url)
        account.journal.clear()
        return account

    def roll_back(self, sid: str, snapshot: bytes, scenario: Scenario | None) -> Account:
        """Restore an account from a snapshot and the scenario of that time."""
        steps = self._new_accounts.create_from_snapshot(sid.lower(), snapshot, scenario, self.log_budget)
        return self._replacer.install(sid.lower(), run_at_once(steps))

    async def roll_back_gradually(self, sid: str, snapshot: bytes, scenario: Scenario | None) -> Account:
        """Restore an account like `roll_back`. Until the new one is complete, requests reach the old one."""
        steps = self._new_accounts.create_from_snapshot(sid.lower(), snapshot, scenario, self.log_budget)
        return await self._replacer.install_gradually(sid.lower(), steps)

    def copy_account(self, account: Account) -> Account:
        """Return a copy of an account that no request reaches, to look into the future. It sends no callbacks."""
        create = self._new_accounts.create_from_snapshot
        return run_at_once(create(account.sid.lower(), account.snapshot(), account.scenario, None))

    def replace_scenario(self, scenario: Scenario | None) -> None:
        """Play another scenario in every account. All accounts start from their first state.

        Raises:
            The errors of `set_up_scenario`; all accounts then stay unchanged.
        """
        self._restart(scenario, run_at_once(self._new_accounts.create_replacement(self.demo.sid.lower(), scenario)))

    async def replace_scenario_gradually(self, scenario: Scenario | None) -> None:
        """Play another scenario like `replace_scenario`. Until it is set up once, requests reach the old accounts."""
        steps = self._new_accounts.create_replacement(self.demo.sid.lower(), scenario)
        self._restart(scenario, await run_between_requests(steps))

    def _restart(self, scenario: Scenario | None, account: Account) -> None:
        """Drop all accounts, and begin with one that plays another scenario."""
        self.scenario = scenario
        for other in self.list_accounts_in_memory():
            self._replacer.drop(other)
        self._accounts.clear()
        self._new_accounts.evicted.clear()
        self._new_accounts.start_generation()
        self.cache.clear()
        self._accounts.add(self.demo.sid.lower(), account)

    def listen(self, listener: CommandListener) -> None:
        """Call a listener with every command of every account from now on, before the command is applied."""
        self._accounts.listen(listener)

    def set_address(self, address: Address) -> None:
        """Set the real address of the server before it starts, for the URLs in scripted callbacks.

        Calls then ask no app at its port.
        """
        self.account_factory.address = address
        self.sender.own_ports = frozenset({address.port})
        if self.scenario is not None:
            self.replace_scenario(self.scenario)

    def list_accounts_with_state(self) -> list[Account]:
        """Return the accounts that cannot be created again as they are."""
        return self._accounts.list_with_state()

    def list_accounts_in_memory(self) -> list[Account]:
        """Return the accounts in memory, with or without state."""
        return list(self._accounts)

    def _is_evictable(self, account: Account) -> bool:
        """Return True if the account can be created again as it is."""
        return account.scenario is self.scenario and not account.has_state and not account.journal.has_listeners

    def _remember_evicted(self, key: str, account: Account) -> None:
        self._new_accounts.add_evicted(key, account)
        self._replacer.drop(account)
