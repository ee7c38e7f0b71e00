"""`recmock check`: checks the recordings in a file against the contract."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generators.contract import find_violations
from mockserver.cli.errors import CommandError

_EXPECTED = "JSON (a recording, an array of them, or a list body) or JSON Lines"
_SHOWN = 20


def check_file(file: Path) -> int:
    """Print every violation of the contract. Return 0 if there is none, else 1."""
    checked = wrong = 0
    twilio_dates = False
    for name, recording in _parse_recordings(_read_file(file)):
        checked += 1
        found = find_violations(recording)
        if found:
            wrong += 1
            twilio_dates = twilio_dates or any("+0000" in each for each in found)
            if wrong <= _SHOWN:
                print(f"{name}{_sid_of(recording)}")
                print("".join(f"  {each}\n" for each in found), end="")
    if wrong > _SHOWN:
        print(f"... and {wrong - _SHOWN} more")
    if twilio_dates:
        print(
            "These dates are in Twilio's format (RFC 2822). "
            "The contract requires ISO 8601: send the header X-Mock-Wire: schema to recmock."
        )
    print(f"{checked - wrong} of {checked} recordings conform to the contract.")
    return 1 if wrong else 0


def _read_file(file: Path) -> str:
    try:
        return (sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()).decode()
    except OSError as wrong:
        raise CommandError(f"expected a file of {_EXPECTED}, found {file}: {wrong.strerror}.") from None
    except UnicodeDecodeError as wrong:
        raise CommandError(
            f"expected {_EXPECTED} in UTF-8, found byte {wrong.start} of {file}, which is not UTF-8."
        ) from None


def _parse_recordings(text: str) -> Iterator[tuple[str, Any]]:
    """Yield each recording with its place in the file."""
    try:
        whole = json.loads(text)
    except ValueError as wrong:
        yield from _parse_lines(text, wrong)
        return
    if isinstance(whole, dict) and isinstance(whole.get("recordings"), list):
        whole = whole["recordings"]
    if isinstance(whole, dict):
        yield "recording", whole
        return
    if not isinstance(whole, list):
        raise CommandError(f"expected {_EXPECTED}, found {json.dumps(whole)[:60]}.")
    for at, recording in enumerate(whole):
        yield f"recording {at}", recording


def _parse_lines(text: str, wrong: ValueError) -> Iterator[tuple[str, Any]]:
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            yield f"line {number}", json.loads(line)
        except ValueError as this:
            detail = wrong if number == 1 else this
            raise CommandError(f"expected {_EXPECTED}, found something else in line {number}: {detail}.") from None


def _sid_of(recording: Any) -> str:
    sid = recording.get("sid") if isinstance(recording, dict) else None
    return f" {sid}" if isinstance(sid, str) else ""
