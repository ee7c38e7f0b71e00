"""Snapshots of accounts, to roll back to."""

from collections import Counter, OrderedDict
from typing import TYPE_CHECKING

import msgspec

from mockserver.account.account import Account
from mockserver.settings.machine_clock import wall_microseconds

if TYPE_CHECKING:
    from scenarios.model import Scenario

_MAX_SNAPSHOTS = 16
"""Per account. The oldest is dropped first."""
_MAX_BYTES = 64 << 20
"""For all accounts together. The oldest are dropped first, but never the latest."""


class Snapshot(msgspec.Struct, frozen=True):
    """An encoded state and its scenario."""

    state: bytes
    scenario: "Scenario | None"
    at: int
    """The instant on the account's clock."""
    taken_at: int
    """The instant on the machine's clock."""


class Snapshots:
    """The snapshots of all accounts, by AccountSid and name."""

    def __init__(self) -> None:
        self._snapshots: OrderedDict[tuple[str, str], Snapshot] = OrderedDict()
        self._size_bytes = 0
        self._change_counts: Counter[str] = Counter()

    def get_change_count(self, account_sid: str) -> int:
        """Return how often a snapshot of an account was taken or dropped."""
        return self._change_counts[account_sid]

    def take(self, account: Account, name: str) -> Snapshot:
        """Store an account's state under a name, replacing any snapshot of that name, and return it."""
        snapshot = Snapshot(account.snapshot(), account.scenario, account.clock.now(), wall_microseconds())
        self.keep(account.sid, name, snapshot)
        return snapshot

    def keep(self, account_sid: str, name: str, snapshot: Snapshot) -> None:
        """Store a snapshot under a name, replacing any snapshot of that name."""
        self._remove((account_sid, name))
        self._snapshots[account_sid, name] = snapshot
        self._size_bytes += len(snapshot.state)
        self._change_counts[account_sid] += 1
        own = self._list_keys(account_sid)
        if len(own) > _MAX_SNAPSHOTS:
            self._remove(own[0])
        while self._size_bytes > _MAX_BYTES and len(self._snapshots) > 1:
            self._remove(next(iter(self._snapshots)))

    def list_named(self, account_sid: str) -> list[tuple[str, Snapshot]]:
        """Return the names and the snapshots of an account, oldest first."""
        return [(key[1], snapshot) for key, snapshot in self._snapshots.items() if key[0] == account_sid]

    def find(self, account_sid: str, name: str) -> Snapshot | None:
        """Return the snapshot of an account by name, or None if there is none."""
        return self._snapshots.get((account_sid, name))

    def forget(self, account_sid: str) -> None:
        """Remove the snapshots of an account."""
        for key in self._list_keys(account_sid):
            self._remove(key)

    def _list_keys(self, account_sid: str) -> list[tuple[str, str]]:
        return [key for key in self._snapshots if key[0] == account_sid]

    def _remove(self, key: tuple[str, str]) -> None:
        removed = self._snapshots.pop(key, None)
        if removed is not None:
            self._size_bytes -= len(removed.state)
            self._change_counts[key[0]] += 1
