"""The accounts in memory. Those that can be created again as they are may be evicted."""

from collections import OrderedDict
from collections.abc import Callable, Iterator

from mockserver.account.account import Account, CommandListener

_MAX_ACCOUNTS_WITHOUT_STATE = 64


class AccountsInMemory:
    """Accounts by AccountSid in lower case.

    Args:
        is_evictable: returns True if an account can be created again as it is.
        on_evicted: called with each account that is evicted.
    """

    def __init__(self, is_evictable: Callable[[Account], bool], on_evicted: Callable[[str, Account], None]) -> None:
        self.on_command: CommandListener | None = None
        """Called for each command of the accounts that are added from now on."""
        self.has_strict_scenario = False
        """True if the scenario of an account said `auth: strict`. Requests to other servers need not look for one."""
        self._is_evictable = is_evictable
        self._on_evicted = on_evicted
        self._with_state: dict[str, Account] = {}
        self._without_state: OrderedDict[str, Account] = OrderedDict()
        """The accounts that had no state when this was last checked, the latest used last."""

    def __iter__(self) -> Iterator[Account]:
        return iter([*self._with_state.values(), *self._without_state.values()])

    def find(self, key: str) -> Account | None:
        """Return an account, or None if it is not in memory."""
        return self._with_state.get(key) or self._without_state.get(key)

    def use(self, key: str) -> Account | None:
        """Return an account like `find`, and mark it as used."""
        account = self._with_state.get(key)
        if account is not None:
            return account
        account = self._without_state.get(key)
        if account is not None:
            self._without_state.move_to_end(key)
        return account

    def add(self, key: str, account: Account) -> None:
        """Add an account, or replace it."""
        self.remove(key)
        self._without_state[key] = account
        self.has_strict_scenario |= account.scenario is not None and account.scenario.auth is not None
        if self.on_command is not None:
            account.on_command = self.on_command
            self.on_command(account)
        self.evict_oldest()

    def remove(self, key: str) -> Account | None:
        """Remove and return an account, or None if it is not in memory."""
        return self._with_state.pop(key, None) or self._without_state.pop(key, None)

    def clear(self) -> None:
        """Remove all accounts."""
        self._with_state.clear()
        self._without_state.clear()

    def list_with_state(self) -> list[Account]:
        """Return the accounts that cannot be created again as they are."""
        own = [key for key, account in self._without_state.items() if not self._is_evictable(account)]
        for key in own:
            self._with_state[key] = self._without_state.pop(key)
        self.evict_oldest()
        return list(self._with_state.values())

    def evict_oldest(self) -> None:
        """Evict the least recently used accounts that have no state."""
        while len(self._without_state) > _MAX_ACCOUNTS_WITHOUT_STATE:
            key, account = self._without_state.popitem(last=False)
            if self._is_evictable(account):
                self._on_evicted(key, account)
            else:
                self._with_state[key] = account
