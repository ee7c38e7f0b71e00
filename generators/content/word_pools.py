"""Pools of words: drawn from Faker once per process, then chosen by hash.

Seeding a Faker for each recording would take fifteen times as long as the recording itself.
"""

from collections.abc import Callable
from functools import lru_cache

import msgspec

_POOL_SIZE = 64


class WordPools(msgspec.Struct, frozen=True):
    """Pools of 64 words each."""

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
    """Return the pools. The first call imports Faker."""
    from faker import Faker

    fake = Faker("en_US")
    fake.seed_instance(0)

    def draw_pool(draw: Callable[[], str]) -> tuple[str, ...]:
        return tuple(draw() for _ in range(_POOL_SIZE))

    return WordPools(
        first_names=draw_pool(fake.first_name),
        last_names=draw_pool(fake.last_name),
        companies=draw_pool(fake.company),
        cities=draw_pool(fake.city),
        goods=draw_pool(lambda: fake.catch_phrase().split(" ", 1)[1]),
        phone_numbers=draw_pool(lambda: f"+1{fake.numerify('%##')}555{fake.numerify('01##')}"),
    )
