"""What the fixture of the pytest plugin costs: the first test of a session, and each later one.

Each round is a session of pytest, from the moment at which a test's fixtures are asked for to the SDK's first
answer. Third-party packages are imported before, as a session with other tests has done for the most part.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

_NAMES = {
    "first": "first test",
    "later": "each later test",
    "page": "each later test that reads a page of 20",
    "nothing": "pytest itself, each test",
}
_OTHERS = """
import httpcore
import msgspec
import requests
import starlette.applications
import starlette.middleware
import starlette.routing
import uvicorn.config
import uvicorn.protocols.http.httptools_impl
import uvicorn.server
import uvloop
from twilio.rest import Client

Client("AC", "token").api.v2010.account.recordings  # which imports the rest of the SDK
"""
_TESTS = """
import json
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest

began = []
taken = {"later": [], "page": [], "nothing": []}


@pytest.fixture(scope="session")
def session():
    began.append(perf_counter())


@pytest.fixture
def started():
    return perf_counter()


@pytest.fixture
def nothing():
    return None


def note(name, started):
    taken[name].append(perf_counter() - started)


@pytest.mark.parametrize("number", range(200))
def test_one(session, started, number, recmock):
    assert recmock.client().recordings.list(limit=1)
    note("later", started)
    began.append(perf_counter())


@pytest.mark.parametrize("number", range(200))
def test_page(started, number, recmock):
    assert recmock.client().recordings.list(limit=20)
    note("page", started)


@pytest.mark.parametrize("number", range(200))
def test_nothing(started, number, nothing):
    note("nothing", started)


def test_tell():
    figures = {name: median(seconds[1:]) for name, seconds in taken.items()}
    figures["first"] = began[1] - began[0]
    Path("figures.json").write_text(json.dumps({name: seconds * 1e3 for name, seconds in figures.items()}))
"""


def fixture(rounds: int) -> None:
    """Print what sessions take, in milliseconds."""
    sessions = [_session() for _ in range(rounds)]
    told = (
        f"{words} {median(each[name] for each in sessions):.1f} (least {min(each[name] for each in sessions):.1f})"
        for name, words in _NAMES.items()
    )
    print(f"fixture, ms from its request to the SDK's first answer: {', '.join(told)}")


def _session() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "conftest.py").write_text(_OTHERS)
        Path(folder, "test_cost.py").write_text(_TESTS)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
        paths = os.pathsep.join(filter(None, (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH"))))
        subprocess.run(
            command, cwd=folder, env=os.environ | {"PYTHONPATH": paths}, check=True, stdout=subprocess.DEVNULL
        )
        figures: dict[str, float] = json.loads(Path(folder, "figures.json").read_text())
        return figures
