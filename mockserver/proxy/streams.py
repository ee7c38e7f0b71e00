"""Byte streams between a client and a destination, with bounds on what waits in between."""

import asyncio
import socket
import ssl

from mockserver.proxy.connection import Place
from mockserver.proxy.destination import Destination
from mockserver.proxy.refusals import unreachable_error

PATIENCE = 10.0
"""How long a destination may take to accept a connection, or a client to shake hands, in seconds."""
PIECE = 65536
"""How many bytes are read at once; a reader holds at most twice as many."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def open_streams(destination: Destination, server: Place, *, encrypted: bool = False) -> Streams:
    """Connect to a destination.

    Args:
        server: where this server listens; it is no destination, by whatever name.
        encrypted: whether to speak TLS, and to believe only whom this machine trusts.

    Raises:
        TwilioError: 502 where it does not answer.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            context = ssl.create_default_context() if encrypted else None
            reader, writer = await asyncio.open_connection(*destination, limit=PIECE, ssl=context)
    except TimeoutError:
        raise unreachable_error(destination, f"no answer within {PATIENCE:.0f} seconds") from None
    except (OSError, UnicodeError) as wrong:  # UnicodeError: a name that IDNA has no letters for
        why = wrong.strerror if isinstance(wrong, socket.gaierror | ConnectionError) else wrong
        raise unreachable_error(destination, str(why or wrong)) from None
    if writer.get_extra_info("peername")[:2] == server:
        writer.transport.abort()
        raise unreachable_error(destination, "it is this proxy itself")
    return reader, writer


def wrap_transport(transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> Streams:
    """Take a transport from its protocol, and return streams over it. What it receives from now on is theirs."""
    reader = asyncio.StreamReader(limit=PIECE, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport.set_protocol(protocol)
    protocol.connection_made(transport)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def relay(one: Streams, other: Streams) -> None:
    """Carry bytes both ways until both sides have said their last, or either is gone.

    One that has nothing more to say may still listen: its end is passed on, and the other way stays open.
    """
    finished = False
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_copy(one[0], other[1]))
            group.create_task(_copy(other[0], one[1]))
        finished = True
    except* OSError:  # one side was cut off: what the other still says is for nobody
        pass
    finally:
        for _, writer in (one, other):
            writer.close() if finished else writer.transport.abort()


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while piece := await source.read(PIECE):
        sink.write(piece)
        await sink.drain()
    sink.write_eof()
