"""What other processes do with a store in Redis: they find the one that has it open, and erase a store."""

from functools import cache

import msgspec

from mockserver.account.storage.contact import Contact
from mockserver.account.storage.redis_client import RedisClient
from mockserver.account.storage.redis_store import RedisStore
from mockserver.settings.store_url import StoreUrl

_MAX_DELETED = 1000
"""The keys that are deleted at once."""


def read_contact_in_redis(url: StoreUrl) -> Contact | None:
    """Return how others reach the process that has a store open, or None if it is not known.

    Raises:
        StoreError: if the store does not answer.
    """
    client = _get_client(url)
    with client.explaining_errors():
        data = client.commands.get(f"{url.prefix}:leader")
    try:
        return None if data is None else msgspec.json.decode(data, type=Contact)
    except msgspec.DecodeError:  # of another version
        return None


@cache
def _get_client(url: StoreUrl) -> RedisClient:
    return RedisClient(url)


def erase_redis_store(url: StoreUrl) -> None:
    """Remove all keys of a store.

    Raises:
        StoreError: if a server uses it, or Redis does not answer.
    """
    store = RedisStore(url)
    client = _get_client(url)
    try:
        with client.explaining_errors():
            keys = [*client.commands.scan_iter(match=f"{url.prefix}:*", count=1000)]
            for start in range(0, len(keys), _MAX_DELETED):
                client.commands.delete(*keys[start : start + _MAX_DELETED])
    finally:
        store.close()
