"""The mock of `recmock serve --replay`: it serves one account as its export has it."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from generators.setup_error import MockSetupError
from mockserver.account.account_groups import GroupMember
from mockserver.account.commands.beginnings import RestoreSnapshot, SetUpScenario
from mockserver.account.export.instants import parse_instant
from mockserver.account.export.reading import Export, ExportError, read_export
from mockserver.account.export.request_lines import find_tick_origin
from mockserver.account.export.writing import EXPORTED_SETTINGS, restore_settings
from mockserver.account.overrides import AccountOverrides
from mockserver.cli.errors import CommandError
from mockserver.mock import Mock
from mockserver.rest.auth import DeclaredAccount
from mockserver.settings.loading import get_all_settings
from mockserver.settings.settings import Settings

_REFUSED_SETTINGS = (*EXPORTED_SETTINGS, "scenario", "account", "api_key", "store")
"""The settings that the file has, and the store, which has accounts of its own."""


def load_export(file: str, until: int | None = None) -> Export:
    """Return the account of a file.

    Args:
        until: the number of the command to stop before.

    Raises:
        CommandError: if the file cannot be read, or is no export.
    """
    try:
        export = read_export(Path(file).read_bytes().decode())
    except OSError as error:
        raise CommandError(f"cannot read {file}: {error.strerror}.") from None
    except ExportError as error:
        raise CommandError(f"{file}: {error}.") from None
    except UnicodeDecodeError as error:
        raise CommandError(f"{file}: expected text in UTF-8, found other bytes at {error.start}.") from None
    try:
        return export if until is None else export.stop_before(until)
    except ExportError as error:
        raise CommandError(f"--until: {error}.") from None


def refuse_other_settings(flags: Mapping[str, object], environment: Mapping[str, str]) -> None:
    """Raise if the user sets what the file has.

    Args:
        flags: the values of flags by the name of the setting; None if the user did not give the flag.
    """
    for name in _REFUSED_SETTINGS:
        setting = get_all_settings()[name]
        source = setting.flag if flags.get(name) is not None else setting.variable
        if flags.get(name) is not None or environment.get(setting.variable):
            raise CommandError(
                f"--replay: expected no {source} beside it, because the file has the account, found one."
            )


def make_replayed_mock(
    export: Export, settings: Settings, *, instance: str = "0" * 16, control_token: str | None = None
) -> Mock:
    """Return a mock that serves the account of an export. It sends nothing, and the account's clock stands still.

    Args:
        settings: those that the file does not have.

    Raises:
        CommandError: if the account cannot be built again.
    """
    header = export.header
    try:
        found = restore_settings(header.settings)
        own = {name: getattr(found, name) for name in EXPORTED_SETTINGS}
        mock = Mock(msgspec.structs.replace(settings, **own), instance_id=instance, control_token=control_token)
        mock.worker.is_silent = True
        _serve_account(mock, export)
    except (msgspec.ValidationError, MockSetupError, LookupError) as error:
        raise CommandError(f"--replay: the account cannot be built again: {type(error).__name__}: {error}.") from None
    return mock


def _serve_account(mock: Mock, export: Export) -> None:
    """Build the account again. It is the one that the server prints."""
    header, log = export.header, export.to_log()
    beginning = log.beginning.command
    assert isinstance(beginning, SetUpScenario | RestoreSnapshot), "no other command begins an export"
    declared = DeclaredAccount(sid=header.account_sid, token=header.auth_token, name=header.name)
    member = GroupMember(declared=declared, id=None, name=header.name, scenario=beginning.scenario)
    mock.forget(printed := mock.demo.sid)
    mock.groups.replace(printed.lower(), [member])
    if header.overrides != AccountOverrides():
        mock.overrides[declared.sid.lower()] = header.overrides
    account = mock.rebuild(declared.sid, log)
    account.first_command = export.commands[0].number
    is_whole = len(log.entries) == header.commands
    account.stand_still(parse_instant(header.clock.at) if is_whole else None)
    entries = export.list_requests(find_tick_origin())
    journal = account.journal
    journal.dropped = journal.total = entries[0].number if entries else header.next_request if is_whole else 0
    bodies = [item.response.first_bytes for item in export.items if hasattr(item, "response")]
    for entry, body in zip(entries, bodies, strict=True):
        journal.add(entry, body.encode())
