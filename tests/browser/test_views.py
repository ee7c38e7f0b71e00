"""Every view of the dashboard in Chromium: without violations, by keyboard, in both themes and at all widths."""

from typing import Any

import pytest

from tests.browser.conftest import Dashboard

VIEWS = ["requests", "callbacks", "calls", "scenario", "faults", "try", "accounts"]


def fill(dashboard: Dashboard) -> None:
    """Let something happen in the account: requests, refusals, a call, a callback that nobody answers."""
    for path in ("/Recordings.json?PageSize=2", "/Recordings.json?pagesize=5", "/Nothing.json", "/Recordings/RE1.json"):
        dashboard.request("GET", path)
    dashboard.mock.account(dashboard.mock.demo.sid)


def find_violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", [*VIEWS, "requests/1"])
def test_view_has_no_violation(dashboard: Dashboard, view: str, scheme: Any) -> None:
    pytest.importorskip("axe_playwright_python")
    fill(dashboard)
    dashboard.page.emulate_media(color_scheme=scheme)
    page = dashboard.show(view)
    assert find_violations(page) == []


@pytest.mark.parametrize("width", [320, 390, 700, 960, 1024, 1440])
def test_no_view_scrolls_sideways_or_has_an_id_twice(dashboard: Dashboard, width: int) -> None:
    fill(dashboard)
    dashboard.page.set_viewport_size({"width": width, "height": 800})
    for view in (*VIEWS, "requests/1"):
        page = dashboard.show(view)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, view
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((own) => own.id)")
        assert len(ids) == len(set(ids)), view


def test_request_says_why_it_was_answered_so(dashboard: Dashboard) -> None:
    dashboard.request("GET", "/Recordings.json?PageSize=2")
    page = dashboard.show("requests")
    page.get_by_role("link", name="GET /Recordings.json?PageSize=2").click()
    page.get_by_role("heading", name="list_recordings").wait_for()
    page.get_by_text("Served by list_recordings.").wait_for()
    assert page.evaluate("document.activeElement.textContent") == "list_recordings"
    page.go_back()
    page.get_by_role("heading", name="list_recordings").wait_for(state="detached")
    page.go_forward()
    page.get_by_role("heading", name="list_recordings").wait_for()
    page.reload()
    page.get_by_role("heading", name="list_recordings").wait_for()


def test_requests_arrive_at_the_top_unless_a_row_is_selected(dashboard: Dashboard) -> None:
    dashboard.request("GET", "/Recordings.json?PageSize=1")
    page = dashboard.show("requests")
    dashboard.request("GET", "/Recordings.json?PageSize=2")
    page.get_by_role("link", name="PageSize=2").wait_for()
    page.get_by_role("link", name="PageSize=1").click()
    before = page.locator("tbody tr").all_inner_texts()
    for _ in range(50):
        dashboard.request("GET", "/Recordings.json?PageSize=3")
    page.get_by_role("button", name="50 new").wait_for()
    assert page.locator("tbody tr").all_inner_texts() == before
    page.get_by_role("button", name="50 new").click()
    page.locator("tbody tr").nth(51).wait_for()


def test_clock_advances_from_the_deck(dashboard: Dashboard) -> None:
    page = dashboard.show("scenario")
    page.get_by_role("button", name="Next: 19 s").click()
    page.locator(".story").get_by_text("slow-transfer: processing").first.wait_for()
    page.locator(".clock").get_by_text("00:00:19").wait_for()
    page.keyboard.press("+")
    page.locator(".clock").get_by_text("00:00:49").wait_for()


def test_scenario_is_armed_and_undone(dashboard: Dashboard) -> None:
    page = dashboard.show("scenario")
    page.get_by_role("button", name="Arm happy-path").click()
    page.get_by_role("heading", name="happy-path").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("heading", name="support-line").wait_for()


def test_signal_is_sent(dashboard: Dashboard) -> None:
    page = dashboard.show("scenario")
    page.get_by_role("button", name="Send resumed to on-hold").click()
    page.get_by_role("button", name="Send resumed to on-hold").wait_for(state="detached")


def test_fault_is_added_and_removed(dashboard: Dashboard) -> None:
    page = dashboard.show("faults")
    page.get_by_label("Operation").select_option("fetch_recording")
    page.get_by_label("Times").fill("3")
    page.get_by_text("The next 3 requests for fetch_recording are answered 503; those after are served.").wait_for()
    page.get_by_role("button", name="Add fault").click()
    page.get_by_role("cell", name="0 of 0 that matched").nth(1).wait_for()
    page.get_by_role("button", name="Remove rule 1").click()
    page.get_by_role("button", name="Remove rule 1").wait_for(state="detached")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Remove rule 1").wait_for()


def test_operation_is_tried(dashboard: Dashboard) -> None:
    page = dashboard.show("try/list_recordings")
    page.get_by_label("PageSize").fill("2")
    page.get_by_role("button", name="Python").click()
    page.get_by_text('client.recordings.list(page_size="2")').wait_for()
    page.get_by_role("button", name="Send").click()
    page.get_by_text("2 records on this page, and there are more.").wait_for()
    page.get_by_role("link", name="#0").click()
    page.get_by_role("heading", name="list_recordings").wait_for()


def test_palette_and_keys_reach_every_view(dashboard: Dashboard) -> None:
    page = dashboard.show("requests")
    for view, key in zip(VIEWS, "qclsfta", strict=True):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**/#/demo/{view}")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("faults")
    page.keyboard.press("Enter")
    page.wait_for_url("**/#/demo/faults")
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys and signs").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("dialog", name="Keys and signs").wait_for(state="hidden")


def test_table_is_one_stop_and_escape_returns_to_the_row(dashboard: Dashboard) -> None:
    for _ in range(3):
        dashboard.request("GET", "/Recordings.json?PageSize=1")
    page = dashboard.show("requests")
    assert page.locator("tbody a[tabindex='0']").count() == 1
    page.keyboard.press("j")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="list_recordings").wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("heading", name="list_recordings").wait_for(state="detached")
    page.locator("a:focus[href='#/demo/requests/1']").wait_for()
