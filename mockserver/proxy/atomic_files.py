"""Files that several processes make at once: whole or not there, never half."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_PRIVATE = 0o700


class StorageError(Exception):
    """A file that cannot be read or written; the message says which, why and what to try."""


def read_file(file: Path) -> bytes | None:
    """Return what a file holds, or None where there is none.

    Raises:
        StorageError: where it cannot be read.
    """
    try:
        return file.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as wrong:
        raise _to_error("read", file, wrong) from None


def write_once(file: Path, content: bytes) -> None:
    """Write a file unless there is one already: of several processes, the first wins.

    Raises:
        StorageError: where it cannot be written.
    """
    with _write_beside(file, content) as beside, suppress(FileExistsError):
        os.link(beside, file)  # unlike a rename, a link never replaces


def replace_file(file: Path, content: bytes) -> None:
    """Write a file whatever was there.

    Raises:
        StorageError: where it cannot be written.
    """
    with _write_beside(file, content) as beside:
        beside.replace(file)


@contextmanager
def _write_beside(file: Path, content: bytes) -> Iterator[Path]:
    """Give a new file in the same folder, with mode 0600, that goes again if it is still there."""
    try:
        file.parent.mkdir(_PRIVATE, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
        try:
            with open(descriptor, "wb") as opened:
                opened.write(content)
            yield Path(name)
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as wrong:
        raise _to_error("write", file, wrong) from None


def _to_error(verb: str, file: Path, wrong: OSError) -> StorageError:
    return StorageError(f"cannot {verb} {file}: {wrong.strerror}. --data-dir takes another folder.")
