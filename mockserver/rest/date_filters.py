"""Filters by date, in every form that SDKs send them (WIRE §3)."""

import re
from datetime import UTC, datetime, timedelta, timezone

from mockserver.rest.errors import invalid_parameter
from mockserver.rest.parameters import Parameters

_DAY = 24 * 3600
_INSTANT = (
    r"(?a)(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?"
    r"(?:[Zz]|([+\- ])(\d\d):?(\d\d))?)?"
)
_EXPECTED = "a date such as 2026-03-01, or an instant such as 2026-03-01T09:30:00Z,"


def created_between(query: Parameters) -> tuple[int | None, int | None]:
    """Return the seconds since 1970 that `DateCreated`, `DateCreated<` and `DateCreated>` leave: from, and below.

    `<` and `>` include their instant, and a date counts as its midnight UTC: Twilio's "on or before
    midnight". Equality takes the whole UTC day of a date, and of an instant at midnight, since SDKs
    send dates so; of any other instant that second. All that are given hold together.

    Raises:
        TwilioError: 20001 for a value that is neither a date nor an instant.
    """
    since: list[int] = []
    below: list[int] = []
    if (at := _parse_bound(query, "DateCreated")) is not None:
        since.append(at)
        below.append(at + (_DAY if at % _DAY == 0 else 1))
    if (at := _parse_bound(query, "DateCreated>")) is not None:
        since.append(at)
    if (at := _parse_bound(query, "DateCreated<")) is not None:
        below.append(at + 1)
    return max(since, default=None), min(below, default=None)


def _parse_bound(query: Parameters, name: str) -> int | None:
    text = query.text(name)
    if text is None:
        return None
    match = re.fullmatch(_INSTANT, text)
    if match is None:
        raise invalid_parameter(name, _EXPECTED, text)
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        # Java sends no zone: that is UTC. An unescaped `+` arrives as a space.
        zone = UTC if match[8] is None else timezone(_offset(match[7], int(match[8]), int(match[9])))
        instant = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        raise invalid_parameter(name, _EXPECTED, text) from None
    return (instant - _EPOCH) // timedelta(seconds=1)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _offset(sign: str, hours: int, minutes: int) -> timedelta:
    if minutes > 59:
        raise ValueError(minutes)
    return timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)
