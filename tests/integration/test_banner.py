"""The banner of `recmock serve` in a terminal, and its programs pasted into a shell, Python and Node."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.terminals import Terminal

SERVE = [sys.executable, "-m", "mockserver", "serve", "--port", "0"]
END = r"Ctrl-C stops it\.\n"
PROGRAMS = {
    "Shell": ["bash", "--noprofile", "--norc", "-i"],
    "Python": [sys.executable, "-q"],
    "Node": ["node"],
}
RECORDING_SID = r"RE[0-9a-f]{32}"
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "NO_COLOR"} | {"TERM": "xterm"}


@pytest.fixture(scope="module")
def banner() -> Iterator[str]:
    """Yield the banner of a running server."""
    with Terminal(SERVE, ENVIRONMENT | {"NO_COLOR": "1"}) as terminal:
        yield terminal.read_until(END)


def find_program(banner: str, heading: str) -> str:
    """Return the lines below a heading."""
    return banner.partition(f"\n{heading}\n")[2].partition("\n\n")[0] + "\n"


@pytest.mark.parametrize("columns", [80, 100])
@pytest.mark.parametrize("heading", PROGRAMS)
def test_program_can_be_pasted(heading: str, columns: int, banner: str) -> None:
    modules = os.environ.get("RECMOCK_NODE_MODULES", "")
    if heading == "Node" and (shutil.which("node") is None or not (Path(modules) / "twilio").is_dir()):
        pytest.skip("node is not there, or RECMOCK_NODE_MODULES names no folder with the package twilio")
    with Terminal(PROGRAMS[heading], ENVIRONMENT | {"NODE_PATH": modules, "PS1": "$ "}, columns) as terminal:
        terminal.read_until(r"[>$] ")
        terminal.write(find_program(banner, heading))
        output = terminal.read_until(RECORDING_SID)
    assert re.findall(r"\w*Error|not found|Invalid", output) == []


@pytest.mark.parametrize(("setting", "is_colored"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)])
def test_terminal_gets_color_unless_the_user_forbids_it(setting: dict[str, str], is_colored: bool) -> None:
    with Terminal(SERVE, ENVIRONMENT | setting) as terminal:
        output = terminal.read_until(END)
    assert ("\x1b[" in output) == is_colored


def test_lines_fit_into_a_terminal_of_80_columns(banner: str) -> None:
    assert max(map(len, banner.splitlines())) <= 80
