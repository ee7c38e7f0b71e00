"""Words of the command line that have a form: each reader returns the value, or says what it expected."""

import re
from argparse import ArgumentTypeError
from urllib.parse import urlsplit

from generators.sids import Kind, is_sid
from mockserver.settings.parsing import BadValueError, ClockRate, parse_instant
from scenarios.durations import microseconds

_LONGEST_SIGNAL = 64


def account_sid(text: str) -> str:
    """Read an AccountSid."""
    if not is_sid(text, Kind.ACCOUNT):
        raise _expected("AC and 32 hexadecimal digits", text)
    return text


def url(text: str) -> str:
    """Read where a server is; a slash at the end is dropped."""
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        raise _expected("a URL such as http://127.0.0.1:4010", text)
    return text.rstrip("/")


def duration(text: str) -> str:
    """Read a length of time, which stays text."""
    try:
        microseconds(text)
    except ValueError:
        raise _expected("a length of time such as 30s, 250ms or 1m30s", text) from None
    return text


def instant(text: str) -> str:
    """Read an instant, which stays text."""
    try:
        parse_instant(text)
    except BadValueError as wrong:
        raise ArgumentTypeError(str(wrong)) from None
    return text


def rate(text: str) -> float:
    """Read how many seconds pass in one, such as 60 or 60x."""
    try:
        return ClockRate.parse(f"{text.removesuffix('x')}x").rate
    except BadValueError:
        raise _expected("a pace from 0.001 to 1000000, such as 60 or 60x", text) from None


def recording(text: str) -> str:
    """Read the handle or SID of a recording."""
    from scenarios.model import HANDLE  # not to parse other commands

    if not re.fullmatch(HANDLE, text):
        raise _expected("a handle of the scenario or a RecordingSid", text)
    return text


def signal(text: str) -> str:
    """Read the name of a signal."""
    if not 0 < len(text) <= _LONGEST_SIGNAL:
        raise _expected(f"a name of 1 to {_LONGEST_SIGNAL} characters", text)
    return text


def number(text: str) -> int:
    """Read the number of a row that a list has shown."""
    return _digits(text, 9, "a number of the list")


def index(text: str) -> int:
    """Read the index of a recording."""
    return _digits(text, 19, "an index from 0, which is the oldest recording's")


def _digits(text: str, most: int, expected: str) -> int:
    if not re.fullmatch(rf"[0-9]{{1,{most}}}", text):
        raise _expected(expected, text)
    return int(text)


def _expected(expected: str, found: str) -> ArgumentTypeError:
    return ArgumentTypeError(f"expected {expected}, found {found[:80]!r}.")
