"""The transport that uvicorn writes to: it writes header names as Twilio does. uvicorn has them in lower case."""

import asyncio
from collections.abc import Sequence
from functools import partial

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from mockserver.proxy.transports import close
from mockserver.rest.header_names import capitalize_name


class HeadTransport:
    """A connection's transport for uvicorn. Most responses do not pass it: `MockProtocol` writes them at once.

    Args:
        transport: the connection.
        open_cycles: the requests whose responses are not complete, oldest first.
    """

    def __init__(self, transport: asyncio.Transport, open_cycles: Sequence[RequestResponseCycle]) -> None:
        self.close = partial(close, transport)
        self.abort = transport.abort
        self.is_closing = transport.is_closing
        self._write = transport.write
        self._open_cycles = open_cycles
        self._started_cycle: RequestResponseCycle | None = None

    def write(self, data: bytes) -> None:
        """Write bytes. The first ones of a response are its head."""
        cycle = self._open_cycles[0]
        if cycle.response_started and cycle is not self._started_cycle:
            self._started_cycle = cycle
            data = b"\r\n".join(map(_capitalize_line, data.split(b"\r\n")))
        self._write(data)


def _capitalize_line(line: bytes) -> bytes:
    name, colon, value = line.partition(b": ")
    return capitalize_name(name) + colon + value if colon else line
