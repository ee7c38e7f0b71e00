import errno
import socket
from collections.abc import Callable

import pytest

from mockserver.server import listening_sockets
from mockserver.server.listening_sockets import ListenError, bind, bind_all, bind_next_free, get_bound_address
from mockserver.settings.parsing import Address
from tests.sockets import needs_ipv6

IPV4, IPV6 = "127.0.0.1", "::1"

Bind = Callable[[Address], socket.socket]


def open_and_close(host: str, port: int = 0) -> tuple[Address, ...]:
    """Return the addresses of a host's sockets."""
    with bind_all(Address(host, port)) as opened:
        return opened.addresses


def list_opened_hosts() -> list[str]:
    return [address.host for address in open_and_close("localhost")]


def fail_for(host: str, number: int, times: int = 1_000) -> Bind:
    """Return a `bind` that fails a number of times for a host."""
    remaining = [times]

    def bind_or_fail(address: Address) -> socket.socket:
        if address.host == host and remaining[0]:
            remaining[0] -= 1
            raise ListenError(f"cannot listen on {address}", number)
        return bind(address)

    return bind_or_fail


@needs_ipv6
@pytest.mark.parametrize("host", ["localhost", "LocalHost", "localhost."])
def test_localhost_opens_both_loopbacks_on_one_free_port(host: str) -> None:
    first, second = open_and_close(host)
    assert (first.host, second.host) == (IPV4, IPV6)
    assert first.port == second.port != 0


@needs_ipv6
def test_localhost_opens_both_loopbacks_on_chosen_port() -> None:
    port = open_and_close("localhost")[0].port
    assert open_and_close("localhost", port) == ((IPV4, port), (IPV6, port))


@pytest.mark.parametrize("host", [IPV4, pytest.param(IPV6, marks=needs_ipv6)])
def test_number_opens_one_loopback(host: str) -> None:
    assert [address.host for address in open_and_close(host)] == [host]


@needs_ipv6
@pytest.mark.parametrize("host", [IPV4, IPV6])
def test_busy_loopback_is_named_and_the_other_is_released(host: str) -> None:
    other = IPV6 if host == IPV4 else IPV4
    with bind(Address(host, 0)) as busy_socket:
        busy = get_bound_address(busy_socket)
        with pytest.raises(ListenError) as raised:
            bind_all(Address("localhost", busy.port))
        assert str(raised.value) == (
            f"cannot listen on {busy}: Address already in use. Another server may use it; port 0 selects a free port."
        )
        bind(Address(other, busy.port)).close()


def test_address_of_another_machine_is_not_blamed_on_a_server() -> None:
    with pytest.raises(ListenError) as raised:
        bind_all(Address("192.0.2.1", 0))
    assert not raised.value.is_port_taken
    assert str(raised.value) == (
        "cannot listen on 192.0.2.1:0: Cannot assign requested address. This machine does not have this address. "
        "0.0.0.0 stands for all that it has."
    )


@pytest.mark.parametrize("number", [errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT])
@pytest.mark.parametrize(("missing", "left"), [(IPV6, IPV4), pytest.param(IPV4, IPV6, marks=needs_ipv6)])
def test_missing_loopback_is_left_out(missing: str, left: str, number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_sockets, "bind", fail_for(missing, number))
    assert list_opened_hosts() == [left]


def test_machine_without_loopback_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(address: Address) -> socket.socket:
        raise ListenError(f"cannot listen on {address}", errno.EADDRNOTAVAIL)

    monkeypatch.setattr(listening_sockets, "bind", fail)
    with pytest.raises(ListenError, match=r"cannot listen on \[::1\]:0"):
        bind_all(Address("localhost", 0))


def test_ipv6_that_the_system_lacks_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    create = socket.socket

    def create_or_fail(family: int, *arguments: int) -> socket.socket:
        if family == socket.AF_INET6:
            raise OSError(errno.EAFNOSUPPORT, "Address family not supported by protocol")
        return create(family, *arguments)

    monkeypatch.setattr(socket, "socket", create_or_fail)
    assert list_opened_hosts() == [IPV4]


@needs_ipv6
def test_free_port_that_is_busy_on_the_other_loopback_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_sockets, "bind", fail_for(IPV6, errno.EADDRINUSE, times=2))
    assert list_opened_hosts() == [IPV4, IPV6]


def test_search_for_a_free_port_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening_sockets, "bind", fail_for(IPV6, errno.EADDRINUSE))
    with pytest.raises(ListenError, match=r"cannot listen on \[::1\]:"):
        bind_all(Address("localhost", 0))


def fail_below(port: int, tried: list[int], number: int = errno.EADDRINUSE) -> Bind:
    """Return a `bind` that fails for every port below a number, and notes the ports."""

    def bind_or_fail(address: Address) -> socket.socket:
        tried.append(address.port)
        if address.port < port:
            raise ListenError(f"cannot listen on {address}", number)
        return bind(address._replace(port=0))

    return bind_or_fail


def test_next_free_port_replaces_busy_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    monkeypatch.setattr(listening_sockets, "bind", fail_below(4012, tried))
    bind_next_free(Address(IPV4, 4010)).close()
    assert tried == [4010, 4011, 4012]


def test_free_port_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    monkeypatch.setattr(listening_sockets, "bind", fail_below(0, tried))
    bind_next_free(Address(IPV4, 0)).close()
    assert tried == [0]


@pytest.mark.parametrize(("port", "last"), [(4010, 4030), (65533, 65535), (65535, 65535)])
def test_search_for_the_next_port_ends(port: int, last: int, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    monkeypatch.setattr(listening_sockets, "bind", fail_below(65536, tried))
    with pytest.raises(ListenError, match=f":{last}$"):
        bind_next_free(Address(IPV4, port))
    assert tried == [*range(port, last + 1)]


def test_other_failures_than_a_busy_port_end_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[int] = []
    monkeypatch.setattr(listening_sockets, "bind", fail_below(65536, tried, errno.EACCES))
    with pytest.raises(ListenError):
        bind_next_free(Address(IPV4, 80))
    assert tried == [80]
