"""What a store keeps of an account."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import msgspec

from mockserver.account.command_log import CommandLog
from mockserver.account.overrides import AccountOverrides
from mockserver.account.snapshots import Snapshot, Snapshots
from mockserver.journal.encoding import DecodedEntry

if TYPE_CHECKING:
    from mockserver.account.account import Account


class AccountExtras(msgspec.Struct, frozen=True):
    """What an account has besides its log and its requests."""

    overrides: AccountOverrides | None = None
    snapshots: tuple[tuple[str, Snapshot], ...] = ()
    """By name, oldest first."""
    first_command: int = 0
    """The number of the beginning of its log."""


def collect_extras(
    overrides: Mapping[str, AccountOverrides], snapshots: Snapshots, account: "Account"
) -> AccountExtras:
    """Return what an account has besides its log and its requests.

    Args:
        overrides: those of all accounts, by AccountSid in lower case.
        snapshots: those of all accounts.
    """
    named = snapshots.list_named(account.sid)
    return AccountExtras(overrides.get(account.sid.lower()), tuple(named), account.first_command)


class ClockReading(msgspec.Struct, frozen=True):
    """The time of an account's clock at an instant of the machine's, both in microseconds since the epoch."""

    at: int
    machine: int


class SavedAccount(msgspec.Struct, frozen=True):
    """An account as a store has it."""

    log: CommandLog
    clock: ClockReading
    requests: list[DecodedEntry]
    request_count: int
    """The number of all requests, with those that are no longer kept."""
    generation: int
    """That of the journal."""
    extras: AccountExtras


class UnsavedChanges(msgspec.Struct, frozen=True, kw_only=True):
    """What changed of an account since it was last saved."""

    key: str
    """The AccountSid in lower case."""
    clock: ClockReading
    is_waiting: bool
    """True if something happens in the account by itself, so that a server must not wait for its next request."""
    beginning: bytes | None
    """The encoded beginning of a new log; None if the log goes on."""
    first_command: int
    """The number of the first new command in the log."""
    commands: tuple[bytes, ...]
    """The new commands, encoded."""
    clears_requests: bool
    generation: int
    """That of the journal, which is another one if the requests are cleared."""
    oldest_request: int
    """The number of the oldest request that is kept."""
    purges_requests: bool
    """True if the store now removes the older ones, which it does in large steps."""
    first_request: int
    request_count: int
    """The number of new requests."""
    requests: bytes | None
    """The new requests, encoded; None if there was none, also none that is no longer kept."""
    extras: bytes | None
    """The encoded extras; None if they did not change."""
