"""Commands and requests in words, one line each."""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from mockserver.account.commands.beginnings import RestoreSnapshot, SetUpScenario
from mockserver.account.commands.command import AccountCommand
from mockserver.account.export.instants import format_instant
from mockserver.account.export.lines import CommandLine, JournaledRequest
from mockserver.account.export.reading import NumberedCommand
from mockserver.journal.redaction import redact_uri
from mockserver.journal.request_line import encode_json_line, escape_control_characters

_WORD = re.compile(r"[A-Z][a-z]*")
_MAX_VALUE = 60
_WIDTH = 6


def describe_item(item: NumberedCommand | JournaledRequest) -> str:
    """Return the line of a command or a request."""
    if isinstance(item, NumberedCommand):
        line = f"{item.number:>{_WIDTH}} {format_instant(item.entry.at)} {describe_command(item.entry.command)}"
    else:
        target = redact_uri(f"{item.path}?{item.query}" if item.query else item.path)
        did = item.operation or "no operation"
        line = (
            f"{'':>{_WIDTH}} {item.at} request {item.number}: {item.method} {target} -> {item.response.status} ({did})"
        )
    return escape_control_characters(line)


def to_json_line(item: NumberedCommand | JournaledRequest) -> str:
    """Return the line of a command or a request as the export has it."""
    if isinstance(item, NumberedCommand):
        command = msgspec.Raw(msgspec.json.encode(item.entry.command))
        return encode_json_line(CommandLine(number=item.number, at=format_instant(item.entry.at), command=command))
    return encode_json_line(item)


def describe_command(command: AccountCommand[Any]) -> str:
    """Return what a command does."""
    if isinstance(command, SetUpScenario):
        return "set up the account" if command.scenario is None else f"set up scenario {command.scenario.name}"
    if isinstance(command, RestoreSnapshot):
        return f"restore a snapshot of {len(command.state):,} bytes"
    verb = " ".join(_WORD.findall(type(command).__name__)).lower()
    return " ".join([f"{verb}:", *_describe_fields(command)]) if _has_fields(command) else verb


def _has_fields(command: AccountCommand[Any]) -> bool:
    return any(True for _ in _describe_fields(command))


def _describe_fields(command: AccountCommand[Any]) -> Iterator[str]:
    """Yield the fields that differ from their default."""
    for field in msgspec.structs.fields(command):
        value = getattr(command, field.name)
        if field.default is msgspec.NODEFAULT or value != field.default:
            yield f"{field.name}={format_instant(value) if field.name == 'instant' else _describe_value(value)}"


def _describe_value(value: Any) -> str:
    plain = msgspec.to_builtins(value)
    text = plain if isinstance(plain, str) else msgspec.json.encode(plain).decode()
    return text if len(text) <= _MAX_VALUE else f"{text[: _MAX_VALUE - 3]}..."
