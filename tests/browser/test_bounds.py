"""The dashboard at its bounds: beyond loopback, other origins, odd texts, huge accounts, a restart, forced colours."""

import socketserver
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler
from threading import Thread
from typing import Any

import pytest

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from mockserver.settings.choices import Profile
from mockserver.settings.settings import Settings
from tests.browser.conftest import Dashboard
from tests.harness import make_settings

DETAILS = ["recordings", "requests", "requests/0", "callbacks", "calls", "scenario", "faults", "try", "accounts"]

SHOWS_FIRST_VIEW = "performance.getEntriesByName(new URL('ui/palette.js', location)).length"
"""True once the page loads what comes after its first view."""
LEAVE_AT_FIRST_REQUEST = """
const request = fetch;
globalThis.fetch = (...values) => {
  globalThis.fetch = request;
  location.hash = "#/demo/faults";
  return request(...values);
};
"""


def wait_for_first_view(page: Any) -> None:
    """Wait until the page has shown its first view. Playwright's own function evaluates text, which no page allows."""
    deadline = time.monotonic() + 10
    while not page.evaluate(SHOWS_FIRST_VIEW):
        assert time.monotonic() < deadline
        page.wait_for_timeout(20)


@contextmanager
def open_dashboard(
    browser: Any, settings: Settings, *, token: str | None = None, **options: Any
) -> Iterator[Dashboard]:
    """Open the dashboard of a new server."""
    mock = Mock(settings, control_token=token)
    with BackgroundServer(create_app(mock)) as server:
        own = Dashboard(browser, server, mock, **options)
        yield own
        own.context.close()


def test_page_asks_for_the_token_once(browser: Any) -> None:
    with open_dashboard(browser, make_settings(), token="secret") as dashboard:
        page = dashboard.page
        page.goto(dashboard.url)
        page.get_by_label("Control token").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("alert").wait_for()
        page.get_by_label("Control token").fill("secret")
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Recordings").wait_for()
        page.reload()
        page.get_by_role("heading", name="Recordings").wait_for()
        page.keyboard.press("+")
        page.locator(".clock").get_by_text("00:00:30").wait_for()
        assert page.evaluate("document.cookie") == ""


def test_first_view_asks_for_each_thing_once(browser: Any) -> None:
    with open_dashboard(browser, make_settings()) as dashboard:
        asked: list[str] = []
        dashboard.page.on("request", lambda request: asked.append(request.url.removeprefix(dashboard.url)))
        dashboard.page.goto(dashboard.url)
        dashboard.page.locator("main tbody tr").first.wait_for()
        wait_for_first_view(dashboard.page)
        data = [path for path in asked[: asked.index("ui/palette.js")] if path.startswith("accounts/")]
        assert len(data) == len({*data}) == 6


def test_what_a_left_view_asked_for_is_asked_again(browser: Any) -> None:
    with open_dashboard(browser, make_settings()) as dashboard:
        page, asked = dashboard.page, list[str]()
        page.add_init_script(LEAVE_AT_FIRST_REQUEST)
        page.on("request", lambda request: asked.append(request.url.removeprefix(f"{dashboard.url}accounts/demo")))
        page.goto(dashboard.url)
        page.get_by_role("heading", name="Faults", exact=True).wait_for()
        wait_for_first_view(page)
        assert asked.count("/recordings?deleted=false") == 1
        page.get_by_role("link", name="Recordings").click()
        page.locator("main tbody tr").first.wait_for()
        assert asked.count("/recordings?deleted=false") == 2


@contextmanager
def serve_other_origin(page_text: str) -> Iterator[str]:
    """Serve a page at another port of the same host, and yield its URL."""

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("content-type", "text/html")
            self.end_headers()
            self.wfile.write(page_text.encode())

        def log_message(self, *arguments: Any) -> None:
            """Print nothing."""

    with socketserver.TCPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("token", [None, "secret"])
def test_other_port_of_the_host_reads_and_changes_nothing(browser: Any, token: str | None) -> None:
    with open_dashboard(browser, make_settings(), token=token) as dashboard:
        if token is not None:
            dashboard.page.goto(dashboard.url)
            dashboard.page.get_by_label("Control token").fill(token)
            dashboard.page.get_by_role("button", name="Sign in").click()
            dashboard.page.get_by_role("heading", name="Recordings").wait_for()
        page = dashboard.context.new_page()
        with serve_other_origin(f"<a href='{dashboard.url}'>dashboard</a>") as other:
            page.goto(other)
            send = """async ([url, method, mode]) => {
                try {
                    const response = await fetch(url, {method, mode, credentials: "include"});
                    return (await response.text()).length;
                } catch { return -1; }
            }"""
            target = f"{dashboard.url}accounts/demo"
            assert page.evaluate(send, [target, "GET", "cors"]) == -1
            assert page.evaluate(send, [target, "GET", "no-cors"]) in (-1, 0)
            assert page.evaluate(send, [f"{target}/clock", "POST", "no-cors"]) in (-1, 0)
            page.evaluate(
                "(url) => fetch(url, {method: 'POST', mode: 'no-cors', body: '{\"advance\": \"9s\"}'}).catch(() => 0)",
                f"{target}/clock",
            )
            page.get_by_role("link", name="dashboard").click()  # a link opens the page
            page.locator("main h1").first.wait_for()
        account = dashboard.mock.account(dashboard.mock.demo.sid)
        assert account.clock.now() == account.corpus.spec.t0 * 1_000_000


def test_adversarial_texts_are_only_shown(browser: Any) -> None:
    with open_dashboard(browser, make_settings(profile=Profile.ADVERSARIAL, count=200)) as dashboard:
        dashboard.request("GET", "/Recordings.json?PageSize=1&x=%3Cimg%20src=x%20onerror=alert(1)%3E")
        for view in DETAILS:
            dashboard.show(view)
        rows = dashboard.command("GET", "/recordings?limit=20")["recordings"]
        for row in rows[:5]:
            dashboard.show(f"recordings/{row['sid']}")
        assert dashboard.messages == []


def test_billion_recordings_page_as_ten_do(browser: Any) -> None:
    with open_dashboard(browser, make_settings(count=1_000_000_000, span=86_400 * 36_500)) as dashboard:
        page = dashboard.show("recordings")
        page.get_by_text("of about 1,000,000,000").wait_for()
        page.get_by_role("link", name="Older").click()
        page.get_by_role("link", name="Newest").wait_for()
        page.get_by_role("button", name="failed").click()
        page.get_by_text("Looked at").wait_for()
        assert page.locator("tbody tr").count() <= 50
        assert dashboard.messages == []


def test_empty_account_says_what_to_paste(browser: Any) -> None:
    with open_dashboard(browser, make_settings(profile=Profile.EMPTY)) as dashboard:
        for view, title in (("recordings", "A blank tape"), ("requests", "Nobody has called yet")):
            page = dashboard.show(view)
            page.get_by_role("heading", name=title).wait_for()
            page.get_by_text("curl -").first.wait_for()
        assert dashboard.messages == []


def test_restart_of_the_server_is_noticed(browser: Any) -> None:
    mock = Mock(make_settings())
    with BackgroundServer(create_app(mock)) as server:
        dashboard = Dashboard(browser, server, mock)
        page = dashboard.show("recordings")
        page.get_by_text("Live").wait_for()
        address = server.address
    page.get_by_text("The server has gone.").wait_for()
    assert page.get_by_role("button", name="+30 s").is_disabled()
    with BackgroundServer(create_app(Mock(make_settings())), address):
        page.get_by_text("The server is back.").first.wait_for()
        page.get_by_text("The server has gone.").wait_for(state="detached")
        assert page.get_by_role("button", name="+30 s").is_enabled()
        dashboard.context.close()


def test_late_response_does_not_hide_that_the_server_has_gone(browser: Any) -> None:
    mock = Mock(make_settings())
    late = []
    with BackgroundServer(create_app(mock)) as server:
        dashboard = Dashboard(browser, server, mock)
        page = dashboard.show("requests")
        page.get_by_text("Live").wait_for()
        page.wait_for_timeout(500)  # it reads the account once more when it follows it
        page.route("**/recordings?*", lambda route: late.append((route, route.fetch())))
        page.evaluate("location.hash = '#/demo/recordings'")
        while not late:
            page.wait_for_timeout(10)
    page.get_by_text("The server has gone.").wait_for()
    for route, response in late:
        route.fulfill(response=response)
    page.get_by_role("heading", name="Recordings").wait_for()
    assert page.get_by_text("The server has gone.").is_visible()
    assert page.get_by_role("button", name="+30 s").is_disabled()
    dashboard.context.close()


def test_forced_colours_and_reduced_motion_draw_every_view(browser: Any) -> None:
    options = {"forced_colors": "active", "reduced_motion": "reduce"}
    with open_dashboard(browser, make_settings(), **options) as dashboard:
        for view in DETAILS[:2]:
            page = dashboard.show(view)
            assert page.evaluate("matchMedia('(forced-colors: active)').matches")
        assert dashboard.messages == []


def test_tab_alone_reaches_everything(browser: Any) -> None:
    with open_dashboard(browser, make_settings()) as dashboard:
        dashboard.request("GET", "/Recordings.json")
        for view in ("recordings", "requests", "faults", "try", "accounts"):
            page = dashboard.show(view)
            seen = set()
            for _ in range(150):
                page.keyboard.press("Tab")
                seen.add(page.evaluate("[...document.querySelectorAll('*')].indexOf(document.activeElement)"))
            left = page.evaluate(
                """(seen) => [...document.querySelectorAll('a[href], button:enabled, input, select, textarea, summary')]
                    .filter((own) => own.tabIndex >= 0 && own.checkVisibility())
                    .filter((own) => !seen.includes([...document.querySelectorAll('*')].indexOf(own)))
                    .map((own) => own.outerHTML.slice(0, 120))""",
                [*seen],
            )
            assert left == [], view
            assert len(seen) > 10
