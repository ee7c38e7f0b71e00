"""Reading exports: what is damaged or unknown is refused with its line."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from mockserver.account.commands.beginnings import RestoreSnapshot, SetUpScenario
from mockserver.account.commands.command import AccountCommand
from mockserver.account.commands.requests import CountRequest
from mockserver.account.commands.timelines import MoveClock, SendSignalToRules
from mockserver.account.export.descriptions import describe_command, describe_item, to_json_line
from mockserver.account.export.instants import format_instant, parse_instant
from mockserver.account.export.reading import ExportError, read_export
from mockserver.account.history import COMMANDS_VERSION
from tests.exports.sessions import digest_state, replay

GOLDEN = Path(__file__).parents[2] / "exports" / "golden-1.jsonl"
TEXT = GOLDEN.read_text(encoding="utf-8")
LINES = TEXT.splitlines()


def join(lines: list[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def change(place: int, **changes: Any) -> str:
    """Return the golden export with other values in a line."""
    values = {**json.loads(LINES[place - 1]), **changes}
    return join([*LINES[: place - 1], json.dumps(values), *LINES[place:]])


def test_golden_export_leads_to_the_state_that_its_version_had() -> None:
    """If this fails, older exports lead to another state: give COMMANDS_VERSION a new number, and add a file.

    Before the release of a version, `python -m tests.exports` writes its file again.
    """
    mock = replay(TEXT)
    assert digest_state(mock.account(mock.demo.sid)) == GOLDEN.with_suffix(".digest").read_text().strip()


def test_golden_export_shows_all_kinds_of_lines() -> None:
    export = read_export(TEXT)
    assert [item.number for item in export.commands] == [*range(len(export.commands))]
    assert {json.loads(line)["kind"] for line in LINES} == {"export", "command", "request"}
    assert [to_json_line(item) for item in export.items][1:4] == LINES[2:5]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "line 1: expected the header of an export of recmock, found an empty file"),
        ("x\n", "line 1: expected the header of an export of recmock, found 'x': JSON is malformed"),
        ('{"a": 1}\n', "line 1: expected the header of an export of recmock, found '{\"a\": 1}'"),
        (change(1, format=2), "line 1: expected format of version 1, found version 2: recmock "),
        (
            change(1, commands_version=COMMANDS_VERSION + 1),
            f"line 1: expected commands of version {COMMANDS_VERSION}, found version {COMMANDS_VERSION + 1}: recmock ",
        ),
        (change(1, clock=None), "line 1: expected the header of an export of recmock, found "),
        (join(LINES[:1]), "line 2: expected the beginning of the account, found the end of the file"),
        (join([LINES[0], *LINES[2:]]), "line 2: expected the beginning of the account, found "),
        (join([*LINES[:2], *[line for line in LINES if '"kind":"request"' in line][:1]]), "line 4: expected "),
        (join([*LINES[:3], *LINES[4:]]), "line 4: expected command 2, found command 3"),
        (join([*LINES[:2], LINES[2][:50], *LINES[3:]]), "line 3: expected a command or a request, found '{"),
        (join([*LINES[:2], LINES[0], *LINES[2:]]), "line 3: expected a command or a request, found another header"),
        (change(3, at="yesterday"), "line 3: at: expected an instant such as 2026-01-01T00:00:00.000000Z, found 'yest"),
        (change(3, command={"type": "Nothing"}), 'line 3: expected a command, found \'{"type": "Nothing"}\': '),
        (
            change(3, command=json.loads(LINES[1])["command"]),
            "line 3: expected no second beginning, found SetUpScenario",
        ),
        (join(LINES[:-1]), f"line {len(LINES)}: expected "),
    ],
)
def test_damaged_export_is_refused_with_its_line(text: str, message: str) -> None:
    with pytest.raises(ExportError) as caught:
        read_export(text)
    assert str(caught.value).startswith(message)


def test_request_with_an_unknown_word_is_refused() -> None:
    place = next(place for place, line in enumerate(LINES, 1) if '"kind":"request"' in line)
    with pytest.raises(ExportError, match=f"line {place}: expected a request, found a damaged one: 'fax'"):
        read_export(change(place, wire="fax"))


@pytest.mark.parametrize("number", [0, 10_000])
def test_stop_beyond_the_commands_is_refused(number: int) -> None:
    export = read_export(TEXT)
    last = export.commands[-1].number
    with pytest.raises(ExportError, match=f"expected the number of a command, from 1 to {last}, found {number}"):
        export.stop_before(number)


def test_stop_in_an_export_without_commands_is_refused() -> None:
    text = join([change(1, commands=0, requests=0).splitlines()[0], LINES[1]])
    with pytest.raises(ExportError, match="but the file has none after the beginning, found 1"):
        read_export(text).stop_before(1)


@pytest.mark.parametrize("instant", [0, 1, 1_767_225_600_000_001, 221_845_392_000_000_000])
def test_instants_lose_nothing(instant: int) -> None:
    assert parse_instant(format_instant(instant)) == instant


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (CountRequest(), "count request"),
        (MoveClock(instant=1_000_001), "move clock: instant=1970-01-01T00:00:01.000001Z"),
    ],
)
def test_commands_are_described(command: AccountCommand[Any], expected: str) -> None:
    assert describe_command(command) == expected


def test_items_are_described_in_a_line() -> None:
    lines = [describe_item(item) for item in read_export(TEXT).items]
    assert lines[0] == "     0 2026-01-01T00:00:00.000000Z set up scenario session"
    assert any(
        re.fullmatch(r"       2026-\S+Z request \d+: GET \S+ -> 200 \(list_recordings\)", line) for line in lines
    )
    assert all(len(line) < 400 for line in lines)


def test_other_beginnings_are_described() -> None:
    assert describe_command(SetUpScenario()) == "set up the account"
    assert describe_command(RestoreSnapshot(state=b"x" * 1234)) == "restore a snapshot of 1,234 bytes"


def test_long_values_are_cut() -> None:
    assert describe_command(SendSignalToRules(name="x" * 99)) == f"send signal to rules: name={'x' * 57}..."
