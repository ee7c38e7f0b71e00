"""`recmock serve --workers N` with a store: workers that are killed, and parents that end in each way."""

import os
import re
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver.settings.machine_clock import stopwatch
from tests.commands import main
from tests.sockets import needs_ipv6
from tests.terminals import Terminal

pytestmark = [
    pytest.mark.variant,
    pytest.mark.skipif(sys.platform == "win32", reason="workers inherit sockets, which Windows does not have"),
]
TIME_LIMIT = 60.0
SERVE = [sys.executable, "-m", "mockserver", "serve", "--workers", "3"]
RESTARTED = r"recmock: worker \d ended with signal SIGKILL and is started again\.\n"


def wait_for(condition: Callable[[], Any]) -> Any:
    """Return the value of a condition as soon as it is true."""
    end = stopwatch() + TIME_LIMIT
    while not (value := condition()):
        assert stopwatch() < end
        threading.Event().wait(0.01)
    return value


class ServedWorkers:
    """A running parent with its workers."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port
        self.control = f"http://127.0.0.1:{port}/_mock"

    def get_health(self, host: str = "127.0.0.1") -> dict[str, Any]:
        """Return the health by a new connection, which any worker may accept."""
        health: dict[str, Any] = requests.get(f"http://{host}:{self.port}/_mock/health", timeout=TIME_LIMIT).json()
        return health

    def list_pids(self) -> list[int]:
        """Return the process IDs of the workers, once all three serve."""

        def list_all() -> list[str]:
            workers: list[str] = self.get_health().get("workers", [])
            return workers if len(workers) == 3 else []

        return [int(name.rpartition("-")[2]) for name in wait_for(list_all)]

    def read_to_end(self) -> tuple[str, str]:
        """Return what the processes print until the last of them has ended: all of them have the same outputs."""
        return self.process.communicate(timeout=TIME_LIMIT)


@contextmanager
def serve(folder: Path, *flags: str) -> Iterator[ServedWorkers]:
    """Serve with three workers. Yield the parent when the first of them serves."""
    port_file = folder / "port"
    command = [*SERVE, "--listen", "localhost:0", "--port-file", str(port_file), "--log", "off", *flags]
    process = subprocess.Popen(
        [*command, "--store", f"sqlite:{folder / 'store.db'}"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(lambda: process.poll() is not None or (port_file.exists() and port_file.read_text().endswith("\n")))
        assert process.poll() is None, process.communicate()
        yield ServedWorkers(process, int(port_file.read_text()))
    finally:
        process.kill()
        process.communicate(timeout=TIME_LIMIT)  # the workers end with their parent


def test_banner_is_printed_once_and_all_workers_end_with_sigterm(tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        served.list_pids()
        served.process.terminate()
        output, errors = served.read_to_end()
    assert output.count(f"listening on http://127.0.0.1:{served.port}\n") == output.count("Ctrl-C stops it.") == 1
    assert (served.process.returncode, errors) == (0, "")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", served.port), timeout=TIME_LIMIT)


@needs_ipv6
def test_workers_serve_both_loopbacks(tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        served.list_pids()
        assert [served.get_health(host)["status"] for host in ("127.0.0.1", "[::1]")] == ["ok", "ok"]


def test_several_workers_accept_connections(tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        served.list_pids()
        seen: set[str] = set()

        def ask(_: int) -> None:
            seen.add(served.get_health()["worker"])

        with ThreadPoolExecutor(8) as pool:
            wait_for(lambda: [*pool.map(ask, range(16))] and len(seen) > 1)


@pytest.mark.parametrize("index", [0, 2], ids=["leader", "other"])
def test_killed_worker_is_started_again(index: int, tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        before = served.list_pids()
        requests.post(f"{served.control}/accounts/demo/recordings", json={}, timeout=TIME_LIMIT).raise_for_status()
        os.kill(before[index], signal.SIGKILL)
        wait_for(lambda: before[index] not in served.list_pids())
        after = served.list_pids()
        assert len({*before} & {*after}) == 2
        state = requests.get(f"{served.control}/accounts/demo/recordings", timeout=TIME_LIMIT)
        assert state.status_code == 200
        served.process.terminate()
        _, errors = served.read_to_end()
    assert re.fullmatch(RESTARTED, errors)
    assert served.process.returncode == 0


def test_workers_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with serve(tmp_path) as served:
        served.list_pids()
        served.process.kill()
        served.read_to_end()  # it ends when the last worker has closed its outputs
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", served.port), timeout=TIME_LIMIT)


def test_waiting_request_is_answered_when_the_parent_ends(tmp_path: Path) -> None:
    body = {"pattern": {"op": "delete_recording"}, "timeout": "60s"}
    with serve(tmp_path) as served, ThreadPoolExecutor(1) as pool:
        served.list_pids()
        url = f"{served.control}/accounts/demo/requests/wait"
        future = pool.submit(requests.post, url, json=body, timeout=TIME_LIMIT)
        served.get_health()
        start = stopwatch()
        threading.Timer(1.0, served.process.terminate).start()
        assert future.result().status_code == 503
        served.read_to_end()
        assert stopwatch() - start < TIME_LIMIT / 2
    assert served.process.returncode == 0


def test_ctrl_c_in_a_terminal_ends_all_workers_quietly(tmp_path: Path) -> None:
    command = [*SERVE, "--port", "0", "--log", "off", "--store", f"sqlite:{tmp_path / 'store.db'}"]
    with Terminal(command, os.environ | {"NO_COLOR": "1"}) as terminal:
        terminal.read_until(r"Ctrl-C stops it\.\n")
        os.killpg(terminal.process.pid, signal.SIGINT)  # as a terminal does with its processes
        output = terminal.read_to_end()
        assert terminal.process.wait(TIME_LIMIT) == 0
    assert output.rstrip().endswith("Ctrl-C stops it.")


def test_refused_store_is_one_sentence(tmp_path: Path) -> None:
    with serve(tmp_path, "--seed", "7") as served:
        served.process.terminate()
        served.read_to_end()
    flags = ["--listen", "127.0.0.1:0", "--store", f"sqlite:{tmp_path / 'store.db'}", "--seed", "8"]
    found = subprocess.run([*SERVE, *flags], capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("recmock: --store: ")
    assert found.stderr.count("\n") == 1
    assert "--seed: expected '7'" in found.stderr


def test_one_control_token_is_right_for_all_workers(tmp_path: Path) -> None:
    with serve(tmp_path, "--listen", "0.0.0.0:0") as served:
        served.list_pids()
        assert served.process.stdout is not None
        banner = ""
        while "Ctrl-C" not in banner:
            assert select.select([served.process.stdout], [], [], TIME_LIMIT)[0]
            banner += os.read(served.process.stdout.fileno(), 65536).decode()
        headers = {"Authorization": re.findall(r"Bearer \S+", banner)[0]}
        for _ in range(20):
            found = requests.get(f"{served.control}/accounts/demo", headers=headers, timeout=TIME_LIMIT)
            assert found.status_code == 200
        assert requests.get(f"{served.control}/accounts/demo", timeout=TIME_LIMIT).status_code == 401


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        ((), "--workers: expected a store that 3 processes can share, found memory. Add --store sqlite:FILE or"),
        (("--replay", "account.jsonl"), "--workers: expected 1 with --replay, found 3."),
        (("--workers", "0"), "--workers: expected a whole number from 1 to 64, found '0'."),
        (("--workers", "-1"), "--workers"),
    ],
)
def test_workers_that_cannot_be_are_refused(
    flags: tuple[str, ...], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    try:
        code: int | str | None = main(["serve", "--listen", "127.0.0.1:0", "--workers", "3", *flags])
    except SystemExit as end:
        code = end.code
    assert code == 2
    assert sentence in capsys.readouterr().err


def test_demo_has_no_workers(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["demo", "--workers", "3"])
    assert end.value.code == 2
    assert "--workers" in capsys.readouterr().err
