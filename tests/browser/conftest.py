"""A browser with the dashboard of a mock. Without playwright or Chromium, these tests are skipped."""

import shutil
from asyncio import events
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from scenarios.loading.scenario_input import load_any_scenario
from tests.harness import make_settings

playwright = pytest.importorskip("playwright.sync_api", reason="the extra [browser] is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
SCENARIO = {
    "version": 1,
    "name": "support-line",
    "about": "A support line on a Monday morning.",
    "recordings": [
        {
            "id": "slow-transfer",
            "channels": 2,
            "transcript": "Hello, this is Ann.\nHi Ann, two left pedals came.\nI am sorry about that.",
            "timeline": [
                {"status": "in-progress"},
                {"after": {"time": "19s"}, "status": "processing"},
                {"after": {"fetches": 3}, "status": "completed", "set": {"duration": 19}},
            ],
        },
        {
            "id": "on-hold",
            "timeline": [{"status": "paused"}, {"after": {"signal": "resumed"}, "status": "in-progress"}],
        },
    ],
    "faults": [{"when": {"op": "list_recordings", "page": 1}, "then": {"status": 429, "retry_after": 1}, "times": 1}],
}


@pytest.fixture(scope="session")
def shared_browser() -> Iterator[tuple[Any, Any]]:
    """A browser, and the event loop of playwright, which runs in this thread until the end of the session.

    It is hidden from the tests of other modules: while a loop runs, a thread cannot run another.
    """
    if CHROMIUM is None:
        pytest.skip("Chromium is not installed")
    with playwright.sync_playwright() as runner:
        chromium = runner.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        loop = events._get_running_loop()
        events._set_running_loop(None)
        yield chromium, loop
        events._set_running_loop(loop)
        chromium.close()


@pytest.fixture
def browser(shared_browser: tuple[Any, Any]) -> Iterator[Any]:
    chromium, loop = shared_browser
    events._set_running_loop(loop)
    yield chromium
    events._set_running_loop(None)


class Dashboard:
    """The page of a server in a tab. Messages in the console, but for those expected, fail the test."""

    def __init__(self, browser: Any, server: BackgroundServer, mock: Mock, **options: Any) -> None:
        self.server, self.mock = server, mock
        self.url = f"{server.base_url}/_mock/"
        self.messages: list[str] = []
        self.requested: set[str] = set()
        self.context = browser.new_context(**{"viewport": {"width": 1440, "height": 900}, **options})
        self.context.set_default_timeout(10_000)
        self.page = self.open_tab()

    def open_tab(self) -> Any:
        """Open another tab."""
        page = self.context.new_page()
        page.on("console", lambda message: self.messages.append(message.text))
        page.on("pageerror", lambda error: self.messages.append(str(error)))
        page.on("request", lambda request: self.requested.add(request.url))
        return page

    def show(self, view: str, account: str = "demo") -> Any:
        """Open a view and wait until it is drawn."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.url}#/{account}/{view}")
        self.page.locator("main h1").first.wait_for()
        return self.page

    def move(self, seconds: int) -> None:
        """Advance the clock, as another client of the server."""
        self.command("POST", "/clock", {"advance": f"{seconds}s"})

    def command(self, method: str, path: str, body: Any = None) -> Any:
        """Send a command to the control API, as another client of the server."""
        response = requests.request(method, f"{self.url}accounts/demo{path}", json=body, timeout=10)
        assert response.status_code == 200, response.text
        return response.json()

    def find_sid(self, handle: str) -> str:
        """Return the SID of a recording of the scenario."""
        sid: str = self.command("GET", f"/recordings/{handle}")["sid"]
        return sid

    def request(self, method: str, path: str, **headers: str) -> Any:
        """Send a request as a client of the account."""
        demo = self.mock.demo
        url = f"{self.server.base_url}/2010-04-01/Accounts/{demo.sid}{path}"
        return requests.request(method, url, headers=headers, auth=(demo.sid, demo.token), timeout=10)


@pytest.fixture
def dashboard(browser: Any) -> Iterator[Dashboard]:
    mock = Mock(make_settings(), scenario=load_any_scenario(SCENARIO))
    with BackgroundServer(create_app(mock)) as server:
        own = Dashboard(browser, server, mock)
        yield own
        own.context.close()
        assert own.messages == []
        assert {url for url in own.requested if not url.startswith((server.base_url, "about:"))} == set()
