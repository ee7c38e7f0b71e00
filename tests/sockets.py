"""A server on either event loop, and its clients."""

import asyncio
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import requests
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from mockserver.account.account import Account
from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server import listener as server_module
from mockserver.server.listener import BackgroundServer
from mockserver.server.listening_sockets import ListenError, bind
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings
from scenarios.model import Scenario
from scenarios.rules import Fault, Sequence, Then, When
from tests.harness import make_settings


def _has_ipv6_loopback() -> bool:
    try:
        bind(Address("::1", 0)).close()
    except ListenError:
        return False
    return True


def _find_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Return what creates the event loops of this machine. Without uvloop, every server uses asyncio's."""
    try:
        import uvloop
    except ImportError:
        return {"asyncio": asyncio.new_event_loop}
    return {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


needs_ipv6 = pytest.mark.skipif(not _has_ipv6_loopback(), reason="this machine has no ::1")
LOOP_FACTORIES = _find_loop_factories()
LOOPS = tuple(LOOP_FACTORIES)
CALL = "CA" + "1" * 32
LONG_TIMEOUT = 30.0
"""Seconds that no test ever waits for."""


class RunningServer:
    """A mock on a port, and its demo account."""

    def __init__(self, mock: Mock, server: BackgroundServer) -> None:
        self.mock = mock
        self.server = server
        self.sid = mock.demo.sid
        self.auth = (mock.demo.sid, mock.demo.token)
        self.root = f"/2010-04-01/Accounts/{self.sid}"
        self.url = server.base_url + self.root
        self.control = f"{server.base_url}/_mock/accounts/demo"

    @property
    def account(self) -> Account:
        return self.mock.account(self.sid)

    def set_fault(self, then: Then, when: When | None = None, **fields: Any) -> None:
        """Replace all fault rules by one fault."""
        self.account.fault_rules.remove()
        self.account.fault_rules.add(fault=Fault(then=then, when=when or When(), **fields))

    def set_sequence(self, *answers: Any) -> None:
        """Replace all fault rules by one sequence."""
        self.account.fault_rules.remove()
        self.account.fault_rules.add(sequence=Sequence(answers=answers))

    def make_client(self, username: str | None = None, secret: str | None = None) -> Client:
        """Return a twilio-python client that keeps no connection open, because pytest would warn about it."""
        client = Client(
            username or self.auth[0],
            secret or self.auth[1],
            account_sid=self.sid,
            http_client=TwilioHttpClient(pool_connections=False, timeout=LONG_TIMEOUT),
        )
        client.api.base_url = self.server.base_url
        return client

    def get(self, path: str, **options: Any) -> requests.Response:
        """Get a path below the account with requests."""
        return requests.get(f"{self.url}/{path}", auth=self.auth, timeout=LONG_TIMEOUT, **options)

    def post(self, path: str, **form: str | list[str]) -> requests.Response:
        """Send a form to a path below the account."""
        return requests.post(f"{self.url}/{path}", auth=self.auth, data=form, timeout=LONG_TIMEOUT)

    def get_with_httpx(self, path: str) -> httpx.Response:
        """Get a path below the account with httpx."""
        return httpx.get(f"{self.url}/{path}", auth=self.auth, timeout=LONG_TIMEOUT)

    def post_control(self, path: str, body: Any = None) -> Any:
        """Send a command to the account's control API."""
        response = requests.post(f"{self.control}/{path}", json={} if body is None else body, timeout=LONG_TIMEOUT)
        assert response.status_code == 200, response.text
        return response.json()

    def get_control(self, path: str) -> Any:
        """Get a path of the account's control API."""
        response = requests.get(f"{self.control}/{path}", timeout=LONG_TIMEOUT)
        assert response.status_code == 200, response.text
        return response.json()

    def encode_request(self, path: str, *headers: str, method: str = "GET") -> bytes:
        """Return the head of a request for a path below the account."""
        secret = b64encode(":".join(self.auth).encode()).decode()
        lines = (f"{method} {self.root}/{path} HTTP/1.1", "Host: x", f"Authorization: Basic {secret}", *headers)
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode()

    def connect(self) -> socket.socket:
        """Return a connection."""
        return socket.create_connection(self.server.address, timeout=LONG_TIMEOUT)


@contextmanager
def run_server(
    loop: str = "uvloop", settings: Settings | None = None, scenario: Scenario | None = None, mock: Mock | None = None
) -> Iterator[RunningServer]:
    """Serve a mock in a thread, on one of the event loops."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        if loop == "asyncio":
            monkeypatch.setattr(server_module, "_create_event_loop", lambda: asyncio.new_event_loop)
        served = mock or Mock(settings or make_settings(), scenario=scenario)
        try:
            with BackgroundServer(create_app(served)) as server:
                yield RunningServer(served, server)
        finally:
            if mock is None:
                served.close_store()


def read_to_end(client: socket.socket) -> bytes:
    """Read to the end."""
    data = b""
    while chunk := client.recv(65536):
        data += chunk
    return data
