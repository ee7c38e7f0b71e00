"""Two servers of equal mocks: one knows the heads of repeated requests, the other one parses each request."""

import re
import socket
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import requests

from mockserver.app import create_app
from mockserver.journal.journal import Entry
from mockserver.mock import Mock
from mockserver.server.known_requests import Finish, KnownRequests
from mockserver.server.listener import BackgroundServer
from mockserver.server.sending import ResponseWriter
from mockserver.settings.settings import Settings
from scenarios.model import Scenario
from tests.harness import make_settings
from tests.sockets import LONG_TIMEOUT

_VARYING = re.compile(rb"(?i)(\r\n(?:date|twilio-request-id|twilio-request-duration)): [^\r]*")
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: (\d+)")
_BODILESS_STATUSES = (b"204", b"304")


class HeadConnection:
    """A connection that sends heads as they are, and reads one response for each."""

    def __init__(self, server: BackgroundServer) -> None:
        self.socket = socket.create_connection(server.address, timeout=LONG_TIMEOUT)
        self._rest = b""

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self, *, has_body: bool = True) -> bytes:
        """Return the next response, without what differs from request to request."""
        while b"\r\n\r\n" not in self._rest:
            self._receive()
        head = self._rest.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        length = _LENGTH.search(head)
        has_body = has_body and length is not None and head.split(b" ")[1] not in _BODILESS_STATUSES
        end = len(head) + (int(length[1]) if has_body and length is not None else 0)
        while len(self._rest) < end:
            self._receive()
        response, self._rest = self._rest[:end], self._rest[end:]
        return _VARYING.sub(rb"\1: ...", response)

    def _receive(self) -> None:
        data = self.socket.recv(1 << 16)
        assert data, f"the connection was closed after {self._rest!r}"
        self._rest += data


class KnowingServer:
    """A mock on a port, with two connections."""

    def __init__(self, mock: Mock, server: BackgroundServer, known_requests: KnownRequests) -> None:
        self.mock, self.server, self.known_requests = mock, server, known_requests
        self.connections = [HeadConnection(server) for _ in range(2)]
        self.known_count = 0
        respond = known_requests.respond

        def count(head: bytes, write: ResponseWriter, finish: Finish) -> bool | None:
            def write_counted(status: int, encoded_headers: bytes, body: bytes) -> bool:
                self.known_count += 1  # before the client has the response
                return write(status, encoded_headers, body)

            return respond(head, write_counted, finish)

        known_requests.respond = count  # type: ignore[method-assign]  # it counts what it answers

    def close(self) -> None:
        for connection in self.connections:
            connection.socket.close()

    def describe_journal(self, sid: str) -> list[dict[str, Any]]:
        """Return the entries of an account's journal without what depends on the machine's time."""
        return [self._describe(entry) for entry in self.mock.account(sid).journal]

    def _describe(self, entry: Entry) -> dict[str, Any]:
        fields = {name: getattr(entry, name) for name in entry.__struct_fields__ if name not in ("tick", "seconds")}
        port = str(self.server.address.port).encode()
        return fields | {"packed_headers": entry.packed_headers.replace(port, b"PORT")}


class TwinServers:
    """Two servers of equal mocks, the first of which knows heads."""

    def __init__(self, servers: list[KnowingServer]) -> None:
        self.knowing, self.parsing = self.servers = servers
        self.sid, self.token = self.knowing.mock.demo.sid, self.knowing.mock.demo.token

    def encode(self, path: str, *headers: str, method: str = "GET", auth: tuple[str, str] | None = None) -> bytes:
        """Return the head of a request for a path below the demo account, or for one that begins with a slash."""
        target = path if path.startswith("/") else f"/2010-04-01/Accounts/{self.sid}/{path}"
        secret = b64encode(":".join(auth or (self.sid, self.token)).encode()).decode()
        lines = (f"{method} {target} HTTP/1.1", "Host: mock:4010", f"Authorization: Basic {secret}", *headers)
        return "".join(f"{line}\r\n" for line in (*lines, "")).encode("latin-1")

    def send(self, head: bytes, connection: int = 0) -> bytes:
        """Send a head to both servers, compare the responses, and return the one of the server that knows heads."""
        found = []
        for server in self.servers:
            server.connections[connection].send(head)
            found.append(server.connections[connection].read(has_body=not head.startswith(b"HEAD ")))
        assert found[0] == found[1]
        return found[0]

    def get(self, path: str, *headers: str, connection: int = 0) -> bytes:
        """Send a GET like `send`."""
        return self.send(self.encode(path, *headers), connection)

    def change(self, method: str, path: str, form: dict[str, str] | None = None) -> int:
        """Send a request of the API to both servers on other connections, and return its status."""
        statuses = {
            requests.request(
                method,
                f"{server.server.base_url}/2010-04-01/Accounts/{self.sid}/{path}",
                auth=(self.sid, self.token),
                data=form,
                timeout=LONG_TIMEOUT,
            ).status_code
            for server in self.servers
        }
        (status,) = statuses
        return status

    def command(self, method: str, path: str, body: Any = None) -> Any:
        """Send a command to the control API of both servers, and return the first answer."""
        return self.command_both(method, path, body)[0]

    def command_both(self, method: str, path: str, body: Any = None) -> list[Any]:
        """Send a command like `command`, and return both answers."""
        answers = [
            requests.request(
                method,
                f"{server.server.base_url}/_mock/accounts/{self.sid}/{path}".rstrip("/"),
                json=body,
                timeout=LONG_TIMEOUT,
            )
            for server in self.servers
        ]
        assert [answer.status_code for answer in answers] == [200, 200], answers[0].text
        return [answer.json() for answer in answers]

    def compare_journals(self) -> int:
        """Compare the journals of the demo account, and return the number of their entries."""
        first, second = (server.describe_journal(self.sid) for server in self.servers)
        assert first == second
        return len(first)

    def count_known(self) -> int:
        """Return the number of requests that were answered without the parser."""
        return self.knowing.known_count


@contextmanager
def run_twins(settings: Settings | None = None, scenario: Scenario | None = None) -> Iterator[TwinServers]:
    """Run both servers."""
    with ExitStack() as stack:
        servers = []
        for knows_heads in (True, False):
            mock = Mock(settings or make_settings(), scenario=scenario)
            stack.callback(mock.close_store)
            app = create_app(mock)
            known_requests = app.known_requests
            assert known_requests is not None
            if not knows_heads:
                app.known_requests = None
            server = stack.enter_context(BackgroundServer(app))
            servers.append(KnowingServer(mock, server, known_requests))
            stack.callback(servers[-1].close)
        yield TwinServers(servers)
