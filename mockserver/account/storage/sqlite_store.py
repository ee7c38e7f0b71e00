"""A store in a SQLite file. A killed process loses nothing that was saved; a crash of the machine may lose the end.

One process uses the file at a time: SQLite's exclusive lock ends with the process, however it ends.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

import msgspec

from mockserver.account.command_log import CommandLog
from mockserver.account.history import HistoryError, decode_entry
from mockserver.account.storage.contact import Contact
from mockserver.account.storage.encoding import decode_extras, select_kept
from mockserver.account.storage.saved_account import AccountExtras, ClockReading, SavedAccount, UnsavedChanges
from mockserver.account.storage.sqlite_contact import remove_contact, write_contact
from mockserver.account.storage.sqlite_file import FilePlace, explain_errors, open_file
from mockserver.account.storage.store import Batch, KnownStore, Loss
from mockserver.account.storage.store_error import StoreError

Result = TypeVar("Result")
_decode_batch = msgspec.msgpack.Decoder(list[bytes]).decode

_BEGIN_LOG = """
INSERT INTO accounts (key, beginning, at, machine, is_waiting) VALUES (?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET beginning = excluded.beginning, at = excluded.at, machine = excluded.machine,
is_waiting = excluded.is_waiting
"""
_GO_ON_WITH_LOG = "UPDATE accounts SET at = ?, machine = ?, is_waiting = ? WHERE key = ?"
_PURGE_REQUESTS = """
DELETE FROM requests WHERE key = ? AND first < (SELECT max(first) FROM requests WHERE key = ? AND first <= ?)
"""
_TABLES_OF_ACCOUNTS = ("accounts", "commands", "requests")


class SqliteStore:
    """The accounts and the record of one server.

    Args:
        path: the file. It is created, for its owner only, if there is none.

    Raises:
        StoreError: if the file cannot be opened, another process uses it, or it is no store of this version.
    """

    epoch = 0
    identity = KnownStore()
    lost: tuple[Loss, ...] = ()
    """A file that is open loses nothing: no other process can write to it."""

    def __init__(self, path: Path) -> None:
        self.name = f"sqlite:{path}"
        self._path = path
        self._connection = open_file(path)
        self._place = FilePlace.from_path(path)
        self._contact: Contact | None = None

    def announce(self, contact: Contact) -> None:
        """Say how other processes reach this one, while it has the file open.

        Raises:
            StoreError: if this cannot be written beside the file.
        """
        write_contact(self._path, contact)
        self._contact = contact

    def change_contact(self, contact: Contact) -> None:
        """Say that something else is true of the contact.

        Raises:
            StoreError: if this cannot be written beside the file.
        """
        self.announce(contact)

    def close(self) -> None:
        """Close the file. Another process may then use it."""
        if self._contact is not None:
            remove_contact(self._path, self._contact)
        self._connection.close()

    def read_record(self) -> dict[str, bytes]:
        """Return what the server chose, by name."""
        return self._guard(lambda: dict(self._connection.execute("SELECT name, value FROM record")))

    def list_keys(self, *, is_waiting: bool = False) -> list[str]:
        """Return the accounts, by AccountSid in lower case.

        Args:
            is_waiting: True for those only in which something happens by itself.
        """
        query = "SELECT key FROM accounts WHERE is_waiting >= ? ORDER BY key"
        return self._guard(lambda: [key for (key,) in self._connection.execute(query, (int(is_waiting),))])

    def list_extras(self) -> list[tuple[str, AccountExtras]]:
        """Return the extras of the accounts that have some, by AccountSid in lower case."""
        query = "SELECT key, extras FROM accounts WHERE extras != x'' ORDER BY key"
        return self._guard(lambda: [(key, decode_extras(data)) for key, data in self._connection.execute(query)])

    def save_clocks(self, readings: Iterable[tuple[str, ClockReading]]) -> None:
        """Save the time of accounts in which nothing else changed, by AccountSid in lower case.

        Raises:
            StoreError: if they cannot be written.
        """
        rows = [(reading.at, reading.machine, key) for key, reading in readings]
        query = "UPDATE accounts SET at = ?, machine = ? WHERE key = ?"
        self._change(lambda: self._connection.executemany(query, rows))

    def save(self, batch: Batch) -> None:
        """Save changes: all of them, or none.

        Raises:
            StoreError: if they cannot be written.
        """
        self._change(lambda: self._write(batch))

    def clear(self) -> None:
        """Remove all accounts. The record stays."""
        self._change(lambda: [self._connection.execute(f"DELETE FROM {table}") for table in _TABLES_OF_ACCOUNTS])

    def load(self, key: str, tick_origin: int) -> SavedAccount:
        """Return an account.

        Args:
            tick_origin: the instant of tick 0 on the machine's clock, in microseconds since the epoch.

        Raises:
            StoreError: if it cannot be read, or another version wrote it.
        """
        return self._guard(lambda: self._read(key, tick_origin))

    def _write(self, batch: Batch) -> None:
        for key in batch.removed:
            for table in _TABLES_OF_ACCOUNTS:
                self._connection.execute(f"DELETE FROM {table} WHERE key = ?", (key,))
        for changes in batch.accounts:
            self._write_log(changes)
            self._write_requests(changes)
            if changes.extras is not None:
                self._connection.execute("UPDATE accounts SET extras = ? WHERE key = ?", (changes.extras, changes.key))
        if batch.record:
            self._connection.executemany("INSERT OR REPLACE INTO record VALUES (?, ?)", batch.record.items())

    def _write_log(self, changes: UnsavedChanges) -> None:
        execute, key, clock = self._connection.execute, changes.key, changes.clock
        if changes.beginning is not None:
            execute("DELETE FROM commands WHERE key = ?", (key,))
            row = (key, changes.beginning, clock.at, clock.machine, changes.is_waiting)
            execute(_BEGIN_LOG, row)
        elif changes.commands:
            execute(_GO_ON_WITH_LOG, (clock.at, clock.machine, changes.is_waiting, key))
        if changes.commands:
            entries = msgspec.msgpack.encode(changes.commands)
            execute("INSERT INTO commands VALUES (?, ?, ?)", (key, changes.first_command, entries))

    def _write_requests(self, changes: UnsavedChanges) -> None:
        execute, key = self._connection.execute, changes.key
        if changes.clears_requests:
            execute("DELETE FROM requests WHERE key = ?", (key,))
            execute("UPDATE accounts SET generation = ? WHERE key = ?", (changes.generation, key))
        if changes.requests is not None:
            row = (key, changes.first_request, changes.request_count, changes.oldest_request, changes.requests)
            execute("INSERT OR REPLACE INTO requests VALUES (?, ?, ?, ?, ?)", row)
        if changes.purges_requests:
            execute(_PURGE_REQUESTS, (key, key, changes.oldest_request))

    def _read(self, key: str, tick_origin: int) -> SavedAccount:
        execute = self._connection.execute
        beginning, at, machine, generation, extras = execute(
            "SELECT beginning, at, machine, generation, extras FROM accounts WHERE key = ?", (key,)
        ).fetchone()
        batches = execute("SELECT entries FROM commands WHERE key = ? ORDER BY first", (key,))
        commands = (data for (batch,) in batches for data in _decode_batch(batch))
        rows = execute(
            "SELECT first, count, oldest, entries FROM requests WHERE key = ? ORDER BY first", (key,)
        ).fetchall()
        try:
            return SavedAccount(
                log=CommandLog(decode_entry(beginning), [decode_entry(data) for data in commands]),
                clock=ClockReading(at, machine),
                requests=select_kept(rows, tick_origin),
                request_count=rows[-1][0] + rows[-1][1] if rows else 0,
                generation=generation,
                extras=decode_extras(extras),
            )
        except (HistoryError, msgspec.DecodeError) as error:
            raise StoreError(f"account AC{key[2:]}: {error}") from None

    def _change(self, write: Callable[[], object]) -> None:
        self._guard(lambda: self._commit(write))

    def _commit(self, write: Callable[[], object]) -> None:
        if self._place.is_removed():
            self._write_again()
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            write()
            self._connection.execute("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._connection.execute("ROLLBACK")
            raise

    def _write_again(self) -> None:
        """Write everything to a new file: the old one was removed, but its bytes are there until it is closed."""
        connection = open_file(self._path)
        self._connection.backup(connection)
        self._connection.close()
        self._connection, self._place = connection, FilePlace.from_path(self._path)

    def _guard(self, action: Callable[[], Result]) -> Result:
        with explain_errors(self._path):
            return action()
