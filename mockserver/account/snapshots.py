"""Snapshots of accounts, to roll back to."""

from collections import OrderedDict

import msgspec

from mockserver.account.account import Account
from scenarios.model import Scenario

_MAX_SNAPSHOTS = 16
"""Per account. The oldest is dropped first."""


class Snapshot(msgspec.Struct, frozen=True):
    """An encoded state and its scenario."""

    state: bytes
    scenario: Scenario | None


class Snapshots:
    """The snapshots of all accounts, by AccountSid and name."""

    def __init__(self) -> None:
        self._snapshots: dict[str, OrderedDict[str, Snapshot]] = {}

    def take(self, account: Account, name: str) -> None:
        """Store an account's state under a name, replacing any snapshot of that name."""
        kept = self._snapshots.setdefault(account.sid, OrderedDict())
        kept[name] = Snapshot(account.snapshot(), account.scenario)
        kept.move_to_end(name)
        if len(kept) > _MAX_SNAPSHOTS:
            kept.popitem(last=False)

    def find(self, account_sid: str, name: str) -> Snapshot | None:
        """Return the snapshot of an account by name, or None if there is none."""
        return self._snapshots.get(account_sid, OrderedDict()).get(name)
