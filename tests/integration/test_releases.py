"""The same scenario, seed and clock moves give the same events on each release of Python that is there."""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from mockserver.testing.sink import Sink
from tests.integration.test_repetition import compute_digest, run_session

pytestmark = pytest.mark.variant

ROOT = Path(__file__).parent.parent.parent
NAMES = (
    str(ROOT / ".venv" / "bin" / "python"),
    "/usr/bin/python3",
    "python3.11",
    "python3.12",
    "python3.13",
    "python3.14",
)
DIGEST_PROGRAM = """
import sys
from tests.integration.test_repetition import compute_digest, run_session
print(compute_digest(run_session(sys.argv[1])))
"""


def find_pythons() -> list[str]:
    """Return the Pythons of other releases that can import the project, perhaps with the packages of this one."""
    program = (
        "import sys; assert sys.version_info >= (3, 11); print(sys.version_info[:3]); import msgspec, starlette, httpx"
    )
    found = {str(sys.version_info[:3]): ""}
    for name in NAMES:
        if (python := shutil.which(name)) is not None:
            done = run(python, program)
            if done.returncode == 0:
                found.setdefault(done.stdout.strip(), python)
    return [python for python in found.values() if python]


def run(python: str, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    hidden = ("PYTHONSAFEPATH", "PYTHONHOME")
    environment = {name: value for name, value in os.environ.items() if name not in hidden}
    environment["PYTHONPATH"] = os.pathsep.join([str(ROOT), sysconfig.get_path("purelib")])
    command = [python, "-W", "ignore", "-c", program, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=100)


def test_events_are_the_same_on_other_releases() -> None:
    pythons = find_pythons()
    if not pythons:
        pytest.skip("there is one release of Python only that can import the project")
    with Sink() as sink:
        expected = compute_digest(run_session(sink.url))
        for python in pythons:
            done = run(python, DIGEST_PROGRAM, sink.url)
            assert done.stdout.strip() == expected, f"{python}: {done.stdout} {done.stderr}"
