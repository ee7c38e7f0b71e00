"""`recmock check`: validate the recordings in a file against the contract, which is a JSON schema."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.errors import CommandError

_EXPECTED = "JSON (a recording, an array of them, or a list body) or JSON Lines"
_SHOWN = 20


def _add_arguments(parser: Parser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="JSON, JSON Lines or a list body. Use - for the standard input."
    )


def _run(invocation: Invocation) -> int:
    """Print the violations of the contract, and return 1 if there are any, else 0."""
    from generators.contract import find_violations  # slow to import, and --help does not need it

    checked = invalid = 0
    has_twilio_dates = False
    for name, recording in _parse_recordings(_read(invocation.options.file)):
        checked += 1
        found = find_violations(recording)
        if found:
            invalid += 1
            has_twilio_dates = has_twilio_dates or any("+0000" in violation for violation in found)
            if invalid <= _SHOWN:
                print(f"{name}{_format_sid(recording)}")
                print("".join(f"  {violation}\n" for violation in found), end="")
    if invalid > _SHOWN:
        print(f"... and {invalid - _SHOWN} more")
    if has_twilio_dates:
        print(
            "Some dates are in Twilio's format (RFC 2822), but the contract requires ISO 8601. "
            "A recmock server sends ISO 8601 if the request has the header X-Mock-Wire: schema."
        )
    print(f"{checked - invalid} of {checked} recordings conform to the contract.")
    return 1 if invalid else 0


def _read(file: Path) -> str:
    try:
        return (sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()).decode()
    except OSError as error:
        raise CommandError(f"expected a file of {_EXPECTED}, found {file}: {error.strerror}.") from None
    except UnicodeDecodeError as error:
        raise CommandError(
            f"expected {_EXPECTED} in UTF-8, found an invalid byte at {error.start} of {file}."
        ) from None


def _parse_recordings(text: str) -> Iterator[tuple[str, Any]]:
    """Yield the position of each recording in the text, and the recording."""
    try:
        value = _load_json(text)
    except ValueError as error:
        yield from _parse_lines(text, error)
        return
    if isinstance(value, dict) and isinstance(value.get("recordings"), list):
        value = value["recordings"]
    if isinstance(value, dict):
        yield "recording", value
        return
    if not isinstance(value, list):
        raise CommandError(f"expected {_EXPECTED}, found {json.dumps(value)[:60]}.")
    for number, recording in enumerate(value, start=1):
        yield f"recording {number}", recording


def _load_json(text: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise CommandError(f"expected {_EXPECTED}, found values that are nested too deeply.") from None


def _parse_lines(text: str, json_error: ValueError) -> Iterator[tuple[str, Any]]:
    """Yield the recordings of JSON Lines.

    Args:
        json_error: the error of parsing the value text as JSON. It is more exact if the first line is not JSON either.
    """
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", _load_json(line)
        except ValueError as error:
            detail = json_error if number == 1 else error
            raise CommandError(f"expected {_EXPECTED}, found invalid JSON in line {number}: {detail}.") from None


def _format_sid(recording: Any) -> str:
    sid = recording.get("sid") if isinstance(recording, dict) else None
    return f" {sid}" if isinstance(sid, str) else ""


COMMAND = Command(_run, _add_arguments)
