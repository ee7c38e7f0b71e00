"""The deployments that the checks know by name. A new store is one entry more."""

import resource
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from tests.acceptance.deployment import (
    CheckSkipped,
    Deployment,
    Memory,
    ServerProcess,
    Store,
    run_deployment,
    run_processes,
)
from tests.benchmarks.servers import find_free_port
from tests.redis_process import NO_REDIS, RedisProcess

_RELAYS = 3
_PROCESSES = 3
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
        for pid in (pid for process in self.processes for pid in process.pids):
            _, maximum = resource.prlimit(pid, resource.RLIMIT_FSIZE)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (size, maximum))


class RedisServer(Store):
    """A Redis server.

    Args:
        process: its process, which runs.
    """

    can_export = False
    can_stop = True
    can_be_emptied = True

    def __init__(self, process: RedisProcess) -> None:
        super().__init__("--store", process.url)
        self._process = process

    def disturb(self) -> None:
        """Let the server answer late."""
        self._process.send(f"CLIENT PAUSE {_PAUSE_MILLISECONDS} ALL")

    def stop(self) -> None:
        self._process.kill()

    def start(self) -> None:
        self._process.start()

    def empty(self) -> None:
        self._process.send("FLUSHALL")


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
def _run_sqlite(name: str, processes: int = 1, workers: int = 1) -> Iterator[Deployment]:
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteFile(Path(folder, "recmock.db"))
        with run_deployment(name, store, processes=processes, workers=workers) as deployment:
            store.processes = deployment.processes
            yield deployment


def run_sqlite() -> AbstractContextManager[Deployment]:
    """Run one process with a SQLite file."""
    return _run_sqlite("sqlite")


def run_sqlite_processes() -> AbstractContextManager[Deployment]:
    """Run processes that share a SQLite file."""
    return _run_sqlite("sqlite-processes", processes=_PROCESSES)


def run_sqlite_workers() -> AbstractContextManager[Deployment]:
    """Run workers of one process that share a SQLite file."""
    return _run_sqlite("sqlite-workers", workers=_PROCESSES)


@contextmanager
def _run_redis(name: str, processes: int = 1, workers: int = 1) -> Iterator[Deployment]:
    if NO_REDIS is not None:
        raise CheckSkipped(NO_REDIS)
    with (
        tempfile.TemporaryDirectory() as folder,
        RedisProcess(Path(folder)) as process,
        run_deployment(name, RedisServer(process), processes=processes, workers=workers) as deployment,
    ):
        yield deployment


def run_redis() -> AbstractContextManager[Deployment]:
    """Run one process with a Redis server."""
    return _run_redis("redis")


def run_redis_processes() -> AbstractContextManager[Deployment]:
    """Run processes of two workers each that share a Redis server."""
    return _run_redis("redis-processes", processes=2, workers=2)


DEPLOYMENTS: dict[str, Callable[[], AbstractContextManager[Deployment]]] = {
    "memory": run_memory,
    "relays": run_relays,
    "sqlite": run_sqlite,
    "sqlite-processes": run_sqlite_processes,
    "sqlite-workers": run_sqlite_workers,
    "redis": run_redis,
    "redis-processes": run_redis_processes,
}
