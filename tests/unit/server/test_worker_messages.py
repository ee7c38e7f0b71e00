"""Messages between a worker and the leader, and what is sent over them."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from mockserver.mock import Mock
from mockserver.proxy.transports import abort, close, reset
from mockserver.server.workers.kinds import FromLeader
from mockserver.server.workers.messages import MessageConnection
from mockserver.server.workers.remote_transport import RemoteTransport
from mockserver.server.workers.shared_settings import SharedSettings, _encode_value
from mockserver.settings.memory_size import MemorySize
from tests.harness import make_settings


class Transport(asyncio.Transport):
    """A transport that keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = b""
        self.end = ""

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        pass

    def is_closing(self) -> bool:
        return bool(self.end)

    def write(self, data: Any) -> None:
        self.written += bytes(data)

    def close(self) -> None:
        self.end = "closed"

    def abort(self) -> None:
        self.end = "aborted"


class Peer:
    """A connection, and what it has received."""

    def __init__(self) -> None:
        self.received: list[Any] = []
        self.losses = 0
        self.transport = Transport()
        self.connection = MessageConnection(self.received.append, self._count_loss)
        self.connection.connection_made(self.transport)

    def _count_loss(self) -> None:
        self.losses += 1


def test_messages_of_one_turn_are_written_together_and_read_in_any_pieces() -> None:
    async def run() -> None:
        sender, receiver = Peer(), Peer()
        messages: list[list[Any]] = [[1, b"x" * 1000, "text"], [2, None], [3, {"key": True}]]
        for message in messages:
            sender.connection.send(message)
        assert sender.transport.written == b""
        await asyncio.sleep(0)
        for number in range(0, len(sender.transport.written), 7):
            receiver.connection.data_received(sender.transport.written[number : number + 7])
        assert receiver.received == messages

    asyncio.run(run())


def test_writer_waits_for_a_peer_that_does_not_read() -> None:
    async def run() -> None:
        peer = Peer()
        peer.connection.pause_writing()
        waiting = asyncio.ensure_future(peer.connection.drain())
        await asyncio.sleep(0)
        assert not waiting.done()
        peer.connection.resume_writing()
        await waiting

    asyncio.run(run())


@pytest.mark.parametrize("data", [b"\0\0\0\x01\xc1", b"\0\0\1\0"], ids=["no message", "too long"])
def test_peer_that_sends_something_else_is_cut_off(data: bytes) -> None:
    async def run() -> None:
        peer = Peer()
        peer.connection.max_bytes = 100
        peer.connection.data_received(data)
        assert (peer.transport.end, peer.received) == ("aborted", [])

    asyncio.run(run())


def test_nothing_is_sent_to_a_peer_that_is_gone() -> None:
    async def run() -> None:
        peer = Peer()
        peer.connection.send([1])
        peer.connection.close()
        assert (peer.transport.written, peer.transport.end) == (b"\0\0\0\x02\x91\x01", "closed")
        peer.connection.connection_lost(None)
        peer.connection.send([2])
        peer.connection.abort()
        peer.connection.close()
        await asyncio.sleep(0)
        assert (peer.losses, peer.connection.is_open, len(peer.transport.written)) == (1, False, 6)

    asyncio.run(run())


def test_remote_transport_passes_on_what_faults_do() -> None:
    async def run() -> list[Any]:
        sender, receiver = Peer(), Peer()
        for action in (close, abort, reset):
            transport = RemoteTransport(sender.connection, 7)
            transport.write(b"x")
            assert not transport.is_closing()
            action(transport)
            assert transport.is_closing()
        await asyncio.sleep(0)
        receiver.connection.data_received(sender.transport.written)
        return receiver.received

    written = [FromLeader.TRANSPORT, 7, "write", b"x"]
    ends = [[FromLeader.TRANSPORT, 7, action, b""] for action in ("close", "abort", "reset")]
    assert asyncio.run(run()) == [entry for end in ends for entry in (written, end)]


def test_shared_settings_are_those_of_the_newest_start() -> None:
    settings = make_settings(journal_memory=MemorySize(1 << 20), count=7)
    shared = SharedSettings.from_mock(Mock(settings))
    own = make_settings(count=3, control_token="mine")
    chosen, scenario = shared.apply_to(own)
    assert (chosen.journal_memory, chosen.count, chosen.control_token, scenario) == (1 << 20, 7, "mine", None)
    assert _encode_value(Path("a")) == "a"
    with pytest.raises(NotImplementedError, match="expected a setting that can be encoded"):
        _encode_value(object())
