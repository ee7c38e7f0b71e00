"""The deployments that the checks know by name. A new store is one entry more."""

import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

from tests.acceptance.deployment import Deployment, Memory, ServerProcess, Store, run_deployment, run_processes
from tests.benchmarks.servers import find_free_port

_RELAYS = 3
_PROCESSES = 3
_START_SECONDS = 10.0
_PAUSE_MILLISECONDS = 300


class OneProcess(Store):
    """A process behind workers that may be killed.

    Args:
        outage: a file that exists during an outage.
    """

    can_export = False
    can_stop = True

    def __init__(self, outage: Path) -> None:
        super().__init__()
        self._outage = outage

    def stop(self) -> None:
        self._outage.touch()

    def start(self) -> None:
        self._outage.unlink()


class SqliteFile(Store):
    """A SQLite file.

    Args:
        path: the file.
    """

    can_export = False
    can_stop = True

    def __init__(self, path: Path) -> None:
        super().__init__("--store", f"sqlite:{path}")
        self.processes: Sequence[ServerProcess] = ()

    def stop(self) -> None:
        """Let the processes write to no file, as if the disk were full."""
        self._limit_writing(0)

    def start(self) -> None:
        self._limit_writing(resource.RLIM_INFINITY)

    def _limit_writing(self, size: int) -> None:
        for process in self.processes:
            _, maximum = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
            resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size, maximum))


class RedisServer(Store):
    """A Redis server of its own, with an append-only file.

    Args:
        folder: the folder of its files.
    """

    can_export = False
    can_stop = True
    can_be_emptied = True

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, find_free_port()
        super().__init__("--store", f"redis://127.0.0.1:{self._port}/0")
        self.start()

    def disturb(self) -> None:
        """Let the server answer late."""
        with suppress(OSError):
            self._send(f"CLIENT PAUSE {_PAUSE_MILLISECONDS} ALL")

    def stop(self) -> None:
        self._process.kill()
        self._process.wait()

    def start(self) -> None:
        options = {"port": self._port, "dir": self._folder, "appendonly": "yes", "save": "", "bind": "127.0.0.1"}
        flags = [text for name, value in options.items() for text in (f"--{name}", str(value))]
        self._process = subprocess.Popen(["redis-server", *flags], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + _START_SECONDS
        while True:
            with suppress(OSError):
                if self._send("PING").startswith(b"+PONG"):
                    return
            assert time.monotonic() < deadline, "the Redis server did not start"
            time.sleep(0.02)

    def empty(self) -> None:
        self._send("FLUSHALL")

    def _send(self, command: str) -> bytes:
        with socket.create_connection(("127.0.0.1", self._port), timeout=_START_SECONDS) as connection:
            connection.sendall(f"{command}\r\n".encode())
            return connection.recv(4096)


def run_memory() -> AbstractContextManager[Deployment]:
    """Run one process without a store."""
    return run_deployment("memory", Memory())


@contextmanager
def run_relays() -> Iterator[Deployment]:
    """Run relays of one process: the workers can be killed, and the process is their store."""
    with run_memory() as memory, tempfile.TemporaryDirectory() as folder:
        outage, target = Path(folder, "outage"), memory.base_urls[0].rpartition(":")[2]
        ports = [find_free_port() for _ in range(_RELAYS)]
        command = [sys.executable, "-m", "tests.acceptance.relay"]
        relays = [ServerProcess([*command, str(port), target, str(outage)], port) for port in ports]
        with run_processes("relays", relays, OneProcess(outage)) as deployment:
            yield deployment


@contextmanager
def _run_sqlite(name: str, processes: int) -> Iterator[Deployment]:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteFile(Path(folder, "recmock.db"))
        with run_deployment(name, store, processes=processes) as deployment:
            store.processes = deployment.processes
            yield deployment


def run_sqlite() -> AbstractContextManager[Deployment]:
    """Run one process with a SQLite file."""
    return _run_sqlite("sqlite", 1)


def run_sqlite_processes() -> AbstractContextManager[Deployment]:
    """Run processes that share a SQLite file."""
    return _run_sqlite("sqlite-processes", _PROCESSES)


@contextmanager
def _run_redis(name: str, processes: int) -> Iterator[Deployment]:
    with tempfile.TemporaryDirectory() as folder:
        store = RedisServer(Path(folder))
        try:
            with run_deployment(name, store, processes=processes) as deployment:
                yield deployment
        finally:
            store.stop()


def run_redis() -> AbstractContextManager[Deployment]:
    """Run one process with a Redis server."""
    return _run_redis("redis", 1)


def run_redis_processes() -> AbstractContextManager[Deployment]:
    """Run processes that share a Redis server."""
    return _run_redis("redis-processes", _PROCESSES)


DEPLOYMENTS: dict[str, Callable[[], AbstractContextManager[Deployment]]] = {
    "memory": run_memory,
    "relays": run_relays,
    "sqlite": run_sqlite,
    "sqlite-processes": run_sqlite_processes,
    "redis": run_redis,
    "redis-processes": run_redis_processes,
}
