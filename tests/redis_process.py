"""A Redis server for tests, with a port and a folder of its own."""

import shutil
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.benchmarks.servers import find_free_port

_START_SECONDS = 10.0

NO_REDIS = None if shutil.which("redis-server") else "redis-server is not installed"
"""Why no Redis server can run; None if it can."""


class RedisProcess:
    """A server with an append-only file, so that it has everything again after it was killed.

    Args:
        folder: the folder of its files.
        password: what it requires; empty for nothing.
    """

    def __init__(self, folder: Path, password: str = "") -> None:
        self.port = find_free_port()
        self._folder = folder
        self._password = password
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """The URL, with the password."""
        return f"redis://{f':{self._password}@' if self._password else ''}127.0.0.1:{self.port}/0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = {"port": self.port, "dir": self._folder, "appendonly": "yes", "save": "", "bind": "127.0.0.1"}
        if self._password:
            options["requirepass"] = self._password
        flags = [text for name, value in options.items() for text in (f"--{name}", str(value))]
        self._process = subprocess.Popen(["redis-server", *flags], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            with suppress(OSError):
                if self.send("PING").startswith(b"+PONG"):
                    return
            assert time.monotonic() < deadline, "the Redis server did not start"
            time.sleep(0.02)

    def kill(self) -> None:
        """Kill the server. Its file stays."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def send(self, command: str) -> bytes:
        """Send a command, and return the start of its answer."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=_START_SECONDS) as connection:
            lines = [*([f"AUTH {self._password}"] if self._password else []), command]
            for line in lines:
                connection.sendall(f"{line}\r\n".encode())
                answer = connection.recv(4096)
            return answer
