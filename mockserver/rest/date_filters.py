"""Date filters, in every form that SDKs send (WIRE §3)."""

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache

import msgspec

from generators.instants import EPOCH, SECONDS_PER_DAY
from mockserver.rest.errors import make_invalid_parameter_error
from mockserver.rest.parameters import Parameters
from mockserver.rest.representations.dates import format_iso8601

_INSTANT = (
    r"(?a)(\d{4})-(\d\d)-(\d\d)"
    r"(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?"
    r"(?:[Zz]|([+\- ])(\d\d):?(\d\d))?)?"
)
_EXPECTED_DATE = "a date such as 2026-03-01 or an instant such as 2026-03-01T09:30:00Z"


class DateRange(msgspec.Struct, frozen=True):
    """The half-open range [since, before) in seconds since the epoch. None is no bound."""

    since: int | None = None
    before: int | None = None

    @property
    def is_bounded(self) -> bool:
        """True if the range has a bound."""
        return self.since is not None or self.before is not None

    def contains(self, instant: int | None) -> bool:
        """Return True if an instant is in the range. None, which stands for no date, is in an unbounded one only."""
        if instant is None:
            return not self.is_bounded
        return (self.since is None or self.since <= instant) and (self.before is None or instant < self.before)


def parse_created_range(parameters: Parameters) -> tuple[int | None, int | None]:
    """Return the half-open range [since, before) in Unix seconds that the DateCreated filters select.

    Raises:
        TwilioError: 20001 for a value that is neither a date nor an instant.
    """
    created = parse_date_range(parameters, "DateCreated")
    return created.since, created.before


def parse_date_range(parameters: Parameters, name: str, *, includes_upper_bound: bool = True) -> DateRange:
    """Return the range that the filters `name`, `name<` and `name>` select.

    `<` and `>` include their instant, and a date counts as its midnight UTC: this is Twilio's "on or before
    midnight". Equality selects the whole UTC day of a date, and of an instant at midnight, because SDKs send
    dates so. Any other instant selects its second. All given filters must hold.

    Args:
        includes_upper_bound: False if `<` excludes its instant: Twilio's "before this date".

    Raises:
        TwilioError: 20001 for a value that is neither a date nor an instant.
    """
    since: list[int] = []
    below: list[int] = []
    if (at := _parse_bound(parameters, name)) is not None:
        since.append(at)
        below.append(at + (SECONDS_PER_DAY if at % SECONDS_PER_DAY == 0 else 1))
    if (at := _parse_bound(parameters, f"{name}>")) is not None:
        since.append(at)
    if (at := _parse_bound(parameters, f"{name}<")) is not None:
        below.append(at + includes_upper_bound)
    return DateRange(max(since, default=None), min(below, default=None))


def describe_future_filters(parameters: Parameters, name: str, now: int) -> list[str]:
    """Return a sentence about each filter that looks after the present instant, where nothing can be.

    Args:
        now: the present instant of the account, in seconds since the epoch.
    """
    bounds = {bound: _parse_bound(parameters, bound) for bound in (name, f"{name}>")}
    return [
        f"{bound}={parameters.get_text(bound)} is after the account's time, {format_iso8601(now)}: nothing can match. "
        "Set the time with --now, with now= of the fixture, or with recmock clock move-to."
        for bound, at in bounds.items()
        if at is not None and at > now
    ]


def _parse_bound(parameters: Parameters, name: str) -> int | None:
    text = parameters.get_text(name)
    if text is None:
        return None
    instant = _parse_instant(text)
    if instant is None:
        raise make_invalid_parameter_error(name, _EXPECTED_DATE, text)
    return instant


@lru_cache(maxsize=64)
def _parse_instant(text: str) -> int | None:
    """Return an instant in seconds since the epoch, or None if it is none. Cached: a list reads its filters twice."""
    match = re.fullmatch(_INSTANT, text)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        # Java sends no zone, which means UTC. An unescaped `+` reaches us as a space.
        zone = UTC if match[8] is None else timezone(_build_utc_offset(match[7], int(match[8]), int(match[9])))
        instant = datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except ValueError:
        return None
    return (instant - EPOCH) // timedelta(seconds=1)


def _build_utc_offset(sign: str, hours: int, minutes: int) -> timedelta:
    if minutes > 59:
        raise ValueError(minutes)
    return timedelta(hours=hours, minutes=minutes) * (-1 if sign == "-" else 1)
