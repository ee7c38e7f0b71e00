"""`recmock export`, `recmock history` and `recmock serve --replay`, as a user runs them."""

import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
import requests

from mockserver import __version__
from mockserver.account.export.lines import FORMAT
from mockserver.account.export.reading import NumberedCommand
from mockserver.cli.errors import CommandError
from mockserver.cli.followed_history import iter_history
from mockserver.control.client.account import AccountClient
from mockserver.control.client.connection import ControlConnection
from mockserver.rest.auth import DeclaredAccount
from mockserver.testing import MockTwilio
from tests.commands import main
from tests.exports.sessions import export
from tests.harness import Api, make_settings
from tests.integration.test_command import ServeProcess
from tests.sockets import CALL, RunningServer, run_server

OTHER_SID = "AC" + "5" * 32


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningServer]:
    settings = make_settings(count=5, account=(DeclaredAccount(OTHER_SID, "x" * 12, name="shop"),))
    with run_server(settings=settings) as server:
        monkeypatch.setenv("RECMOCK_URL", server.server.base_url)
        yield server


@pytest.fixture
def bug(tmp_path: Path) -> Path:
    """Return an export of two new recordings and three requests."""
    file = tmp_path / "bug.jsonl"
    with Api(make_settings(count=5)) as api:
        api.get_page()
        for number in range(2):
            api.post(f"Calls/CA{number:032}/Recordings.json")
        file.write_text(export(api.mock, api.get_account()))
    return file


def start_replay(*flags: str) -> ServeProcess:
    return ServeProcess("serve", "--listen", "127.0.0.1:0", "--log", "off", *flags)


def test_exported_account_is_served_as_it_was(
    server: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.get("Recordings.json")
    server.post(f"Calls/{CALL}/Recordings.json")
    assert main(["export"]) == 0
    file = tmp_path / "bug.jsonl"
    file.write_text(capsys.readouterr().out)
    before = server.get("Recordings.json").text.replace(server.server.base_url, "")
    assert CALL in before
    process = start_replay("--replay", str(file))
    auth = (server.sid, "x" * 32)
    try:
        url = f"{process.base_url}/2010-04-01/Accounts/{server.sid}/Recordings.json"
        found = requests.get(url, auth=auth, timeout=20).text.replace(process.base_url, "")
        account = AccountClient(ControlConnection(process.base_url))
        assert [request.operation for request in account.requests.all()] == [
            "list_recordings",
            "create_call_recording",
            "list_recordings",
        ]
        assert account.state().clock.mode == "frozen"
        account.clock.run()
        assert account.state().clock.mode == "real"
    finally:
        code, output, errors = process.stop()
    assert found == before
    assert (code, errors) == (0, "")
    assert "replay" in output
    assert "nothing is sent" in output


def test_replay_until_a_command(bug: Path) -> None:
    process = start_replay("--replay", str(bug), "--until", "2")
    try:
        account = AccountClient(ControlConnection(process.base_url))
        assert account.state().created == 1
        assert [request.number for request in account.requests.all()] == [0, 1]
    finally:
        process.stop()


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (
            ["--replay", "FILE", "--seed", "1"],
            "--replay: expected no --seed beside it, because the file has the account",
        ),
        (["--replay", "FILE", "--scenario", "happy-path"], "--replay: expected no --scenario beside it, because"),
        (["--replay", "missing.jsonl"], "cannot read missing.jsonl: No such file or directory."),
        (["--replay", "FILE", "--until", "9"], "--until: expected the number of a command, from 1 to 2, found 9."),
        (["--until", "9"], "--until: expected with --replay FILE only, found without it."),
    ],
)
def test_wrong_use_is_refused(flags: list[str], message: str, bug: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", *(str(bug) if flag == "FILE" else flag for flag in flags)]) == 2
    assert message in capsys.readouterr().err


def test_variable_beside_a_replay_is_refused(
    bug: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECMOCK_COUNT", "7")
    assert main(["serve", "--replay", str(bug)]) == 2
    assert "--replay: expected no RECMOCK_COUNT beside it" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"\xff", "expected text in UTF-8, found other bytes at 0."),
        (b"{}\n", "line 1: expected the header of an export of recmock, found '{}'."),
        (
            f'{{"kind": "export", "format": {FORMAT + 1}}}\n'.encode(),
            f"line 1: expected format of version {FORMAT}, found",
        ),
    ],
)
def test_file_that_is_no_export_is_refused(
    content: bytes, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(content)
    for words in (["serve", "--replay", str(file)], ["history", str(file)]):
        assert main(words) == 2
        assert f"{file}: {message}" in capsys.readouterr().err


def test_account_that_cannot_be_built_again_is_refused(bug: Path, capsys: pytest.CaptureFixture[str]) -> None:
    header, *lines = bug.read_text().splitlines()
    for name, value in (("span", "long"), ("mix", "x=1")):
        changed = json.loads(header)
        changed["settings"][name] = value
        bug.write_text("\n".join([json.dumps(changed), *lines]) + "\n")
        assert main(["serve", "--replay", str(bug)]) == 2
        assert "--replay: the account cannot be built again: " in capsys.readouterr().err


@pytest.mark.parametrize("name", ["shop", OTHER_SID, OTHER_SID.upper().replace("AC", "AC", 1)])
def test_account_is_named_by_sid_or_name(name: str, server: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", name]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["account_sid"] == OTHER_SID


def test_unknown_name_is_refused(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "shops"]) == 2
    message = "expected an AccountSid, demo, or the name of an account of the server, found 'shops'. Did you mean shop?"
    assert message in capsys.readouterr().err


def test_scrub_flag_is_sent(server: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--scrub"]) == 0
    assert json.loads(capsys.readouterr().out.splitlines()[0])["is_scrubbed"]


def test_history_is_the_same_of_a_server_and_of_its_file(
    server: RunningServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.get("Recordings.json?PageSize=2")
    server.post(f"Calls/{CALL}/Recordings.json")
    file = AccountClient(ControlConnection(server.server.base_url)).export(tmp_path / "bug.jsonl")
    for flags in ([], ["--json"]):
        assert main(["history", *flags]) == 0
        printed = capsys.readouterr().out
        assert main(["history", str(file), *flags]) == 0
        assert capsys.readouterr().out == printed
    assert printed.splitlines()[1:] == file.read_text().splitlines()[2:]  # fields of the beginning have another order
    assert main(["history"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "     0 2026-01-01T00:00:00.000000Z set up the account"
    assert "request 0: GET /2010-04-01/Accounts/" in lines[1]
    assert lines[2].startswith("     1 2026-01-01T00:00:00.000000Z create call recording: call_sid=CA1")


def test_history_follows_an_account_also_after_its_journal_was_emptied(server: RunningServer) -> None:
    server.get("Recordings.json")
    account = AccountClient(ControlConnection(server.server.base_url))
    items = iter_history(account, is_endless=True)
    first = [*islice(items, 2)]
    server.post(f"Calls/{CALL}/Recordings.json")
    later = [*islice(items, 2)]
    account.requests.clear()
    server.get("Recordings.json")
    last = next(item for item in items if not isinstance(item, NumberedCommand))
    kinds = ["command" if isinstance(item, NumberedCommand) else "request" for item in (*first, *later)]
    assert kinds == ["command", "request", "command", "request"]
    assert last.number == 0


def test_history_of_another_version_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    account = AccountClient(ControlConnection("http://127.0.0.1:1"))
    monkeypatch.setattr(account, "export", lambda since: '{"kind": "export", "format": 99}\n')
    with pytest.raises(CommandError, match=f"line 1: expected format of version {FORMAT}, found version 99"):
        next(iter_history(account, is_endless=False))


def test_follow_of_a_file_is_refused(bug: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["history", str(bug), "--follow"]) == 2
    assert "--follow: expected with an account of a running server only" in capsys.readouterr().err


def test_handle_writes_or_returns_the_export(tmp_path: Path) -> None:
    with MockTwilio(count=3, now="2026-01-01") as mock:
        file = mock.export(tmp_path / "bug.jsonl")
        text = mock.export()
        assert file.read_text() == text
        assert json.loads(text.splitlines()[0])["recmock"] == __version__
        assert mock.auth_token not in text


def test_export_as_a_process_writes_lines_only(server: RunningServer) -> None:
    command = [sys.executable, "-m", "mockserver", "export", "demo", "--url", server.server.base_url]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert [json.loads(line)["kind"] for line in done.stdout.splitlines()] == ["export", "command"]
