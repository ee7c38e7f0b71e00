"""All that one server knows: its settings, its accounts and what it has rendered."""

from collections import OrderedDict
from collections.abc import Sequence
from itertools import count

import msgspec

from mockserver.account.account import Account
from mockserver.account.factory import Worlds
from mockserver.account.overrides import AccountOverrides
from mockserver.account.snapshots import Snapshots
from mockserver.account.state.state import State
from mockserver.account.worker import Timekeeper
from mockserver.callbacks.sender import Courier
from mockserver.journal.journal import Journal
from mockserver.rest.representations.cache import ByteCache
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings
from scenarios.model import LEARNING, Scenario

_UNTOUCHED_KEPT = 64


class Mock:
    """One mock, which any number of servers and tests may share. Two of them never see each other.

    Args:
        settings: how it behaves.
        scenario: what is played in every account, instead of what the settings name.
        instance: 16 hexadecimal digits that tell its request ids from another's.
        control_token: what `/_mock` asks for; None leaves it open, which is for loopback.

    Raises:
        ScenarioError: for a scenario that cannot be.
        ArmingError: for one that the corpus has no room for.
        SpanTooShortError: for more recordings than there is time for.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        scenario: Scenario | None = None,
        instance: str = "0" * 16,
        control_token: str | None = None,
    ) -> None:
        self.settings = Settings() if settings is None else settings
        self.instance = instance
        self.control_token = control_token
        self.cache = ByteCache()
        self.timekeeper = Timekeeper(Courier(self.settings.callback_hosts), float(self.settings.callback_timeout))
        self.worlds = Worlds(self.settings)
        self.demo, self.declared = self.worlds.demo, self.worlds.declared
        self.scenario = _named(self.settings.scenario) if scenario is None else scenario
        """What is played in every account that was not given another."""
        self.snapshots = Snapshots()
        self.overrides: dict[str, AccountOverrides] = {}
        """By AccountSid in lower case, for the accounts that have any."""
        self._serials = count(1)
        self._touched: dict[str, Account] = {}
        self._untouched: OrderedDict[str, Account] = OrderedDict()
        self._journaled: dict[str, int] = {}
        """How many requests are forgotten of those that were dropped."""
        self.account(self.demo.sid)  # settings that no corpus can have are refused here, not on a request

    def account(self, sid: str) -> Account:
        """Return the account with a well-formed AccountSid; its world is made on first touch.

        One that was only read holds no state: it may be dropped, and is then made anew.
        """
        key = sid.lower()
        account = self._touched.get(key)
        if account is not None:
            return account
        account = self._untouched.get(key)
        if account is None:
            account = self._untouched[key] = self.worlds.make(key, self.scenario, Journal(self._journaled.pop(key, 0)))
            self._drop_oldest()
        elif account.is_its_own:
            self._touched[key] = self._untouched.pop(key)
        else:
            self._untouched.move_to_end(key)
        return account

    def arm(self, sid: str, scenario: Scenario | None, base_url: str | None = None) -> Account:
        """Give an account a new world, in which a scenario is played, or none; its journal stays.

        Args:
            base_url: by which name whoever asks knows this server.

        Raises:
            ArmingError: where the corpus has no room for it; the account stays as it was.
            SpanTooShortError: where there is no time for as many recordings.
            MixError: for shares that no corpus can have.
        """
        key = sid.lower()
        journal = self.account(key).journal
        made = self.worlds.make(key, scenario, journal, own=(key, next(self._serials)), base_url=base_url)
        self._put(key, made)
        return made

    def reset(self, sid: str, base_url: str | None = None) -> Account:
        """Give an account the world back that it had on first touch; its journal begins anew."""
        account = self.arm(sid, self.scenario, base_url)
        account.journal.clear()
        return account

    def restore(self, sid: str, snapshot: bytes, scenario: Scenario | None) -> Account:
        """Give an account the world back of which a snapshot was taken while a scenario was played."""
        key = sid.lower()
        with LEARNING:
            state = msgspec.msgpack.decode(snapshot, type=State)
        before = self.account(key)
        made = self.worlds.make(key, scenario, before.journal, own=(key, next(self._serials)), state=state)
        self._put(key, made)
        return made

    def replace_scenario(self, scenario: Scenario | None) -> None:
        """Play another scenario in every account: all of them begin anew.

        Raises:
            as `arm` does; everything stays as it was then.
        """
        self.worlds.make(self.demo.sid, scenario, Journal())
        self.scenario = scenario
        for account in (*self._touched.values(), *self._untouched.values()):
            self._retire(account)
        self._touched.clear()
        self._untouched.clear()
        self._journaled.clear()
        self.cache.clear()

    def serve_at(self, address: Address) -> None:
        """Be told where the server really listens, before it does: scripted callbacks tell it."""
        self.worlds.address = address
        if self.scenario is not None:
            self.replace_scenario(self.scenario)

    def accounts(self) -> list[Account]:
        """Return the accounts that hold any state."""
        self._settle()
        return list(self._touched.values())

    def known(self) -> list[Account]:
        """Return the accounts that are in memory, whether or not they hold any state."""
        return [*self._touched.values(), *self._untouched.values()]

    def _put(self, key: str, account: Account) -> None:
        self._retire(self.account(key))
        self._untouched.pop(key, None)
        self._touched[key] = account

    def _retire(self, account: Account) -> None:
        account.retire()
        self.timekeeper.leave(account)

    def _settle(self) -> None:
        """Move what was changed to where it stays, and drop the rest's oldest."""
        own = [key for key, account in self._untouched.items() if account.is_its_own or account.journal.is_watched]
        for key in own:
            self._touched[key] = self._untouched.pop(key)
        self._drop_oldest()

    def _drop_oldest(self) -> None:
        """Drop as many as are too many of those that were only read; what holds state is moved to where it stays."""
        while len(self._untouched) > _UNTOUCHED_KEPT:
            key, account = self._untouched.popitem(last=False)
            if account.is_its_own or account.journal.is_watched:
                self._touched[key] = account
            else:
                self._journaled[key] = account.journal.total


def _named(scenarios: Sequence[str]) -> Scenario | None:
    if not scenarios:
        return None
    from scenarios.loading.combine import combine
    from scenarios.loading.scenario_input import load_any_scenario  # slow to import, and many mocks need no scenario

    return combine([load_any_scenario(name) for name in scenarios])
