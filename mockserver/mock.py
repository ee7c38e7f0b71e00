"""Everything that one server knows: its settings, its accounts and its cache."""

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from mockserver.account.account import Account
from mockserver.account.account_groups import GroupMember
from mockserver.account.account_store import AccountStore
from mockserver.account.command_log import CommandLog
from mockserver.account.factory import AccountFactory
from mockserver.account.gradual import run_at_once, run_between_requests
from mockserver.account.overrides import AccountOverrides
from mockserver.account.requests_in_progress import RequestsInProgress
from mockserver.account.snapshots import Snapshots
from mockserver.account.worker import Worker
from mockserver.callbacks.sender import CallbackSender
from mockserver.journal.budget import LogBudget
from mockserver.journal.journal import Entry, Journal
from mockserver.journal.request_counts import RequestCounts
from mockserver.rest.representations.cache import ByteCache
from mockserver.settings.machine_clock import real_pause, stopwatch
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings

if TYPE_CHECKING:
    from mockserver.account.notices import Notices
    from scenarios.model import Scenario

RequestListener = Callable[[Account | None, Entry], object]


class Mock(AccountStore):
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
        scenario: "Scenario | None" = None,
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
        self.request_counts = RequestCounts()
        self.sender = CallbackSender(self.settings.callback_hosts, real_pause)
        self.worker = Worker(self.sender)
        self.on_request: RequestListener | None = None
        """Called with each request to an account or to an unknown path; not with those of the control API."""
        self.overrides: dict[str, AccountOverrides] = {}
        """By AccountSid in lower case, for the accounts that have any."""
        self.api_keys = {key.sid.lower(): key for key in self.settings.api_key}
        """The declared API keys, by SID in lower case."""
        if scenario is None and self.settings.scenario:
            from scenarios.loading.combine import merge_scenarios
            from scenarios.loading.scenario_input import load_any_scenario  # imports YAML: not without a scenario

            scenario = merge_scenarios([load_any_scenario(name) for name in self.settings.scenario])
        self.snapshots = Snapshots()
        self.log_budget = LogBudget(self.settings.journal_memory)
        """The memory of the requests, events and callbacks of all accounts."""
        super().__init__(AccountFactory(self.settings, self.overrides), self.log_budget, self.worker, self.cache)
        if scenario is not None and scenario.accounts:
            self.replace_scenario(scenario)
        self.scenario = scenario
        self.account(self.demo.sid)  # settings that no corpus can have are rejected here, not by a request

    @cached_property
    def notices(self) -> "Notices":
        """The accounts that clients follow. Most servers have none."""
        from mockserver.account.notices import Notices

        return Notices(
            self.instance_id,
            self.find_account,
            lambda account: (self.overrides.get(account.sid.lower()), self.snapshots.get_change_count(account.sid)),
        )

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
        return [self._replacer.install(account.sid.lower(), account) for account in accounts]

    def set_address(self, address: Address) -> None:
        """Set the real address of the server before it starts, for the URLs in scripted callbacks.

        Calls then ask no app at its port.
        """
        self.account_factory.address = address
        self.sender.own_ports = frozenset({address.port})
        if self.scenario is not None:
            self.replace_scenario(self.scenario)
