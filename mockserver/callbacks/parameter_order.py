"""The order of a request's parameters.

Twilio does this: every capture (WIRE §12, WIRE-CALLS §1.5) has the order of the hash table that Java calls HashMap.
"""

from collections.abc import Mapping
from functools import lru_cache

from mockserver.callbacks.request import Pairs

_SMALLEST_TABLE = 16
_WORD = 0xFFFFFFFF


def order_parameters(values: Mapping[str, str | None]) -> Pairs:
    """Return names and values in the order of a hash table. A parameter whose value is None is left out.

    Names that share a place in the table keep the order that they have in the mapping.
    """
    pairs = [(name, value) for name, value in values.items() if value is not None]
    size = _SMALLEST_TABLE
    while len(pairs) * 4 > size * 3:  # it grows when it is three quarters full
        size *= 2
    return tuple(sorted(pairs, key=lambda pair: _hash_name(pair[0]) & (size - 1)))


@lru_cache(maxsize=256)
def _hash_name(name: str) -> int:
    number = 0
    for character in name:
        number = (31 * number + ord(character)) & _WORD
    return number ^ (number >> 16)
