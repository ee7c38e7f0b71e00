"""TLS that starts within a connection, after CONNECT."""

import asyncio
import ssl

from mockserver.proxy.streams import CONNECTION_TIMEOUT_SECONDS
from mockserver.proxy.transports import abort


class _BufferingProtocol(asyncio.Protocol):
    """Buffers the bytes between the end of the handshake and the start of the final protocol.

    Clients send their first request together with the end of the handshake. `start_tls` passes these bytes to the
    protocol before the code that awaits `start_tls` continues.
    """

    def __init__(self) -> None:
        self.received = bytearray()
        self.is_lost = False

    def data_received(self, data: bytes) -> None:
        self.received += data

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True


async def start_server_tls(
    transport: asyncio.Transport,
    context: ssl.SSLContext,
    protocol: asyncio.Protocol,
    loop: asyncio.AbstractEventLoop,
) -> None:
    """Do a TLS handshake as a server, and connect a protocol to the decrypted bytes.

    Raises:
        OSError: if the client fails the handshake; the connection is then closed.
    """
    buffer = _BufferingProtocol()
    try:
        tls_transport = await loop.start_tls(
            transport, buffer, context, server_side=True, ssl_handshake_timeout=CONNECTION_TIMEOUT_SECONDS
        )
    except BaseException:
        abort(transport)
        raise
    assert tls_transport is not None  # the standard library's types allow None, its code does not
    if buffer.is_lost:
        return
    tls_transport.set_protocol(protocol)
    protocol.connection_made(tls_transport)
    if buffer.received:
        protocol.data_received(bytes(buffer.received))
