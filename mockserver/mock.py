"""Everything that one server knows: its settings, its accounts and its cache."""

from collections import OrderedDict
from collections.abc import Sequence
from itertools import count

import msgspec

from mockserver.account.account import Account
from mockserver.account.factory import AccountFactory
from mockserver.account.overrides import AccountOverrides
from mockserver.account.snapshots import Snapshots
from mockserver.account.state.state import State
from mockserver.account.worker import Worker
from mockserver.callbacks.sender import CallbackSender
from mockserver.journal.journal import Journal
from mockserver.rest.representations.cache import ByteCache
from mockserver.settings.machine_clock import real_pause
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings
from scenarios.model import DECODE_LOCK, Scenario

_MAX_ACCOUNTS_WITHOUT_STATE = 64


class Mock:
    """One mock, shared by any number of servers and tests. Two mocks share nothing.

    Args:
        settings: the settings.
        scenario: the scenario of every account, instead of the one that the settings name.
        instance_id: 16 hexadecimal digits that make this mock's request ids unique.
        control_token: the bearer token of the control API; None requires none, for loopback.

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
    ) -> None:
        self.settings = Settings() if settings is None else settings
        self.instance_id = instance_id
        self.control_token = control_token
        self.cache = ByteCache()
        self.worker = Worker(CallbackSender(self.settings.callback_hosts, real_pause))
        self.overrides: dict[str, AccountOverrides] = {}
        """By AccountSid in lower case, for the accounts that have any."""
        self.account_factory = AccountFactory(self.settings, self.overrides)
        self.demo, self.declared_accounts = self.account_factory.demo_account, self.account_factory.declared_accounts
        self.api_keys = {key.sid.lower(): key for key in self.settings.api_key}
        """The declared API keys, by SID in lower case."""
        self.scenario = _load_scenarios(self.settings.scenario) if scenario is None else scenario
        """The scenario of every account that has no other."""
        self.snapshots = Snapshots()
        self._serial_numbers = count(1)
        self._accounts_with_state: dict[str, Account] = {}
        self._accounts_without_state: OrderedDict[str, Account] = OrderedDict()
        self._dropped_request_counts: dict[str, int] = {}
        """The number of requests in journals that were dropped with their accounts."""
        self.account(self.demo.sid)  # settings that no corpus can have are rejected here, not by a request

    def account(self, sid: str) -> Account:
        """Return the account with a well-formed AccountSid, and create it if needed.

        An account that is only read has no state: it may be dropped and created again.
        """
        key = sid.lower()
        account = self._accounts_with_state.get(key)
        if account is not None:
            return account
        account = self._accounts_without_state.get(key)
        if account is None:
            account = self._accounts_without_state[key] = self.account_factory.create(
                key, self.scenario, Journal(self._dropped_request_counts.pop(key, 0))
            )
            self._evict_oldest()
        elif account.has_state:
            self._accounts_with_state[key] = self._accounts_without_state.pop(key)
        else:
            self._accounts_without_state.move_to_end(key)
        return account

    def configure(self, sid: str, overrides: AccountOverrides) -> None:
        """Replace the overrides of an account.

        Raises:
            ScenarioSetupError: if a route is not allowed. The account then stays unchanged.
        """
        key, account = sid.lower(), self.account(sid)
        account.callbacks.settings = self.account_factory.build_delivery_settings(account.scenario, overrides)
        if overrides == AccountOverrides():
            self.overrides.pop(key, None)
        else:
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
        key = sid.lower()
        journal = self.account(key).journal
        made = self.account_factory.create(
            key, scenario, journal, cache_key=(key, next(self._serial_numbers)), base_url=base_url
        )
        self._replace_account(key, made)
        return made

    def reset(self, sid: str, base_url: str | None = None) -> Account:
        """Restore an account's first state, with an empty journal."""
        account = self.set_up_scenario(sid, self.scenario, base_url)
        account.journal.clear()
        return account

    def roll_back(self, sid: str, snapshot: bytes, scenario: Scenario | None) -> Account:
        """Restore an account from a snapshot and the scenario of that time."""
        key = sid.lower()
        made = self._create_from_snapshot(key, snapshot, scenario, self.account(key).journal)
        self._replace_account(key, made)
        return made

    def copy_account(self, account: Account) -> Account:
        """Return a copy of an account that no request reaches, to look into the future. It sends no callbacks."""
        return self._create_from_snapshot(account.sid.lower(), account.snapshot(), account.scenario, Journal())

    def replace_scenario(self, scenario: Scenario | None) -> None:
        """Play another scenario in every account. All accounts start from their first state.

        Raises:
            The errors of `set_up_scenario`; all accounts then stay unchanged.
        """
        self.account_factory.create(self.demo.sid, scenario, Journal())
        self.scenario = scenario
        for account in (*self._accounts_with_state.values(), *self._accounts_without_state.values()):
            self._close_account(account)
        self._accounts_with_state.clear()
        self._accounts_without_state.clear()
        self._dropped_request_counts.clear()
        self.cache.clear()

    def set_address(self, address: Address) -> None:
        """Set the real address of the server before it starts, for the URLs in scripted callbacks."""
        self.account_factory.address = address
        if self.scenario is not None:
            self.replace_scenario(self.scenario)

    def list_accounts_with_state(self) -> list[Account]:
        """Return the accounts that have state."""
        self._keep_accounts_with_state()
        return list(self._accounts_with_state.values())

    def list_accounts_in_memory(self) -> list[Account]:
        """Return the accounts in memory, with or without state."""
        return [*self._accounts_with_state.values(), *self._accounts_without_state.values()]

    def _create_from_snapshot(self, key: str, snapshot: bytes, scenario: Scenario | None, journal: Journal) -> Account:
        with DECODE_LOCK:
            state = msgspec.msgpack.decode(snapshot, type=State)
        serial = next(self._serial_numbers)
        return self.account_factory.create(key, scenario, journal, cache_key=(key, serial), state=state)

    def _replace_account(self, key: str, account: Account) -> None:
        self._close_account(self.account(key))
        self._accounts_without_state.pop(key, None)
        self._accounts_with_state[key] = account

    def _close_account(self, account: Account) -> None:
        account.close()
        self.worker.unschedule(account)

    def _keep_accounts_with_state(self) -> None:
        """Move accounts that have state by now, and evict the oldest without."""
        own = [
            key
            for key, account in self._accounts_without_state.items()
            if account.has_state or account.journal.has_listeners
        ]
        for key in own:
            self._accounts_with_state[key] = self._accounts_without_state.pop(key)
        self._evict_oldest()

    def _evict_oldest(self) -> None:
        """Evict the least recently used accounts that have no state."""
        while len(self._accounts_without_state) > _MAX_ACCOUNTS_WITHOUT_STATE:
            key, account = self._accounts_without_state.popitem(last=False)
            if account.has_state or account.journal.has_listeners:
                self._accounts_with_state[key] = account
            else:
                self._dropped_request_counts[key] = account.journal.total


def _load_scenarios(names: Sequence[str]) -> Scenario | None:
    if not names:
        return None
    from scenarios.loading.combine import merge_scenarios
    from scenarios.loading.scenario_input import load_any_scenario  # imports YAML: not without a scenario

    return merge_scenarios([load_any_scenario(name) for name in names])
