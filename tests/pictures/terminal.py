"""The output of `recmock serve` in a terminal, with the requests of a client."""

import os
import re
import signal
import sys

import requests

from tests.terminals import Terminal

COLUMNS = 100
_PORT = "4010"
_SERVE = [sys.executable, "-m", "mockserver", "serve", "--port", "0", "--now", "2026-01-01"]
_REQUESTS = (
    ("GET", "Recordings.json?PageSize=2"),
    ("GET", "Recordings.json?Page=2"),
    ("GET", "Recordings/REcda568af466083c1a526eda1a00aebdc.mp3"),
    ("POST", "Calls/CA00000000000000000000000000000001/Recordings.json"),
)
"""Two that succeed, and two that the mock refuses with a reason."""


def record_output() -> str:
    """Return what a server prints in a terminal while a client sends it requests. Its port is the usual one."""
    given = {name: value for name, value in os.environ.items() if not name.startswith(("RECMOCK_", "NO_COLOR"))}
    with Terminal(_SERVE, given | {"TERM": "xterm"}, COLUMNS) as terminal:
        output = terminal.read_until(r"Ctrl-C stops it\.\n")
        url = re.findall(r"http://[\d.]+:\d+", output)[0]
        sid, token = (re.findall(rf"{name} +\S* (\w+)\n", output)[0] for name in ("account SID", "auth token"))
        for method, path in _REQUESTS:
            requests.request(method, f"{url}/2010-04-01/Accounts/{sid}/{path}", auth=(sid, token), timeout=30)
        terminal.process.send_signal(signal.SIGINT)
        return terminal.read_to_end().replace(url.rpartition(":")[2], _PORT)
