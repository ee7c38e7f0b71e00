"""A process that passes connections on to a server: `python -m tests.acceptance.relay PORT TARGET_PORT FILE`.

Relays of one server are workers that share a state and can be killed without losing it. The checks must accept them.
While the file exists, a relay refuses new connections as a worker does without its store.
"""

import asyncio
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_HOST = "127.0.0.1"
_BODY = b'{"code": 20503, "message": "Service unavailable", "more_info": "", "status": 503}'
_REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nX-Mock-Reason: outage\r\nConnection: close\r\n"
    b"Content-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
)


def main(port: int, target_port: int, outage: Path) -> None:
    """Serve until the process is ended."""
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(port, target_port, outage.exists))


async def _serve(port: int, target_port: int, is_out: Callable[[], bool]) -> None:
    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if is_out():
            await reader.readuntil(b"\r\n\r\n")
            writer.write(_REFUSAL)
            writer.close()
            return
        target_reader, target_writer = await asyncio.open_connection(_HOST, target_port)
        await asyncio.gather(_copy(reader, target_writer), _copy(target_reader, writer))

    async with await asyncio.start_server(relay, _HOST, port) as server:
        await server.serve_forever()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while chunk := await reader.read(65536):
            writer.write(chunk)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    _, port, target_port, outage = sys.argv
    main(int(port), int(target_port), Path(outage))
