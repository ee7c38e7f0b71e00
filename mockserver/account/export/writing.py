"""Writes the export of an account."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from mockserver import __version__
from mockserver.account.account import Account
from mockserver.account.command_log import CommandLog
from mockserver.account.commands.beginnings import RestoreSnapshot, SetUpScenario
from mockserver.account.commands.command import HistoryEntry
from mockserver.account.commands.recordings import AddRecording
from mockserver.account.export.command_json import to_plain_values
from mockserver.account.export.instants import format_instant
from mockserver.account.export.lines import FORMAT, ClockLine, CommandLine, ExportHeader, JournaledRequest
from mockserver.account.export.request_lines import RequestLines
from mockserver.account.export.scrubbing import Scrubbing
from mockserver.account.export.secret_places import SecretPlaces
from mockserver.account.gradual import Steps
from mockserver.account.history import COMMANDS_VERSION
from mockserver.account.overrides import AccountOverrides
from mockserver.journal.journal import Entry
from mockserver.journal.stand_ins import StandIns
from mockserver.settings.settings import Settings

EXPORTED_SETTINGS = (
    *("seed", "count", "span", "now", "profile", "mix", "clock", "public_url", "wire", "auth"),
    *("media_auth", "media_redirect", "status_callback", "callback_hosts", "callback_timeout", "callback_retries"),
    *("callback_retry_policy", "callback_order", "transcribe_callback", "channel_order", "route"),
)
"""The settings that make an account. The others are those of a machine, or hold secrets."""

_NOTE = (
    "Auth tokens, secrets of API keys, passwords and cookies are replaced by stand-ins: signatures differ from those "
    "that were sent."
)


class ExportSource(msgspec.Struct, frozen=True, kw_only=True):
    """What an export needs to know of the server."""

    account: Account
    settings: Settings
    t0: int
    """The instant at which corpora end, in seconds since the epoch."""
    base_url: str
    """The scheme and host of the server, for an account that was not set up by a request."""
    name: str | None = None
    overrides: AccountOverrides = AccountOverrides()
    secrets: Iterable[str] = ()
    """The secrets of the server."""


class ExportWriter:
    """Writes one account.

    Args:
        is_scrubbed: True to replace the texts and numbers of imported recordings, too.
    """

    def __init__(self, source: ExportSource, *, is_scrubbed: bool = False) -> None:
        account = source.account
        self._source = source
        self._account = account
        self._is_scrubbed = is_scrubbed
        self._commands = _number_entries(account, account.log, source.base_url)
        self._requests = [*account.journal]
        self._stand_ins = StandIns()
        self._first_token = self._stand_ins.get(account.first_token)
        for secret in source.secrets:
            self._stand_ins.get(secret)
        self._scrubbing = self._build_scrubbing() if is_scrubbed else Scrubbing([], [])
        self._places = SecretPlaces(self._stand_ins, account.corpus.spec.seed, account.sid, self._scrubbing.scrub)

    def write(self, since: int = 0) -> Steps[bytes]:
        """Return the lines of the export, in small steps.

        Args:
            since: the number of the first command that is wanted. Without the beginning, nothing can be built again.
        """
        request_lines = RequestLines(self._account.journal, self._stand_ins, has_answers=not self._scrubbing.is_needed)
        for _, entry in self._commands:  # find all secrets first
            self._replace_command(entry)
            yield
        for request in self._requests:
            request_lines.build(request)
            yield
        lines: list[CommandLine | JournaledRequest] = []
        for item in self._iter_items(since):
            lines.append(request_lines.build(item) if isinstance(item, Entry) else self._build_command(*item))
            yield
        encoded = []
        for line in (self._build_header(), *lines):
            text = msgspec.json.encode(line).decode()
            encoded.append(text if isinstance(line, CommandLine) else self._scrubbing.scrub("", text))
            yield
        return "".join(f"{text}\n" for text in encoded).encode()

    def redact_snapshot(self, state: bytes) -> bytes:
        """Return the state of a snapshot with the stand-ins of this export."""
        return self._places.replace_snapshot(state)

    def _iter_items(self, since: int) -> "Iterator[tuple[int, HistoryEntry] | Entry]":
        """Yield commands and requests in their order."""
        requests = iter(self._requests)
        request = next(requests, None)
        for number, entry in self._commands:
            while request is not None and self._find_next_command(request) <= number:
                if self._find_next_command(request) >= since:
                    yield request
                request = next(requests, None)
            if number >= since:
                yield number, entry
        yield from () if request is None else (request, *requests)

    def _find_next_command(self, request: Entry) -> int:
        """Return the number of the command that a request stands before. None stands before the beginning."""
        return max(request.next_command, self._account.first_command + 1)

    def _replace_command(self, entry: HistoryEntry) -> Any:
        values = self._places.replace(to_plain_values(entry.command))
        if isinstance(entry.command, SetUpScenario | RestoreSnapshot):
            values["token"] = self._first_token
        return values

    def _build_command(self, number: int, entry: HistoryEntry) -> CommandLine:
        encoded = msgspec.json.encode(self._replace_command(entry))
        return CommandLine(number=number, at=format_instant(entry.at), command=msgspec.Raw(encoded))

    def _build_header(self) -> ExportHeader:
        account, journal, clock = self._account, self._account.journal, self._account.clock
        settings = self._places.replace(dict(self._list_settings()))
        overrides = self._replace_overrides(self._source.overrides)
        scrubbed = " The texts and numbers of imported recordings are replaced too." if self._is_scrubbed else ""
        return ExportHeader(
            format=FORMAT,
            recmock=__version__,
            commands_version=COMMANDS_VERSION,
            account_sid=account.sid,
            auth_token=self._first_token,
            name=self._source.name,
            settings=settings,
            overrides=overrides,
            clock=ClockLine(at=format_instant(clock.now()), rate=clock.rate),
            commands=len(self._commands) - 1,
            requests=len(self._requests),
            next_request=journal.total,
            generation=journal.generation,
            is_scrubbed=self._is_scrubbed,
            note=f"{_NOTE}{scrubbed}",
        )

    def _list_settings(self) -> Iterator[tuple[str, Any]]:
        """Yield the settings that are not the default, and T0."""
        defaults, settings = Settings(), msgspec.structs.replace(self._source.settings, now=self._source.t0)
        for name in EXPORTED_SETTINGS:
            value = getattr(settings, name)
            if value != getattr(defaults, name) or name in ("seed", "count", "span"):
                yield name, msgspec.to_builtins(value)

    def _replace_overrides(self, overrides: AccountOverrides) -> AccountOverrides:
        return msgspec.convert(self._places.replace(msgspec.to_builtins(overrides)), AccountOverrides)

    def _build_scrubbing(self) -> Scrubbing:
        commands = [entry.command for _, entry in self._commands]
        scenarios = [getattr(command, "scenario", None) for command in commands]
        added = [command.recording for command in commands if isinstance(command, AddRecording)]
        return Scrubbing([scenario for scenario in scenarios if scenario is not None], added)


def _number_entries(account: Account, log: CommandLog, base_url: str) -> list[tuple[int, HistoryEntry]]:
    """Return the beginning and the commands, each with its number."""
    beginning = log.beginning.command
    assert isinstance(beginning, SetUpScenario | RestoreSnapshot), "no other command begins a log"
    if beginning.base_url is None:
        beginning = msgspec.structs.replace(beginning, base_url=base_url)
    first = HistoryEntry(log.beginning.at, beginning)
    return [*enumerate((first, *log.entries), account.first_command)]


def restore_settings(settings: Mapping[str, Any]) -> Settings:
    """Return the settings that an export names.

    Raises:
        msgspec.ValidationError: if a value is invalid.
    """
    return msgspec.convert(dict(settings), Settings)
