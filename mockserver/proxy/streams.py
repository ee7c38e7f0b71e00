"""Byte streams between a client and a destination, with limited buffers."""

import asyncio
import socket
import ssl

from mockserver.proxy.connection import SocketAddress
from mockserver.proxy.destination import Destination
from mockserver.proxy.refusals import unreachable_error

CONNECTION_TIMEOUT_SECONDS = 10.0
"""Time-out in seconds for a destination to accept a connection, and for a client's TLS handshake."""
CHUNK_SIZE = 65536
"""The number of bytes read at once. A reader buffers at most twice as many."""

StreamPair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def open_streams(destination: Destination, own_address: SocketAddress, *, uses_tls: bool = False) -> StreamPair:
    """Connect to a destination.

    Args:
        destination: the address of this server, to which no connection is made under any name.
        uses_tls: True for TLS, which trusts the machine's certificates only.

    Raises:
        TwilioError: 502 if the destination does not answer.
    """
    try:
        async with asyncio.timeout(CONNECTION_TIMEOUT_SECONDS):
            context = ssl.create_default_context() if uses_tls else None
            reader, writer = await asyncio.open_connection(*destination, limit=CHUNK_SIZE, ssl=context)
    except TimeoutError:
        raise unreachable_error(destination, f"no answer within {CONNECTION_TIMEOUT_SECONDS:.0f} seconds") from None
    except (OSError, UnicodeError) as error:  # UnicodeError: a name that IDNA cannot encode
        why = error.strerror if isinstance(error, socket.gaierror | ConnectionError) else error
        raise unreachable_error(destination, str(why or error)) from None
    if writer.get_extra_info("peername")[:2] == own_address:
        writer.transport.abort()
        raise unreachable_error(destination, "it is this proxy itself")
    return reader, writer


def wrap_transport(transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> StreamPair:
    """Detach a transport from its protocol, and return streams for everything that it receives from now on."""
    reader = asyncio.StreamReader(limit=CHUNK_SIZE, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def relay(one: StreamPair, other: StreamPair) -> None:
    """Copy bytes both ways until both sides have ended, or one has failed.

    A side that has ended may still read: its end is passed on, and the other direction stays open.
    """
    finished = False
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_copy(one[0], other[1]))
            group.create_task(_copy(other[0], one[1]))
        finished = True
    except* OSError:  # one side is gone, so the other one's bytes have no receiver
        pass
    finally:
        for _, writer in (one, other):
            writer.close() if finished else writer.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while piece := await reader.read(CHUNK_SIZE):
        writer.write(piece)
        await writer.drain()
    writer.write_eof()
