"""Every view of the dashboard in Chromium: without violations, by keyboard, in both themes and at all widths."""

from typing import Any

import pytest
import requests

from mockserver.account.commands.callbacks import MissCallback, SendCallback
from mockserver.account.state.subscription import Subscription
from mockserver.testing.sink import Sink
from scenarios.statuses import CallbackEvent
from tests.browser.conftest import Dashboard

VIEWS = ["recordings", "requests", "callbacks", "calls", "scenario", "faults", "try", "accounts"]
SCHEMES: tuple[Any, ...] = ("light", "dark")
TRANSITIONS_HAVE_ENDED = """new Promise((drawn) => requestAnimationFrame(drawn)).then(() => Promise.all(
    document.getAnimations().filter((own) => own instanceof CSSTransition).map((own) => own.finished)))"""
WIDTHS = (320, 390, 700, 960, 1024, 1440)


def fill(dashboard: Dashboard) -> None:
    """Let something happen in the account: requests, refusals, a call, a callback that nobody answers."""
    for path in ("/Recordings.json?PageSize=2", "/Recordings.json?pagesize=5", "/Nothing.json", "/Recordings/RE1.json"):
        dashboard.request("GET", path)
    dashboard.move(19)
    for _ in range(3):
        dashboard.request("GET", f"/Recordings/{dashboard.find_sid('slow-transfer')}.json")


def find_violations(page: Any) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]})
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in found.response["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("view", [*VIEWS, "requests/1", "recordings/slow-transfer", "recordings/on-hold"])
def test_view_has_no_violation(dashboard: Dashboard, view: str) -> None:
    pytest.importorskip("axe_playwright_python")
    fill(dashboard)
    page = dashboard.show(view)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.evaluate(TRANSITIONS_HAVE_ENDED)
        assert find_violations(page) == [], scheme


@pytest.mark.parametrize("view", [*VIEWS, "requests/1", "recordings/slow-transfer"])
def test_view_never_scrolls_sideways_and_has_no_id_twice(dashboard: Dashboard, view: str) -> None:
    fill(dashboard)
    dashboard.page.set_viewport_size({"width": WIDTHS[0], "height": 800})
    page = dashboard.show(view)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.evaluate("new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)))")
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, width
        ids = page.evaluate("[...document.querySelectorAll('[id]')].map((own) => own.id)")
        assert len(ids) == len(set(ids)), width


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


def test_late_response_takes_no_request_back(dashboard: Dashboard) -> None:
    dashboard.request("GET", "/Recordings.json?PageSize=1")
    page = dashboard.show("requests")
    page.get_by_role("link", name="PageSize=1").click()
    held: list[Any] = []
    page.route("**/doctor", lambda route: route.continue_() if held else held.append(route))
    dashboard.request("GET", "/Recordings.json?PageSize=2")
    while not held:
        page.wait_for_timeout(20)
    dashboard.request("GET", "/Recordings.json?PageSize=3")
    page.get_by_role("button", name="2 new").click()
    page.locator("tbody tr").nth(2).wait_for()
    with page.expect_response("**/doctor"):
        held[0].continue_()
    dashboard.request("GET", "/Recordings.json?PageSize=4")
    page.get_by_role("button", name="1 new").wait_for()
    assert page.locator("tbody tr").count() == 3


def test_late_account_takes_no_count_back(dashboard: Dashboard) -> None:
    page = dashboard.show("requests")
    held: list[Any] = []
    page.route("**/accounts/demo", lambda own: own.continue_() if held else held.append((own, own.fetch())))
    dashboard.request("GET", "/Recordings.json?PageSize=1")
    while not held:
        page.wait_for_timeout(20)
    dashboard.request("GET", "/Recordings.json?PageSize=2")
    page.wait_for_timeout(500)
    route, response = held[0]
    route.fulfill(response=response)
    page.wait_for_timeout(500)
    assert page.get_by_role("link", name="Requests 2").count() == 1


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
    for view, key in zip(VIEWS, "rqclsfta", strict=True):
        page.keyboard.press("g")
        page.keyboard.press(key)
        page.wait_for_url(f"**/#/demo/{view}")
    page.keyboard.press("Control+k")
    page.get_by_role("combobox").fill("faults")
    page.keyboard.press("Enter")
    page.wait_for_url("**/#/demo/faults")
    page.get_by_role("dialog").wait_for(state="hidden")
    page.locator("main h1").get_by_text("Faults").wait_for()
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


def test_recording_walks_through_its_statuses(dashboard: Dashboard) -> None:
    page = dashboard.show("recordings")
    flying = page.locator(".flight .wait")
    flying.get_by_text("19 s, then processing").first.wait_for()
    page.keyboard.press(".")
    flying.get_by_text("3 fetches, then completed").first.wait_for()
    assert page.locator(".flight .wait-s").first.text_content() == "3 fetches, then completed", "on a narrow page"
    for _ in range(3):
        dashboard.request("GET", f"/Recordings/{dashboard.find_sid('slow-transfer')}.json")
    flying.get_by_text("nothing more").first.wait_for()  # it keeps its place
    row = page.locator(".flight > li").first
    assert row.locator(".st").first.inner_text() == "completed"
    assert row.locator(".tape li.here").inner_text() == "completed"
    page.get_by_role("row", name="completed slow-transfer").wait_for()
    page.get_by_role("row", name="paused on-hold").locator(".fill .as").wait_for()


def list_flight(dashboard: Dashboard) -> list[str]:
    """Return the names and statuses in the panel of recordings in flight, from top to bottom."""
    rows = dashboard.page.locator(".flight > li").all()
    return [" ".join(row.locator(own).first.inner_text() for own in (".name a", ".st-c .st")) for row in rows]


def begin(dashboard: Dashboard, *names: str) -> None:
    """Begin recordings that wait for a signal, and wait until the page has noticed them."""
    step = {"after": {"signal": "finish"}, "status": "completed"}
    for name in names:
        dashboard.command("POST", "/recordings", {"id": name, "status": "paused", "timeline": [step]})
    notice(dashboard)


def finish(dashboard: Dashboard, *names: str) -> None:
    """Let recordings complete, and wait until the page has noticed that."""
    for name in names:
        dashboard.command("POST", "/signals", {"name": "finish", "recording": name})
    notice(dashboard)


def notice(dashboard: Dashboard) -> None:
    """Wait until the panel is as the account is."""
    count = dashboard.command("GET", "")["timeline_count"]
    dashboard.page.locator("section", has=dashboard.page.get_by_role("heading", name="In flight")).locator(
        "header"
    ).get_by_text(str(count), exact=True).wait_for()


def test_new_recordings_take_the_places_of_those_that_have_ended(dashboard: Dashboard) -> None:
    page = dashboard.show("recordings")
    begin(dashboard, "a", "b", "c", "d", "e")
    assert list_flight(dashboard)[2:] == ["a paused", "b paused", "c paused", "d paused", "e paused"]
    finish(dashboard, "c")  # the row beyond the sixth needs its place
    assert list_flight(dashboard)[2:] == ["a paused", "b paused", "e paused", "d paused"]
    dashboard.move(1)
    finish(dashboard, "e")
    dashboard.move(1)
    finish(dashboard, "a")
    assert list_flight(dashboard)[2:] == ["a completed", "b paused", "e completed", "d paused"]
    begin(dashboard, "f")
    assert list_flight(dashboard)[2:] == ["a completed", "b paused", "f paused", "d paused"]
    page.locator(".flight > li").nth(3).hover()
    begin(dashboard, "g")
    assert list_flight(dashboard)[2:] == ["a completed", "b paused", "f paused", "d paused", "g paused"]
    page.mouse.move(0, 0)
    begin(dashboard, "h")  # both take the places that they need
    assert list_flight(dashboard)[2:] == ["g paused", "b paused", "f paused", "d paused", "h paused"]


def test_panel_stays_while_a_row_has_the_focus_and_forgets_what_is_gone(dashboard: Dashboard) -> None:
    page = dashboard.show("recordings")
    begin(dashboard, "a", "b", "c", "d")
    finish(dashboard, "a", "b")
    page.locator(".flight").focus()
    page.keyboard.press("Tab")
    begin(dashboard, "e")
    assert list_flight(dashboard)[2:] == ["a completed", "b completed", "c paused", "d paused", "e paused"]
    dashboard.command("POST", "/reset")
    page.locator(".flight > li").nth(2).wait_for(state="detached")
    assert list_flight(dashboard) == ["slow-transfer in-progress", "on-hold paused"]


def test_change_elsewhere_is_seen_in_every_tab(dashboard: Dashboard) -> None:
    dashboard.show("recordings/slow-transfer")
    tabs = [dashboard.page, *(dashboard.open_tab() for _ in range(7))]
    for tab in tabs[1:]:
        tab.goto(f"{dashboard.url}#/demo/recordings/slow-transfer")
    for tab in tabs:
        tab.get_by_text("19 s, then processing.").wait_for()
    dashboard.move(19)
    for tab in tabs:
        tab.get_by_text("3 fetches, then completed").wait_for()


def test_sound_is_played_and_sought_by_its_transcript(dashboard: Dashboard) -> None:
    fill(dashboard)
    before = dashboard.command("GET", "/requests")["total"]
    page = dashboard.show("recordings/slow-transfer")
    assert page.locator(".wave svg").count() == 2
    turns = page.locator(".turns li")
    turns.nth(1).get_by_role("button").click()
    page.locator(".turns li.now").get_by_text("Hi Ann,").wait_for()
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").click()
    page.keyboard.press("ArrowLeft")
    page.locator(".player").get_by_text("0:00").wait_for()
    turns.nth(2).get_by_role("button").click()
    page.locator(".turns li.now").get_by_text("sorry").wait_for()
    assert dashboard.command("GET", "/requests")["total"] == before


def test_recording_shows_both_wires_and_what_happened(dashboard: Dashboard) -> None:
    fill(dashboard)
    page = dashboard.show("recordings/slow-transfer")
    page.get_by_role("row", name="≠ date_created").wait_for()
    page.get_by_text("counted 3 of 3").wait_for()
    page.get_by_role("button", name="Steps").click()
    page.get_by_text("counted 3 of 3").wait_for(state="detached")
    page.get_by_role("button", name="Delete").click()
    page.locator(".title").get_by_text("deleted").wait_for()
    page.get_by_role("button", name="Undo").click()
    page.locator(".title").get_by_text("completed").wait_for()


def test_pages_of_recordings_follow_each_other(dashboard: Dashboard) -> None:
    page = dashboard.show("recordings")
    first = page.locator("tbody tr").all_inner_texts()
    page.get_by_role("link", name="Older").click()
    page.get_by_role("link", name="Newest").wait_for()
    second = page.locator("tbody tr").all_inner_texts()
    assert (len(first), len(second), {*first} & {*second}) == (50, 50, set())
    page.go_back()
    page.get_by_role("link", name="Newest").wait_for(state="detached")
    page.get_by_role("button", name="absent").click()
    page.get_by_text(" absent").first.wait_for()
    assert "status=absent" in page.url


def test_cut_answer_shows_as_cut(dashboard: Dashboard) -> None:
    dashboard.command("POST", "/faults", {"faults": [{"then": {"fault": "truncated_response"}, "times": 1}]})
    with pytest.raises(requests.RequestException):
        dashboard.request("GET", "/Recordings.json?PageSize=2")
    page = dashboard.show("requests/0")
    page.get_by_role("row", name="200 cut").wait_for()
    page.get_by_text("cut off after").wait_for()


def test_callback_is_delivered_again(dashboard: Dashboard) -> None:
    with Sink() as sink:
        sink.answer_with(404)
        command = {"event": "in-progress", "to": sink.url, "recording": "slow-transfer"}
        dashboard.command("POST", "/callbacks", command)
        page = dashboard.show("callbacks")
        page.get_by_role("row", name="not delivered").get_by_role("link", name="slow-transfer").click()
        page.get_by_text("Your endpoint answered 404 at 00:00:00, attempt 1.").wait_for()
        dashboard.move(5)
        page.get_by_role("button", name="Deliver again").click()
        page.get_by_text("Callback 0 was delivered again.").first.wait_for()
        page.get_by_text("Your endpoint answered 204 at 00:00:05, attempt 1.").wait_for()
        row = page.get_by_role("row", name="slow-transfer")
        assert row.locator(".st").inner_text() == "delivered"
        assert row.locator(".code").all_inner_texts() == ["204"]
        assert len(sink.wait_for(2)) == 2


def test_open_callback_is_marked_among_those_of_its_recording(dashboard: Dashboard) -> None:
    with Sink() as sink:
        for event in ("in-progress", "completed"):
            dashboard.command("POST", "/callbacks", {"event": event, "to": sink.url, "recording": "slow-transfer"})
        page = dashboard.show("callbacks/0")
        assert page.locator("tr.sel td:first-child").all_inner_texts() == ["0"]


def test_callback_that_was_missed_while_no_server_ran_is_shown(dashboard: Dashboard) -> None:
    account, event = dashboard.mock.account(dashboard.mock.demo.sid), CallbackEvent.IN_PROGRESS
    receiver = Subscription("http://127.0.0.1:9/", "POST", (event,), "token", "a test", "http://localhost")
    index = account.state.handles["slow-transfer"]
    number = account.apply(SendCallback(index=index, event=event, subscription=receiver))
    assert number is not None
    account.apply(MissCallback(number=number))
    page = dashboard.show("callbacks")
    page.get_by_role("row", name="missed").get_by_role("link", name="slow-transfer").click()
    page.get_by_text("Not sent: due at 00:00:00.").wait_for()


def test_signature_is_checked(dashboard: Dashboard) -> None:
    page = dashboard.show("callbacks")
    page.get_by_label("URL as your endpoint sees it").fill("https://app.example.com/hook")
    page.get_by_label("X-Twilio-Signature").fill("bm9uc2Vuc2U=")
    page.get_by_role("button", name="Check").click()
    page.get_by_text("No: no auth token of this account has signed this URL and body.").wait_for()
