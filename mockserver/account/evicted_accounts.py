"""What stays of an account that was evicted from memory: all that its settings and scenario do not determine."""

from collections import OrderedDict

import msgspec

from mockserver.account.account import Account

_MAX_REMEMBERED = 10_000


class EvictedAccount(msgspec.Struct, frozen=True):
    """An account that was evicted before any request changed it."""

    request_count: int = 0
    """The number of its requests, which its next journal counts as dropped."""
    clock_origin: int | None = None
    """The tick at which its clock started; None if it never had one of its own."""


_NEVER_SEEN = EvictedAccount()


class EvictedAccounts:
    """The evicted accounts by AccountSid in lower case: the latest 10,000."""

    def __init__(self) -> None:
        self._accounts: OrderedDict[str, EvictedAccount] = OrderedDict()

    def __len__(self) -> int:
        return len(self._accounts)

    def add(self, key: str, account: Account) -> None:
        """Remember an account."""
        origin = None if account.scenario is None else account.clock.setting[1]
        self._accounts[key] = EvictedAccount(account.journal.total, origin)
        if len(self._accounts) > _MAX_REMEMBERED:
            self._accounts.popitem(last=False)

    def take(self, key: str) -> EvictedAccount:
        """Remove and return what is known of an account."""
        return self._accounts.pop(key, _NEVER_SEEN)

    def clear(self) -> None:
        """Forget all."""
        self._accounts.clear()
