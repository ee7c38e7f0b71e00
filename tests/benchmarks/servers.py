"""The measured servers, each in its own process: recmock, and bare applications with the same bytes."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

_START_TIMEOUT = 20.0


class MeasuredServer:
    """A running server, and what the operating system knows about it."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, start_time: float) -> None:
        self.process = process
        self.port = port
        self.start_time = start_time

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def get_cpu_seconds(self) -> float:
        """Return the processor time of the running threads so far, or 0 if the system does not report it."""
        threads = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9

    def get_resident_mb(self) -> float:
        """Return the resident memory in megabytes, or 0 if the system does not report it."""
        try:
            status = Path(f"/proc/{self.process.pid}/status").read_text()
        except OSError:
            return 0.0
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))) / 1024


@contextmanager
def run_mock(*flags: str) -> Iterator[MeasuredServer]:
    """Run `recmock serve`."""
    port = find_free_port()
    command = [sys.executable, "-m", "mockserver", "serve", "--listen", f"127.0.0.1:{port}", "--now", "2026-01-01"]
    with _run_process([*command, *flags], port) as server:
        yield server


@contextmanager
def run_bare_application(kind: str, body: Path) -> Iterator[MeasuredServer]:
    """Run a bare application, `asgi` or `starlette`, that sends the same bytes for every request."""
    port = find_free_port()
    with _run_process([sys.executable, "-m", "tests.benchmarks.bare", kind, str(body), str(port)], port) as server:
        yield server


def wait_for_first_response(server: MeasuredServer, path: str, auth: tuple[str, str]) -> float:
    """Return the seconds from the start of the process to the end of its first response."""
    while True:
        try:
            with socket.create_connection(("127.0.0.1", server.port), timeout=1):
                break
        except OSError:
            if time.perf_counter() - server.start_time > _START_TIMEOUT:
                raise
            time.sleep(0.001)
    requests.get(server.base_url + path, auth=auth, timeout=_START_TIMEOUT).raise_for_status()
    return time.perf_counter() - server.start_time


@contextmanager
def _run_process(command: list[str], port: int) -> Iterator[MeasuredServer]:
    start_time = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield MeasuredServer(process, port, start_time)
    finally:
        process.terminate()
        process.wait(timeout=_START_TIMEOUT)


def find_free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port
