"""Transports that cannot be closed at once."""

import asyncio

from mockserver.proxy.transports import abort


class TransportClosedTwice(asyncio.WriteTransport):
    """asyncio's TLS transport of Python 3.11.2 after two calls of `close()`."""

    _ssl_protocol = None

    def abort(self) -> None:
        self._ssl_protocol._abort()  # type: ignore[attr-defined]


def test_transport_that_was_closed_twice_can_be_aborted() -> None:
    abort(TransportClosedTwice())
