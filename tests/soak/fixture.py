"""The memory that the fixture leaves behind: many tests in one process, with it and with one that does nothing."""

from typing import NamedTuple

from tests.measured_sessions import run_measured_session

_MAX_MORE_MB = 10.0
_WARM_UP_TESTS = 200
_CONFTEST = f"""
import ctypes
import gc
import json
import os
import re
import sys
import tempfile
from pathlib import Path

import pytest

WARM_UP = {_WARM_UP_TESTS}
seen, start = 0, []


class Mallinfo(ctypes.Structure):  # of glibc 2.33 and newer
    _names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in _names.split()]


def read_allocated_bytes():
    # Both allocators: Python's own for small objects, and that of the C library for the rest.
    mallinfo2 = ctypes.CDLL(None).mallinfo2
    mallinfo2.restype = Mallinfo
    gc.collect()
    with tempfile.TemporaryFile() as file:
        saved = os.dup(2)
        os.dup2(file.fileno(), 2)
        sys._debugmallocstats()
        os.dup2(saved, 2)
        os.close(saved)
        file.seek(0)
        small = re.search(rb"# bytes in allocated blocks +=\\s+([0-9,]+)", file.read())[1]
    found = mallinfo2()
    return int(small.replace(b",", b"")) + found.uordblks + found.hblkhd


def read_resident_bytes():
    status = Path("/proc/self/status").read_text()
    return 1024 * int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))


def measure():
    return [read_allocated_bytes(), read_resident_bytes()]


def pytest_runtest_logfinish():
    global seen
    seen += 1
    if seen == WARM_UP:
        start.extend(measure())


def pytest_sessionfinish():
    Path("figures.json").write_text(json.dumps([after - before for before, after in zip(start, measure())]))


@pytest.fixture(scope="session")
def plain_server():
    yield object()


@pytest.fixture
def plain(plain_server, request):
    yield request
"""
_TESTS = {
    "without": """
import pytest


@pytest.mark.parametrize("number", range({count}))
def test_one(number, plain):
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
    """Run a number of tests with the fixture and with one that does nothing, and return True if both leave as much."""
    growth = {name: _run_session(text.format(count=count)) for name, text in _TESTS.items()}
    more = growth["with"].allocated - growth["without"].allocated
    is_flat = more < _MAX_MORE_MB
    plain, fixture = growth["without"], growth["with"]
    print(
        f"{count:,} tests leave {fixture.allocated:.1f} MB with the fixture, {plain.allocated:.1f} MB with one that"
        f" does nothing: {more:+.1f} MB, {'flat' if is_flat else 'IT GROWS'}. (Resident memory grows by"
        f" {fixture.resident:.1f} and {plain.resident:.1f} MB: it includes gaps between objects.)"
    )
    return is_flat


class _Growth(NamedTuple):
    """The growth of a session after its first tests, in megabytes."""

    allocated: float
    resident: float


def _run_session(tests: str) -> _Growth:
    return _Growth(*(size / 2**20 for size in run_measured_session(_CONFTEST, tests)))
