"""What changed of accounts, and is not saved yet."""

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

import msgspec

from mockserver.account.account import Account
from mockserver.account.storage.encoding import Groups, encode_groups, encode_scenario
from mockserver.account.storage.losses import RECORD_NAME, encode_losses
from mockserver.account.storage.saved_account import AccountExtras
from mockserver.account.storage.store import Batch, Loss
from mockserver.account.storage.unsaved_changes import ChangeCollector, SavedProgress

if TYPE_CHECKING:
    from scenarios.model import Scenario


class Unsaved(msgspec.Struct, frozen=True):
    """A batch that is being saved, and what is needed if that fails."""

    batch: Batch
    marked: tuple[Account, ...]
    progress: dict[Account, SavedProgress]


class PendingChanges:
    """Knows which accounts have changes that are not saved yet.

    Args:
        keys: the accounts in the store, by AccountSid in lower case.
        find_account: returns the present account by its AccountSid.
        collect_extras: returns what an account has besides its log and its requests.
    """

    def __init__(
        self,
        keys: list[str],
        find_account: Callable[[str], Account | None],
        collect_extras: Callable[[Account], AccountExtras],
    ) -> None:
        self._keys = set(keys)
        self._find_account = find_account
        self._collector = ChangeCollector(collect_extras)
        self._changed: dict[Account, None] = {}
        self._under_way: tuple[Account, ...] = ()
        """The accounts whose changes are being saved."""
        self._record: dict[str, bytes] = {}
        """What the server chose and is not saved yet."""
        self._removed: set[str] = set()
        """The accounts that are still to be removed."""
        self._lock = Lock()

    @property
    def has_any(self) -> bool:
        """True if something is not saved yet."""
        return bool(self._changed or self._record or self._removed or self._under_way)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def has_changes(self, account: Account) -> bool:
        """Return True if something of an account is not saved yet."""
        return account in self._changed or account in self._under_way

    def add(self, account: Account) -> None:
        """Note that an account has changes."""
        self._changed[account] = None

    def mark_as_loaded(self, account: Account) -> None:
        """Note that all of an account comes from the store."""
        self._collector.mark_as_loaded(account)

    def set_groups(self, groups: Groups) -> None:
        """Save the groups of accounts, with the next account."""
        self._record["groups"] = encode_groups(groups)

    def set_losses(self, losses: tuple[Loss, ...]) -> None:
        """Save what the store has lost, with the next account."""
        self._record[RECORD_NAME] = encode_losses(losses)

    def forget(self, key: str, groups: Groups) -> None:
        """Remove an account from the store, and save the groups without it."""
        if key in self._keys:
            self._keys.discard(key)
            self._removed.add(key)
        self.set_groups(groups)

    def begin_again(self, scenario: "Scenario | None") -> None:
        """Remove all accounts from the store, and save what those play that begin now."""
        self._removed |= self._keys
        self._keys.clear()
        self._changed.clear()
        self._record["scenario"] = encode_scenario(scenario)
        self.set_groups({})

    def take(self) -> Unsaved:
        """Return everything that changed, which is saved now."""
        with self._lock:
            changed, self._changed = self._changed, {}  # another thread may note changes meanwhile
            marked = tuple(account for account in changed if self._find_account(account.sid) is account)
            changes, progress = self._collector.collect(marked)
            batch = Batch(changes, self._record, self._removed)
            self._record, self._removed, self._under_way = {}, set(), marked
            self._keys.update(own.key for own in changes)
            return Unsaved(batch, marked, progress)

    def confirm(self, unsaved: Unsaved) -> None:
        """Note that changes were saved."""
        self._collector.confirm(unsaved.progress)
        self._under_way = ()

    def put_back(self, unsaved: Unsaved) -> None:
        """Note that changes were not saved: the next batch has them."""
        with self._lock:
            self._changed = dict.fromkeys((*unsaved.marked, *self._changed))
            self._record = {**unsaved.batch.record, **self._record}
            self._removed.update(unsaved.batch.removed)
            self._under_way = ()
