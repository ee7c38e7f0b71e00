"""A store in Redis or Valkey, for processes on many machines.

One process has the store open at a time. It says so again each half second; another process opens the store if it does
not. See `redis_scripts` for what each change checks.
"""

import os
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

import msgspec

from mockserver.account.command_log import CommandLog
from mockserver.account.history import HistoryError, decode_entry
from mockserver.account.storage.contact import Contact
from mockserver.account.storage.encoding import decode_extras, select_kept
from mockserver.account.storage.redis_batches import BatchSender, refuse_answer
from mockserver.account.storage.redis_calls import decode_row, list_removals
from mockserver.account.storage.redis_client import RedisClient
from mockserver.account.storage.redis_scripts import ACQUIRE, RELEASE, RENEW
from mockserver.account.storage.saved_account import AccountExtras, ClockReading, SavedAccount
from mockserver.account.storage.store import Batch, KnownStore, Loss
from mockserver.account.storage.store_error import SlowStoreError, StoreError, StoreInUseError, StoreLostError
from mockserver.settings.store_url import StoreUrl

_LEASE_MILLISECONDS = 2000
"""After this time without a renewal, another process may open the store."""
_RENEWAL_SECONDS = 0.5
_START_ATTEMPTS = 4


class RedisStore:
    """The accounts and the record of one server.

    Args:
        url: the URL of the Redis server.
        known: the store as this process knew it before.

    Raises:
        StoreInUseError: if another process has the store open.
        StoreError: if the server cannot be used.
    """

    def __init__(self, url: StoreUrl, known: KnownStore = KnownStore()) -> None:  # noqa: B008 - immutable
        self._client = RedisClient(url)
        self.name = str(url)
        self.lost: tuple[Loss, ...] = ()
        self._prefix = f"{url.prefix}:"
        starting = Contact("", 0, os.urandom(8).hex(), known.is_served)  # no other process has the same one
        self._contact = msgspec.json.encode(starting)
        self._on_failure: Callable[[StoreError], object] | None = None
        status, *found = self._acquire(known)
        if status == b"in use":
            self._client.close()
            raise StoreInUseError(f"expected that no other process uses {self.name}, found one.")
        fence, batch, store, epoch = found
        self._fence, self.epoch = fence.decode(), int(epoch)
        self.identity = KnownStore(store.decode(), self.epoch)
        self._sender = BatchSender(self._client, self._prefix, self._fence, batch.decode())
        self._is_closed = threading.Event()
        self._renewing = threading.Thread(target=self._renew_repeatedly, name="recmock-store", daemon=True)
        self._renewing.start()

    def _acquire(self, known: KnownStore) -> list[bytes]:
        """Return the answer of the script, also of a server that is slow at first: no request waits yet."""
        ended, attempts_left = b"" if known.ended is None else msgspec.json.encode(known.ended), _START_ATTEMPTS
        while True:
            values = self._contact, _LEASE_MILLISECONDS, known.store, known.epoch, int(known.is_lost), ended
            try:
                found: list[bytes] = self._run(ACQUIRE, *values)
            except SlowStoreError:
                attempts_left -= 1
                if not attempts_left:
                    raise
                ended = self._contact  # only the answer may have been lost
            else:
                return found

    def watch(self, on_failure: Callable[[StoreError], object]) -> None:
        """Call a function, in another thread, if the store is lost while nothing is saved."""
        self._on_failure = on_failure

    def close(self) -> None:
        """Let another process open the store."""
        self._is_closed.set()
        self._renewing.join()
        self._sender.close()
        with suppress(StoreError):  # it is lost anyway
            self._run(RELEASE, self._fence)
        self._client.close()

    def announce(self, contact: Contact) -> None:
        """Say how other processes reach this one, while it has the store."""
        self._contact = msgspec.json.encode(contact)
        self._renew()

    def change_contact(self, contact: Contact) -> None:
        """Say that something else is true of the contact, with the next renewal of the lease."""
        self._contact = msgspec.json.encode(contact)

    def read_record(self) -> dict[str, bytes]:
        """Return what the server chose, by name."""
        with self._client.explaining_errors():
            values: dict[Any, Any] = self._client.commands.hgetall(f"{self._prefix}record")
        return {name.decode(): value for name, value in values.items()}

    def list_keys(self, *, is_waiting: bool = False) -> list[str]:
        """Return the accounts, by AccountSid in lower case.

        Args:
            is_waiting: True for those only in which something happens by itself.
        """
        with self._client.explaining_errors():
            keys: set[Any] = self._client.commands.smembers(f"{self._prefix}{'waiting' if is_waiting else 'accounts'}")
        return sorted(key.decode() for key in keys)

    def list_extras(self) -> list[tuple[str, AccountExtras]]:
        """Return the extras of the accounts that have some, by AccountSid in lower case."""
        keys = self.list_keys()
        with self._client.explaining_errors(), self._client.commands.pipeline(transaction=False) as pipeline:
            for key in keys:
                pipeline.hget(f"{self._prefix}account:{key}", "extras")
            found = pipeline.execute()
        return [(key, decode_extras(data)) for key, data in zip(keys, found, strict=True) if data]

    def load(self, key: str, tick_origin: int) -> SavedAccount:
        """Return an account.

        Args:
            tick_origin: the instant of tick 0 on the machine's clock, in microseconds since the epoch.

        Raises:
            StoreError: if it cannot be read, or another version wrote it.
        """
        with self._client.explaining_errors(), self._client.commands.pipeline() as pipeline:
            pipeline.hgetall(f"{self._prefix}account:{key}")
            pipeline.lrange(f"{self._prefix}commands:{key}", 0, -1)
            pipeline.lrange(f"{self._prefix}requests:{key}", 0, -1)
            fields, commands, rows = pipeline.execute()
        if b"beginning" not in fields:
            raise StoreLostError(f"expected account AC{key[2:]} in {self.name}, found none.")
        try:
            decoded = [decode_row(row) for row in rows]
            return SavedAccount(
                log=CommandLog(decode_entry(fields[b"beginning"]), [decode_entry(data) for data in commands]),
                clock=ClockReading(int(fields[b"at"]), int(fields[b"machine"])),
                requests=select_kept(decoded, tick_origin),
                request_count=decoded[-1][0] + decoded[-1][1] if decoded else 0,
                generation=int(fields[b"generation"]),
                extras=decode_extras(fields[b"extras"]),
            )
        except (HistoryError, msgspec.DecodeError) as error:
            raise StoreError(f"account AC{key[2:]}: {error}") from None

    def save(self, batch: Batch) -> None:
        """Save changes: all of them, or none.

        Raises:
            StoreError: if they cannot be saved. They may be there all the same.
        """
        self._sender.save(batch)

    async def save_remotely(self, batch: Batch) -> None:
        """Save changes like `save`: the event loop goes on meanwhile."""
        await self._sender.save_remotely(batch)

    def save_clocks(self, readings: Iterable[tuple[str, ClockReading]]) -> None:
        """Save the time of accounts in which nothing else changed, by AccountSid in lower case.

        Raises:
            StoreError: if they cannot be saved.
        """
        self._sender.run_calls(
            ("HSET", f"{self._prefix}account:{key}", "at", str(reading.at), "machine", str(reading.machine))
            for key, reading in readings
        )

    def clear(self) -> None:
        """Remove all accounts. The record stays."""
        self._sender.run_calls(call for key in self.list_keys() for call in list_removals(self._prefix, key))

    def _run(self, script: str, *arguments: str | bytes | int) -> Any:
        return self._client.run(script, self._prefix, *arguments)

    def _renew_repeatedly(self) -> None:
        while not self._is_closed.wait(_RENEWAL_SECONDS):
            try:
                self._renew()
            except SlowStoreError:
                continue  # requests say so
            except StoreError as error:
                if self._on_failure is not None:
                    self._on_failure(error)
                return
            except Exception:
                continue  # a test may have replaced sockets, and pytest fails it for an error of a thread

    def _renew(self) -> None:
        refuse_answer(self._run(RENEW, self._fence, self._contact, _LEASE_MILLISECONDS), self.name)
