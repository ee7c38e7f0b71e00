"""Types of command line arguments.

Each function parses a text, or raises an error that argparse prints.
"""

import re
from argparse import ArgumentTypeError

from generators.sids import Kind, describe_sid, is_sid
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.parsing import BadValueError, parse_instant, parse_server_url
from mockserver.settings.store_url import StoreUrl
from scenarios.durations import normalize_duration, parse_duration

_LONGEST_SIGNAL = 64


def account_sid(text: str) -> str | None:
    """Parse an AccountSid, or return None for `demo`, the demo account."""
    if text.lower() == "demo":
        return None
    if not is_sid(text, Kind.ACCOUNT):
        raise _make_argument_error(describe_sid(Kind.ACCOUNT), text)
    return text


def url(text: str) -> str:
    """Parse the URL of a server."""
    try:
        return parse_server_url(text)
    except BadValueError as error:
        raise ArgumentTypeError(str(error)) from None


def store(text: str) -> StoreUrl:
    """Parse a store, such as sqlite:FILE."""
    try:
        return StoreUrl.parse(text)
    except BadValueError as error:
        raise ArgumentTypeError(str(error)) from None


def duration(text: str) -> str:
    """Check a length of time, and return it with short units. A number without a unit is in seconds."""
    normalized = normalize_duration(text, default_unit="s")
    try:
        parse_duration(normalized)
    except ValueError:
        raise _make_argument_error("a duration such as 30s, 250ms or 1m30s", text) from None
    return normalized


def instant(text: str) -> str:
    """Check an instant, and return it unchanged."""
    try:
        parse_instant(text)
    except BadValueError as error:
        raise ArgumentTypeError(str(error)) from None
    return text


def rate(text: str) -> float:
    """Parse a clock rate such as 60 or 60x: seconds of the clock per real second."""
    try:
        return ClockRate.parse(f"{text.removesuffix('x')}x").rate
    except BadValueError:
        raise _make_argument_error("a rate from 0.001 to 1000000, such as 60 or 60x", text) from None


def recording(text: str) -> str:
    """Check the handle or SID of a recording, and return it unchanged."""
    from scenarios.model import HANDLE_PATTERN  # slow to import, and other commands do not need it

    if not re.fullmatch(HANDLE_PATTERN, text):
        raise _make_argument_error("a handle of the scenario or a RecordingSid", text)
    return text


def signal(text: str) -> str:
    """Check the name of a signal, and return it unchanged."""
    if not 0 < len(text) <= _LONGEST_SIGNAL:
        raise _make_argument_error(f"a name of 1 to {_LONGEST_SIGNAL} characters", text)
    return text


def number(text: str) -> int:
    """Parse the number of a row that a list command has printed."""
    return _parse_digits(text, 9, "the number of a listed row")


def index(text: str) -> int:
    """Parse the index of a recording."""
    return _parse_digits(text, 19, "an index from 0, which is the oldest recording")


def whole_number(text: str) -> int:
    """Parse a whole number of at most nine digits."""
    return _parse_digits(text, 9, "a whole number")


def share(text: str) -> float:
    """Parse a number from 0 to 1."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= 1:
        raise _make_argument_error("a number from 0 to 1", text)
    return value


def header_pattern(text: str) -> tuple[str, str]:
    """Parse the name of a header and a shell pattern for its value."""
    name, colon, pattern = text.partition(":")
    if not colon or not name.strip():
        raise _make_argument_error("a header and a shell pattern, such as User-Agent:twilio-*", text)
    return name.strip(), pattern.strip()


def _parse_digits(text: str, max_digits: int, expected: str) -> int:
    if not re.fullmatch(rf"[0-9]{{1,{max_digits}}}", text):
        raise _make_argument_error(expected, text)
    return int(text)


def _make_argument_error(expected: str, found: str) -> ArgumentTypeError:
    return ArgumentTypeError(f"expected {expected}, found {found[:80]!r}.")
