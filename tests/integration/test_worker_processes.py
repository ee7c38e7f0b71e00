"""`recmock serve --workers N`: one port, workers that die, and the end of the parent."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver.cli.worker_processes import WorkerPipes
from tests.commands import main

pytestmark = [
    pytest.mark.variant,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="this system has no /proc"),
]
TIME_LIMIT = 60.0


class Server:
    """A parent and its workers."""

    def __init__(self, folder: Path, *flags: str) -> None:
        self.port_file = folder / "port"
        command = [sys.executable, "-m", "mockserver", "serve", "--listen", "localhost:0", "--log", "off"]
        store = ["--store", f"sqlite:{folder / 'store.db'}", "--port-file", str(self.port_file)]
        self.process = subprocess.Popen(
            [*command, *store, *flags], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    @property
    def port(self) -> int:
        return int(self.port_file.read_text())

    def list_workers(self) -> list[int]:
        pid = self.process.pid
        try:
            return [*map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        except OSError:  # the parent has ended
            return []

    def fetch_health(self, host: str = "127.0.0.1") -> dict[str, Any]:
        health: dict[str, Any] = requests.get(f"http://{host}:{self.port}/_mock/health", timeout=10).json()
        return health


@contextmanager
def serve(folder: Path, *flags: str) -> Iterator[Server]:
    server = Server(folder, *flags)
    try:
        wait_until(lambda: server.port_file.exists() and bool(server.port_file.read_text()))
        yield server
    finally:
        for pid in [*server.list_workers(), server.process.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        server.process.communicate()


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + TIME_LIMIT
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """Return True for a process that has not ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2]
    except OSError:
        return False
    return not state.startswith("Z")


def test_workers_share_a_port_and_one_that_dies_is_started_again(tmp_path: Path) -> None:
    with serve(tmp_path, "--workers", "3") as server:
        wait_until(lambda: len(server.fetch_health().get("workers", ())) == 3)
        health = server.fetch_health()
        leader = next(pid for pid in server.list_workers() if health["leader"].endswith(f"-{pid}"))
        os.kill(leader, signal.SIGKILL)
        wait_until(lambda: len(server.list_workers()) == 3 and leader not in server.list_workers())
        wait_until(lambda: len(server.fetch_health().get("workers", ())) == 3)
        assert server.fetch_health("localhost")["leader"] != health["leader"]
        workers = server.list_workers()
        server.process.send_signal(signal.SIGTERM)
        output, errors = server.process.communicate(timeout=TIME_LIMIT)
        assert server.process.returncode == 0
        assert output.count("listening on") == 1
        assert "ended with signal SIGKILL and is started again.\n" in errors
        assert not [pid for pid in workers if is_running(pid)]


def test_no_worker_outlives_its_parent(tmp_path: Path) -> None:
    with serve(tmp_path, "--workers", "2") as server:
        wait_until(lambda: len(server.fetch_health().get("workers", ())) == 2)
        workers = server.list_workers()
        server.process.kill()
        server.process.wait()
        wait_until(lambda: not any(map(is_running, workers)))


def test_second_signal_does_not_wait_for_workers(tmp_path: Path) -> None:
    with serve(tmp_path, "--workers", "2") as server:
        wait_until(lambda: len(server.fetch_health().get("workers", ())) == 2)
        for pid in server.list_workers():
            os.kill(pid, signal.SIGSTOP)
        server.process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(TIME_LIMIT) == 0


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--workers", "2"], "--workers: expected a store that 2 processes can share, found memory. Add --store"),
        (["--workers", "0"], "--workers: expected a whole number from 1 to 64, found '0'"),
        (["--workers", "2", "--replay", "x"], "--workers: expected 1 with --replay, found 2"),
        (["--workers", "2", "--store", "sqlite:/no/such/folder/store.db"], "expected a file that can be written"),
    ],
    ids=["memory", "none", "replay", "refused store"],
)
def test_workers_that_cannot_serve_are_refused_once(flags: list[str], sentence: str) -> None:
    command = [sys.executable, "-m", "mockserver", "serve", "--listen", "127.0.0.1:0", *flags]
    process = subprocess.run(command, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    assert (process.returncode, process.stderr.count(sentence)) == (2, 1)


def test_demo_and_programs_have_no_workers(capsys: pytest.CaptureFixture[str]) -> None:
    for command in (["demo"], ["exec", "--", "true"]):
        with pytest.raises(SystemExit):
            main([command[0], "--workers", "2", *command[1:]])
        assert "--workers" in capsys.readouterr().err


def test_process_without_a_parent_has_no_pipes() -> None:
    assert WorkerPipes.find({}) is None
    pipes = WorkerPipes.find({"_RECMOCK_WORKER_PIPES": "3,-1,5,6"})
    assert pipes == WorkerPipes(3, -1, (5, 6))
    assert not pipes.is_first
    pipes.say_ready()
