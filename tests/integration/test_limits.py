"""Rate limits over sockets: a client that is alone is never one of several, and one that leaves is gone."""

import socket
from base64 import b64encode
from collections.abc import Iterator

import httpx
import pytest
import requests

from mockserver.mock import Mock
from tests.accounts import make_scenario
from tests.harness import make_settings
from tests.sockets import LOOPS, RunningServer, run_server

SCENARIO = make_scenario(
    limits=[{"concurrent": 1}],
    faults=[{"when": {"op": "list_calls"}, "then": {"delay": "1h"}}],
)


@pytest.fixture(params=LOOPS)
def running_server(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    mock = Mock(make_settings(count=3, mix="completed=1"), scenario=SCENARIO)
    with run_server(request.param, mock=mock) as running_server:
        yield running_server


def test_client_that_is_alone_never_has_two_requests_in_progress(running_server: RunningServer) -> None:
    recording = f"{running_server.url}/Recordings/{running_server.account.corpus.get_sid(0)}"
    with requests.Session() as session:
        session.auth = running_server.auth
        for _ in range(10):
            for method, ending in (
                ("GET", ".wav"),
                ("HEAD", ".mp3"),
                ("GET", ".mp3"),
                ("GET", ".json"),
                ("GET", ".xml"),
            ):
                answer = session.request(method, recording + ending, timeout=30)
                assert (answer.status_code, answer.headers["Twilio-Concurrent-Requests"]) == (200, "1")


def test_request_is_in_progress_until_its_client_leaves(running_server: RunningServer) -> None:
    authorization = b64encode(":".join(running_server.auth).encode()).decode()
    address = httpx.URL(running_server.url)
    head = f"GET {running_server.root}/Calls.json HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {authorization}\r\n\r\n"
    with socket.create_connection((address.host, address.port)) as waiting:
        waiting.sendall(head.encode())
        refused = next(answer for answer in list_repeatedly(running_server) if answer.status_code == 429)
        assert (refused.headers["Retry-After"], refused.headers["Twilio-Concurrent-Requests"]) == ("1", "2")
    answered = next(answer for answer in list_repeatedly(running_server) if answer.status_code == 200)
    assert answered.headers["Twilio-Concurrent-Requests"] == "1"


def list_repeatedly(running_server: RunningServer) -> Iterator[requests.Response]:
    for _ in range(1000):
        yield running_server.get("Recordings.json")
