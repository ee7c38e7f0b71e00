"""What a store does. Accounts are named by their AccountSid in lower case."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from mockserver.account.storage.contact import Contact
from mockserver.account.storage.saved_account import AccountExtras, ClockReading, SavedAccount, UnsavedChanges
from mockserver.account.storage.store_error import StoreError


class Batch(msgspec.Struct, frozen=True, weakref=True):
    """What is saved at once: all of it, or nothing."""

    accounts: Sequence[UnsavedChanges] = ()
    record: Mapping[str, bytes] = {}
    """What the server chose, by name."""
    removed: Iterable[str] = ()
    """The accounts that are removed before the others are written."""


class Loss(msgspec.Struct, frozen=True):
    """What a store lost of an account."""

    account: str
    """The AccountSid."""
    commands: int
    """The number of its last commands that were lost."""
    recordings: int
    """The number of changed or created recordings that were lost."""
    requests: int
    """The number of requests that were lost."""


class KnownStore(NamedTuple):
    """What a process knows of a store before it opens it."""

    store: str = ""
    """Its name, which is another one after it was emptied."""
    epoch: int = 0
    is_lost: bool = False
    """True if the process saw that data was lost."""
    is_served: bool = False
    """True if processes have served it since this one started, so that its clocks went on."""
    ended: Contact | None = None
    """A process that had the store and has ended: its address refuses connections."""


class Store(Protocol):
    """The accounts and the record of one server, which one process has open at a time.

    Every method raises StoreError if the store fails, StoreInUseError if another process has it by now, and
    StoreLostError if the store lost data.
    """

    name: str
    """What people call it, without a password."""
    epoch: int
    """The number of times that it lost data while a process used it."""
    lost: tuple[Loss, ...]
    """What it lost when the epoch began."""
    identity: KnownStore
    """The store as this process knows it."""

    def close(self) -> None:
        """Let another process open it."""

    def announce(self, contact: Contact) -> None:
        """Say how other processes reach this one, until it is closed."""

    def change_contact(self, contact: Contact) -> None:
        """Say, within some tenths of a second, that something else is true of the contact."""

    def read_record(self) -> dict[str, bytes]:
        """Return what the server chose, by name."""

    def list_keys(self, *, is_waiting: bool = False) -> list[str]:
        """Return the accounts.

        Args:
            is_waiting: True for those only in which something happens by itself.
        """

    def list_extras(self) -> list[tuple[str, AccountExtras]]:
        """Return the extras of the accounts that have some."""

    def load(self, key: str, tick_origin: int) -> SavedAccount:
        """Return an account.

        Args:
            tick_origin: the instant of tick 0 on the machine's clock, in microseconds since the epoch.
        """

    def save(self, batch: Batch) -> None:
        """Save changes."""

    def save_clocks(self, readings: Iterable[tuple[str, ClockReading]]) -> None:
        """Save the time of accounts in which nothing else changed."""

    def clear(self) -> None:
        """Remove all accounts. The record stays."""


class RemoteStore(Store, Protocol):
    """A store that answers late, so that the event loop does not wait for it."""

    async def save_remotely(self, batch: Batch) -> None:
        """Save changes like `save`."""

    def watch(self, on_failure: Callable[[StoreError], object]) -> None:
        """Call a function, in another thread, if the store is lost while nothing is saved."""
