"""Dates in cookies, as RFC 6265 §5.1.1 reads them: all the forms that servers write."""

import re
from calendar import timegm

_DELIMITERS = re.compile(r"[\x09\x20-\x2F\x3B-\x40\x5B-\x60\x7B-\x7E]+")
_TIME = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|\Z)", re.ASCII)
_DAY = re.compile(r"(\d{1,2})(?:\D|\Z)", re.ASCII)
_YEAR = re.compile(r"(\d{2,4})(?:\D|\Z)", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST_YEAR = 1601


def parse_cookie_date(text: str) -> int | None:
    """Return seconds since the epoch, or None if the text is not a date."""
    time: tuple[int, ...] = ()
    day = month = year = -1
    for token in _DELIMITERS.split(text):
        if not time and (match := _TIME.match(token)):
            time = tuple(map(int, match.groups()))
        elif day < 0 and (match := _DAY.match(token)):
            day = int(match[1])
        elif month < 0 and token[:3].lower() in _MONTHS:
            month = _MONTHS.index(token[:3].lower()) + 1
        elif year < 0 and (match := _YEAR.match(token)):
            year = _complete_year(int(match[1]))
    if not time or month < 0 or not 1 <= day <= 31 or year < _FIRST_YEAR:
        return None
    hour, minute, second = time
    return timegm((year, month, day, hour, minute, second)) if hour < 24 and max(minute, second) < 60 else None


def _complete_year(year: int) -> int:
    return year + 1900 if 70 <= year <= 99 else year + 2000 if year <= 69 else year
