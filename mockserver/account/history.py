"""The encoding of an account's history, with the version of its commands."""

from functools import cache, reduce
from importlib import import_module
from operator import or_
from pkgutil import iter_modules
from typing import Any

import msgspec

from mockserver.account import commands
from mockserver.account.commands.command import AccountCommand, HistoryEntry
from scenarios.model import DECODE_LOCK

COMMANDS_VERSION = 1
"""A new number for every change after which older entries cannot be read, or would lead to another state."""
_ENVELOPE_DECODER = msgspec.msgpack.Decoder(tuple[int, int, msgspec.Raw])
"""Decodes the version and the instant of an entry, and not its command."""


class HistoryError(ValueError):
    """An entry cannot be read."""


def list_commands() -> tuple[type[AccountCommand[Any]], ...]:
    """Return all commands."""
    modules = [import_module(f"{commands.__name__}.{module.name}") for module in iter_modules(commands.__path__)]
    # Not `__subclasses__`: a test tool that imports modules again leaves two classes of one name.
    return tuple(
        kind
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, AccountCommand) and kind.__module__ == module.__name__
        if kind is not AccountCommand
    )


def encode_entry(entry: HistoryEntry) -> bytes:
    """Return an entry as bytes."""
    return msgspec.msgpack.encode((COMMANDS_VERSION, entry.at, entry.command))


def decode_entry(data: bytes) -> HistoryEntry:
    """Return an encoded entry.

    Raises:
        HistoryError: if another version wrote it, or it is no entry.
    """
    try:
        version, at, raw = _ENVELOPE_DECODER.decode(data)
        if version != COMMANDS_VERSION:
            raise HistoryError(f"expected commands of version {COMMANDS_VERSION}, found version {version}")
        with DECODE_LOCK:
            return HistoryEntry(at, _get_decoder().decode(raw))
    except msgspec.DecodeError as error:
        raise HistoryError(f"expected an entry of an account's history, found other bytes: {error}") from None


@cache
def _get_decoder() -> msgspec.msgpack.Decoder[Any]:
    return msgspec.msgpack.Decoder(reduce(or_, list_commands()))
