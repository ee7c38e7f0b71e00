"""Transports that cannot be closed at once."""

import asyncio

from mockserver.proxy.transports import abort, close


class ClosingTransport(asyncio.WriteTransport):
    """A transport that has to be closed once."""

    def __init__(self) -> None:
        self.close_count = 0

    def is_closing(self) -> bool:
        return self.close_count > 0

    def close(self) -> None:
        self.close_count += 1


class TransportClosedTwice(asyncio.WriteTransport):
    """asyncio's TLS transport of Python 3.11.2 after two calls of `close()`."""

    _ssl_protocol = None

    def abort(self) -> None:
        self._ssl_protocol._abort()  # type: ignore[attr-defined]


def test_transport_that_was_closed_twice_can_be_aborted() -> None:
    abort(TransportClosedTwice())


def test_transport_that_closes_is_not_closed_again() -> None:
    transport = ClosingTransport()
    close(transport)
    close(transport)
    assert transport.close_count == 1
