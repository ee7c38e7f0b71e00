"""Argument types of the command line. Each returns the value, or raises an error that says what it expected."""

import re
from argparse import ArgumentTypeError
from urllib.parse import urlsplit

from generators.sids import Kind, is_sid
from mockserver.settings.parsing import BadValueError, ClockRate, parse_instant
from scenarios.durations import parse_duration

_LONGEST_SIGNAL = 64


def account_sid(text: str) -> str:
    """Parse an AccountSid."""
    if not is_sid(text, Kind.ACCOUNT):
        raise _argument_error("AC and 32 hexadecimal digits", text)
    return text


def url(text: str) -> str:
    """Parse the URL of a server, without a slash at the end."""
    try:
        parts = urlsplit(text)
        is_one = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_one = False
    if not is_one:
        raise _argument_error("a URL such as http://127.0.0.1:4010", text)
    return text.rstrip("/")


def duration(text: str) -> str:
    """Check a duration, and return its text."""
    try:
        parse_duration(text)
    except ValueError:
        raise _argument_error("a duration such as 30s, 250ms or 1m30s", text) from None
    return text


def instant(text: str) -> str:
    """Check an instant, and return its text."""
    try:
        parse_instant(text)
    except BadValueError as wrong:
        raise ArgumentTypeError(str(wrong)) from None
    return text


def rate(text: str) -> float:
    """Parse a clock rate, such as 60 or 60x."""
    try:
        return ClockRate.parse(f"{text.removesuffix('x')}x").rate
    except BadValueError:
        raise _argument_error("a rate from 0.001 to 1000000, such as 60 or 60x", text) from None


def recording(text: str) -> str:
    """Check the handle or SID of a recording."""
    from scenarios.model import HANDLE_PATTERN  # other commands do not need it

    if not re.fullmatch(HANDLE_PATTERN, text):
        raise _argument_error("a handle of the scenario or a RecordingSid", text)
    return text


def signal(text: str) -> str:
    """Check the name of a signal."""
    if not 0 < len(text) <= _LONGEST_SIGNAL:
        raise _argument_error(f"a name of 1 to {_LONGEST_SIGNAL} characters", text)
    return text


def number(text: str) -> int:
    """Parse the number of a listed row."""
    return _parse_digits(text, 9, "the number of a listed row")


def index(text: str) -> int:
    """Parse the index of a recording."""
    return _parse_digits(text, 19, "an index from 0, the oldest recording")


def _parse_digits(text: str, most: int, expected: str) -> int:
    if not re.fullmatch(rf"[0-9]{{1,{most}}}", text):
        raise _argument_error(expected, text)
    return int(text)


def _argument_error(expected: str, found: str) -> ArgumentTypeError:
    return ArgumentTypeError(f"expected {expected}, found {found[:80]!r}.")
