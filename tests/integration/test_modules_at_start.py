"""What a server imports until its port answers. Each module costs every start: who adds one decides so on purpose."""

import json
import subprocess
import sys
from pathlib import Path

from tests.sockets import LONG_TIMEOUT

LIST = Path(__file__).with_name("modules_at_start.txt")
OWN = ("generators", "mockserver", "scenarios")
SLOW = {
    "cryptography",
    "faker",
    "hypothesis",
    "httpx",
    "jsonschema",
    "pytest",
    "redis",
    "requests",
    "rich",
    "yaml",
}
"""Packages that a server needs for some features only. (sqlite3, too, but a measurement of coverage imports it.)"""
PROGRAM = """
import json, os, socket, sys, threading, time

with socket.create_server(("127.0.0.1", 0)) as free:
    port = free.getsockname()[1]

def report():
    while True:
        try:
            with socket.create_connection(("127.0.0.1", port)) as client:
                client.sendall(b"OPTIONS / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n")
                client.recv(1)
            break
        except OSError:
            time.sleep(0.01)
    sys.__stdout__.write(json.dumps(sorted(sys.modules)) + chr(10))
    sys.__stdout__.flush()
    os._exit(0)

for name in [*os.environ]:
    if name.startswith("RECMOCK_"):
        del os.environ[name]  # unknown ones have a module that names them
threading.Thread(target=report, daemon=True).start()
sys.argv = ["recmock", "serve", "--listen", f"127.0.0.1:{port}", "--log", "off"]
from mockserver.cli.main import main
main()
"""


def test_server_imports_what_is_listed_and_no_slow_package() -> None:
    command = [sys.executable, "-c", PROGRAM]
    output = subprocess.run(command, capture_output=True, text=True, timeout=LONG_TIMEOUT, check=True).stdout
    found = set(json.loads(next(line for line in output.splitlines() if line.startswith("["))))
    own, listed = {name for name in found if name.startswith(OWN)}, {*LIST.read_text(encoding="utf-8").split()}
    assert {"not listed": sorted(own - listed), "not imported": sorted(listed - own)} == {
        "not listed": [],
        "not imported": [],
    }
    assert found & SLOW == set()
