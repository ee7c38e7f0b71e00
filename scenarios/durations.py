"""Durations as people write them: `30s`, `250ms`, `1m30s`, `1.5h`, `40d`."""

import re
from decimal import Decimal
from typing import Annotated

import msgspec

_UNITS = {"ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000, "w": 604_800_000_000}
_PART = r"[0-9]{1,9}(?:\.[0-9]{1,6})?(?:ms|s|m|h|d|w)"
_NUMBER_AND_UNIT = r"([0-9.]+)(ms|s|m|h|d|w)"

DURATION_PATTERN = rf"^(?:{_PART})+$(?!\n)"
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
