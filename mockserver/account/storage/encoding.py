"""The encoding of what a store keeps besides commands and requests."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec

from mockserver.account.account_groups import GroupMember
from mockserver.account.overrides import AccountOverrides
from mockserver.account.snapshots import Snapshot
from mockserver.account.storage.saved_account import AccountExtras
from mockserver.journal.encoding import DecodedEntry, decode_requests
from mockserver.rest.auth import DeclaredAccount
from scenarios.model import DECODE_LOCK, Scenario

Groups = dict[str, tuple[GroupMember, ...]]
"""Groups of accounts, by the AccountSid in lower case for which each was set up."""


class _StoredMember(msgspec.Struct, frozen=True):
    """A member of a group. Its own module does not import scenarios, so it cannot be decoded."""

    declared: DeclaredAccount
    id: str | None
    name: str | None
    scenario: Scenario


class _StoredSnapshot(msgspec.Struct, frozen=True):
    """A snapshot, for the same reason."""

    state: bytes
    scenario: Scenario | None
    at: int
    taken_at: int


class _StoredExtras(msgspec.Struct, frozen=True):
    """The extras of an account."""

    overrides: AccountOverrides | None
    snapshots: tuple[tuple[str, _StoredSnapshot], ...]
    first_command: int = 0


def encode_extras(extras: AccountExtras) -> bytes:
    """Return the extras of an account as bytes; no bytes if there are none."""
    return b"" if extras == AccountExtras() else msgspec.msgpack.encode(extras)


def decode_extras(data: bytes) -> AccountExtras:
    """Return encoded extras."""
    if not data:
        return AccountExtras()
    stored: _StoredExtras = _decode(data, _StoredExtras)
    snapshots = ((name, Snapshot(own.state, own.scenario, own.at, own.taken_at)) for name, own in stored.snapshots)
    return AccountExtras(stored.overrides, tuple(snapshots), stored.first_command)


def select_kept(rows: Sequence[tuple[int, int, int, bytes]], tick_origin: int) -> list[DecodedEntry]:
    """Return the requests of an account that the newest row has as kept: the rows of older ones are removed later.

    Args:
        rows: the number of the first request, the number of requests, that of the oldest one, and the requests.
        tick_origin: the instant of tick 0 on the machine's clock, in microseconds since the epoch.
    """
    oldest = rows[-1][2] if rows else 0
    kept = (data for first, count, _, data in rows if first + count > oldest)
    return [own for data in kept for own in decode_requests(data, tick_origin) if own.entry.number >= oldest]


def encode_groups(groups: Groups) -> bytes:
    """Return groups as bytes."""
    return msgspec.msgpack.encode(groups)


def decode_groups(data: bytes) -> Groups:
    """Return encoded groups."""
    stored: dict[str, tuple[_StoredMember, ...]] = _decode(data, dict[str, tuple[_StoredMember, ...]])
    return {
        key: tuple(GroupMember(own.declared, own.id, own.name, own.scenario) for own in members)
        for key, members in stored.items()
    }


def encode_scenario(scenario: Scenario | None) -> bytes:
    """Return a scenario as bytes."""
    return msgspec.msgpack.encode(scenario)


def decode_scenario(data: bytes) -> Scenario | None:
    """Return an encoded scenario."""
    scenario: Scenario | None = _decode(data, Scenario | None)
    return scenario


def _decode(data: bytes, kind: Any) -> Any:
    with DECODE_LOCK:
        return _get_decoder(kind).decode(data)


@cache
def _get_decoder(kind: Any) -> "msgspec.msgpack.Decoder[Any]":
    return msgspec.msgpack.Decoder(kind)
