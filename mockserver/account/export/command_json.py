"""Commands as JSON, and back without a loss."""

from functools import cache, reduce
from operator import or_
from typing import Any

import msgspec

from generators.instants import get_real_datetime
from mockserver.account.commands.command import AccountCommand
from mockserver.account.history import list_commands
from scenarios.model import DECODE_LOCK


def to_plain_values(value: Any) -> Any:
    """Return an object as plain values. Bytes and dates stay what they are."""
    return msgspec.to_builtins(value, builtin_types=(bytes, get_real_datetime()))


def decode_command(raw: msgspec.Raw) -> AccountCommand[Any]:
    """Return a command.

    Raises:
        msgspec.DecodeError: if it is none.
    """
    with DECODE_LOCK:
        command: AccountCommand[Any] = _get_decoder().decode(raw)
        return command


@cache
def _get_decoder() -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(reduce(or_, list_commands()))
