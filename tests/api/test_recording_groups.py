"""Several recordings alike, and recordings of one call or conference, as clients see them."""

import re
from typing import Any

import pytest

from mockserver.account.resources.explain_sid import explain_owner
from mockserver.mock import Mock
from mockserver.testing import MockTwilio
from scenarios.explain.timelines import explain_scenario
from scenarios.loading.load import loads
from tests.harness import Api, make_settings

SUPPORT = """
recordings:
  - {id: sale, count: 3, date_created: -2d, status: completed}
calls:
  - id: support
    recordings:
      - {id: agent, track: inbound, timeline: [{status: in-progress}, {after: 5s, status: completed}]}
      - {id: customer, track: outbound, timeline: [{status: in-progress}, {after: 8s, status: completed}]}
      - {id: transfer, date_created: +9s, status: completed}
conferences:
  - recordings: [{id: mixed, status: completed}, {id: api, source: StartConferenceRecordingAPI, status: completed}]
faults:
  - {when: {op: fetch_recording, sid: sale-2}, then: {status: 500}}
expect:
  - {op: fetch_recording, sid: sale-3}
"""


def fetch(api: Api, handle: str) -> Any:
    return api.get(api.get_recording_path(api.get_account().resolve_handle(handle))).json()


@pytest.fixture
def api() -> Any:
    with Api(make_settings(count=0), loads(SUPPORT)) as api:
        yield api


def test_numbered_handles_name_recordings_in_rules_and_expectations(api: Api) -> None:
    sids = [api.get_account().resolve_handle(f"sale-{number}") for number in (1, 2, 3)]
    assert [api.get(api.get_recording_path(sid)).status_code for sid in sids] == [200, 500, 200]
    assert api.run_command("GET", "/expectations")[0]["is_met"] is True
    assert len({fetch(api, "sale-1")["call_sid"], fetch(api, "sale-3")["call_sid"]}) == 2
    assert fetch(api, "sale-3")["date_created"] == "2025-12-30T00:00:00Z"


def test_recordings_of_a_call_have_its_sid(api: Api) -> None:
    api.run_command("POST", "/snapshots", {})
    for _ in range(2):
        api.run_command("POST", "/clock", {"advance": "9s"})
        call = fetch(api, "agent")["call_sid"]
        assert {fetch(api, handle)["call_sid"] for handle in ("customer", "transfer")} == {call}
        listed = api.get_in_account(f"Calls/{call}/Recordings.json").json()["recordings"]
        tracks = [(recording["sid"], recording["track"]) for recording in reversed(listed)]
        handles = [("agent", "inbound"), ("customer", "outbound"), ("transfer", "both")]
        assert tracks == [(api.get_account().resolve_handle(handle), track) for handle, track in handles]
        api.run_command("POST", "/rollback", {})


def test_call_is_over_when_all_of_its_recordings_are(api: Api) -> None:
    path = f"Calls/{fetch(api, 'agent')['call_sid']}.json"
    statuses = []
    for _ in range(3):
        statuses.append(api.get_in_account(path).json()["status"])
        api.run_command("POST", "/clock", {"advance": "4s"})
    assert statuses == ["in-progress", "in-progress", "completed"]


def test_recordings_of_a_conference_have_its_sid(api: Api) -> None:
    mixed, started = fetch(api, "mixed"), fetch(api, "api")
    assert mixed["conference_sid"] == started["conference_sid"]
    assert re.fullmatch("CF[0-9a-f]{32}", mixed["conference_sid"])
    assert (mixed["source"], started["source"]) == ("Conference", "StartConferenceRecordingAPI")
    listed = api.get_in_account(f"Conferences/{mixed['conference_sid']}/Recordings.json").json()["recordings"]
    assert {recording["sid"] for recording in listed} == {mixed["sid"], started["sid"]}


def test_events_are_those_that_the_explanation_shows(api: Api) -> None:
    api.run_command("POST", "/clock", {"advance": "9s"})
    explained: dict[str, list[str]] = {}
    for step in explain_scenario(loads(SUPPORT)).steps:
        explained.setdefault(step.handle, []).append(step.what)
    assert {handle: api.list_steps(handle) for handle in explained} == explained


def test_sids_of_groups_follow_from_seed_account_and_handle() -> None:
    def get_sids(text: str, account_sid: str | None = None, **settings: Any) -> tuple[str, str | None]:
        mock = Mock(make_settings(count=0, **settings), scenario=loads(text))
        account = mock.account(account_sid or mock.demo.sid)
        call, conference = (
            account.recordings.recording_index.get(account.state.handles[handle]) for handle in ("c", "f")
        )
        return call.call_sid, conference.conference_sid

    text = "calls: [{id: x, recordings: [{id: c}]}]\nconferences: [{id: y, recordings: [{id: f}]}]"
    sids = get_sids(text)
    assert sids == get_sids(f"recordings: [{{}}, {{}}]\n{text}")
    other_handles = get_sids(text.replace("x", "z").replace("y", "z"))
    others = (other_handles, get_sids(text, "AC" + "3" * 32), get_sids(text, seed="other"))
    assert len({sids, *others}) == 4
    assert len({call for call, _ in (sids, *others)}) == 4


def test_sid_of_a_group_is_explained(api: Api) -> None:
    own = api.get_account().recordings.recording_index
    assert explain_owner(fetch(api, "agent")["call_sid"], own, []).startswith("In this account: ")
    assert api.get_in_account(f"Calls/{own.corpus.derive_handle_sid('no such')}.json").status_code == 404


def test_recording_that_is_added_alone_has_no_count(api: Api) -> None:
    refused = api.send_command("POST", "/recordings", {"id": "new", "count": 2})
    assert refused.status_code == 400
    assert refused.headers["x-mock-reason"].endswith("count: expected one recording, found 2: add each on its own.")


def test_scenario_with_groups_is_shown_as_it_was_set_up(api: Api) -> None:
    shown = api.run_command("GET", "/scenario")
    assert shown["recordings"][0]["count"] == 3
    assert shown["recordings"][0]["date_created"] == {"from_start": "-2d"}
    api.run_command("PUT", "/scenario", {"scenario": shown})
    assert api.run_command("GET", "/scenario") == shown


def test_numbered_handles_name_recordings_in_python() -> None:
    recordings = [{"id": "sale", "count": 3, "date_created": "-2d"}]
    with MockTwilio(scenario={"corpus": {"count": 0}, "recordings": recordings}) as mock:
        sids = {mock.recordings.get(f"sale-{number}").sid for number in (1, 2, 3)}
        old = mock.recordings.add(id="old", date_created="-1d", status="completed")
        listed = [recording.sid for recording in mock.client().recordings.list()]
        assert (listed[0], {*listed[1:]}, len(listed)) == (old.sid, sids, 4)
