"""A process that passes connections on to a server: `python -m tests.acceptance.relay PORT TARGET_PORT`.

Relays of one server are workers that share a state and can be killed without losing it. The checks must accept them.
"""

import asyncio
import sys
from contextlib import suppress

_HOST = "127.0.0.1"


def main(port: int, target_port: int) -> None:
    """Serve until the process is ended."""
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(port, target_port))


async def _serve(port: int, target_port: int) -> None:
    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
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
    main(*map(int, sys.argv[1:]))
