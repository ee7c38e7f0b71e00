"""A server of one or more processes, each with one or more workers, and what is promised when they are killed."""

import asyncio
import itertools
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from random import Random

from generators.seeds import derive_auth_token
from tests.acceptance.connection import Connection
from tests.benchmarks.servers import MeasuredServer, find_free_port, wait_for_first_response

_FLAGS = ("--now", "2026-01-01", "--count", "0", "--log", "off")
_STOP_SECONDS = 20.0
_PROBE = f"AC{0:032x}"
"""An account that only says if a server answers."""


class CheckSkipped(Exception):
    """A check does not apply to a deployment: the message says why."""


class Store:
    """The place of the state, which is not in the processes.

    Args:
        flags: flags of `recmock serve` that name it.
    """

    survives_kills = True
    """True if the state is there after the processes were killed."""
    can_export = True
    """True if `recmock export` has the whole history of an account."""
    can_stop = False
    """True if `stop` and `start` are implemented."""
    can_be_emptied = False
    """True if `empty` is implemented."""

    def __init__(self, *flags: str) -> None:
        self.flags = flags

    def disturb(self) -> None:
        """Let the store answer late for a moment, if it can. Called with each kill."""

    def stop(self) -> None:
        """Stop the store while the processes run."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it again, with what it had."""
        raise NotImplementedError

    def empty(self) -> None:
        """Remove everything from it while the processes run."""
        raise NotImplementedError


class Memory(Store):
    """No store: the state is in the process."""

    survives_kills = False
    can_export = False


class ServerProcess:
    """A process that can be killed, and started again with the same command line.

    Args:
        command: its command line.
        port: the port of 127.0.0.1 on which it listens.
        workers: the number of its workers, which share its port. One worker is the process itself.
        variables: further environment variables.
    """

    def __init__(
        self, command: Sequence[str], port: int, *, workers: int = 1, variables: Mapping[str, str] | None = None
    ) -> None:
        self.workers = workers
        self._command = command
        self._port = port
        self._environment = os.environ | (variables or {})
        self._server: MeasuredServer | None = None

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    @property
    def pids(self) -> list[int]:
        """The process IDs of the running workers."""
        assert self._server is not None
        return self._list_workers() or [self._server.process.pid]

    def launch(self) -> None:
        """Start the process. It does not listen yet."""
        process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, env=self._environment)
        self._server = MeasuredServer(process, self._port, time.perf_counter())

    def wait_until_ready(self) -> None:
        """Wait until the process answers."""
        assert self._server is not None
        path = f"/2010-04-01/Accounts/{_PROBE}/Recordings.json"
        wait_for_first_response(self._server, path, (_PROBE, derive_auth_token("0", _PROBE)))

    def kill(self) -> None:
        """Kill the process with all its workers."""
        assert self._server is not None
        workers = self._list_workers()
        self._server.process.kill()  # first, or it would start workers again
        self._server.process.wait(_STOP_SECONDS)
        for pid in workers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._wait_until_port_is_free()

    def kill_worker(self, random: Random) -> None:
        """Kill one worker, and start it again unless the process does that."""
        if self.workers == 1:
            self.kill()
            self.launch()
            self.wait_until_ready()
        elif workers := self._list_workers():  # else all of them are about to be started again
            with suppress(ProcessLookupError):
                os.kill(random.choice(workers), signal.SIGKILL)

    def end(self) -> None:
        """Ask the process to end, as a user does."""
        if self._server is not None:
            self._server.process.terminate()

    def wait_until_ended(self) -> None:
        """Wait for the end of the process."""
        if self._server is not None:
            self._server.process.wait(_STOP_SECONDS)

    def _wait_until_port_is_free(self) -> None:
        """Wait for the end of all workers, also of one that was just started: each of them holds the port."""
        deadline = time.monotonic() + _STOP_SECONDS
        while True:
            try:
                socket.create_server(("127.0.0.1", self._port)).close()
            except OSError:
                assert time.monotonic() < deadline
                time.sleep(0.01)
            else:
                return

    def _list_workers(self) -> list[int]:
        """Return the process IDs of the workers, which are child processes if there are several."""
        assert self._server is not None
        pid = self._server.process.pid
        return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())] if self.workers > 1 else []


class Deployment:
    """Running processes with one store. Each check uses an account of its own.

    Args:
        name: what it is called in reports.
        processes: the processes, which run.
        store: where their state is.
    """

    def __init__(self, name: str, processes: Sequence[ServerProcess], store: Store) -> None:
        self.name = name
        self.processes = processes
        self.store = store
        self.kills = 0
        """The number of workers that were killed so far."""
        self._connections: list[Connection] = []
        self._random = Random(name)
        self._numbers = itertools.count(1)

    @property
    def base_urls(self) -> list[str]:
        """The URL of each worker. Workers of one process have the same."""
        return [process.base_url for process in self.processes for _ in range(process.workers)]

    @property
    def always_serves(self) -> bool:
        """True if another worker serves while one is killed."""
        return len(self.base_urls) > 1

    def make_account(self) -> str:
        """Return the SID of an account that no check has used."""
        return f"AC{next(self._numbers):032x}"

    def connect(self, account: str) -> list[Connection]:
        """Return a connection to each worker, which `disconnect` closes."""
        connections = [Connection(base_url, account) for base_url in self.base_urls]
        self._connections += connections
        return connections

    async def disconnect(self) -> None:
        """Close all connections."""
        while self._connections:
            await self._connections.pop().close()

    def require(self, ability: bool, reason: str) -> None:
        """Skip the check unless the store has an ability."""
        if not ability:
            raise CheckSkipped(f"{self.name}: {reason}")

    @asynccontextmanager
    async def kill_each(self, seconds: float | None) -> AsyncIterator[None]:
        """Kill a worker at random again and again, and start it again. At the end, all of them run."""
        is_over = asyncio.Event()
        killer = asyncio.create_task(self._kill_until(is_over, seconds))
        try:
            yield
        finally:
            is_over.set()
            await killer

    async def _kill_until(self, is_over: asyncio.Event, seconds: float | None) -> None:
        while not is_over.is_set():
            try:
                async with asyncio.timeout(seconds):
                    await is_over.wait()
            except TimeoutError:
                self.kills += 1
                self.store.disturb()
                await asyncio.to_thread(self._random.choice(self.processes).kill_worker, self._random)

    def kill_all(self) -> None:
        """Kill all processes."""
        for process in self.processes:
            process.kill()

    def start_all(self) -> None:
        """Start all processes."""
        for process in self.processes:
            process.launch()
        for process in self.processes:
            process.wait_until_ready()


def make_process(*flags: str, workers: int = 1, variables: Mapping[str, str] | None = None) -> ServerProcess:
    """Return a process of `recmock serve` on a free port."""
    port = find_free_port()
    command = [sys.executable, "-m", "mockserver", "serve", "--listen", f"127.0.0.1:{port}", *flags]
    return ServerProcess(command, port, workers=workers, variables=variables)


@contextmanager
def run_processes(name: str, processes: Sequence[ServerProcess], store: Store) -> Iterator[Deployment]:
    """Run processes that share a state."""
    deployment = Deployment(name, processes, store)
    with ExitStack() as stack:
        for process in processes:
            stack.callback(process.wait_until_ended)
        for process in processes:
            stack.callback(process.end)
        deployment.start_all()
        yield deployment


def run_deployment(
    name: str, store: Store, *flags: str, processes: int = 1, workers: int = 1
) -> AbstractContextManager[Deployment]:
    """Run processes of `recmock serve` with a store, such as `Store("--store", "sqlite:recmock.db")`.

    Args:
        flags: further flags of each process.
        processes: their number. Each listens on a port of its own.
        workers: the workers of each process.
    """
    shared = ("--workers", str(workers)) if workers > 1 else ()
    all_flags = (*_FLAGS, *store.flags, *shared, *flags)
    return run_processes(name, [make_process(*all_flags, workers=workers) for _ in range(processes)], store)
