"""`recmock serve --workers N`: a parent with the listening sockets, and the processes that serve on them.

The parent serves nothing. It starts a worker again that has died, and no worker outlives it: each worker reads from a
pipe that ends with the parent.
"""

import os
import secrets
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import IO, NamedTuple, Self

from mockserver.cli.errors import CommandError
from mockserver.cli.listening import bind_or_explain
from mockserver.server.listening_sockets import ListeningSockets, adopt, bind_all
from mockserver.settings.machine_clock import stopwatch
from mockserver.settings.settings import Settings

_VARIABLE = "_RECMOCK_WORKER_PIPES"
"""The environment variable in which a worker gets its `WorkerPipes`, as numbers."""
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHORT_LIFE_SECONDS = 1.0
"""A worker that lives no longer is started again after a pause, which grows."""
_MAX_PAUSE_SECONDS = 5.0
_GRACE_SECONDS = 10.0
"""Real seconds after which workers are killed that were asked to end."""


class WorkerPipes(NamedTuple):
    """What a worker has from its parent, as descriptors."""

    parent: int
    """A pipe that ends with the parent."""
    ready: int
    """A pipe for a byte when the worker accepts connections; -1 for none."""
    sockets: tuple[int, ...]
    """The listening sockets."""

    @classmethod
    def find(cls, environment: Mapping[str, str]) -> Self | None:
        """Return those of this process, or None if it is not a worker."""
        if _VARIABLE not in environment:
            return None
        parent, ready, *sockets = map(int, environment[_VARIABLE].split(","))
        return cls(parent, ready, tuple(sockets))

    @property
    def is_first(self) -> bool:
        """True for the worker that prints the banner."""
        return self.ready >= 0

    def adopt_sockets(self) -> ListeningSockets:
        """Return the listening sockets, and end with the parent from now on."""
        threading.Thread(target=self._end_with_parent, name="recmock-parent", daemon=True).start()
        return adopt(self.sockets)

    def say_ready(self) -> None:
        """Say that this worker accepts connections."""
        if self.is_first:
            os.write(self.ready, b"1")
            os.close(self.ready)

    def _end_with_parent(self) -> None:
        os.read(self.parent, 1)
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait(_GRACE_SECONDS)
        os._exit(1)


def run_workers(settings: Settings, environment: Mapping[str, str]) -> int:
    """Run the workers until the user interrupts the command, and return the exit code.

    Each has the command line of this process.

    Args:
        environment: the environment variables of the workers.

    Raises:
        CommandError: if they cannot share what they need, or the address.
    """
    _refuse_workers(settings)
    if not settings.listen.is_loopback and settings.control_token is None:
        environment = {**environment, "RECMOCK_CONTROL_TOKEN": secrets.token_urlsafe(24)}
    with _Parent(environment, bind_or_explain(settings.listen, bind_all)) as parent:
        return parent.run(settings.workers)


def _refuse_workers(settings: Settings) -> None:
    if sys.platform == "win32":  # pragma: no cover - Windows
        raise CommandError(f"--workers: expected 1 on Windows, found {settings.workers}.")
    if settings.store.is_memory:
        raise CommandError(
            f"--workers: expected a store that {settings.workers} processes can share, found memory. "
            "Add --store sqlite:FILE or --store redis://HOST:PORT."
        )


class _Worker:
    """A process that serves.

    Args:
        number: its number, from 1.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self.process: subprocess.Popen[bytes] | None = None
        self.start_at = 0.0
        """When it is started again."""
        self.pause = 0.0
        self.started_at = 0.0

    def note_end(self, code: int) -> None:
        """Plan its next start, and print why it is needed."""
        self.process = None
        now = stopwatch()
        is_short = now - self.started_at < _SHORT_LIFE_SECONDS
        self.pause = min(max(self.pause * 2, 0.1), _MAX_PAUSE_SECONDS) if is_short else 0.0
        self.start_at = now + self.pause
        how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        print(f"recmock: worker {self.number} ended with {how} and is started again.", file=sys.stderr, flush=True)


class _Parent:
    """Starts workers, and watches them."""

    def __init__(self, environment: Mapping[str, str], sockets: ListeningSockets) -> None:
        self._command = [sys.executable, "-m", "mockserver", *sys.argv[1:]]
        self._environment = environment
        self._sockets = sockets
        self._workers: list[_Worker] = []
        self._codes: dict[int, int] = {}
        """The exit codes of workers that have ended, by number."""
        self._stops = 0
        """The number of signals that asked this process to end."""

    def __enter__(self) -> Self:
        self._parent_end, self._alive = os.pipe()
        self._woken, self._wake = os.pipe()
        os.set_blocking(self._wake, False)
        self._earlier = {number: signal.signal(number, self._note_signal) for number in (*_SIGNALS, signal.SIGCHLD)}
        self._earlier_wake = signal.set_wakeup_fd(self._wake)
        return self

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(self._earlier_wake)
        for number, handler in self._earlier.items():
            signal.signal(number, handler)
        for descriptor in (self._parent_end, self._alive, self._woken, self._wake):
            os.close(descriptor)
        self._sockets.close()

    def run(self, count: int) -> int:
        """Run a number of workers until a signal asks for the end."""
        self._workers = [_Worker(number + 1) for number in range(count)]
        code = self._start_first(self._workers[0])
        if code is not None:
            return code
        while not self._stops:
            now = stopwatch()
            for worker in self._workers:
                if worker.process is None and worker.start_at <= now:
                    self._start(worker)
            pauses = [worker.start_at - now for worker in self._workers if worker.process is None]
            self._wait(max(0.0, min(pauses)) if pauses else None)
            for worker, code in self._collect_ended():
                if not self._stops:
                    worker.note_end(code)
        self._stop()
        return 0

    def _start_first(self, worker: _Worker) -> int | None:
        """Start the worker that prints the banner, and return its exit code if it does not come to serve."""
        ready, ready_end = os.pipe()
        self._start(worker, ready_end)
        os.close(ready_end)
        with os.fdopen(ready, "rb", buffering=0) as pipe:
            while not self._stops:
                if pipe in self._wait(None, pipe):
                    if pipe.read(1):
                        return None
                    break
        self._stop()
        return 0 if self._stops else self._codes.get(worker.number, 1)

    def _start(self, worker: _Worker, ready: int = -1) -> None:
        descriptors = [self._parent_end, *(own.fileno() for own in self._sockets)]
        numbers = [self._parent_end, ready, *descriptors[1:]]
        worker.started_at = stopwatch()
        worker.process = subprocess.Popen(
            self._command,
            env={**self._environment, _VARIABLE: ",".join(map(str, numbers))},
            pass_fds=[number for number in numbers if number >= 0],
            start_new_session=True,  # a Ctrl-C in the terminal is for this process only
        )

    def _collect_ended(self) -> Iterator[tuple[_Worker, int]]:
        for worker in self._workers:
            if worker.process is not None and (code := worker.process.poll()) is not None:
                yield worker, code

    def _stop(self) -> None:
        """Ask the workers to end, and wait: a second signal, or much time, kills them."""
        deadline = stopwatch() + _GRACE_SECONDS
        self._send_signal(signal.SIGTERM)
        is_killed, stops = False, self._stops
        while any(worker.process is not None for worker in self._workers):
            self._wait(0.2)
            for worker, code in self._collect_ended():
                worker.process = None
                self._codes[worker.number] = code
            if not is_killed and (self._stops > stops or stopwatch() > deadline):
                is_killed = True
                self._send_signal(signal.SIGKILL)

    def _send_signal(self, number: signal.Signals) -> None:
        for worker in self._workers:
            if worker.process is not None:
                with suppress(ProcessLookupError):
                    worker.process.send_signal(number)

    def _wait(self, seconds: float | None, *others: IO[bytes]) -> list[IO[bytes] | int]:
        """Wait for a signal or something to read, and return what can be read."""
        watched: list[IO[bytes] | int] = [self._woken, *others]
        ready, _, _ = select.select(watched, [], [], seconds)
        if self._woken in ready:
            os.read(self._woken, 4096)
        return ready

    def _note_signal(self, number: int, _: object) -> None:
        if number in _SIGNALS:
            self._stops += 1
