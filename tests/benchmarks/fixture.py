"""What the fixture of the pytest plugin costs: the first test of a session, and each later one.

A program of its own measures one session, since imports are done once in a process.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from statistics import median
from time import perf_counter

_LATER = 200
_NAMES = {
    "imports": "our own imports",
    "start": "server start",
    "first": "first answer",
    "later": "each later test",
    "page": "each later test that reads a page of 20",
}


def fixture(rounds: int) -> None:
    """Print what sessions take, in milliseconds; third-party packages are imported before."""
    sessions = []
    for _ in range(rounds):
        done = subprocess.run([sys.executable, "-m", __name__], capture_output=True, text=True, check=True)
        sessions.append(json.loads(done.stdout))
    told = ", ".join(f"{words} {median(each[name] for each in sessions):.1f}" for name, words in _NAMES.items())
    print(f"fixture: {told} ms (least: {', '.join(f'{min(each[name] for each in sessions):.1f}' for name in _NAMES)})")


def _session() -> dict[str, float]:
    _import_others()
    taken: dict[str, float] = {}
    started = perf_counter()
    import mockserver.app
    import mockserver.mock
    import mockserver.plugin
    import mockserver.proxy.proxy
    import mockserver.server
    import mockserver.testing

    taken["imports"] = perf_counter() - started
    started = perf_counter()
    with mockserver.testing.MockServer() as server:
        taken["start"] = perf_counter() - started

        def test(number: int, ask: Callable[..., object]) -> float:
            before = perf_counter()
            with server.account(f"AC{number:032x}") as mock:
                ask(mock.client())
                return perf_counter() - before

        taken["first"] = test(0, _fetch_one)
        taken["later"] = median(test(number, _fetch_one) for number in range(1, _LATER))
        taken["page"] = median(test(number, _list_page) for number in range(_LATER, 2 * _LATER))
    return {name: seconds * 1e3 for name, seconds in taken.items()}


def _fetch_one(client: object) -> object:
    return client.recordings.list(limit=1)  # type: ignore[attr-defined]


def _list_page(client: object) -> object:
    return client.recordings.list(limit=20)  # type: ignore[attr-defined]


def _import_others() -> None:
    """Import what is not ours, as a session with other plugins and the SDK has done for the most part."""

    import httpcore
    import msgspec
    import pytest
    import requests
    import starlette.applications
    import starlette.middleware
    import starlette.routing
    import uvicorn.config
    import uvicorn.protocols.http.httptools_impl
    import uvicorn.server
    import uvloop
    from twilio.rest import Client

    _ = Client("AC", "token").api.v2010.account.recordings  # which imports the rest of the SDK
    _ = (httpcore, msgspec, pytest, requests)
    _ = (starlette.applications, starlette.middleware, starlette.routing, uvloop)
    _ = (uvicorn.config, uvicorn.protocols.http.httptools_impl, uvicorn.server)


if __name__ == "__main__":
    print(json.dumps(_session()))
