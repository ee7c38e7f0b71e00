"""Finds the process that has a store open."""

import socket
from urllib.parse import urlsplit

from mockserver.account.storage.contact import Contact
from mockserver.account.storage.sqlite_contact import read_contact
from mockserver.settings.store_url import StoreUrl

_LOOPBACK = "127.0.0.1"


def find_leader(url: StoreUrl) -> Contact | None:
    """Return how others reach the process that has a store open, or None if it is not known.

    Raises:
        StoreError: if the store does not answer.
    """
    if url.path is not None:
        return read_contact(url.path)
    from mockserver.account.storage.redis_access import read_contact_in_redis  # its package may not be installed

    return read_contact_in_redis(url)


def find_own_host(url: StoreUrl) -> str:
    """Return the address at which the processes that share a store reach this one: that at which it reaches Redis."""
    server = urlsplit(url.server or "")
    if not server.hostname:
        return _LOOPBACK
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:  # sends nothing
            probe.connect((server.hostname, server.port or 6379))
            host: str = probe.getsockname()[0]
    except OSError:  # an address of IPv6, or a name that is not known
        return _LOOPBACK
    return host
