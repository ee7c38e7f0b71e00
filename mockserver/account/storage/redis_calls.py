"""What is called in Redis to save changes. All keys begin with the prefix of the store."""

from collections.abc import Iterator

from mockserver.account.storage.saved_account import UnsavedChanges
from mockserver.account.storage.store import Batch

Call = tuple[str | bytes, ...]
"""A command of Redis with its arguments."""
_MAX_VALUES = 500
"""The values of one command: a script can pass on only some thousands."""


def list_calls(prefix: str, batch: Batch) -> Iterator[Call]:
    """Yield the commands that save a batch. `PURGE` is our own; see `redis_scripts.SAVE`."""
    for key in batch.removed:
        yield from list_removals(prefix, key)
    for changes in batch.accounts:
        yield from _list_changes(prefix, changes)
    for name, value in batch.record.items():
        yield "HSET", f"{prefix}record", name, value


def list_removals(prefix: str, key: str) -> Iterator[Call]:
    """Yield the commands that remove an account."""
    yield "DEL", *(f"{prefix}{kind}:{key}" for kind in ("account", "commands", "requests"))
    for name in ("accounts", "waiting"):
        yield "SREM", f"{prefix}{name}", key


def _list_changes(prefix: str, changes: UnsavedChanges) -> Iterator[Call]:
    key = changes.key
    requests, commands = f"{prefix}requests:{key}", f"{prefix}commands:{key}"
    fields: list[str | bytes] = ["at", str(changes.clock.at), "machine", str(changes.clock.machine)]
    if changes.beginning is not None:
        yield "DEL", commands
        yield "SADD", f"{prefix}accounts", key
        fields += ["beginning", changes.beginning]
    for start in range(0, len(changes.commands), _MAX_VALUES):
        yield "RPUSH", commands, *changes.commands[start : start + _MAX_VALUES]
    if changes.clears_requests:
        yield "DEL", requests
        fields += ["generation", str(changes.generation)]
    if changes.requests is not None:
        numbers = b"%d %d %d\n" % (changes.first_request, changes.request_count, changes.oldest_request)
        yield "RPUSH", requests, numbers + changes.requests
    if changes.purges_requests:
        yield "PURGE", requests, str(changes.oldest_request)
    if changes.extras is not None:
        fields += ["extras", changes.extras]
    yield "HSET", f"{prefix}account:{key}", *fields
    yield "SADD" if changes.is_waiting else "SREM", f"{prefix}waiting", key


def decode_row(row: bytes) -> tuple[int, int, int, bytes]:
    """Return a row of requests: the first number, how many, the oldest number that was kept then, and the requests."""
    numbers, _, requests = row.partition(b"\n")
    first, count, oldest = map(int, numbers.split())
    return first, count, oldest, requests
