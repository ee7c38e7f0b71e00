"""Draws the pools of words from Faker: `python -m tests.word_pools` writes `generators/content/word_pools.json`."""

from collections.abc import Callable

import faker
import msgspec

from generators.content.word_pools import WORD_POOLS_FILE, WordPools

_POOL_SIZE = 64


def draw_word_pools() -> WordPools:
    """Return the pools that the installed version of Faker draws."""
    fake = faker.Faker("en_US")
    fake.seed_instance(0)

    def draw_pool(draw: Callable[[], str]) -> tuple[str, ...]:
        return tuple(draw() for _ in range(_POOL_SIZE))

    return WordPools(
        faker_version=faker.VERSION,
        first_names=draw_pool(fake.first_name),
        last_names=draw_pool(fake.last_name),
        companies=draw_pool(fake.company),
        cities=draw_pool(fake.city),
        goods=draw_pool(lambda: fake.catch_phrase().split(" ", 1)[1]),
        phone_numbers=draw_pool(lambda: f"+1{fake.numerify('%##')}555{fake.numerify('01##')}"),
    )


if __name__ == "__main__":
    WORD_POOLS_FILE.write_bytes(msgspec.json.format(msgspec.json.encode(draw_word_pools()), indent=2) + b"\n")
