"""The memory that the fixture leaves behind: many tests in one process, with it and without it."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

_MAX_MORE_MB = 10.0
_WARM_UP_TESTS = 200
_CONFTEST = f"""
from pathlib import Path

WARM_UP = {_WARM_UP_TESTS}
seen, resident = 0, []


def read_resident_kilobytes():
    status = Path("/proc/self/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


def pytest_runtest_logfinish():
    global seen
    seen += 1
    if seen == WARM_UP:
        resident.append(read_resident_kilobytes())


def pytest_sessionfinish():
    Path("growth").write_text(str(read_resident_kilobytes() - resident[0]))
"""
_TESTS = {
    "without": """
import pytest


@pytest.mark.parametrize("number", range({count}))
def test_one(number):
    assert number >= 0
""",
    "with": """
import pytest


@pytest.mark.parametrize("number", range({count}))
def test_one(number, recmock):
    client = recmock.client()
    assert len(client.recordings.list(limit=1)) == 1
    client.calls(f"CA{{number:032x}}").recordings.create()
    recmock.clock.advance("1s")
    recmock.requests.assert_called("create_call_recording", exactly=1)
""",
}


def measure_fixture(count: int) -> bool:
    """Run a number of tests with the fixture and without it, and return True if both grow nearly alike."""
    growth = {name: _run_session(text.format(count=count)) for name, text in _TESTS.items()}
    more = growth["with"] - growth["without"]
    is_flat = more < _MAX_MORE_MB
    print(
        f"{count:,} tests grow by {growth['with']:.1f} MB with the fixture, by {growth['without']:.1f} MB without it: "
        f"{more:+.1f} MB, {'flat' if is_flat else 'IT GROWS'}"
    )
    return is_flat


def _run_session(tests: str) -> float:
    """Return the megabytes by which a session grows after its first tests."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "conftest.py").write_text(_CONFTEST)
        Path(folder, "test_many.py").write_text(tests)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
        paths = os.pathsep.join(filter(None, (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH"))))
        subprocess.run(
            command, cwd=folder, env=os.environ | {"PYTHONPATH": paths}, check=True, stdout=subprocess.DEVNULL
        )
        return int(Path(folder, "growth").read_text()) / 1024
