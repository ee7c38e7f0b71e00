"""Durations as people write them: `30s`, `250ms`, `1m30s`, `1.5h`, `40d`."""

import re
from decimal import Decimal
from typing import Annotated

import msgspec

_UNITS = {"ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000, "w": 604_800_000_000}
_NUMBER = r"[0-9]{1,9}(?:\.[0-9]{1,6})?"
_PART = rf"{_NUMBER}(?:ms|s|m|h|d|w)"
_UNIT_WORDS = {
    "ms": ("msec", "msecs", "millisecond", "milliseconds"),
    "s": ("sec", "secs", "second", "seconds"),
    "m": ("min", "mins", "minute", "minutes"),
    "h": ("hr", "hrs", "hour", "hours"),
    "d": ("day", "days"),
    "w": ("week", "weeks"),
}
_SHORT_UNITS = {word: unit for unit, words in _UNIT_WORDS.items() for word in (unit, *words)}
"""The unit of each word that people type for it, in lower case."""
_NUMBER_AND_WORD = r"([0-9.]+) *([A-Za-z]+) *"
_NUMBER_AND_UNIT = r"([0-9.]+)(ms|s|m|h|d|w)"

DURATION_PATTERN = rf"^(?:{_PART})+$(?!\n)"
SIGNED_DURATION_PATTERN = rf"^[+-](?:{_PART})+$(?!\n)"
MAX_TEXT_LENGTH = 100
"""The longest text of a duration. Any duration has a shorter one."""
LONGEST_DURATION = "36500d"
"""The longest duration of a scenario, a hundred years: dates have room for it after the latest time of a clock."""
Duration = Annotated[
    str,
    msgspec.Meta(
        pattern=DURATION_PATTERN, max_length=MAX_TEXT_LENGTH, description="A duration such as 30s, 250ms or 1m30s."
    ),
]
"""A duration as text."""


def normalize_duration(text: str, *, default_unit: str = "") -> str:
    """Return a duration that people typed with the units of `parse_duration`, such as `5m` for `5 min`.

    Any other text is returned as it is.

    Args:
        default_unit: the unit of a number without one.
    """
    stripped = text.strip()
    if re.fullmatch(_NUMBER, stripped):
        return stripped + default_unit
    return re.sub(_NUMBER_AND_WORD, lambda match: match[1] + _SHORT_UNITS.get(match[2].lower(), match[2]), stripped)


def parse_duration(text: str) -> int:
    """Return a duration in microseconds.

    Raises:
        ValueError: if the text is not a duration.
    """
    if len(text) > MAX_TEXT_LENGTH:
        raise ValueError(f"expected a duration of at most {MAX_TEXT_LENGTH} characters, found {len(text)}")
    if not re.fullmatch(DURATION_PATTERN, text):
        raise ValueError(f"expected a duration such as 30s, 250ms or 1m30s, found {text!r}")
    return round(sum(Decimal(number) * _UNITS[unit] for number, unit in re.findall(_NUMBER_AND_UNIT, text)))


def find_duration_problem(text: str) -> str | None:
    """Return a sentence about a valid duration that is too long for a scenario, or None."""
    if parse_duration(text) <= parse_duration(LONGEST_DURATION):
        return None
    return f"expected a duration of at most {LONGEST_DURATION}, found {text}."


def format_duration(microseconds: int) -> str:
    """Return microseconds as text that `parse_duration` reads, in the largest units that fit."""
    parts = []
    rest = microseconds
    for unit in ("d", "h", "m", "s"):
        whole, rest = divmod(rest, _UNITS[unit])
        if whole:
            parts.append(f"{whole}{unit}")
    if rest:
        parts.append(f"{rest / 1000:g}ms")
    return "".join(parts) or "0s"
