"""`recmock demo` as a process: what an audience sees, and what is left after Ctrl-C."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from mockserver.control.client.account import AccountClient
from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.errors import ControlError
from mockserver.server.listening_sockets import bind_all
from mockserver.settings.parsing import Address
from tests.commands import main
from tests.terminals import Terminal

DEMO = [sys.executable, "-m", "mockserver", "demo", "--pace", "100"]
RECORDING_SID = r"RE[0-9a-f]{32}"
LONG_TIMEOUT = 30.0
"""Real seconds: far more than any of it takes."""


BROWSER = """\
#!/bin/sh
echo "$1" > "$0.opened"
"""


@contextmanager
def run_demo(*flags: str, folder: Path, **variables: str) -> Iterator[Terminal]:
    """Run a demo whose files would all be in one folder. No display is there, unless the variables name one."""
    folders = {name: str(folder) for name in ("HOME", "TMPDIR", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME")}
    others = ("RECMOCK_", "DISPLAY", "WAYLAND_DISPLAY", "BROWSER")
    given = {name: value for name, value in os.environ.items() if not name.startswith(others)}
    with Terminal([*DEMO, *flags], {**given, **folders, "NO_COLOR": "1", **variables}, folder=folder) as terminal:
        yield terminal


def find_urls(output: str) -> tuple[str, str]:
    """Return the URLs of the server and of the receiver."""
    found = re.search(r"listening on (\S+)\n(?s:.*)received at (\S+) and shown below\n", output)
    assert found is not None, output
    return found[1], found[2]


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    with run_demo("--port", "0", folder=tmp_path_factory.mktemp("demo")) as terminal:
        terminal.read_until(r"Ctrl-C stops it\.\n")
        yield terminal


def test_demo_shows_signed_callbacks_of_recordings_calls_and_transcriptions(demo: Terminal) -> None:
    for pattern in (
        r"recording +completed +RE\w+ +20 s, sign",  # one that arrived
        r"recording +absent +RE\w+ +sign",
        r"call +ringing +CA\w+ +from \+14155550101, sign",
        r"call +completed +CA\w+ +from \+14155550101, 1\d s, sign",
        r'transcription +completed +RE\w+ +"Hello, this is Ann\. Please call me back about my order\..*", sign',
    ):
        demo.read_until(pattern)
    assert "signature not valid" not in demo.output


def test_account_lives(demo: Terminal) -> None:
    url, _ = find_urls(demo.output)
    demo.read_until("transcription +completed")
    account = AccountClient(ControlConnection(url))
    assert account.clock.show().rate == 100
    assert account.arrivals.list()[0].arrived > 0
    assert {call.direction for call in account.calls.list()} == {"inbound"}
    assert account.debugger.events == ()


@pytest.mark.parametrize("heading", ["Shell", "Python", "Node"])
def test_each_program_is_one_line(heading: str, demo: Terminal) -> None:
    line, end = demo.output.partition(f"\n{heading}\n")[2].split("\n")[:2]
    assert end == ""
    modules = os.environ.get("RECMOCK_NODE_MODULES", "")
    if heading == "Node" and (shutil.which("node") is None or not (Path(modules) / "twilio").is_dir()):
        pytest.skip("node is not there, or RECMOCK_NODE_MODULES names no folder with the package twilio")
    commands = {"Shell": ["bash", "-c", line], "Python": [sys.executable, "-c", line], "Node": ["node", "-e", line]}
    process = subprocess.run(
        commands[heading],
        env=os.environ | {"NODE_PATH": modules},
        capture_output=True,
        text=True,
        timeout=LONG_TIMEOUT,
        check=True,
    )
    assert len(set(re.findall(RECORDING_SID, process.stdout))) >= 2


def test_demo_takes_the_next_port_and_leaves_nothing_after_ctrl_c(tmp_path: Path) -> None:
    with bind_all(Address("localhost", 0)) as busy:
        port = busy.addresses[0].port
        with run_demo("--port", str(port), folder=tmp_path) as terminal:
            terminal.read_until("call +ringing")
            url, receiver_url = find_urls(terminal.output)
            found = int(url.rpartition(":")[2])
            assert port < found <= port + 20
            assert f"  port         {port} is in use, {found} is free\n" in terminal.output
            os.killpg(terminal.process.pid, signal.SIGINT)
            assert terminal.process.wait(LONG_TIMEOUT) == 0
            with pytest.raises(ProcessLookupError):
                os.killpg(terminal.process.pid, 0)
    for address in (url, receiver_url):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), LONG_TIMEOUT)
    assert [*tmp_path.rglob("*")] == []


def test_demo_plays_another_scenario_and_requires_the_token_beyond_loopback(tmp_path: Path) -> None:
    scenario = {
        "arrivals": [{"every": "1s", "duration": "7s", "timeline": [{"status": "completed", "callback": "completed"}]}]
    }
    (tmp_path / "mine.json").write_text(json.dumps(scenario), encoding="utf-8")
    flags = ["--listen", "0.0.0.0:0", "--control-token", "secret", "--scenario", str(tmp_path / "mine.json")]
    with run_demo(*flags, folder=tmp_path) as terminal:
        terminal.read_until("recording +completed +RE[0-9a-f]+ +7 s, signed")
        terminal.read_until("call +completed")
        url, _ = find_urls(terminal.output)
        assert requests.get(f"{url}/_mock/accounts/demo", timeout=LONG_TIMEOUT).status_code == 401
        with pytest.raises(ControlError):
            AccountClient(ControlConnection(url)).clock.show()
        terminal.process.send_signal(signal.SIGTERM)
        assert terminal.process.wait(LONG_TIMEOUT) == 0


@pytest.mark.parametrize(("flags", "is_opened"), [((), True), (("--no-open",), False)])
def test_page_is_opened_in_the_browser_unless_forbidden(
    flags: tuple[str, ...], is_opened: bool, tmp_path: Path
) -> None:
    (tmp_path / "browser").write_text(BROWSER)
    (tmp_path / "browser").chmod(0o755)
    browser = {"DISPLAY": ":0", "BROWSER": str(tmp_path / "browser")}
    with run_demo("--port", "0", *flags, folder=tmp_path, **browser) as terminal:
        terminal.read_until("call +ringing")  # the first call comes after the page
        url, _ = find_urls(terminal.output)
    opened = [file.read_text() for file in tmp_path.glob("*.opened")]
    assert opened == ([f"{url}/_mock/\n"] if is_opened else [])


def test_address_of_the_page_is_printed(demo: Terminal) -> None:
    assert f"  dashboard    {find_urls(demo.output)[0]}/_mock/\n" in demo.output


@pytest.mark.parametrize("pace", ["0", "0.05", "101x", "fast"])
def test_pace_is_from_a_tenth_to_a_hundred(pace: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as error:
        main(["demo", "--pace", pace])
    assert error.value.code == 2
    assert "recmock demo: argument --pace: expected a " in capsys.readouterr().err
