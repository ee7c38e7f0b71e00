"""The request journal through the control API."""

import json
import shlex
from typing import Any

import pytest

from generators.model import Status
from mockserver.settings.choices import MediaRedirect
from scenarios.operations import Operation
from tests.harness import MEMORY, Api, make_settings
from tests.journal_entries import OTHER_SIDS, SECRET, make_basic_auth

CALL = "CA" + "1" * 32
LIST_PATTERN = {"op": "list_recordings"}


@pytest.fixture
def api_with_requests(api: Api) -> Api:
    return send_requests(api)


def send_requests(api: Api) -> Api:
    """Return a mock that has received three lists and a fetch."""
    api.get_page("PageSize=2")
    api.get_page("PageSize=20")
    api.get_page("PageSize=20&Nonsense=1")
    api.get(api.get_recording_path("RE" + "0" * 32))
    return api


def get_numbers(answer: dict[str, Any]) -> list[int]:
    return [request["number"] for request in answer["requests"]]


def test_requests_are_listed_newest_last(api_with_requests: Api) -> None:
    found = api_with_requests.call_control_api("GET", "/requests")
    assert get_numbers(found) == [0, 1, 2, 3]
    assert (found["matched"], found["total"], found["dropped"]) == (4, 4, 0)
    first, last = found["requests"][2:]
    assert first["operation"] == "list_recordings"
    assert first["at"] == "2026-01-01T00:00:00Z"
    assert first["target"] == f"{api_with_requests.list_path}?PageSize=20&Nonsense=1"
    assert first["query"] == {"PageSize": ["20"], "Nonsense": ["1"]}
    assert "'Nonsense' is not a parameter of this operation" in first["warnings"][0]
    assert "PageToken=PARE" in first["next_page_uri"]
    assert first["length"] > 1000
    assert ["authorization", f"Basic {api_with_requests.mock.demo.sid}:***"] in first["headers"]
    assert (last["status"], last["operation"], last["next_page_uri"]) == (404, "fetch_recording", None)
    assert "does not belong to this account" in last["reason"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("op=list_recordings", [0, 1, 2]),
        ("op=list_recordings&limit=1", [2]),
        ("limit=0", []),
        ("since=2", [2, 3]),
        ("status=404", [3]),
        ("method=GET&path=*/Recordings/*", [3]),
        ("query.PageSize=20", [1, 2]),
        ("query.PageSize=20&query.Nonsense=1", [2]),
        ("header.Authorization=Basic *&form.a=1", []),
        ("sid=RE00000000000000000000000000000000", [3]),
    ],
)
def test_request_list_is_filtered_by_query(api_with_requests: Api, query: str, expected: list[int]) -> None:
    assert expected == get_numbers(api_with_requests.call_control_api("GET", f"/requests?{query}"))


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ("op=list_recording", "found 'list_recording'. Did you mean list_recordings?"),
        ("operation=x", "unknown field `operation`"),
        ("status=99", "`$.status`"),
        ("status=abc", "`$.status`"),
        ("limit=-1", "limit: expected a whole number from 0"),
        ("header.a%20b=x", "`key` in `$.header`"),
    ],
)
def test_invalid_request_filters_are_rejected(api: Api, query: str, message: str) -> None:
    answer = api.get(f"/_mock/accounts/demo/requests?{query}")
    assert answer.json()["code"] == 20001
    assert message in answer.headers["x-mock-reason"]


def test_clearing_empties_the_journal(api_with_requests: Api) -> None:
    empty_journal = {"requests": [], "matched": 0, "total": 0, "dropped": 0, "generation": 4}
    assert empty_journal == api_with_requests.call_control_api("DELETE", "/requests")
    assert empty_journal == api_with_requests.call_control_api("GET", "/requests")


def test_single_request_equals_its_list_entry(api_with_requests: Api) -> None:
    request = api_with_requests.call_control_api("GET", "/requests/3")
    assert request.pop("body").startswith('{"code": 20404')
    assert request.pop("is_body_whole")
    assert ["content-type", "application/json"] in request.pop("response_headers")
    assert request == api_with_requests.call_control_api("GET", "/requests")["requests"][3]


@pytest.mark.parametrize("number", ["4", "x", "9" * 30, "-1"])
def test_unknown_request_number_returns_404(api_with_requests: Api, number: str) -> None:
    answer = api_with_requests.get(f"/_mock/accounts/demo/requests/{number}")
    assert answer.status_code == 404
    assert "in the journal (0 to 3)" in answer.headers["x-mock-reason"]


def test_request_of_empty_journal_returns_404(api: Api) -> None:
    assert "(none)" in api.get("/_mock/accounts/demo/requests/0").headers["x-mock-reason"]


def test_requests_matching_pattern_are_counted(api_with_requests: Api) -> None:
    assert api_with_requests.call_control_api("POST", "/requests/count") == {
        "count": 4,
        "is_complete": True,
        "dropped": 0,
    }
    assert (
        api_with_requests.call_control_api("POST", "/requests/count", {"pattern": LIST_PATTERN, "since": 1})["count"]
        == 2
    )


def test_count_is_incomplete_when_requests_were_dropped(api_in_memory: Api) -> None:
    api_with_requests = send_requests(api_in_memory)
    for other_sid in OTHER_SIDS:
        api_with_requests.mock.account(other_sid)
    assert api_with_requests.call_control_api("POST", "/requests/count") == {
        "count": 0,
        "is_complete": False,
        "dropped": 4,
    }
    assert api_with_requests.call_control_api("POST", "/requests/count", {"since": 4})["is_complete"]
    found = api_with_requests.call_control_api("POST", "/requests/verify", {"exactly": 0})
    assert (found["is_met"], found["is_certain"]) == (False, False)


def test_verification_lists_near_misses(api_with_requests: Api) -> None:
    pattern = LIST_PATTERN | {"query": {"PageSize": "50"}}
    found = api_with_requests.call_control_api("POST", "/requests/verify", {"pattern": pattern, "min": 1})
    assert not found["is_met"]
    assert found["why"] == "Expected list_recordings with PageSize 50 at least 1 time, found 0."
    assert [(miss["number"], miss["differences"]) for miss in found["near_misses"]] == [
        (2, ["PageSize: expected 50, found 20"]),
        (1, ["PageSize: expected 50, found 20"]),
        (0, ["PageSize: expected 50, found 2"]),
    ]
    found = api_with_requests.call_control_api("POST", "/requests/verify", {"pattern": LIST_PATTERN, "exactly": 3})
    assert (found["is_met"], found["requests"], found["near_misses"]) == (True, [0, 1, 2], [])


@pytest.mark.parametrize(
    ("path", "command", "message"),
    [
        ("verify", {"min": 2, "max": 1}, "min: expected at most max, 1, found 2."),
        ("verify", {"exactly": 2, "max": 1}, "exactly: expected without min and max"),
        ("verify", {"min": -1}, "`$.min`"),
        ("count", {"pattern": {"op": "list"}}, "op: expected an operation"),
        ("count", {"pattern": {"op": 1}}, "`$.op`"),
        ("count", {"pattern": {"status": "404"}}, "`$.status`"),
        ("wait", {"timeout": "61s"}, "timeout: expected at most 60s, found 61s."),
        ("wait", {"count": 0}, "`$.count`"),
    ],
)
def test_invalid_verification_commands_are_rejected(api: Api, path: str, command: dict[str, Any], message: str) -> None:
    answer = api.send_command("POST", f"/requests/{path}", command)
    assert answer.json()["code"] == 20001
    assert message in answer.headers["x-mock-reason"]


def test_wait_ends_when_expected_requests_arrive(api_with_requests: Api) -> None:
    command = {"pattern": LIST_PATTERN | {"query": {"PageSize": "7"}}, "count": 2, "timeout": "60s"}
    found, *_ = api_with_requests.request_concurrently(
        ("POST", "/_mock/accounts/demo/requests/wait", command),
        ("GET", f"{api_with_requests.list_path}?PageSize=7", None),
        ("GET", f"{api_with_requests.list_path}?PageSize=8", None),
        ("GET", f"{api_with_requests.list_path}?PageSize=7", None),
    )
    assert found["is_met"]
    assert found["count"] == 2
    assert not api_with_requests.get_account().journal.has_listeners


def test_wait_returns_immediately_when_requests_are_in_journal(api_with_requests: Api) -> None:
    found = api_with_requests.call_control_api(
        "POST", "/requests/wait", {"pattern": LIST_PATTERN, "count": 3, "timeout": "60s"}
    )
    assert (found["is_met"], found["requests"]) == (True, [0, 1, 2])


def test_wait_timeout_returns_near_misses(api_with_requests: Api) -> None:
    command = {"pattern": LIST_PATTERN | {"query": {"PageSize": "3"}}, "timeout": "0.01s", "since": 1}
    found = api_with_requests.call_control_api("POST", "/requests/wait", command)
    assert not found["is_met"]
    assert [miss["number"] for miss in found["near_misses"]] == [2, 1, 3]


def test_wait_continues_when_journal_is_cleared(api_with_requests: Api) -> None:
    command = {"pattern": LIST_PATTERN | {"status": 200}, "count": 1, "since": 4, "timeout": "60s"}
    found, *_ = api_with_requests.request_concurrently(
        ("POST", "/_mock/accounts/demo/requests/wait", command),
        ("DELETE", "/_mock/accounts/demo/requests", None),
        ("GET", api_with_requests.list_path, None),
    )
    assert (found["is_met"], found["count"]) == (True, 1)


def test_pattern_accepts_handle_as_sid(api: Api) -> None:
    recording = api.call_control_api("POST", "/recordings", {"id": "late", "status": "completed"})
    api.get(api.get_recording_path(recording["sid"]))
    assert api.call_control_api("POST", "/requests/count", {"pattern": {"sid": "late"}})["count"] == 1


def test_unauthorized_request_is_in_journal_of_requested_account(api: Api) -> None:
    api.auth = None
    api.get(api.list_path)
    (found,) = api.call_control_api("GET", "/requests")["requests"]
    assert (found["status"], found["operation"]) == (401, None)
    assert "No credentials" in found["reason"]


def get_curl_command(api: Api, number: int = 0) -> list[str]:
    found = api.call_control_api("GET", f"/requests/{number}/curl")
    assert found["number"] == number
    return shlex.split(found["command"])


def test_curl_command_repeats_request(api: Api) -> None:
    api.get(f"{api.list_path}?DateCreated%3E=2026-01-01&a='$x", user_agent="twilio-python/9")
    command = get_curl_command(api)
    assert command[:4] == ["curl", "--globoff", "-u", f"{api.mock.demo.sid}:$TWILIO_AUTH_TOKEN"]
    assert "user-agent: twilio-python/9" in command
    assert not any(word.startswith(("host", "connection", "accept-encoding")) for word in command)
    assert command[-1] == f"http://localhost:4010{api.list_path}?DateCreated%3E=2026-01-01&a='$x"


def test_curl_command_sends_form_without_secrets(api: Api) -> None:
    callback = f"https://me:{SECRET}@example.com/"
    api.post(f"Calls/{CALL}/Recordings.json", RecordingStatusCallback=callback, RecordingChannels="dual")
    command = get_curl_command(api)
    assert command[2:4] == ["-X", "POST"]
    data = command[command.index("--data-raw") + 1]
    assert data == "RecordingStatusCallback=https://me:***%40example.com/&RecordingChannels=dual"


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"Authorization": make_basic_auth("SK" + "1" * 32)[1].decode()}, f"SK{'1' * 32}:$TWILIO_API_SECRET"),
        ({"Authorization": f"Bearer {SECRET}"}, "authorization: Bearer ***"),
        ({"Cookie": f"a={SECRET}"}, "cookie: a=***"),
        ({"Host": "api.twilio.com"}, "host: api.twilio.com"),
    ],
)
def test_curl_command_keeps_credentials_without_secrets(api: Api, headers: dict[str, str], expected: str) -> None:
    api.auth = None
    api.request("HEAD", api.list_path, headers)
    command = get_curl_command(api)
    assert command[2] == "--head"
    assert expected in command


def test_har_contains_all_requests(api_with_requests: Api) -> None:
    api_with_requests.post(f"Calls/{CALL}/Recordings.json", Trim="trim-silence")
    api_with_requests.request(
        "DELETE", api_with_requests.get_recording_path(api_with_requests.get_account().corpus.get_sid(0))
    )
    log = api_with_requests.call_control_api("GET", "/requests.har")["log"]
    assert (log["version"], log["creator"]["name"], log["comment"]) == ("1.2", "twilio-recordings-mock", "")
    entries: list[Any] = log["entries"]
    first, missing, created, deleted = entries[0], *entries[3:]
    assert first["startedDateTime"] == "2026-01-01T00:00:00.000+00:00"
    assert first["request"]["url"] == f"http://localhost:4010{api_with_requests.list_path}?PageSize=2"
    assert first["request"]["queryString"] == [{"name": "PageSize", "value": "2"}]
    assert "postData" not in first["request"]
    assert first["response"]["content"]["mimeType"] == "application/json"
    assert first["response"]["bodySize"] > 1000
    assert first["timings"]["wait"] == first["time"]
    assert (missing["response"]["status"], missing["response"]["statusText"]) == (404, "Not Found")
    assert "does not belong to this account" in missing["comment"]
    assert created["request"]["postData"]["params"] == [{"name": "Trim", "value": "trim-silence"}]
    assert (deleted["response"]["status"], deleted["response"]["content"]["mimeType"]) == (204, "")


def test_har_contains_media_redirects_and_dropped_count() -> None:
    with Api(make_settings(media_redirect=MediaRedirect.ON, store=MEMORY)) as api:
        for sids in ([], OTHER_SIDS):
            for sid in sids:
                api.mock.account(sid)
            api.get(api.list_path)
        api.get(api.list_path)
        api.get_in_account(f"Recordings/{api.find_sid(Status.COMPLETED)}.wav")
        log = api.call_control_api("GET", "/requests.har")["log"]
        assert log["comment"] == "1 older requests are no longer in the journal."
        assert "/_mock/media/" in log["entries"][-1]["response"]["redirectURL"]


@pytest.fixture
def leaky_api(api: Api) -> Api:
    """Return a mock that has received a secret in every possible place."""
    api.auth = (api.mock.demo.sid, SECRET)
    headers = {"Cookie": f"a={SECRET}", "X-Api-Key": SECRET, "Referer": f"http://me:{SECRET}@example.com/"}
    api.request("GET", f"{api.list_path}?Token={SECRET}&auth_secret={SECRET}&PageSize=1", headers)
    api.post(f"Calls/{CALL}/Recordings.json", RecordingStatusCallback=f"ftp://me:{SECRET}@example.com/")
    api.post(f"Calls/{CALL}/Recordings.json", RecordingStatusCallback=f"http://me:{SECRET}@127.0.0.1:9/")
    api.auth = None
    credentials = [
        f"Bearer {SECRET}",
        SECRET,
        make_basic_auth(SECRET, "x")[1].decode(),
        make_basic_auth(SECRET, api.mock.demo.sid)[1].decode(),
    ]
    for authorization in credentials:
        api.request("GET", api.list_path, {"Authorization": authorization})
    return api


def test_control_api_shows_no_secrets(leaky_api: Api) -> None:
    command = {"pattern": {"header": {"Authorization": "x", "X-Api-Key": SECRET}, "query": {"Token": "x"}}}
    pages = [
        leaky_api.call_control_api("GET", "/requests"),
        leaky_api.call_control_api("GET", "/requests.har"),
        leaky_api.call_control_api("POST", "/requests/verify", command),
        leaky_api.call_control_api("POST", "/requests/wait", command | {"timeout": "0s"}),
        leaky_api.call_control_api("GET", "/doctor"),
        leaky_api.call_control_api("GET", ""),
        *(leaky_api.call_control_api("GET", f"/requests/{number}") for number in range(7)),
        *(leaky_api.call_control_api("GET", f"/requests/{number}/curl") for number in range(7)),
    ]
    assert len(pages[0]["requests"]) == 7
    assert len(pages[2]["near_misses"]) == 3
    for page in pages:
        assert SECRET not in json.dumps(page)


def test_every_operation_is_accepted_as_pattern(api: Api) -> None:
    for operation in Operation:
        assert api.call_control_api("POST", "/requests/count", {"pattern": {"op": operation}})["count"] == 0
