"""The sockets that a server listens on: one, or both loopbacks for localhost."""

import errno
import socket
from collections.abc import Iterable
from functools import cache
from typing import Any, Self

from mockserver.settings.parsing import LOOPBACK_HOSTS, MAX_PORT, Address

BACKLOG = 2048
_MISSING_FAMILY = (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT)
"""The errors for a loopback that this machine does not have, for example because it has no IPv6."""
_ADVICE = {
    errno.EADDRINUSE: " Another server may use it; port 0 selects a free port.",
    errno.EADDRNOTAVAIL: " This machine does not have this address. 0.0.0.0 stands for all that it has.",
    errno.EACCES: " The system lets only administrators use this port; port 0 selects a free port.",
}
"""What to try, by the `errno` of the failure."""
_MAX_ATTEMPTS = 20
"""How often to select another port if a port is in use, or in use on the other loopback."""


class ListenError(Exception):
    """The server cannot listen on an address. The message says why.

    Args:
        number: the `errno` of the cause.
        address: the address; None if it is unknown.
    """

    def __init__(self, message: str, number: int | None, address: Address | None = None) -> None:
        super().__init__(message)
        self.number = number
        self.address = address

    @property
    def is_port_taken(self) -> bool:
        """True if another server listens on the address."""
        return self.number == errno.EADDRINUSE


class ListeningSockets(tuple[socket.socket, ...]):
    """The sockets of one server, all on the same port."""

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The addresses, with the real port."""
        return tuple(map(get_bound_address, self))

    def close(self) -> None:
        """Close all sockets."""
        for listening_socket in self:
            listening_socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def bind(address: Address) -> socket.socket:
    """Return a listening socket.

    Raises:
        ListenError: if the address is in use, unknown, or not an address of this machine.
    """
    try:
        host = address.host.encode("ascii") if address.host.isascii() else address.host  # Python imports idna for text
        family, kind, protocol, _, place = socket.getaddrinfo(host, address.port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind, protocol)
    except OSError as error:
        message = f"expected an address to listen on, found {address}: {error.strerror}."
        raise ListenError(message, error.errno) from None
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(place)
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        advice = _ADVICE.get(error.errno or 0, "")
        raise ListenError(f"cannot listen on {address}: {error.strerror}.{advice}", error.errno, address) from None
    listening.setblocking(False)
    socket_class: Any = type(listening)
    return _make_listening_class(socket_class)(family, kind, protocol, fileno=listening.detach())


@cache
def _make_listening_class(socket_class: Any) -> type[socket.socket]:
    """Return a class of sockets whose connections are of a given class.

    asyncio's loop calls `accept`, and Python's own creates what a test has put in the place of `socket.socket`.
    """

    class ListeningSocket(socket_class):  # type: ignore[misc]  # it is a class of sockets
        def accept(self) -> tuple[socket.socket, Any]:
            descriptor, address = self._accept()
            return socket_class(self.family, self.type, self.proto, fileno=descriptor), address

    return ListeningSocket


def bind_all(address: Address) -> ListeningSockets:
    """Return the listening sockets of an address: for localhost, those of 127.0.0.1 and ::1 on the same port.

    A loopback that this machine does not have is left out.

    Raises:
        ListenError: if an address is in use, unknown, or not an address of this machine. The message names it.
    """
    if not address.is_localhost:
        return ListeningSockets([bind(address)])
    for _ in range(_MAX_ATTEMPTS):
        try:
            return _bind_loopbacks(address.port)
        except ListenError as error:
            if address.port or not error.is_port_taken:
                raise
            failure = error
    raise failure


def adopt(descriptors: Iterable[int]) -> ListeningSockets:
    """Return the listening sockets that another process has bound, which this one has inherited."""
    sockets = []
    for descriptor in descriptors:
        inherited = socket.socket(fileno=descriptor)
        kind: Any = type(inherited)
        family, number, protocol = inherited.family, inherited.type, inherited.proto
        sockets.append(_make_listening_class(kind)(family, number, protocol, fileno=inherited.detach()))
        sockets[-1].setblocking(False)
    return ListeningSockets(sockets)


def bind_next_free(address: Address) -> ListeningSockets:
    """Return the listening sockets of an address, or of the next higher port that no other server uses.

    Raises:
        ListenError: if no port near it is free, or for another reason than a port in use.
    """
    last = min(address.port + _MAX_ATTEMPTS, MAX_PORT)
    for port in range(address.port, last):
        try:
            return bind_all(address._replace(port=port))
        except ListenError as error:
            if not error.is_port_taken:
                raise
    return bind_all(address._replace(port=last))


def get_bound_address(listening_socket: socket.socket) -> Address:
    """Return the address of a listening socket, with its real port."""
    host, port = listening_socket.getsockname()[:2]
    return Address(host, port)


def _bind_loopbacks(port: int) -> ListeningSockets:
    """Return the sockets of all loopbacks on a port, or on one free port if it is 0."""
    opened = ListeningSockets()
    for host in LOOPBACK_HOSTS:
        try:
            opened = ListeningSockets([*opened, bind(Address(host, opened.addresses[0].port if opened else port))])
        except ListenError as error:
            if error.number in _MISSING_FAMILY and (opened or host != LOOPBACK_HOSTS[-1]):
                continue
            opened.close()
            raise
    return opened
