"""What a store has lost while a process used it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import msgspec

from mockserver.account.account import Account
from mockserver.account.storage.store import Loss

RECORD_NAME = "lost"
"""Where the record of the server has the losses."""


class AccountCounts(NamedTuple):
    """How much an account has."""

    commands: int
    recordings: int
    requests: int


def count_accounts(accounts: Iterable[Account]) -> dict[str, AccountCounts]:
    """Return how much accounts have, by AccountSid."""
    return {
        account.sid: AccountCounts(account.next_command - 1, len(account.state.recordings), account.journal.total)
        for account in accounts
    }


def find_losses(before: Mapping[str, AccountCounts], now: Mapping[str, AccountCounts]) -> tuple[Loss, ...]:
    """Return what accounts have less than before. What is in neither was not changed."""
    missing = (
        (sid, [max(0, own - left) for own, left in zip(counts, now.get(sid, AccountCounts(0, 0, 0)), strict=True)])
        for sid, counts in before.items()
    )
    return tuple(Loss(sid, *counts) for sid, counts in missing if any(counts))


def encode_losses(losses: tuple[Loss, ...]) -> bytes:
    """Return losses as bytes."""
    return msgspec.msgpack.encode(losses)


def decode_losses(record: Mapping[str, bytes]) -> tuple[Loss, ...]:
    """Return the losses in the record of a server."""
    return msgspec.msgpack.decode(record[RECORD_NAME], type=tuple[Loss, ...]) if RECORD_NAME in record else ()
