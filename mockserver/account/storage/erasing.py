"""Erases stores."""

from mockserver.account.storage.sqlite_file import erase_file
from mockserver.settings.store_url import StoreUrl


def erase_store(url: StoreUrl) -> None:
    """Remove everything from a store, also from one of another version.

    Raises:
        StoreError: if it is no store, or a server uses it.
    """
    if url.path is not None:
        erase_file(url.path)
        return
    from mockserver.account.storage.redis_access import erase_redis_store  # its package may not be installed

    erase_redis_store(url)
