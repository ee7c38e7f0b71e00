"""The deck of the dashboard: the clock, what waits for it, and the tape of the account."""

import re

from tests.browser.conftest import Dashboard

OVERLAPS = """[...document.querySelectorAll(".reel .tracks svg[role]")].flatMap((lane) => {
  const boxes = [...lane.querySelectorAll("use, .many")].map((own) => own.getBoundingClientRect());
  boxes.sort((one, other) => one.left - other.left);
  return boxes.slice(1).filter((own, index) => own.left < boxes[index].right - 1).map((own) => own.left);
})"""
"""Where a mark or a number of the tape is drawn over another one."""
OVERFLOWS = """[...document.querySelectorAll(".panel")].flatMap((panel) => {
  const edge = panel.getBoundingClientRect().right;
  return [...panel.querySelectorAll(".story *")].filter((own) => own.getBoundingClientRect().right > edge)
    .map((own) => own.textContent);
})"""
"""The texts that do not fit into their panel."""


def test_each_wait_is_written_once_after_the_clock_ran(dashboard: Dashboard) -> None:
    page = dashboard.show("recordings")
    dashboard.command("POST", "/clock", {"mode": "scaled", "rate": 3})
    wait = page.locator(".flight .wait b").first
    wait.get_by_text(re.compile("^1[0-7] s$")).wait_for()
    dashboard.command("POST", "/clock", {"mode": "frozen"})
    dashboard.request("GET", "/Recordings.json")
    page.get_by_role("link", name="Requests 1").wait_for()
    assert re.fullmatch(r"\d+ s", wait.inner_text())


def test_wait_is_as_before_after_a_rollback(dashboard: Dashboard) -> None:
    page = dashboard.show("recordings")
    dashboard.command("POST", "/snapshots", {"name": "frozen"})
    dashboard.command("POST", "/clock", {"mode": "scaled", "rate": 3})
    wait = page.locator(".flight .wait b").first
    wait.get_by_text(re.compile("^1[0-7] s$")).wait_for()
    dashboard.command("POST", "/rollback", {"name": "frozen"})
    wait.get_by_text("19 s", exact=True).wait_for()


def test_no_mark_of_the_tape_is_drawn_over_another(dashboard: Dashboard) -> None:
    step = {"after": {"time": "1s"}, "status": "completed"}
    for number in range(60):
        recording = {"id": f"r{number}", "timeline": [step], "status_callback": "http://127.0.0.1:9/"}
        dashboard.command("POST", "/recordings", {**recording, "status": "in-progress"})
        dashboard.move(9)
    page = dashboard.show("recordings")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)
        dashboard.request("GET", "/Recordings.json")
        page.wait_for_timeout(500)
        assert page.locator(".reel .many").count() > 3, width
        assert page.evaluate(OVERLAPS) == [], width


def test_recordings_without_a_name_fit_on_a_narrow_page(dashboard: Dashboard) -> None:
    for number in range(2):
        dashboard.request("POST", f"/Calls/CA{number:032x}/Recordings.json")
    dashboard.request("POST", f"/Calls/CA{0:032x}/Recordings/Twilio.CURRENT.json?Status=stopped")
    page = dashboard.show("scenario")
    page.set_viewport_size({"width": 390, "height": 900})
    names = page.locator(".story li").get_by_text(re.compile("^RE.{8}…"))
    names.first.wait_for()
    assert names.count() == 2
    assert page.evaluate(OVERFLOWS) == []
