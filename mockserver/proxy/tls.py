"""TLS that begins in the middle of a connection, after CONNECT."""

import asyncio
import ssl

from mockserver.proxy.streams import PATIENCE


class _BufferingProtocol(asyncio.Protocol):
    """Keeps what arrives between the end of the handshake and the protocol that it is for.

    Clients send their first request together with the last bytes of the handshake, and `start_tls` hands it to
    whatever protocol is there before anyone who awaits it goes on.
    """

    def __init__(self) -> None:
        self.received = bytearray()
        self.is_lost = False

    def data_received(self, data: bytes) -> None:
        self.received += data

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True


async def encrypt(
    transport: asyncio.Transport,
    context: ssl.SSLContext,
    protocol: asyncio.Protocol,
    loop: asyncio.AbstractEventLoop,
) -> None:
    """Shake hands as a server, and let a protocol speak over what is then encrypted.

    Raises:
        OSError: where the client does not shake hands; the connection is closed then.
    """
    waiting = _BufferingProtocol()
    try:
        encrypted = await loop.start_tls(transport, waiting, context, server_side=True, ssl_handshake_timeout=PATIENCE)
    except BaseException:
        transport.abort()
        raise
    assert encrypted is not None  # the standard library's types allow for it, its code does not
    if waiting.is_lost:
        return
    encrypted.set_protocol(protocol)
    protocol.connection_made(encrypted)
    if waiting.received:
        protocol.data_received(bytes(waiting.received))
