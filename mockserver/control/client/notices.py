"""Follows an account: reads its server-sent events."""

from collections.abc import Iterable, Iterator
from itertools import chain

import msgspec

from mockserver.control.client.connection import ControlConnection
from mockserver.control.views.notices import NoticeView

__tracebackhide__ = True


def follow_account(
    connection: ControlConnection, account_path: str, last_id: str | None, timeout_seconds: float
) -> Iterator[NoticeView]:
    """Return the notices of an account from now on, until the server stops.

    Args:
        account_path: the account's path below `/_mock`.
        last_id: the id of the last notice that the caller has; None to begin now.
        timeout_seconds: the longest silence of the server, in real seconds.
    """
    headers = {} if last_id is None else {"Last-Event-ID": last_id}
    pieces = connection.stream(f"{account_path}/stream", headers, timeout_seconds)
    return _decode(chain((next(pieces),), pieces))  # the server has begun, or raises here


def _decode(pieces: Iterable[bytes]) -> Iterator[NoticeView]:
    waiting = b""
    for piece in pieces:
        *blocks, waiting = (waiting + piece).split(b"\n\n")
        for block in blocks:
            fields = dict(line.split(b": ", 1) for line in block.splitlines() if b": " in line)
            if b"data" in fields:
                text = b'{"id":"%s","kind":"%s","values":%s}'
                yield msgspec.json.decode(text % (fields[b"id"], fields[b"event"], fields[b"data"]), type=NoticeView)
