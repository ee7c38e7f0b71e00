"""Messages between a worker and the leader: values in MessagePack, each after its length in four bytes."""

import asyncio
import struct
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

_LENGTH = struct.Struct(">I")
_MAX_WRITE_BUFFER = 8 << 20
"""The bytes that may wait for a peer before `drain` waits."""

Message = Sequence[Any] | msgspec.Struct
"""A kind, and what belongs to it."""


class MessageConnection(asyncio.Protocol):
    """A connection of whole messages. Those of one turn of the event loop are written together.

    Args:
        on_message: called with each message.
        on_lost: called once, when the connection is lost or closed.
    """

    def __init__(self, on_message: Callable[[Any], object], on_lost: Callable[[], object]) -> None:
        self._on_message = on_message
        self._on_lost = on_lost
        self._transport: asyncio.Transport | None = None
        self.max_bytes = 1 << 32
        """The longest message of the peer."""
        self._received = bytearray()
        self._pending: list[bytes] = []
        self._can_write = asyncio.Event()
        self._can_write.set()
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder().decode

    @property
    def is_open(self) -> bool:
        """True while messages can be sent."""
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is one
        transport.set_write_buffer_limits(high=_MAX_WRITE_BUFFER)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._can_write.set()
        self._on_lost()

    def pause_writing(self) -> None:
        self._can_write.clear()

    def resume_writing(self) -> None:
        self._can_write.set()

    def data_received(self, data: bytes) -> None:
        received = self._received
        received += data
        start, end = 0, len(received)
        while end - start >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(received, start)
            if length > self.max_bytes:
                self.abort()
                return
            if end - start - _LENGTH.size < length:
                break
            start += _LENGTH.size
            try:
                message = self._decode(memoryview(received)[start : start + length])
            except msgspec.DecodeError:
                self.abort()
                return
            start += length
            self._on_message(message)
        if start:
            del received[:start]

    def send(self, message: Message) -> None:
        """Send a message at the end of this turn of the event loop. One to a peer that is gone is dropped."""
        if not self.is_open:
            return
        if not self._pending:
            asyncio.get_running_loop().call_soon(self._flush)
        encoded = self._encode(message)
        self._pending += (_LENGTH.pack(len(encoded)), encoded)

    async def drain(self) -> None:
        """Wait while very much waits for the peer."""
        await self._can_write.wait()

    def close(self) -> None:
        """Close the connection after all that was sent."""
        self._flush()
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def _flush(self) -> None:
        pending, self._pending = self._pending, []
        if self._transport is not None and pending:
            self._transport.write(b"".join(pending))
