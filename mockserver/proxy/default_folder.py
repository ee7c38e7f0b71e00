"""The folder of the CA if the user chose none: in the user's data directory, or in the one for temporary files."""

import os
import stat
import tempfile
from pathlib import Path

from mockserver.proxy.atomic_files import PRIVATE_MODE, StorageError

_NAME = "recmock"
_ADVICE = "Choose a folder with --data-dir"


def find_default_folder() -> Path:
    """Return a folder that files can be written to. It exists afterwards.

    A container or a CI job may have no HOME, or one that cannot be written to. All commands of a user then have the
    same folder for temporary files, and so the same CA.

    Raises:
        StorageError: if there is none.
    """
    folder = _find_data_folder()
    if folder is not None and _is_writable(folder):
        return folder
    found = "no home directory" if folder is None else f"{folder} unwritable"
    try:
        temporary = Path(tempfile.gettempdir(), _build_name())
    except FileNotFoundError:
        raise StorageError(
            f"expected a folder for the local CA, found {found}, and no folder for temporary files. {_ADVICE}."
        ) from None
    if not _is_writable(temporary):
        raise StorageError(f"expected a folder for the local CA, found {found}, and {temporary} too. {_ADVICE}.")
    if not _is_private(temporary):
        raise StorageError(
            f"expected a folder for the local CA, found {found}, and other users have access to {temporary}. {_ADVICE}."
        )
    return temporary


def _find_data_folder() -> Path | None:
    """Return the folder in the user's data directory, or None if no home can be found."""
    from platformdirs import user_data_path

    try:
        folder = user_data_path(_NAME, appauthor=False)
    except RuntimeError:
        return None
    return folder if folder.is_absolute() else None  # older platformdirs return a path that starts with `~`


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(PRIVATE_MODE, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def _is_private(folder: Path) -> bool:
    """Return True if no other user can have put files there: a key of theirs could sign for Twilio's hosts."""
    if not hasattr(os, "getuid"):  # pragma: no cover - on Windows, each user has an own folder for temporary files
        return True
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid() and not status.st_mode & 0o077


def _build_name() -> str:
    """Return a name that other users of this machine do not have."""
    return f"{_NAME}-{os.getuid()}" if hasattr(os, "getuid") else _NAME
