"""Finds the process that has a store open."""

from mockserver.account.storage.contact import Contact
from mockserver.account.storage.sqlite_contact import read_contact
from mockserver.settings.store_url import StoreUrl


def find_leader(url: StoreUrl) -> Contact | None:
    """Return how others reach the process that has a store open, or None if it is not known."""
    return None if url.path is None else read_contact(url.path)
