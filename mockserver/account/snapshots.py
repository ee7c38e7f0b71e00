"""States of accounts that can be gone back to."""

from collections import OrderedDict

import msgspec

from mockserver.account.account import Account
from scenarios.model import Scenario

_MAX_SNAPSHOTS = 16
"""For each account; the oldest goes first."""


class Snapshot(msgspec.Struct, frozen=True):
    """A state, encoded, and what was played in it."""

    state: bytes
    scenario: Scenario | None


class Snapshots:
    """The snapshots of all accounts, by AccountSid and name."""

    def __init__(self) -> None:
        self._kept: dict[str, OrderedDict[str, Snapshot]] = {}

    def take(self, account: Account, name: str) -> None:
        """Keep an account's state under a name, instead of any that has it."""
        kept = self._kept.setdefault(account.sid, OrderedDict())
        kept[name] = Snapshot(account.snapshot(), account.scenario)
        kept.move_to_end(name)
        if len(kept) > _MAX_SNAPSHOTS:
            kept.popitem(last=False)

    def find(self, account_sid: str, name: str) -> Snapshot | None:
        """Return what is kept of an account under a name; None where nothing is."""
        return self._kept.get(account_sid, OrderedDict()).get(name)
