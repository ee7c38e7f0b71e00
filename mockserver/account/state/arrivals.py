"""Arrivals as plain values: how far each rule is. Instants are microseconds since the epoch."""

import msgspec

from scenarios.model import Arrival

FIRST_ARRIVAL = 1 << 62
"""The SIDs of recordings that arrive stand for indices from here on."""
_NUMBER_BITS = 40


class ArrivalState(msgspec.Struct, kw_only=True):
    """A rule by which recordings arrive, and how far it is."""

    number: int
    arrival: Arrival
    status_callback: str | None
    """The URL that receives the callbacks."""
    base_url: str
    """Scheme and host of the URLs in callbacks."""
    window: int | None = None
    """The number of its window; None if it applies at once and without an end."""
    start: int = 0
    """The instant from which recordings arrive."""
    latest: int = 0
    """The instant of the latest recording; `start` before the first."""
    arrived: int = 0
    """The number of recordings that have arrived."""
    next_instant: int | None = None
    """The instant of the next recording; None if the rule has not started, or is over."""


def encode_origin(rule: int, number: int) -> int:
    """Return the index that the SIDs and the random fields of a recording follow from.

    Args:
        rule: the number of its rule.
        number: its number in the rule, from 1.
    """
    return FIRST_ARRIVAL | rule << _NUMBER_BITS | number


def decode_origin(index: int) -> tuple[int, int] | None:
    """Return the rule and the number that an index stands for, or None if it is none of these."""
    if not FIRST_ARRIVAL <= index < 2 * FIRST_ARRIVAL:
        return None
    return (index - FIRST_ARRIVAL) >> _NUMBER_BITS, index & ((1 << _NUMBER_BITS) - 1)
