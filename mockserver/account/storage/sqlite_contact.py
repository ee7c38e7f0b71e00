"""The file beside a SQLite store that says how workers reach the process that has the store open."""

import os
from contextlib import suppress
from pathlib import Path

import msgspec

from mockserver.account.storage.contact import Contact
from mockserver.account.storage.store_error import StoreError

_SUFFIX = "-leader"


def write_contact(store: Path, contact: Contact) -> None:
    """Write the contact of the process that has a store open, for its owner only.

    Raises:
        StoreError: if the file cannot be written.
    """
    path, draft = Path(f"{store}{_SUFFIX}"), Path(f"{store}{_SUFFIX}.{os.getpid()}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with open(descriptor, "wb") as file:
            file.write(msgspec.json.encode(contact))
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise StoreError(f"expected a file that can be written, found {path}: {error.strerror}.") from None


def read_contact(store: Path) -> Contact | None:
    """Return the contact of the process that has a store open, or None if there is none. It may have ended."""
    try:
        return msgspec.json.decode(Path(f"{store}{_SUFFIX}").read_bytes(), type=Contact)
    except (OSError, msgspec.DecodeError):
        return None


def remove_contact(store: Path, contact: Contact) -> None:
    """Remove a contact, unless another process has written its own."""
    if read_contact(store) == contact:
        with suppress(OSError):
            Path(f"{store}{_SUFFIX}").unlink()
