"""The SQLite file of a store: how it is opened, and what is refused."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple, Self

from mockserver.account.storage.store_error import StoreError, StoreInUseError

_APPLICATION_ID = 0x7265_636D
"""`recm`: marks the file as ours."""
_SCHEMA_VERSION = 1
"""A new number for every change after which older files cannot be read."""
_SCHEMA = """
CREATE TABLE record (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE accounts (
  key TEXT PRIMARY KEY, beginning BLOB NOT NULL, at INTEGER NOT NULL, machine INTEGER NOT NULL,
  is_waiting INTEGER NOT NULL, generation INTEGER, extras BLOB NOT NULL DEFAULT x''
);
CREATE TABLE commands (key TEXT, first INTEGER, entries BLOB NOT NULL, PRIMARY KEY (key, first)) WITHOUT ROWID;
CREATE TABLE requests (
  key TEXT, first INTEGER, count INTEGER NOT NULL, oldest INTEGER NOT NULL, entries BLOB NOT NULL,
  PRIMARY KEY (key, first)
) WITHOUT ROWID;
"""


def open_file(path: Path) -> sqlite3.Connection:
    """Return a connection to a store, which no other process can use meanwhile.

    Args:
        path: the file. It is created, for its owner only, if there is none.

    Raises:
        StoreError: if the file cannot be opened, another process uses it, or it is no store of this version.
    """
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # it holds tokens
    except OSError as error:
        raise StoreError(f"expected a file that can be written, found {path}: {error.strerror}.") from None
    connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        with explain_errors(path):
            _prepare(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA locking_mode = EXCLUSIVE")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("BEGIN IMMEDIATE")
    _refuse_other_databases(connection, path)
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if not _has_tables(connection):
        for statement in _SCHEMA.split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {_APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
    elif version != _SCHEMA_VERSION:
        raise StoreError(
            f"expected a store of version {_SCHEMA_VERSION}, found version {version} in {path}. "
            f"Use the recmock that wrote it, another file, or `recmock store reset sqlite:{path}`."
        )
    connection.execute("COMMIT")


class FilePlace(NamedTuple):
    """A file where it was opened. It may be moved, removed or emptied while it is open, and SQLite then says nothing.

    Use `from_path`.
    """

    path: Path
    identity: tuple[int, int]

    @classmethod
    def from_path(cls, path: Path) -> Self:
        """Return the present file at a path."""
        found = os.stat(path)
        return cls(path, (found.st_dev, found.st_ino))

    def is_removed(self) -> bool:
        """Return True if no file is there.

        Raises:
            StoreError: if another file is there, or nothing is in it.
        """
        try:
            found = os.stat(self.path)
        except FileNotFoundError:
            return True
        if (found.st_dev, found.st_ino) != self.identity:
            raise StoreError(
                f"expected {self.path} as it was opened, found another file there. Start the server again."
            )
        if not found.st_size:
            raise StoreError(f"expected {self.path} as it was written, found it empty. Start the server again.")
        return False


def require_file(path: Path) -> None:
    """Refuse a path without a file.

    Raises:
        StoreError: if no file is there.
    """
    if not path.is_file():
        raise StoreError(f"expected a file, found none at {path}.")


def erase_file(path: Path) -> None:
    """Remove the file of a store, also one of another version.

    Raises:
        StoreError: if it is no store, or a server uses it.
    """
    require_file(path)
    with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection, explain_errors(path):
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        _refuse_other_databases(connection, path)
    for suffix in ("-wal", "-shm", "-leader", ""):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _refuse_other_databases(connection: sqlite3.Connection, path: Path) -> None:
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    if _has_tables(connection) and application != _APPLICATION_ID:
        raise StoreError(f"expected a store of recmock or a new file, found another database in {path}.")


def _has_tables(connection: sqlite3.Connection) -> bool:
    return connection.execute("SELECT 1 FROM sqlite_master").fetchone() is not None


@contextmanager
def explain_errors(path: Path) -> Iterator[None]:
    """Turn errors of the database into a sentence."""
    try:
        yield
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):
            raise StoreInUseError(
                f"expected that no other process uses {path}, found one. Stop it, or use another file."
            ) from None
        raise StoreError(f"expected a database that can be used in {path}, found: {error}.") from None
