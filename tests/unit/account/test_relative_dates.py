"""Dates that count from the start of the clock become instants when an account is set up."""

from typing import Any

import pytest

from mockserver.account.setup_error import ScenarioSetupError
from mockserver.mock import Mock
from mockserver.settings.clock_rate import ClockRate
from scenarios.explain.timelines import explain_scenario
from tests.accounts import make_account, make_scenario
from tests.harness import T0, Api, make_settings

DAY = 86_400
CALL = "CA" + "1" * 32
OTHER = "AC" + "2" * 32


def test_dates_count_from_the_start_of_the_clock() -> None:
    step = {"after": "5m", "set": {"date_updated": "+90s"}}
    recording = {"id": "it", "date_created": "-2d", "start_time": "-2d30s", "timeline": [step]}
    account = make_account(make_scenario(recordings=[recording]))
    shown = account.recordings.recording_index.get(account.state.handles["it"])
    assert (shown.date_created, shown.start_time) == (T0 - 2 * DAY, T0 - 2 * DAY - 30)
    account.advance(300)
    assert account.recordings.recording_index.get(account.state.handles["it"]).date_updated == T0 + 90


def test_events_show_the_instants_that_the_explanation_shows() -> None:
    step = {"after": "5m", "set": {"date_updated": "+90s"}}
    fields = {"recordings": [{"id": "it", "timeline": [step]}], "pick": [{"id": "that", "timeline": [step]}]}
    scenario = make_scenario(**fields, clock={"start": "2026-03-01T09:00:00Z"})
    account = make_account(scenario, count=3)
    account.advance(300)
    explained = explain_scenario(scenario).steps
    for handle in ("it", "that"):
        assert [
            event.what
            for event in account.events.get_events_since(0)
            if event.kind == "step" and event.subject == handle
        ] == [row.what for row in explained if row.handle == handle]
    assert explained[-1].what == "date_updated 2026-03-01T09:01:30Z"


def test_recording_with_a_relative_date_in_the_future_appears_then() -> None:
    recording = {"id": "it", "date_created": "+90s", "status": "completed", "date_updated": "+91s"}
    with Api(make_settings(count=0), make_scenario(recordings=[recording])) as api:
        refused = api.send_command("GET", "/recordings/it")
        assert (refused.status_code, "does not exist before 2026-" in refused.headers["x-mock-reason"]) == (404, True)
        api.run_command("POST", "/clock", {"advance": "89s"})
        assert api.get_account().state.handles == {}
        api.run_command("POST", "/snapshots", {})
        api.run_command("POST", "/clock", {"advance": "1s"})
        api.run_command("POST", "/rollback", {})
        api.run_command("POST", "/clock", {"advance": "1s"})
        account = api.get_account()
        shown = account.recordings.recording_index.get(account.state.handles["it"])
        assert (shown.date_created, shown.date_updated) == (T0 + 90, T0 + 91)


def test_accounts_with_different_starts_have_different_dates() -> None:
    recordings = [{"id": "old", "date_created": "-2d"}, {"id": "fixed", "date_created": "2020-01-01"}, {"id": "now"}]
    scenario = make_scenario(recordings=recordings)
    mock = Mock(make_settings(count=0, clock=ClockRate(1.0), now=None), scenario=scenario)
    starts = []
    for _ in range(2):
        account = mock.set_up_scenario(OTHER, scenario, "http://localhost")
        index = account.recordings.recording_index
        old, fixed, now = (index.get(account.state.handles[handle]) for handle in ("old", "fixed", "now"))
        assert now.date_created - old.date_created == 2 * DAY
        assert fixed.date_created == 1_577_836_800
        starts.append(index.created.get_creation_instant(account.state.handles["old"]))
    assert starts[0] < starts[1]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"date_created": "-36500d"}, "recording it: date_created: expected a date between 1970 and 9000, found 19"),
        (
            {"timeline": [{"set": {"start_time": "-36500d"}}]},
            "recording it: timeline[0].set.start_time: expected a date",
        ),
        (
            {"date_created": "2100-01-01", "date_updated": "+1s"},
            "recording it: date_updated: expected an instant from date_created on, found 20",
        ),
    ],
)
def test_date_that_is_impossible_for_the_start_is_refused_at_the_set_up(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ScenarioSetupError) as caught:
        make_account(make_scenario(recordings=[{"id": "it", **fields}]))
    assert str(caught.value).startswith(sentence)


def test_dates_of_what_comes_later_count_from_then() -> None:
    on_create = {"timeline": [{"after": "5s", "status": "completed", "set": {"date_updated": "+4s"}}]}
    with Api(make_settings(count=0), make_scenario(on_create=on_create)) as api:
        api.run_command("POST", "/clock", {"advance": "1h"})
        sid = api.post(f"Calls/{CALL}/Recordings.json").json()["sid"]
        api.run_command("POST", "/recordings", {"id": "added", "date_created": "-1d", "status": "completed"})
        api.run_command("POST", "/recordings", {"id": "later", "date_created": "+1d", "status": "completed"})
        api.run_command("POST", "/recordings/added", {"set": {"date_updated": "+2s"}})
        api.run_command("POST", "/clock", {"advance": "5s"})
        account = api.get_account()
        index = account.recordings.recording_index
        assert index.get(account.recordings.find(sid)).date_updated == T0 + 3600 + 4
        shown = index.get(account.state.handles["added"])
        assert (shown.date_created, shown.date_updated) == (T0 + 3600 - DAY, T0 + 3602)
        assert "later" not in account.state.handles
        api.run_command("POST", "/clock", {"advance": "1d"})
        assert index.get(account.state.handles["later"]).date_created == T0 + 3600 + DAY
