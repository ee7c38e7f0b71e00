"""Durations as people write them: `30s`, `250ms`, `1m30s`, `1.5h`, `40d`."""

import re
from decimal import Decimal
from typing import Annotated

import msgspec

_UNITS = {"ms": 1_000, "s": 1_000_000, "m": 60_000_000, "h": 3_600_000_000, "d": 86_400_000_000, "w": 604_800_000_000}
_PART = r"[0-9]{1,9}(?:\.[0-9]{1,6})?(?:ms|s|m|h|d|w)"
_NUMBER_AND_UNIT = r"([0-9.]+)(ms|s|m|h|d|w)"

DURATION_PATTERN = rf"^(?:{_PART})+$(?!\n)"
Duration = Annotated[str, msgspec.Meta(pattern=DURATION_PATTERN, description="A duration such as 30s, 250ms or 1m30s.")]
"""A duration as text."""


def parse_duration(text: str) -> int:
    """Return a duration in microseconds.

    Raises:
        ValueError: if the text is not a duration.
    """
    if not re.fullmatch(DURATION_PATTERN, text):
        raise ValueError(f"expected a duration such as 30s, 250ms or 1m30s, found {text!r}")
    return round(sum(Decimal(number) * _UNITS[unit] for number, unit in re.findall(_NUMBER_AND_UNIT, text)))


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
