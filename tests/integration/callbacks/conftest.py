"""Fixtures of tests with real receivers, all on loopback."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import httpcore
import pytest

from mockserver.testing.sink import Sink


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink(token="secret") as sink:
        yield sink


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the addresses of the connections so far, a list that grows."""
    tried: list[str] = []
    connect = httpcore.AnyIOBackend.connect_tcp

    async def noted(self: httpcore.AnyIOBackend, host: str, port: int, **rest: Any) -> httpcore.AsyncNetworkStream:
        tried.append(host)
        return await connect(self, host, port, **rest)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", noted)
    return tried


@pytest.fixture
def resolve_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that makes every name resolve to given addresses."""

    def resolve_to(*addresses: str) -> None:
        def getaddrinfo(host: object, port: int, *_: object, **__: object) -> list[tuple[Any, ...]]:
            kind = (socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
            return [
                (socket.AF_INET6, *kind, (each, port, 0, 0)) if ":" in each else (socket.AF_INET, *kind, (each, port))
                for each in addresses
            ]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return resolve_to
