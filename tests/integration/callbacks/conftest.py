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
    hosts: list[str] = []
    connect = httpcore.AnyIOBackend.connect_tcp

    async def record_and_connect(
        self: httpcore.AnyIOBackend, host: str, port: int, **rest: Any
    ) -> httpcore.AsyncNetworkStream:
        hosts.append(host)
        return await connect(self, host, port, **rest)

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", record_and_connect)
    return hosts


@pytest.fixture
def resolve_to(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Return a function that makes every name resolve to given addresses."""

    def resolve_to(*addresses: str) -> None:
        def getaddrinfo(host: object, port: int, *_: object, **__: object) -> list[tuple[Any, ...]]:
            kind = (socket.SOCK_STREAM, socket.IPPROTO_TCP, "")
            return [
                (socket.AF_INET6, *kind, (address, port, 0, 0))
                if ":" in address
                else (socket.AF_INET, *kind, (address, port))
                for address in addresses
            ]

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)

    return resolve_to
