"""The cost of the pytest fixture: for the first test of a session, and for each later one.

Each round is a pytest session. The time runs from the request for a test's fixtures to the SDK's first response.
Third-party packages are imported before, as other tests of a session usually do.
"""

from statistics import median

from tests.measured_sessions import run_measured_session

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

starts = []
durations = {"later": [], "page": [], "bare": []}


@pytest.fixture(scope="session")
def session():
    starts.append(perf_counter())


@pytest.fixture
def start():
    return perf_counter()


@pytest.fixture(scope="session")
def bare(recmock_server):
    # Another server in a thread, which answers with the same bytes and knows nothing.
    from mockserver.server.listener import BackgroundServer

    url = recmock_server.account().url + "/Recordings.json?PageSize=1"
    response = requests.get(url, auth=recmock_server.account().auth)
    headers = [(name.encode(), value.encode()) for name, value in response.headers.items() if name.lower() != "date"]

    async def send_response(scope, receive, send):
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": response.content})

    with BackgroundServer(send_response) as server, closing(HTTPAdapter()) as pool:

        def make_client():
            http = TwilioHttpClient()
            http.session.trust_env = False
            http.session.mount(server.base_url, pool)
            client = Client("AC" + "1" * 32, "token", http_client=http)
            client.api.base_url = server.base_url
            return client

        yield make_client


def record_duration(name, start):
    durations[name].append(perf_counter() - start)


@pytest.mark.parametrize("number", range(200))
def test_one(session, number, start, recmock):
    assert recmock.client().recordings.list(limit=1)
    record_duration("later", start)
    starts.append(perf_counter())


@pytest.mark.parametrize("number", range(200))
def test_page(number, start, recmock):
    assert recmock.client().recordings.list(limit=20)
    record_duration("page", start)


@pytest.mark.parametrize("number", range(200))
def test_bare(bare, number, start):
    assert bare().recordings.list(limit=1)
    record_duration("bare", start)


def test_tell():
    figures = {name: median(seconds[1:]) for name, seconds in durations.items()}
    figures["first"] = starts[1] - starts[0]
    Path("figures.json").write_text(json.dumps({name: seconds * 1e3 for name, seconds in figures.items()}))
"""


def print_fixture_cost(rounds: int) -> None:
    """Print the times of sessions, in milliseconds."""
    sessions = [run_measured_session(_CONFTEST, _TEST_FILE) for _ in range(rounds)]
    figures = (
        f"{label} {median(times[name] for times in sessions):.1f} (least {min(times[name] for times in sessions):.1f})"
        for name, label in _LABELS.items()
    )
    print(f"fixture, ms from its request to the SDK's first answer: {', '.join(figures)}")
