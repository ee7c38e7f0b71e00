"""Reads exports of accounts. Each mistake is refused with a sentence that names its line."""

from collections.abc import Iterator
from typing import Any

import msgspec

from mockserver.account.command_log import CommandLog
from mockserver.account.commands.beginnings import RestoreSnapshot, SetUpScenario
from mockserver.account.commands.command import AccountCommand, HistoryEntry
from mockserver.account.export.command_json import decode_command
from mockserver.account.export.instants import parse_instant
from mockserver.account.export.lines import FORMAT, CommandLine, ExportHeader, ExportLine, JournaledRequest
from mockserver.account.export.request_lines import restore_entry
from mockserver.account.history import COMMANDS_VERSION
from mockserver.journal.journal import Entry
from scenarios.model import DECODE_LOCK

_MAX_SHOWN = 60


class ExportError(ValueError):
    """A file is no export that this version can read. The message names the line."""


class NumberedCommand(msgspec.Struct, frozen=True):
    """A command of an export."""

    number: int
    entry: HistoryEntry


class Export(msgspec.Struct, frozen=True):
    """An account as its export has it."""

    header: ExportHeader
    items: list[NumberedCommand | JournaledRequest]
    """Commands and requests in their order. The first one begins the account."""

    @property
    def commands(self) -> list[NumberedCommand]:
        """The beginning and the commands after it."""
        return [item for item in self.items if isinstance(item, NumberedCommand)]

    def to_log(self) -> CommandLog:
        """Return the commands as a log."""
        beginning, *entries = (command.entry for command in self.commands)
        return CommandLog(beginning, entries)

    def list_requests(self, tick_origin: int) -> list[Entry]:
        """Return the requests as entries of a journal."""
        requests, next_command = [], 0
        for item in self.items:
            if isinstance(item, NumberedCommand):
                next_command = item.number + 1
            else:
                requests.append(restore_entry(item, next_command, tick_origin))
        return requests

    def stop_before(self, number: int) -> "Export":
        """Return what the account was before a command.

        Raises:
            ExportError: if there is no such command after the beginning.
        """
        first, last = self.commands[0].number + 1, self.commands[-1].number
        if not first <= number <= last:
            numbers = f"from {first} to {last}" if last >= first else "but the file has none after the beginning"
            raise ExportError(f"expected the number of a command, {numbers}, found {number}")
        stop = next(
            place
            for place, item in enumerate(self.items)
            if isinstance(item, NumberedCommand) and item.number == number
        )
        return Export(self.header, self.items[:stop])


def read_export(text: str) -> Export:
    """Return the account of an export.

    Raises:
        ExportError: if another version wrote it, or a line is damaged.
    """
    items = iter_items(text)
    header = next(items, None)
    if not isinstance(header, ExportHeader):
        raise ExportError("line 1: expected the header of an export of recmock, found an empty file")
    export = Export(header, [item for item in items if not isinstance(item, ExportHeader)])
    _check_beginning(export)
    for noun, expected, found in (
        ("commands", header.commands, len(export.commands) - 1),
        ("requests", header.requests, len(export.items) - len(export.commands)),
    ):
        if expected != found:
            end = text.count("\n") + 1
            raise ExportError(f"line {end}: expected {expected} {noun} as the first line says, found {found}")
    return export


def iter_items(text: str) -> Iterator[ExportHeader | NumberedCommand | JournaledRequest]:
    """Yield the header, and then commands and requests, which may begin anywhere.

    Raises:
        ExportError: if another version wrote the lines, or one is damaged.
    """
    previous = None
    for place, line in enumerate(text.splitlines(), 1):
        if place == 1:
            yield _read_header(line)
            continue
        with DECODE_LOCK:
            item = _decode(line, ExportLine, place, "a command or a request")
        if isinstance(item, CommandLine):
            command = NumberedCommand(item.number, HistoryEntry(_parse_at(item, place), _read_command(item, place)))
            if previous is not None and command.number != previous + 1:
                raise ExportError(f"line {place}: expected command {previous + 1}, found command {command.number}")
            previous = command.number
            yield command
        elif isinstance(item, JournaledRequest):
            _check_request(item, place)
            yield item
        else:
            raise ExportError(f"line {place}: expected a command or a request, found another header")


def _read_header(line: str) -> ExportHeader:
    values = _decode(line, dict[str, Any], 1, "the header of an export of recmock")
    if values.get("kind") != "export":
        raise ExportError(f"line 1: expected the header of an export of recmock, found {line[:_MAX_SHOWN]!r}")
    for noun, name, known in (("format", "format", FORMAT), ("commands", "commands_version", COMMANDS_VERSION)):
        found = values.get(name)
        if found != known:
            writer = str(values.get("recmock"))[:_MAX_SHOWN]
            raise ExportError(
                f"line 1: expected {noun} of version {known}, found version {found!r}: recmock {writer} wrote it. "
                "Replay it with that version"
            )
    header: ExportHeader = _decode(line, ExportHeader, 1, "the header of an export of recmock")
    return header


def _decode(line: str, kind: Any, place: int, expected: str) -> Any:
    try:
        return msgspec.json.decode(line, type=kind)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ExportError(f"line {place}: expected {expected}, found {line[:_MAX_SHOWN]!r}: {error}") from None


def _parse_at(line: CommandLine, place: int) -> int:
    try:
        return parse_instant(line.at)
    except ValueError as error:
        raise ExportError(f"line {place}: at: {error}") from None


def _read_command(line: CommandLine, place: int) -> AccountCommand[Any]:
    try:
        return decode_command(line.command)
    except (msgspec.DecodeError, RecursionError) as error:
        found = bytes(line.command).decode()[:_MAX_SHOWN]
        raise ExportError(f"line {place}: expected a command, found {found!r}: {error}") from None


def _check_request(line: JournaledRequest, place: int) -> None:
    try:
        restore_entry(line, 0, 0)
    except ValueError as error:
        raise ExportError(f"line {place}: expected a request, found a damaged one: {error}") from None


def _check_beginning(export: Export) -> None:
    """Raise unless the first line after the header begins an account, and no other line does."""
    for place, item in enumerate(export.items, 2):
        begins = isinstance(item, NumberedCommand) and isinstance(item.entry.command, SetUpScenario | RestoreSnapshot)
        if begins != (place == 2):
            expected = "the beginning of the account" if place == 2 else "no second beginning"
            found = type(item.entry.command).__name__ if isinstance(item, NumberedCommand) else "a request"
            raise ExportError(f"line {place}: expected {expected}, found {found}")
    if not export.items:
        raise ExportError("line 2: expected the beginning of the account, found the end of the file")
