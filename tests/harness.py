"""A mock behind an ASGI transport, and walks through its pages."""

import asyncio
from collections.abc import Callable, Coroutine
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode
from xml.etree import ElementTree

import httpx
import msgspec

from generators.model import Status
from mockserver.account.account import Account
from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.machine_clock import stopwatch
from mockserver.settings.settings import Settings
from mockserver.settings.store_url import StoreUrl
from scenarios.model import Scenario
from tests import asgi_client

T0 = 1_767_225_600
"""2026-01-01T00:00:00Z."""

FIVE_LINE_TEST = """
def test_pages_are_followed(recmock):
    client = recmock.client()
    recordings = client.recordings.list(limit=60, page_size=20)
    assert len({recording.sid for recording in recordings}) == 60
"""
"""The first test that a user of the fixture writes."""


PLUGIN_ALONE = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTEST_PLUGINS": "recmock_plugin"}
"""Variables that let pytest load our plugin but none of the others here, which takes half of the time."""


MEMORY = StoreUrl()
"""For tests of what the memory forgets: their mocks have no file in a run with SQLite files either."""


def make_settings(**changes: Any) -> Settings:
    """Return settings with a fixed T0 and a frozen clock."""
    return msgspec.structs.replace(Settings(now=T0, clock=ClockRate(0.0)), **changes)


class Api:
    """A client of a mock without a socket, with a frozen clock."""

    def __init__(
        self,
        settings: Settings | None = None,
        scenario: Scenario | None = None,
        stopwatch: Callable[[], float] = stopwatch,
    ) -> None:
        self._runner = asyncio.Runner()
        self.use(Mock(settings or make_settings(), scenario=scenario, stopwatch=stopwatch))

    def use(self, mock: Mock) -> None:
        """Send requests to another mock."""
        self.mock = mock
        self.mock.open_store()
        self.auth: tuple[str, str] | None = (self.mock.demo.sid, self.mock.demo.token)
        self.root = f"/2010-04-01/Accounts/{self.mock.demo.sid}"
        self.list_path = f"{self.root}/Recordings.json"
        self._app = create_app(self.mock)
        transport = httpx.ASGITransport(app=self._app)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://localhost:4010")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._runner.run(self._client.aclose())
        self._runner.run(self.mock.worker.stop())
        self.mock.close_store()
        self._runner.close()

    def request(self, method: str, target: str, headers: dict[str, str] | None = None) -> httpx.Response:
        """Send a request. `target` is a path with its query, encoded."""
        return self._send(method, target, headers, auth=self.auth)

    def _send(
        self,
        method: str,
        target: str,
        headers: dict[str, str] | None = None,
        content: bytes = b"",
        auth: tuple[str, str] | None = None,
    ) -> httpx.Response:
        if asgi_client.is_plain(target):
            return self._runner.run(asgi_client.send(self._app, method, target, headers, content, auth))
        return self._runner.run(
            self._client.request(method, target, headers=headers, content=content or None, auth=auth)
        )

    def get(self, target: str, **headers: str) -> httpx.Response:
        """Send a GET request. Header names have underscores instead of hyphens."""
        return self.request("GET", target, {name.replace("_", "-"): value for name, value in headers.items()})

    def post(self, path: str, **form: str | list[str]) -> httpx.Response:
        """Send a form to a path below the account. A list is sent as repeated keys, as SDKs do."""
        body = urlencode(form, doseq=True).encode()
        headers = {"content-type": "application/x-www-form-urlencoded"} if form else {}
        return self._send("POST", f"{self.root}/{path}", headers, body, self.auth)

    def post_body(self, path: str, body: bytes, **headers: str) -> httpx.Response:
        """Send a body to a path below the account. Header names have underscores instead of hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._send("POST", f"{self.root}/{path}", named, body, self.auth)

    def call_control_api(self, method: str, path: str, body: Any = None) -> Any:
        """Return the response of the control API below this account."""
        return self.send_command(method, path, body).json()

    def request_concurrently(self, *requests: tuple[str, str, Any]) -> list[Any]:
        """Send requests at once, given as (method, target, JSON body), and return the bodies."""
        return self.request_beside(None, *requests)

    def request_beside(self, other: Coroutine[Any, Any, None] | None, *requests: tuple[str, str, Any]) -> list[Any]:
        """Send requests like `request_concurrently`, and await something else beside them."""
        auth = None if self.auth is None else httpx.BasicAuth(*self.auth)

        async def send(method: str, target: str, body: Any) -> Any:
            return (await self._client.request(method, target, json=body, auth=auth)).json()

        async def send_all() -> list[Any]:
            task = None if other is None else asyncio.ensure_future(other)
            answers = await asyncio.gather(*(send(*request) for request in requests))
            if task is not None:
                await task
            return answers

        return self._runner.run(send_all())

    def get_in_account(self, path: str, **headers: str) -> httpx.Response:
        """Send a GET request to a path below the account."""
        return self.get(f"{self.root}/{path}", **headers)

    def get_twilio_json(self, path: str) -> Any:
        """Return the JSON of a path below the account, on Twilio's wire."""
        response = self.get_in_account(path, x_mock_wire="twilio")
        assert response.status_code == 200, response.text
        return response.json()

    def advance(self, seconds: float) -> None:
        """Move the clock."""
        self.get_account().advance(seconds)

    def send_command(
        self,
        method: str,
        path: str,
        command: Any = None,
        *,
        account: str = "demo",
        raw: bytes | None = None,
        **headers: str,
    ) -> httpx.Response:
        """Send a command, or raw bytes, to the control API of an account."""
        body = (b"" if command is None else msgspec.json.encode(command)) if raw is None else raw
        return self._send(method, f"/_mock/accounts/{account}{path}", headers, body)

    def send_control(self, method: str, path: str, body: bytes = b"", **headers: str) -> httpx.Response:
        """Send a body to a path below `/_mock`. Header names have underscores instead of hyphens."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._send(method, f"/_mock{path}", named, body)

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Run the event loop until a condition holds."""
        self._runner.run(wait_until(condition))

    def wait_for_callbacks(self) -> None:
        """Wait until every ready callback was sent."""
        self._runner.run(self.mock.worker.wait_until_idle(self.get_account()))

    def run_command(self, method: str, path: str, command: Any = None) -> Any:
        """Return the response to a valid command."""
        response = self.send_command(method, path, command)
        assert response.status_code == 200, response.headers["x-mock-reason"]
        return response.json()

    def list_steps(self, subject: str) -> list[str]:
        """Return the descriptions of a recording's steps so far, by its handle."""
        events = self.run_command("GET", "/events")
        return [event["what"] for event in events if event["kind"] == "step" and event["subject"] == subject]

    def get_account(self) -> Account:
        """Return the account."""
        return self.mock.account(self.mock.demo.sid)

    def find_sid(self, status: Status, *, encrypted: bool = False, conference: bool | None = None) -> str:
        """Return the SID of the oldest recording with a status."""
        corpus = self.get_account().corpus
        found = (
            recording.sid
            for recording in map(corpus.generate_recording, range(corpus.count))
            if recording.status is status
            and (recording.encryption is not None) == encrypted
            and conference in (None, recording.conference_sid is not None)
        )
        return next(found)

    def get_recording_path(self, sid: str) -> str:
        """Return the path of a recording."""
        return f"{self.root}/Recordings/{sid}.json"

    def get_page(self, query: str = "") -> dict[str, Any]:
        """Return the list body for a query such as `PageSize=2`."""
        response = self.get(f"{self.list_path}?{query}")
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    def list_recordings(self, query: str = "") -> list[dict[str, Any]]:
        """Return all recordings of a query, page by page as an SDK does."""
        found: list[dict[str, Any]] = []
        body = self.get_page(query)
        found += body["recordings"]
        while body["next_page_uri"] is not None:
            body = self.get(body["next_page_uri"]).json()
            found += body["recordings"]
        return found

    def list_sids(self, query: str = "") -> list[str]:
        """Return the SIDs of all recordings of a query."""
        return [recording["sid"] for recording in self.list_recordings(query)]


async def wait_until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until a condition holds."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # threads may bring it about, such as a sink's
            await asyncio.sleep(0.005)


def parse_error(response: httpx.Response) -> dict[str, str]:
    """Return the fields of an error in any representation, with names in lower case and without underscores."""
    if response.headers["content-type"] == "application/xml":
        found = ElementTree.fromstring(response.content).find("RestException")
        assert found is not None
        return {element.tag.lower(): element.text or "" for element in found}
    assert response.headers["content-type"] == "application/json"
    return {name.replace("_", ""): str(value) for name, value in response.json().items()}
