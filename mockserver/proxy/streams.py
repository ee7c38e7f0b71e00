"""Byte streams between a client and a destination, with limited buffers."""

import asyncio
import socket
import ssl
from collections.abc import Collection

from mockserver.proxy.connection import SocketAddress
from mockserver.proxy.destination import Destination
from mockserver.proxy.refusals import make_unreachable_error
from mockserver.proxy.transports import abort
from mockserver.rest.certificate_errors import explain_tls_error

CONNECTION_TIMEOUT_SECONDS = 10.0
"""The time-out for connecting to a destination, and for a client's TLS handshake."""
CHUNK_SIZE = 65536
"""The number of bytes read at once. A reader buffers at most twice as many."""

StreamPair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def open_streams(
    destination: Destination, own_addresses: Collection[SocketAddress], *, uses_tls: bool = False
) -> StreamPair:
    """Connect to a destination.

    Args:
        own_addresses: the addresses of this server. A destination that resolves to one of them is refused.
        uses_tls: True to connect with TLS, and trust only the CAs that this machine trusts.

    Raises:
        TwilioError: 502 if the destination does not answer.
    """
    try:
        async with asyncio.timeout(CONNECTION_TIMEOUT_SECONDS):
            context = ssl.create_default_context() if uses_tls else None
            reader, writer = await asyncio.open_connection(*destination, limit=CHUNK_SIZE, ssl=context)
    except TimeoutError:
        raise make_unreachable_error(
            destination, f"no answer within {CONNECTION_TIMEOUT_SECONDS:.0f} seconds"
        ) from None
    except (OSError, UnicodeError) as error:  # UnicodeError: a name that IDNA cannot encode
        reason = error.strerror if isinstance(error, socket.gaierror | ConnectionError) else error
        advice = explain_tls_error(error)
        description = str(reason or error) if advice is None else f"{error}. {advice}"
        raise make_unreachable_error(destination, description) from None
    if writer.get_extra_info("peername")[:2] in own_addresses:
        abort(writer.transport)
        raise make_unreachable_error(destination, "it is this proxy itself")
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

    If one side ends, the other side receives the end, and the opposite direction stays open.
    """
    is_finished = False
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_copy(one[0], other[1]))
            group.create_task(_copy(other[0], one[1]))
        is_finished = True
    except* OSError:  # one side is gone, so the other one's bytes have no receiver
        pass
    finally:
        for _, writer in (one, other):
            writer.close() if is_finished else abort(writer.transport)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while chunk := await reader.read(CHUNK_SIZE):
        writer.write(chunk)
        await writer.drain()
    writer.write_eof()
