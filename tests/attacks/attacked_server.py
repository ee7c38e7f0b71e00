"""`recmock serve` as a process, and the invariants that no attack may break."""

import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

import requests

from generators.seeds import derive_auth_token, derive_demo_account_sid

TIMEOUT = 20.0
"""Real seconds within which a server under attack answers, on a busy machine."""
_MAX_MORE_MB = 48.0
"""Megabytes that caches, journals and the allocator may take after an attack: each has its own bound."""
_FORM = {"Content-Type": "application/x-www-form-urlencoded"}
SID = derive_demo_account_sid("0")
AUTH = (SID, derive_auth_token("0", SID))
ROOT = f"/2010-04-01/Accounts/{SID}"
CALL = "CA" + "1" * 32


class Footprint(NamedTuple):
    """What a process holds."""

    megabytes: float
    descriptors: int


class AttackedServer:
    """A server process.

    Args:
        log_path: the file for its standard error.
        flags: its flags, besides those of every server here.
        descriptors: the number of file descriptors that it may open.
    """

    def __init__(self, log_path: Path, *flags: str, descriptors: int | None = None) -> None:
        self._log_path = log_path
        self.statuses: list[int] = []
        """The statuses of all answers so far."""
        ordinary = ("--listen", "127.0.0.1:0", "--now", "2026-01-01", "--data-dir", str(log_path.parent / "data"))
        command = [sys.executable, "-m", "mockserver", "serve", *ordinary, *flags]
        if descriptors is not None:  # not preexec_fn, which is not safe beside threads
            limit = f"import os, resource, sys; resource.setrlimit(resource.RLIMIT_NOFILE, ({descriptors},) * 2); "
            command = [sys.executable, "-c", f"{limit}os.execv(sys.argv[1], sys.argv[1:])", *command]
        with log_path.open("wb") as log:
            self._process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        assert self._process.stdout is not None
        self.base_url = self._process.stdout.readline().strip().rpartition(" ")[2]
        self.address = ("127.0.0.1", int(self.base_url.rpartition(":")[2]))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End the process as a user does. It must obey, and must not have printed anything but its greeting."""
        self._process.send_signal(signal.SIGTERM)
        assert self._process.stdout is not None
        with self._process.stdout:
            try:
                code = self._process.wait(TIMEOUT)
            except subprocess.TimeoutExpired:
                self._process.kill()
                raise
        if error is None:
            assert (code, self.read_log()) == (0, ""), (code, self.read_log()[-3000:])

    def read_log(self) -> str:
        """Return what the process wrote to its standard error."""
        return self._log_path.read_text()

    def measure(self) -> Footprint:
        """Return what the process holds; nothing if the system does not tell."""
        folder = Path("/proc", str(self._process.pid))
        if not folder.exists():
            return Footprint(0, 0)
        pages = int((folder / "statm").read_text().split()[1])
        return Footprint(pages * resource.getpagesize() / 2**20, len(os.listdir(folder / "fd")))

    def request(self, method: str, target: str, body: Any = None, **headers: str) -> requests.Response:
        """Send a request with the demo account's credentials. Header names have underscores instead of hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        options: dict[str, Any] = {"auth": AUTH, "allow_redirects": False, "timeout": TIMEOUT}
        response = requests.request(method, self.base_url + target, data=body, headers=named, **options)
        self.statuses.append(response.status_code)
        return response

    def post_form(self, path: str, body: str | bytes, **headers: str) -> requests.Response:
        """Send a form to a path below the account."""
        return self.request("POST", f"{ROOT}/{path}", body, **{**_FORM, **headers})

    def command(self, method: str, path: str, command: Any = None, account: str = "demo") -> requests.Response:
        """Send a command to an account's control API."""
        body = None if command is None else json.dumps(command)
        return self.request(method, f"/_mock/accounts/{account}{path}", body)

    def connect(self) -> socket.socket:
        """Return a connection."""
        return socket.create_connection(self.address, timeout=TIMEOUT)

    def send_bytes(self, *parts: bytes) -> list[int]:
        """Send bytes as far as the server takes them, and return the statuses of all answers until it closes.

        A request that is not refused needs `Connection: close`.
        """
        received = b""
        with self.connect() as client, suppress(ConnectionError):
            with suppress(ConnectionError):
                for part in parts:
                    client.sendall(part)
            while data := client.recv(1 << 20):
                received += data
        statuses = [int(answer[:3]) for answer in received.split(b"HTTP/1.1 ")[1:]]
        self.statuses += statuses
        return statuses

    def send_at_once(self, sends: Iterable[Callable[[], object]]) -> None:
        """Run functions in threads of their own, and wait for all of them."""
        threads = [threading.Thread(target=send) for send in sends]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(TIMEOUT)
            assert not thread.is_alive()

    def assert_unharmed(self, before: Footprint) -> None:
        """Assert that an attack changed nothing for others: answers, log, memory and descriptors."""
        assert self.request("GET", "/_mock/health").status_code == 200
        assert self.request("GET", f"{ROOT}/Recordings.json?PageSize=1").status_code == 200
        assert self.read_log() == ""
        assert 500 not in self.statuses
        wait_until(lambda: self.measure().descriptors <= before.descriptors + 1)
        assert self.measure().megabytes - before.megabytes < _MAX_MORE_MB


def encode_head(target: str = f"{ROOT}/Recordings.json?PageSize=1", *lines: str, method: str = "GET") -> bytes:
    """Return the head of a request with the demo account's credentials."""
    secret = b64encode(":".join(AUTH).encode()).decode()
    fixed = (f"{method} {target} HTTP/1.1", "Host: localhost", f"Authorization: Basic {secret}")
    return "".join(f"{line}\r\n" for line in (*fixed, *lines, "")).encode("latin-1")


def wait_until(condition: Callable[[], bool]) -> None:
    """Wait until a condition holds, and fail if it does not in time."""
    waits = range(int(TIMEOUT / 0.02))
    assert any(condition() or threading.Event().wait(0.02) for _ in waits), "the condition does not hold in time"
