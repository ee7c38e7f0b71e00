"""Sessions whose accounts are exported, and accounts that are built again from their files."""

import json
from hashlib import sha256
from typing import Any

import msgspec

from mockserver.account.account import Account
from mockserver.account.export.reading import read_export
from mockserver.account.export.writing import ExportWriter
from mockserver.account.gradual import run_at_once
from mockserver.cli.replayed_account import make_replayed_mock
from mockserver.control.export_source import build_export_source
from mockserver.mock import Mock
from mockserver.settings.settings import Settings
from tests.harness import MEMORY, Api


def export(mock: Mock, account: Account, **options: Any) -> str:
    """Return the export of an account."""
    return run_at_once(ExportWriter(build_export_source(mock, account), **options).write()).decode()


def replay(text: str) -> Mock:
    """Return a mock that serves the account of an export."""
    return make_replayed_mock(read_export(text), Settings(store=MEMORY))


def decode_exported_state(mock: Mock, account: Account) -> Any:
    """Return the state of an account, with the stand-ins of its export."""
    writer = ExportWriter(build_export_source(mock, account))
    run_at_once(writer.write())
    return msgspec.msgpack.decode(writer.redact_snapshot(account.snapshot()))


def decode_state(account: Account) -> Any:
    return msgspec.msgpack.decode(account.snapshot())


def digest_state(account: Account) -> str:
    """Return a digest of the state of an account. Empty fields that a later version adds do not change it."""
    values = _without_empty_fields(msgspec.to_builtins(decode_state(account), str_keys=True))
    return sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _without_empty_fields(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _without_empty_fields(element) for name, element in value.items() if element}
    return [*map(_without_empty_fields, value)] if isinstance(value, list) else value


def serve(mock: Mock) -> Api:
    """Return a client of a mock."""
    api = Api()
    api.use(mock)
    return api


def compute_digest(mock: Mock) -> str:
    """Return a digest of the state of the printed account, and of what requests to it are answered."""
    api = serve(mock)
    with api:
        answers = [api.get(f"{api.list_path}?PageSize=5").content, api.send_command("GET", "/events").content]
        recordings = [*mock.account(mock.demo.sid).state.created][:9]
        answers += [api.get(api.get_recording_path(created.sid)).content for created in recordings]
        state = mock.account(mock.demo.sid).snapshot()
    return sha256(b"\n".join([state, *answers])).hexdigest()
