"""The cost of the request log: a request to an application in this process, with the log and without it.

Chunks with and without are paired: the processes of two servers differ by more than a line costs.
"""

import asyncio
import gc
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, MutableMapping
from itertools import count
from statistics import median
from typing import Any

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server.request_log import log_requests
from mockserver.settings.choices import LogFormat
from mockserver.settings.settings import Settings

_CHUNK_SIZE = 250
_QUERIES: dict[str, Callable[[int], str]] = {
    "the same query": lambda _number: "PageSize=50",
    "another call each time": lambda number: f"PageSize=50&CallSid=CA{number:032x}",
    "another value of an unknown parameter each time": lambda number: f"PageSize=50&Label={number}",
}


def print_log_cost(list_path: str, auth: tuple[str, str], rounds: int) -> None:
    """Print what a line of text costs, for queries that repeat and for others."""
    for name, make_query in _QUERIES.items():
        cost, base = asyncio.run(_measure(list_path, auth, make_query, 20 * rounds))
        print(f"request log, {name}: {cost:.1f} us of CPU a request ({base:.0f} without)")


async def _measure(
    path: str, auth: tuple[str, str], make_query: Callable[[int], str], pair_count: int
) -> tuple[float, float]:
    mock = Mock(Settings(log=LogFormat.TEXT))
    application = create_app(mock)
    numbers = count()
    headers = [(b"host", b"x"), (b"authorization", b"Basic " + b64encode(":".join(auth).encode()))]

    async def send_chunk() -> float:
        scopes = [_make_scope(path, make_query(next(numbers)), headers) for _ in range(_CHUNK_SIZE)]
        started = time.thread_time()
        for scope in scopes:
            await application(scope, _receive, _send)
        await asyncio.sleep(0)
        return time.thread_time() - started

    differences, bases = [], []
    with tempfile.TemporaryFile("w") as file:
        await send_chunk()
        gc.collect()
        for _ in range(pair_count):
            without = await send_chunk()
            with log_requests(mock, file, {}):
                logged = await send_chunk()
                closing = time.thread_time()
            differences.append(logged + time.thread_time() - closing - without)
            bases.append(without)
    return median(differences) / _CHUNK_SIZE * 1e6, median(bases) / _CHUNK_SIZE * 1e6


def _make_scope(path: str, query: str, headers: list[tuple[bytes, bytes]]) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": headers,
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "http_version": "1.1",
        "root_path": "",
    }


async def _receive() -> MutableMapping[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


async def _send(message: MutableMapping[str, Any]) -> None:
    del message
