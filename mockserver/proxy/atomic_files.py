"""Files that several processes may create at once: complete or missing, never partial."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PRIVATE_MODE = 0o700


class StorageError(Exception):
    """A file cannot be read or written. The message says which file, why, and what to try."""


def read_file(file: Path) -> bytes | None:
    """Return the content of a file, or None if it does not exist.

    Raises:
        StorageError: if the file cannot be read.
    """
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _to_storage_error("read", file, error) from None


def write_once(file: Path, content: bytes) -> None:
    """Write a file unless it exists. If several processes write it, the first wins.

    Raises:
        StorageError: if the file cannot be written.
    """
    with _write_temporary_file(file, content) as temporary, suppress(FileExistsError):
        os.link(temporary, file)  # unlike a rename, a link never replaces a file


def replace_file(file: Path, content: bytes) -> None:
    """Write a file, replacing any existing one.

    Raises:
        StorageError: if the file cannot be written.
    """
    with _write_temporary_file(file, content) as temporary:
        temporary.replace(file)


@contextmanager
def _write_temporary_file(file: Path, content: bytes) -> Iterator[Path]:
    """Create a temporary file with mode 0600 in the same folder. It is removed at the end if it still exists."""
    try:
        file.parent.mkdir(PRIVATE_MODE, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
        try:
            with open(descriptor, "wb") as opened:
                opened.write(content)
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        raise _to_storage_error("write", file, error) from None


def _to_storage_error(verb: str, file: Path, error: OSError) -> StorageError:
    return StorageError(f"cannot {verb} {file}: {error.strerror}. Choose another folder with --data-dir.")
