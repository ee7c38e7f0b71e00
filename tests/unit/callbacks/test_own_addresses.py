import socket

import pytest

from mockserver.callbacks.own_addresses import is_own_address


@pytest.mark.parametrize("address", ["127.0.0.1", "127.8.8.8", "::1", "0.0.0.0", "::", "::ffff:127.0.0.1"])
def test_loopback_and_unspecified_addresses_are_this_machine(address: str) -> None:
    assert is_own_address(address)


@pytest.mark.parametrize(
    ("source", "expected"), [("192.0.2.7", True), ("192.0.2.8", False), (OSError("no route"), False)]
)
def test_address_is_own_if_it_is_its_own_source(
    monkeypatch: pytest.MonkeyPatch, source: str | OSError, expected: bool
) -> None:
    class Probe(socket.socket):
        def connect(self, address: object) -> None:
            assert self.type == socket.SOCK_DGRAM  # of which nothing is sent
            if isinstance(source, OSError):
                raise source

        def getsockname(self) -> tuple[str, int]:
            return str(source), 40000

    monkeypatch.setattr(socket, "socket", Probe)
    assert is_own_address("192.0.2.7") is expected


def test_scope_of_an_ipv6_address_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    class Probe:
        def __init__(self, family: int, kind: int) -> None:
            assert family == socket.AF_INET6

        def __enter__(self) -> "Probe":
            return self

        def __exit__(self, *_: object) -> None: ...

        def connect(self, address: object) -> None: ...

        def getsockname(self) -> tuple[str, int, int, int]:
            return "fe80::1", 40000, 0, 2

    monkeypatch.setattr(socket, "socket", Probe)
    assert is_own_address("fe80::1%eth0")
