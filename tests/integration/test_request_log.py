"""The request log of processes: `recmock serve` in a terminal, into a file and a pipe, and `recmock exec`."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from generators.seeds import derive_demo_account_sid
from mockserver.settings.machine_clock import stopwatch
from mockserver.testing import MockServer
from mockserver.testing.setting_types import ServerSettings
from tests.sockets import LONG_TIMEOUT
from tests.terminals import Terminal

DEMO_SID = derive_demo_account_sid("0")
LIST_PATH = f"/2010-04-01/Accounts/{DEMO_SID}/Recordings.json"
RECMOCK = [sys.executable, "-m", "mockserver"]
SERVE = [*RECMOCK, "serve", "--listen", "127.0.0.1:0"]
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}
LINE = rf"\d\d:\d\d:\d\d\.\d{{3}} 200 +\d+\.\d ms demo GET {re.escape(LIST_PATH)} list_recordings\n"


def send(base_url: str, count: int = 1) -> None:
    with requests.Session() as session:
        for _ in range(count):
            response = session.get(base_url + LIST_PATH, auth=(DEMO_SID, "x"), timeout=LONG_TIMEOUT)
            assert response.status_code == 200


@contextmanager
def serve(tmp_path: Path, *flags: str, stdout: int, stderr: int | None = None) -> Iterator[str]:
    """Run a server, yield its URL, and stop it; it must end well."""
    port_file = tmp_path / "port"
    command = [*SERVE, "--port-file", str(port_file), *flags]
    process = subprocess.Popen(command, stdout=stdout, stderr=stderr)
    try:
        start = stopwatch()
        while not (port_file.exists() and port_file.read_text().endswith("\n")):
            assert process.poll() is None
            assert stopwatch() - start < LONG_TIMEOUT
        yield f"http://127.0.0.1:{port_file.read_text().strip()}"
        process.terminate()
        assert process.wait(LONG_TIMEOUT) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(("setting", "is_colored"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_terminal_shows_a_line_for_each_request(setting: dict[str, str], is_colored: bool) -> None:
    with Terminal(SERVE, ENVIRONMENT | setting) as terminal:
        banner = terminal.read_until(r"Ctrl-C stops it\.\n")
        (url,) = re.findall(r"http://127\.0\.0\.1:\d+(?=\S*\n\n)", banner)
        send(url)
        line = terminal.read_until(r"list_recordings\S*\n").removeprefix(banner)
    assert ("\x1b[32m200\x1b[0m" in line) == is_colored
    assert re.fullmatch(LINE, re.sub(r"\x1b\[\d+m", "", line))


def test_json_is_all_of_the_standard_output(tmp_path: Path) -> None:
    """The banner is for people, and the log for programs."""
    with (
        (tmp_path / "out").open("w") as out,
        (tmp_path / "err").open("w") as err,
        serve(tmp_path, "--log", "json", stdout=out.fileno(), stderr=err.fileno()) as url,
    ):
        send(url, 3)
    lines = [json.loads(line) for line in (tmp_path / "out").read_text().splitlines()]
    assert [line["target"] for line in lines] == [LIST_PATH] * 3
    assert f"listening on {url}\n" in (tmp_path / "err").read_text()


def test_log_that_is_off_leaves_the_banner(tmp_path: Path) -> None:
    with (tmp_path / "out").open("w") as out, serve(tmp_path, "--log", "off", stdout=out.fileno()) as url:
        send(url)
    assert (tmp_path / "out").read_text().endswith("\nCtrl-C stops it.\n")


def test_server_goes_on_when_nobody_reads_its_log(tmp_path: Path) -> None:
    """Its lines are more than a pipe holds. At the end, it does not wait for the reader for long."""
    reader, writer = os.pipe()
    with serve(tmp_path, stdout=writer) as url:
        os.close(writer)
        send(url, 700)
    os.close(reader)


def test_server_goes_on_when_the_reader_of_its_log_is_gone(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    with (tmp_path / "err").open("w") as err, serve(tmp_path, stdout=writer, stderr=err.fileno()) as url:
        os.close(writer)
        send(url)
        while b"list_recordings" not in os.read(reader, 1 << 16):
            pass
        os.close(reader)
        send(url, 20)
    assert (tmp_path / "err").read_text() == ""


@pytest.mark.parametrize(("settings", "lines"), [({}, 0), ({"log": "text"}, 1)])
def test_server_of_a_test_logs_only_if_the_test_wants_it(
    settings: ServerSettings, lines: int, capfd: pytest.CaptureFixture[str]
) -> None:
    with MockServer(**settings) as server:
        send(server.base_url)
    out, err = capfd.readouterr()
    assert (out, err.count("list_recordings")) == ("", lines)


@pytest.mark.parametrize(("flags", "lines"), [([], 0), (["--log", "text"], 1), (["--log", "json"], 1)])
def test_program_has_the_output_alone_unless_the_user_wants_a_log(flags: list[str], lines: int, tmp_path: Path) -> None:
    program = f"import os, requests; requests.get(os.environ['RECMOCK_URL'] + '{LIST_PATH}', auth=('{DEMO_SID}', 'x'))"
    command = [*RECMOCK, "exec", "--data-dir", str(tmp_path), *flags, "--", sys.executable, "-c", program]
    result = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert result.stdout == ""
    assert len(re.findall("list_recordings", result.stderr)) == lines
