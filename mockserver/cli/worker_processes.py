"""`recmock serve --workers N`: a parent with the listening sockets, and the processes that serve on them.

The parent serves nothing. It starts a worker again that has died, and no worker outlives it: each worker reads from a
pipe that ends with the parent.
"""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Self

from mockserver.cli.errors import CommandError, print_error
from mockserver.cli.listening import bind_or_explain, choose_control_token
from mockserver.cli.worker_pipes import END_SECONDS, WorkerPipes
from mockserver.rest.representations.dates import format_iso8601
from mockserver.server.listening_sockets import ListeningSockets, bind_all
from mockserver.settings.machine_clock import stopwatch
from mockserver.settings.settings import Settings

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_SHORT_LIFE_SECONDS = 1.0
"""A worker that serves no longer is started again after a pause, which grows."""
_MIN_PAUSE_SECONDS, _MAX_PAUSE_SECONDS = 0.1, 5.0
_SIGNAL_EXIT = 128
"""What shells add to the number of a signal that ended a program."""


def run_workers(settings: Settings, environment: Mapping[str, str]) -> int:
    """Run the workers until the user interrupts the command, and return the exit code.

    Each has the command line of this process. It is 0 if they end because of a signal to this process, and save all;
    it is that of the first worker if that one ends before it serves.

    Args:
        environment: the environment variables of the workers.

    Raises:
        CommandError: if they cannot share what they need, or the address, or if none can be started.
    """
    _refuse_workers(settings)
    command, own = make_worker_command(settings, sys.argv[1:]), dict(environment)
    token = choose_control_token(settings)
    if token is not None:
        own["RECMOCK_CONTROL_TOKEN"] = token  # each worker would make another one
    with _Parent(command, own, bind_or_explain(settings.listen, bind_all)) as parent:
        return parent.run(settings.workers)


def make_worker_command(settings: Settings, words: Sequence[str]) -> list[str]:
    """Return the command line of a worker.

    Args:
        words: the arguments of this process.
    """
    is_safe = sys.flags.safe_path or Path(sys.path[0]).absolute() != Path.cwd()
    # Without -P, a folder of the user with the name of our package would hide it.
    path_flags = ["-P"] if is_safe else []
    # A worker that is started again tomorrow must not take another day for `today`.
    now = [] if settings.now is None else ["--now", format_iso8601(settings.now)]
    return [sys.executable, *path_flags, "-m", "mockserver", *words, *now]


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

    def plan_restart(self, reason: str, short_life: float) -> None:
        """Plan its next start, and print why it is needed.

        Args:
            reason: what happened to it.
            short_life: the seconds from its start that it should have lived longer than.
        """
        now = stopwatch()
        is_short = now - self.started_at < short_life
        self.pause = min(max(self.pause * 2, _MIN_PAUSE_SECONDS), _MAX_PAUSE_SECONDS) if is_short else 0.0
        self.start_at = now + self.pause
        print_error(f"worker {self.number} {reason} and is started again.")


class _Parent:
    """Starts workers, and watches them."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], sockets: ListeningSockets) -> None:
        self._command = command
        self._environment = environment
        self._sockets = sockets
        self._workers: list[_Worker] = []
        self._codes: dict[int, int] = {}
        """The exit codes of workers that have ended, by number."""
        self._stops = 0
        """The number of signals that asked this process to end."""
        self._short_life = _SHORT_LIFE_SECONDS

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
                    self._start_again(worker)
            pauses = [worker.start_at - now for worker in self._workers if worker.process is None]
            self._wait(max(0.0, min(pauses)) if pauses else None)
            for worker, code in () if self._stops else self._collect_ended():
                worker.plan_restart(_describe_end(code), self._short_life)
        self._stop()
        return max([0, *self._codes.values()])

    def _start_first(self, worker: _Worker) -> int | None:
        """Start the worker that prints the banner, and return its exit code if it does not come to serve."""
        ready, ready_end = os.pipe()
        with os.fdopen(ready, "rb", buffering=0) as pipe:
            try:
                self._start(worker, ready_end)
            except OSError as error:
                raise CommandError(f"--workers: cannot start a process: {error.strerror}.") from None
            finally:
                os.close(ready_end)
            while not self._stops:
                if pipe in self._wait(None, pipe):
                    if pipe.read(1):
                        self._short_life += stopwatch() - worker.started_at
                        return None
                    break
        is_asked = self._stops > 0
        self._stop()
        code = self._codes[worker.number]
        if code < 0 and not is_asked:
            print_error(f"worker {worker.number} {_describe_end(code)} before it served.")
            return _SIGNAL_EXIT - code
        return max(0, code)

    def _start_again(self, worker: _Worker) -> None:
        try:
            self._start(worker)
        except OSError as error:  # this machine has no room for a process now
            worker.plan_restart(f"cannot start ({error.strerror})", self._short_life)

    def _start(self, worker: _Worker, ready: int = -1) -> None:
        pipes = WorkerPipes(self._parent_end, ready, tuple(own.fileno() for own in self._sockets))
        worker.started_at = stopwatch()
        worker.process = subprocess.Popen(
            self._command,
            env={**self._environment, **pipes.variables},
            pass_fds=pipes.descriptors,
            start_new_session=True,  # a Ctrl-C in the terminal is for this process only
        )

    def _collect_ended(self) -> Iterator[tuple[_Worker, int]]:
        for worker in self._workers:
            if worker.process is not None and (code := worker.process.poll()) is not None:
                worker.process = None
                yield worker, code

    def _stop(self) -> None:
        """Ask the workers to end, and wait: a second signal, or much time, kills them."""
        deadline, first_stops = stopwatch() + END_SECONDS, min(self._stops, 1)  # a second signal may be here already
        self._sockets.close()  # clients that connect now are refused, and do not wait for a worker
        self._send_signal(signal.SIGTERM)
        is_killed = False
        while any(worker.process is not None for worker in self._workers):
            self._wait(0.2)
            for worker, code in self._collect_ended():
                self._codes[worker.number] = code
            if not is_killed and (self._stops > first_stops or stopwatch() > deadline):
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


def _describe_end(code: int) -> str:
    return f"ended with signal {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
