"""What all commands are, and an entry of an account's history."""

from typing import Any, Generic, TypeVar

import msgspec

Result = TypeVar("Result")


class AccountCommand(msgspec.Struct, Generic[Result], frozen=True, gc=False, omit_defaults=True, tag=True):
    """A change of an account. The type parameter is the type of its result."""


class HistoryEntry(msgspec.Struct, frozen=True, gc=False):
    """A command in the history of an account."""

    at: int
    """The instant under which it is applied, in microseconds since the epoch."""
    command: AccountCommand[Any]
