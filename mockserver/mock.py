"""Everything that one server knows: its settings, its accounts and its cache."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property, partial
from typing import TYPE_CHECKING

from mockserver.account.account import Account
from mockserver.account.factory import AccountFactory
from mockserver.account.overrides import AccountOverrides
from mockserver.account.replaceable_accounts import ReplaceableAccounts
from mockserver.account.requests_in_progress import RequestsInProgress
from mockserver.account.worker import Worker
from mockserver.callbacks.sender import CallbackSender
from mockserver.journal.budget import LogBudget
from mockserver.journal.journal import Entry
from mockserver.journal.request_counts import RequestCounts
from mockserver.rest.representations.cache import ByteCache
from mockserver.settings.machine_clock import real_pause, stopwatch
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings

if TYPE_CHECKING:
    from mockserver.account.notices import Notices
    from mockserver.account.storage.opening import OpenedStore
    from mockserver.account.storage.store import KnownStore
    from scenarios.model import Scenario

RequestListener = Callable[[Account | None, Entry], object]


class Mock(ReplaceableAccounts):
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
        self.request_counts = RequestCounts()
        self.sender = CallbackSender(self.settings.callback_hosts, real_pause)
        self.on_request: RequestListener | None = None
        """Called with each request to an account or to an unknown path; not with those of the control API."""
        self.list_workers: Callable[[], list[str]] = list
        """Returns the names of the processes that share the store, this one first; none if they cannot."""
        self.api_keys = {key.sid.lower(): key for key in self.settings.api_key}
        """The declared API keys, by SID in lower case."""
        if scenario is None and self.settings.scenario:
            from scenarios.loading.combine import merge_scenarios
            from scenarios.loading.scenario_input import load_any_scenario  # imports YAML: not without a scenario

            scenario = merge_scenarios([load_any_scenario(name) for name in self.settings.scenario])
        overrides: dict[str, AccountOverrides] = {}
        factory, budget = AccountFactory(self.settings, overrides), LogBudget(self.settings.journal_memory)
        super().__init__(factory, overrides, budget, Worker(self.sender), ByteCache())
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

    def set_address(self, address: Address, known_store: "KnownStore | None" = None) -> None:
        """Set the real address of the server before it starts, for the URLs in scripted callbacks.

        Calls then ask no app at its port.

        Args:
            known_store: see `open_store`.
        """
        self.account_factory.address = address
        self.sender.own_ports = frozenset({address.port})
        if not self.settings.store.is_memory:
            self.open_store(known_store)
        elif self.scenario is not None:
            self.replace_scenario(self.scenario)

    def open_store(self, known: "KnownStore | None" = None) -> None:
        """Continue with the accounts in the store of the settings, if they name one and it is not open yet.

        Args:
            known: the store as this process knew it before, to see if it has lost data.

        Raises:
            StoreError: if the store cannot be used, or was begun with other settings.
        """
        if not self.settings.store.is_memory and self.saver is None:
            from mockserver.account.storage.opening import open_store  # most servers keep accounts in memory
            from mockserver.account.storage.saved_account import collect_extras
            from mockserver.account.storage.store import KnownStore

            factory = self.account_factory
            collect = partial(collect_extras, self.overrides, self.snapshots)
            opened = open_store(
                self.settings, factory.t0, self.scenario, self.find_account, collect, known or KnownStore()
            )
            try:
                self._continue(opened)
            except BaseException:
                opened.saver.store.close()
                raise

    def _continue(self, opened: "OpenedStore") -> None:
        """Continue with the accounts of a store, or begin them there."""
        self.account_factory.t0, saver = opened.t0, opened.saver
        self.account_factory.sid_epoch = saver.store.epoch
        if opened.is_continued:
            self._restart(opened.scenario, self.groups.build_members(opened.scenario), ())
            for key, members in opened.groups.items():
                self.groups.replace(key, members)
            for key, extras in saver.store.list_extras():
                if extras.overrides is not None:
                    self.overrides[key] = extras.overrides
                for name, snapshot in extras.snapshots:
                    self.snapshots.keep(f"AC{key[2:]}", name, snapshot)
        self.saver, self.worker.saver, self._accounts.on_command = saver, saver, saver.mark
        if not opened.is_continued:
            self.replace_scenario(opened.scenario)
        for key in saver.store.list_keys(is_waiting=True):  # something happens in them without a request
            self.account(f"AC{key[2:]}")
        self.account(self.demo.sid)  # a store that cannot be read is refused here, not by a request

    @contextmanager
    def keeping_clocks(self) -> Iterator[None]:
        """Save the time of accounts now and then: a process that is killed cannot do it at its end."""
        saver = self.saver
        if saver is None:
            yield
            return
        from mockserver.account.storage.clock_saving import save_clocks_repeatedly  # not without a store

        steps = save_clocks_repeatedly(saver.store, self.list_accounts_in_memory, saver.note_error)
        task = asyncio.get_running_loop().create_task(steps)
        try:
            yield
        finally:
            task.cancel()

    def close_store(self) -> None:
        """Save what is left, and let another process use the store. What changes later is refused.

        Raises:
            StoreError: if it cannot be saved.
        """
        if self.saver is not None and not self.saver.is_closed:
            self.saver.close(self.list_accounts_in_memory())
