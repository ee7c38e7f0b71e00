"""Rules that answer with a status, body, media type and headers of their own, to requests that they choose closely."""

from typing import Any

import pytest

from mockserver.rest.representations.wires import WireSetting
from scenarios.explain.timelines import explain_scenario
from tests.accounts import make_scenario
from tests.harness import Api, make_settings

CALL = f"Calls/CA{'1' * 32}"


def make_mock(*faults: dict[str, Any], **fields: Any) -> Api:
    return Api(make_settings(count=3, wire=WireSetting.TWILIO), make_scenario(faults=list(faults), **fields))


def explain(*faults: dict[str, Any]) -> list[str]:
    return list(explain_scenario(make_scenario(faults=list(faults))).rules)


def test_captive_portal_answers_html_with_200() -> None:
    rule = {"then": {"status": 200, "body": "<h1>Log in</h1>"}}
    assert explain(rule) == ["Fault: any request: 200, 15 characters of text/html."]
    with make_mock(rule) as api:
        answer = api.get(api.list_path)
        assert (answer.status_code, answer.text, answer.headers["content-type"]) == (
            200,
            "<h1>Log in</h1>",
            "text/html",
        )
        assert answer.headers["content-length"] == "15"
        assert "rule 0" in answer.headers["x-mock-reason"].lower()


def test_redirect_has_headers_of_its_own_in_place_of_the_usual_ones() -> None:
    headers = {"Location": "http://portal.example/login", "X-Mock-Reason": "own", "Twilio-Request-Id": "RQ1"}
    rule = {"then": {"status": 302, "headers": headers}}
    assert explain(rule) == [
        "Fault: any request: 302, an empty body, Location: http://portal.example/login, X-Mock-Reason: own, "
        "Twilio-Request-Id: RQ1."
    ]
    with make_mock(rule) as api:
        answer = api.get(api.list_path)
        assert (answer.status_code, answer.content, answer.headers["content-length"]) == (302, b"", "0")
        assert "content-type" not in answer.headers
        sent = [(name, value) for name, value in answer.headers.multi_items() if name in map(str.lower, headers)]
        assert dict(sent) == {name.lower(): value for name, value in headers.items()}
        assert len(sent) == len(headers)


@pytest.mark.parametrize("status", [200, 201, 202, 205, 206, 299, 300, 307, 399])
def test_answer_without_body_is_empty_below_400(status: int) -> None:
    with make_mock({"then": {"status": status}}) as api:
        answer = api.get(api.list_path)
        assert (answer.status_code, answer.content, answer.headers["content-length"]) == (status, b"", "0")


@pytest.mark.parametrize("status", [204, 304])
def test_bodiless_status_has_no_body_and_no_length(status: int) -> None:
    with make_mock({"then": {"status": status, "headers": {"ETag": '"x"'}}}) as api:
        answer = api.get(api.list_path)
        assert (answer.status_code, answer.content, answer.headers["etag"]) == (status, b"", '"x"')
        assert not {"content-length", "content-type"} & set(answer.headers)


def test_error_keeps_twilios_body_beside_own_headers() -> None:
    with make_mock({"then": {"status": 503, "headers": {"X-Cache": "caf\xe9"}, "retry_after": 3}}) as api:
        answer = api.get(api.list_path)
        assert (answer.status_code, answer.json()["status"], answer.headers["retry-after"]) == (503, 503, "3")
        assert (b"X-Cache", b"caf\xe9") in answer.headers.raw


def test_sequence_answers_with_own_status() -> None:
    with make_mock(
        sequences=[{"answers": [{"status": 200, "body": "{}", "media_type": "application/json"}, "ok"]}]
    ) as api:
        assert [len(api.get(api.list_path).content) > 2 for _ in range(2)] == [False, True]


def test_answered_fetch_shows_no_recording_and_triggers_nothing() -> None:
    recordings = [{"id": "a", "status": "processing", "timeline": [{"after": {"fetches": 1}, "status": "completed"}]}]
    with make_mock({"then": {"status": 200}, "times": 1}, recordings=recordings) as api:
        path = api.get_recording_path(api.get_account().resolve_handle("a"))
        assert api.get(path).content == b""
        assert api.list_steps("a") == ["processing"]
        assert api.get(path).json()["status"] == "processing"
        assert api.list_steps("a") == ["processing", "completed"]


def test_rule_matches_method_and_query() -> None:
    rules = [
        {"when": {"method": "HEAD"}, "then": {"status": 500}},
        {"when": {"op": "list_recordings", "query": {"PageSize": "1*", "Page": ""}}, "then": {"status": 501}},
    ]
    assert explain(*rules) == [
        "Fault: any request, method HEAD: 500.",
        "Fault: list_recordings, PageSize=1*, Page=: 501.",
    ]
    with make_mock(*rules) as api:
        assert api.request("HEAD", api.list_path).status_code == 500
        queries = ("", "?PageSize=2", "?PageSize=10", "?PageSize=%31", "?PageSize=10&Page=0", "?PageSize=1&PageSize=2")
        assert [api.get(api.list_path + query).status_code for query in queries] == [200, 200, 501, 501, 200, 200]


def test_rule_matches_fields_of_the_form() -> None:
    rule = {"when": {"op": "create_call_recording", "body": {"RecordingChannels": "dual"}}, "then": {"status": 502}}
    assert explain(rule) == ["Fault: create_call_recording, RecordingChannels=dual in the body: 502."]
    with make_mock(rule) as api:
        forms: list[dict[str, str]] = [{}, {"RecordingChannels": "mono"}, {"RecordingChannels": "dual"}]
        statuses = [
            api.post(f"{CALL[:-1]}{number}/Recordings.json", **form).status_code for number, form in enumerate(forms)
        ]
        assert statuses == [201, 201, 502]
        assert api.get(api.list_path).status_code == 200


def test_rule_for_headers_is_found_beside_one_for_targets() -> None:
    rules = [
        {"when": {"header": {"X-Team": "a*"}}, "then": {"status": 500}, "after": {"requests": 1}},
        {"when": {"path": "*.csv"}, "then": {"status": 501}},
    ]
    with make_mock(*rules) as api:
        statuses = [api.get(api.list_path, **{"X-Team": team}).status_code for team in ("b", "a", "b", "a")]
        assert statuses == [200, 200, 200, 500]
        assert api.get(f"{api.root}/Recordings.csv").status_code == 501
