"""Pools of words: drawn from Faker once and stored in a file, then chosen by hash.

`python -m tests.word_pools` writes the file. Faker itself is not imported: that takes a third of a second, and another
version of it would give other recordings.
"""

from functools import lru_cache
from pathlib import Path

import msgspec

WORD_POOLS_FILE = Path(__file__).with_name("word_pools.json")


class WordPools(msgspec.Struct, frozen=True):
    """Pools of 64 words each."""

    faker_version: str
    """The version of Faker that drew them."""
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    companies: tuple[str, ...]
    cities: tuple[str, ...]
    goods: tuple[str, ...]
    """Reasons for a call, such as `multi-layered contingency`."""
    phone_numbers: tuple[str, ...]
    """Telephone numbers in E.164 form, none of which can be dialled."""


@lru_cache(maxsize=1)
def load_word_pools() -> WordPools:
    """Return the pools. The first call reads the file."""
    return msgspec.json.decode(WORD_POOLS_FILE.read_bytes(), type=WordPools)
