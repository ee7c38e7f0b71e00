"""The cost of the pytest fixture: for the first test of a session, and for each later one.

Each round is a pytest session. The time runs from the request for a test's fixtures to the SDK's first response.
Third-party packages are imported before, as other tests of a session usually do.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

_LABELS = {
    "first": "first test",
    "later": "each later test",
    "page": "each later test that reads a page of 20",
    "bare": "the same call to a bare application, without a fixture of ours",
}
_CONFTEST = """
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


def pytest_collection_modifyitems(items):
    # In turn, so that all have their share of a busy moment of the machine.
    items.sort(key=lambda item: item.callspec.params["number"] if hasattr(item, "callspec") else 1000)
"""
_TEST_FILE = """
import json
from contextlib import closing
from pathlib import Path
from statistics import median
from time import perf_counter

import pytest
import requests
from requests.adapters import HTTPAdapter
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

began = []
taken = {"later": [], "page": [], "bare": []}


@pytest.fixture(scope="session")
def session():
    began.append(perf_counter())


@pytest.fixture
def started():
    return perf_counter()


@pytest.fixture(scope="session")
def bare(recmock_server):
    # Another server in a thread, which answers with the same bytes and knows nothing.
    from mockserver.server.listener import BackgroundServer

    url = recmock_server.account().url + "/Recordings.json?PageSize=1"
    answer = requests.get(url, auth=recmock_server.account().auth)
    headers = [(name.encode(), value.encode()) for name, value in answer.headers.items() if name.lower() != "date"]

    async def app(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": answer.content})

    with BackgroundServer(app) as server, closing(HTTPAdapter()) as pool:

        def client():
            http = TwilioHttpClient()
            http.session.trust_env = False
            http.session.mount(server.base_url, pool)
            made = Client("AC" + "1" * 32, "token", http_client=http)
            made.api.base_url = server.base_url
            return made

        yield client


def note(name, started):
    taken[name].append(perf_counter() - started)


@pytest.mark.parametrize("number", range(200))
def test_one(session, number, started, recmock):
    assert recmock.client().recordings.list(limit=1)
    note("later", started)
    began.append(perf_counter())


@pytest.mark.parametrize("number", range(200))
def test_page(number, started, recmock):
    assert recmock.client().recordings.list(limit=20)
    note("page", started)


@pytest.mark.parametrize("number", range(200))
def test_bare(bare, number, started):
    assert bare().recordings.list(limit=1)
    note("bare", started)


def test_tell():
    figures = {name: median(seconds[1:]) for name, seconds in taken.items()}
    figures["first"] = began[1] - began[0]
    Path("figures.json").write_text(json.dumps({name: seconds * 1e3 for name, seconds in figures.items()}))
"""


def print_fixture_cost(rounds: int) -> None:
    """Print the times of sessions, in milliseconds."""
    sessions = [_run_session() for _ in range(rounds)]
    told = (
        f"{words} {median(each[name] for each in sessions):.1f} (least {min(each[name] for each in sessions):.1f})"
        for name, words in _LABELS.items()
    )
    print(f"fixture, ms from its request to the SDK's first answer: {', '.join(told)}")


def _run_session() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "conftest.py").write_text(_CONFTEST)
        Path(folder, "test_cost.py").write_text(_TEST_FILE)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:randomly"]
        paths = os.pathsep.join(filter(None, (str(Path(__file__).parents[2]), os.environ.get("PYTHONPATH"))))
        subprocess.run(
            command, cwd=folder, env=os.environ | {"PYTHONPATH": paths}, check=True, stdout=subprocess.DEVNULL
        )
        figures: dict[str, float] = json.loads(Path(folder, "figures.json").read_text())
        return figures
