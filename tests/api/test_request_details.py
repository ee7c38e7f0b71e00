"""What the journal says about a request beside the request itself."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from generators.model import Status
from mockserver.journal.newest_requests import MAX_NEWEST
from mockserver.settings.machine_clock import wall_seconds
from mockserver.testing.handles import MockTwilio
from scenarios.loading.load import loads
from scenarios.rules import ChunkedDribble, Fault, NetworkFault, Then
from tests.harness import Api, make_settings

SCENARIO = """
version: 1
name: details
recordings:
  - id: late
    timeline:
      - {after: {any: [{fetches: 3}, {all: [{lists: 1}, {requests: 9}]}, {signal: go}]}, status: completed}
      - {after: {media: 1}, set: {duration: 9}}
"""


def get_request(api: Api, number: int = -1) -> dict[str, Any]:
    if number < 0:
        number += api.run_command("GET", "/requests?limit=0")["total"]
    request: dict[str, Any] = api.run_command("GET", f"/requests/{number}")
    return request


def test_request_says_what_timelines_counted_and_what_followed() -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        path = api.get_recording_path(sid := api.run_command("GET", "/recordings/late")["sid"])
        for _ in range(3):
            api.get(path)
        first, last = get_request(api, 0), get_request(api, 2)
        assert first["did"] == ["counted 1 of 3 fetches of late", "counted 1 of 9 requests of late"]
        assert last["did"] == [
            "counted 3 of 3 fetches of late",
            "counted 3 of 9 requests of late",
            "step 2 of late: completed",
        ]
        assert first["recordings"] == last["recordings"] == [sid]


def test_download_says_what_it_counted_although_others_came_before_its_end() -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        sid = api.run_command("GET", "/recordings/late")["sid"]
        api.run_command("POST", "/recordings/late/step")
        api.get(f"{api.root}/Recordings/{sid}.wav")
        request = get_request(api)
        assert request["did"] == ["counted 1 of 1 media of late", "step 3 of late: duration 9"]
        assert (request["body"], request["is_body_whole"]) == ("", False)


def test_requests_without_an_effect_did_nothing(api: Api) -> None:
    api.get(api.list_path)
    request = get_request(api)
    assert request["did"] == []
    assert len(request["recordings"]) == 50


def test_changes_say_which_recordings_they_made_changed_and_deleted(api: Api) -> None:
    path = "Calls/CA" + "1" * 32 + "/Recordings"
    sid = api.post(f"{path}.json").json()["sid"]
    made = get_request(api)
    assert (made["did"], made["recordings"]) == ([f"made {sid}"], [sid])
    api.post(f"{path}/{sid}.json", Status="paused")
    assert get_request(api)["did"][0] == f"changed {sid}"
    api.request("DELETE", api.get_recording_path(sid))
    refused = get_request(api)
    assert (refused["status"], refused["did"], refused["recordings"]) == (409, [], [sid])
    old = api.find_sid(Status.COMPLETED)
    api.request("DELETE", api.get_recording_path(old))
    assert (get_request(api)["did"], get_request(api)["recordings"]) == ([f"deleted {old}"], [old])


def test_unknown_recordings_are_not_touched(api: Api) -> None:
    api.get(api.get_recording_path("RE" + "0" * 32))
    assert get_request(api)["recordings"] == []


def test_request_has_wire_time_headers_and_body(api: Api) -> None:
    sid = api.list_sids("PageSize=1")[0]
    for wire in ("twilio", "schema"):
        answer = api.get(api.get_recording_path(sid), x_mock_wire=wire)
        request = get_request(api)
        assert (request["wire"], request["body"], request["is_body_whole"]) == (wire, answer.text, True)
    assert ["content-type", "application/json"] in request["response_headers"]
    received = datetime.fromisoformat(request["received_at"])
    assert abs((received - datetime.fromtimestamp(wall_seconds(), UTC)).total_seconds()) < 60
    assert request["at"] == "2026-01-01T00:00:00Z"
    assert get_request(api)["received_at"] == request["received_at"]


def test_body_of_a_list_is_cut_off(api: Api) -> None:
    answer = api.get(api.list_path)
    first, cached = get_request(api), (api.get(api.list_path), get_request(api))[1]
    assert (first["body"], first["is_body_whole"]) == (answer.text[:4096], False)
    assert cached["body"] == first["body"]


def test_bodies_are_kept_of_the_newest_requests(api: Api) -> None:
    for _ in range(MAX_NEWEST + 1):
        api.get(api.list_path)
    assert get_request(api, 0)["body"] is None
    assert get_request(api, 1)["body"] is not None
    api.run_command("DELETE", "/requests")
    api.get(f"{api.root}/Recordings/RE1.json")
    assert "20404" in get_request(api, 0)["body"]


def test_bodies_count_in_the_budget_and_go_with_their_requests() -> None:
    with Api(make_settings(journal_memory=20_000)) as api:
        for _ in range(9):
            api.get(api.list_path)
        journal = api.get_account().journal
        assert 1 < len(journal) == len(journal.newest.bodies) < 6
        assert 4096 * len(journal) < journal.size_bytes <= 20_000


def test_bodies_have_no_secrets(api: Api) -> None:
    api.get(f"{api.root}.json")
    assert api.get_account().token not in json.dumps(get_request(api))
    assert '"auth_token": "***"' in get_request(api)["body"]
    api.get(f"{api.list_path}?Token=secret%2Fvalue&Key_Secret=a")
    request = get_request(api)
    assert "secret" not in request["body"]
    assert "Token=***" in request["body"]


@pytest.mark.parametrize(
    ("then", "fault", "text", "share"),
    [
        (Then(fault=NetworkFault.TRUNCATED_RESPONSE), {"fault": "truncated_response"}, "truncated_response", 0.5),
        (
            Then(fault=NetworkFault.CONNECTION_RESET_BY_PEER),
            {"fault": "connection_reset_by_peer"},
            "connection_reset_by_peer",
            0,
        ),
        (
            Then(chunked_dribble=ChunkedDribble(2, "0s")),
            {"chunked_dribble": {"chunks": 2, "duration": "0s"}},
            "in 2 chunks over 0s",
            1,
        ),
        (Then(status=503), {"status": 503}, "503", 1),
    ],
)
def test_request_has_the_fault_and_what_it_let_through(
    then: Then, fault: dict[str, Any], text: str, share: float
) -> None:
    with Api() as api:
        api.get_account().fault_rules.add(fault=Fault(then=then))
        try:
            api.get(api.list_path)
        except ConnectionResetError:
            assert share < 1
        request = get_request(api)
        assert (request["rule"], request["fault"], request["fault_text"]) == (0, fault, text)
        assert request["sent_length"] == int(share * request["length"])
        assert request["reason"] == f"Rule 0 of this account was applied, 1 times so far. Fault: any request: {text}."


def test_effects_are_forgotten_with_the_account_and_beyond_a_bound() -> None:
    with Api(scenario=loads(SCENARIO.replace("fetches: 3", "fetches: 900"))) as api:
        path = api.get_recording_path(api.run_command("GET", "/recordings/late")["sid"])
        for _ in range(MAX_NEWEST + 1):
            api.get(path)
        assert get_request(api, 0)["did"] == []
        assert get_request(api, 1)["did"] != []
        api.run_command("POST", "/snapshots")
        api.run_command("POST", "/rollback")
        assert get_request(api, 1)["did"] == []


def test_emptied_journal_has_no_effects_of_earlier_requests() -> None:
    with Api(scenario=loads(SCENARIO)) as api:
        path = api.get_recording_path(api.run_command("GET", "/recordings/late")["sid"])
        api.get(path)
        journal = api.get_account().journal
        effect = journal.newest.find_effect(0, next(iter(journal)))
        assert effect is not None
        api.run_command("DELETE", "/requests")
        api.get(f"{api.root}/Calls.json")
        journal.newest.add_effect(effect)  # a download of before ends
        assert get_request(api, 0)["did"] == []


def test_time_of_arrival_follows_the_machine_after_a_pause(api: Api) -> None:
    newest = api.get_account().journal.newest
    assert [newest.find_received_at(2.0, origin) for origin in (1_000_000, 1_050_000, 9_000_000)] == [
        3_000_000,
        3_000_000,
        11_000_000,
    ]


def test_handle_gets_one_request() -> None:
    with MockTwilio(count=5) as mock:
        mock.client().recordings.list(limit=1)
        detail = mock.requests.get(0)
        assert detail.body is not None
        assert detail.body.startswith("{")
        assert detail.number == mock.requests.all()[0].number
