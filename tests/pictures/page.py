"""The page of a server in Chromium: an account in which people have called, and recordings have arrived."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any, NamedTuple

import requests

from mockserver.app import create_app
from mockserver.cli.demo_calls import PEOPLE
from mockserver.cli.demo_receiver import DemoReceiver
from mockserver.control.client.account import AccountClient
from mockserver.control.client.connection import ControlConnection
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from scenarios.loading.combine import merge_scenarios
from scenarios.loading.scenario_input import load_any_scenario
from tests.harness import make_settings
from tests.pictures.png import encode_with_palette

_VIEWPORT = {"width": 1200, "height": 740}
_DRAWING_MILLISECONDS = 1_500
"""How long the page may take to draw sound and what it reads later."""
_MORNING = 1_767_603_600
"""2026-01-05T09:00:00Z, a Monday."""


_SUPPORT = {
    "recordings": [
        {
            "id": "support",
            "channels": 2,
            "source": "DialVerb",
            "transcript": "Hello, this is Ann of the support line.\nHi Ann, two left pedals came with my bicycle.\n"
            "I am sorry about that. I will send you a right one today.\nThat is great, thank you very much.",
            "timeline": [
                {"status": "in-progress"},
                {"after": "12s", "status": "processing"},
                {"after": "5s", "status": "completed", "callback": "completed"},
            ],
        }
    ]
}
"""A recording whose two sides talk."""


class PageServer(NamedTuple):
    """A server with an account that has lived for some minutes, and what a picture shows of it."""

    url: str
    recording: str
    """The SID of a recording with a transcript."""


def find_chromium() -> str | None:
    """Return the path of Chromium, or None if it or playwright is not installed."""
    try:
        import_module("playwright.sync_api")
    except ImportError:
        return None
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def serve_account() -> Iterator[PageServer]:
    """Serve the account: people have called, recordings have arrived, and a client has sent requests."""
    with ExitStack() as stack:
        receiver = stack.enter_context(DemoReceiver(lambda line: None))
        urls: dict[str, Any] = {"url": f"{receiver.url}/voice", "status_callback": f"{receiver.url}/callback"}
        settings = make_settings(now=_MORNING, status_callback=urls["status_callback"])
        scenario = merge_scenarios([load_any_scenario("living-account"), load_any_scenario(_SUPPORT)])
        mock = Mock(settings, scenario=scenario)
        receiver.token = mock.demo.token
        server = stack.enter_context(BackgroundServer(create_app(mock)))
        account = AccountClient(ControlConnection(server.base_url))
        for person in PEOPLE:
            account.calls.incoming(**urls, **person)
        account.clock.advance("30s")
        account.calls.incoming(**urls, **PEOPLE[0], wait=False)
        account.clock.advance("10s")  # it is recorded now
        sid = account.recordings.get("support").sid
        _send_requests(server, mock, sid)
        yield PageServer(f"{server.base_url}/_mock/", sid)


def _send_requests(server: BackgroundServer, mock: Mock, sid: str) -> None:
    """Send the requests of a client: a list, its next page wrongly, a recording and its media."""
    root = f"{server.base_url}/2010-04-01/Accounts/{mock.demo.sid}"
    for path in (
        "Recordings.json?PageSize=20",
        "Recordings.json?Page=2",
        f"Recordings/{sid}.json",
        f"Recordings/{sid}.mp3",
    ):
        requests.get(f"{root}/{path}", auth=(mock.demo.sid, mock.demo.token), timeout=30)


def photograph(chromium: str) -> dict[str, bytes]:
    """Return pictures of views by the name of their file, as PNG."""
    playwright = import_module("playwright.sync_api")
    with serve_account() as server, playwright.sync_playwright() as runner:
        browser = runner.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        views = {"recordings": "recordings", "recording": f"recordings/{server.recording}"}
        pictures = {
            f"{name}.png": _photograph_view(browser, f"{server.url}#/demo/{view}") for name, view in views.items()
        }
        browser.close()
    return {name: encode_with_palette(picture) for name, picture in pictures.items()}


def _photograph_view(browser: Any, url: str) -> bytes:
    page = browser.new_page(viewport=_VIEWPORT, color_scheme="light", reduced_motion="reduce")
    page.goto(url)
    page.locator("main h1").first.wait_for()
    page.wait_for_timeout(_DRAWING_MILLISECONDS)
    picture: bytes = page.screenshot(animations="disabled")
    page.close()
    return picture
