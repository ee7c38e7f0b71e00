from typing import Any

import pytest

from mockserver import __version__
from mockserver.mock import Mock
from scenarios.rules import Fault, Then
from tests.harness import T0, Api, make_settings


def test_health_requires_no_credentials(api: Api) -> None:
    api.auth = None
    answer = api.get("/_mock/health")
    assert answer.json() == {"status": "ok", "version": __version__}
    assert "access-control-allow-origin" not in answer.headers
    assert api.request("HEAD", "/_mock/health").status_code == 200


def test_control_api_sends_no_cors_headers(api: Api) -> None:
    answer = api.request("OPTIONS", "/_mock/health", {"Origin": "https://example.com"})
    assert [name for name in answer.headers if name.startswith("access-control")] == []


def test_health_rejects_post(api: Api) -> None:
    assert api.request("POST", "/_mock/health").json()["code"] == 20004


def test_sid_endpoint_explains_recording_sid(api: Api) -> None:
    account = api.mock.account(api.mock.demo.sid)
    recording = account.corpus.get_sid(17)
    assert api.get(f"/_mock/sids/{recording}").json() == {
        "sid": recording,
        "kind": "recording",
        "account_sid": account.sid,
        "recordings": [17],
        "is_known": True,
        "why": "Recording 18 of 1000, counted from the oldest.",
    }
    other_sid = "AC" + "1" * 32
    assert api.get(f"/_mock/sids/{recording}?account={other_sid}").json()["recordings"] == []
    assert api.get("/_mock/sids/RE1?account=AC1").json()["code"] == 20001


def test_sid_endpoint_requires_control_token_when_token_is_set(api: Api) -> None:
    guarded_api = Api(make_settings())
    guarded_api.mock.control_token = "secret"
    guarded_api.auth = None
    with guarded_api:
        assert guarded_api.get("/_mock/sids/RE1").json()["code"] == 20003
        assert guarded_api.get("/_mock/sids/RE1", authorization="Bearer other").json()["code"] == 20003
        assert guarded_api.get("/_mock/sids/RE1", authorization="Bearer secret").json()["kind"] is None
        assert guarded_api.get("/_mock/health").status_code == 200


def test_two_mocks_share_no_state() -> None:
    with Api() as first_api, Api() as second_api:
        sid = first_api.get_page("PageSize=1")["recordings"][0]["sid"]
        first_api.request("DELETE", first_api.get_recording_path(sid))
        assert first_api.get(first_api.get_recording_path(sid)).status_code == 404
        assert second_api.get(second_api.get_recording_path(sid)).status_code == 200


def test_request_ids_are_unique(api: Api) -> None:
    ids = {api.get(api.list_path).headers["twilio-request-id"] for _ in range(3)}
    assert len(ids) == 3
    assert all(len(request_id) == 34 and request_id.startswith("RQ") for request_id in ids)


def test_t0_is_full_hour_by_default() -> None:
    assert Mock(make_settings(now=None)).account_factory.t0 % 3600 == 0
    assert Mock(make_settings()).account_factory.t0 == T0


@pytest.mark.parametrize(
    ("method", "path", "command", "known"),
    [
        ("POST", "/faults", {"when": {"op": "list_recordings"}, "then": {"status": 429}}, "faults, sequences"),
        ("PUT", "/overrides", {"when": "twilio"}, "wire, auth, routes"),
        ("POST", "/signals", {"when": "finish"}, "name, recording"),
    ],
)
def test_command_with_unknown_field_names_the_known_fields(
    api: Api, method: str, path: str, command: dict[str, Any], known: str
) -> None:
    response = api.send_command(method, path, command)
    assert response.status_code == 400
    assert response.headers["x-mock-reason"] == f"Expected some of {known}: Object contains unknown field `when`."


def test_errors_of_control_api_have_whole_reason(api: Api) -> None:
    command = {"recordings": [{"id": "a", "timeline": [{"after": {"signal": "x" * 64}}, {"x" * 2000: 1}]}]}
    answer = api.send_command("PUT", "/scenario", {"scenario": command})
    reason, header = answer.json()["reason"], answer.headers["x-mock-reason"]
    assert (answer.status_code, len(header), header) == (400, 500, f"{reason[:497]}...")
    assert len(reason) > 500


def test_errors_of_twilios_api_have_no_reason_in_body(api: Api) -> None:
    assert set(api.get(f"{api.root}/Recordings/RE1.json").json()) == {"code", "message", "more_info", "status"}


def test_journal_has_whole_reason(api: Api) -> None:
    api.mock.account(api.mock.demo.sid).fault_rules.add(fault=Fault(then=Then(status=503, message="m" * 900)))
    answer = api.get(api.list_path)
    (request,) = api.run_command("GET", "/requests")["requests"]
    assert (len(answer.headers["x-mock-reason"]), request["reason"].count("m") >= 900) == (500, True)
