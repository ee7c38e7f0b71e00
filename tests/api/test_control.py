import json
import re
import time
from typing import Any

import pytest

from generators.model import Status
from mockserver import __version__
from mockserver.control.reference import CONTROL_REQUESTS
from mockserver.control.routes import CONTROL_ROUTES
from mockserver.mock import Mock
from scenarios.loading.load import loads
from scenarios.rules import Fault, Then
from tests.harness import T0, Api, make_settings


def test_health_requires_no_credentials(api_in_memory: Api) -> None:
    api = api_in_memory
    api.auth = None
    answer = api.get("/_mock/health")
    assert answer.json() == {"status": "ok", "version": __version__, "store": "memory"}
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
        "why": f"Recording 18 of {account.corpus.count}, counted from the oldest.",
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
        sid = first_api.find_sid(Status.COMPLETED)
        first_api.request("DELETE", first_api.get_recording_path(sid))
        assert first_api.get(first_api.get_recording_path(sid)).status_code == 404
        assert second_api.get(second_api.get_recording_path(sid)).status_code == 200


def test_request_ids_are_unique(api: Api) -> None:
    ids = {api.get(api.list_path).headers["twilio-request-id"] for _ in range(3)}
    assert len(ids) == 3
    assert all(len(request_id) == 34 and request_id.startswith("RQ") for request_id in ids)


def test_t0_is_the_present_second_by_default() -> None:
    before = int(time.time())
    found = Mock(make_settings(now=None)).account_factory.t0
    assert before <= found <= int(time.time())
    assert Mock(make_settings()).account_factory.t0 == T0


@pytest.mark.parametrize(
    ("method", "path", "command", "known"),
    [
        ("POST", "/faults", {"when": {"op": "list_recordings"}, "then": {"status": 429}}, "faults, sequences, limits"),
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


@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("GET", "/_mock/accounts/AC1", {}, 400),
        ("GET", "/_mock/accounts/demo", {"host": "mock.example:4010"}, 403),
        ("GET", "/_mock/accounts/demo", {"sec-fetch-site": "cross-site"}, 403),
        ("GET", "/_mock/accounts/demo", {"origin": "http://other.example"}, 403),
        ("GET", "/_mock/accounts/demo", {"x-twilio-signature": "x"}, 403),
        ("GET", "/_mock/accounts/demo/requests/7", {}, 404),
        ("GET", "/_mock/media/AC/RE.html", {}, 404),
        ("PATCH", "/_mock/accounts/demo/clock", {}, 405),
        ("GET", f"/_mock/{'x' * 17_000}", {}, 414),
    ],
)
def test_every_error_of_control_api_has_its_reason_in_json_body(
    api: Api, method: str, path: str, headers: dict[str, str], status: int
) -> None:
    response = api.request(method, path, headers)
    assert (response.status_code, response.headers["content-type"]) == (status, "application/json")
    assert response.json()["reason"] == response.headers["x-mock-reason"]


def test_missing_token_is_explained_in_body() -> None:
    with Api() as api:
        api.mock.control_token = "secret"
        response = api.get("/_mock/accounts/demo")
    assert response.status_code == 401
    assert "in the header Authorization: Bearer TOKEN" in response.json()["reason"]


@pytest.mark.parametrize(
    ("host", "advice"),
    [
        (
            "mock:4010",
            "start the server with --public-url and the URL that clients use, such as --public-url http://mock:",
        ),
        ("", "such as --public-url http://recmock:4010."),
        ("api.twilio.com", "Use the URL of the server itself, which recmock exec and env set as RECMOCK_URL."),
    ],
)
def test_refusal_of_host_name_says_what_opens_it(api: Api, host: str, advice: str) -> None:
    assert advice in api.get("/_mock/accounts/demo", host=host).json()["reason"]
    with Api(make_settings(public_url="http://mock:4010")) as opened:
        assert (opened.get("/_mock/accounts/demo", host=host).status_code == 200) is (host == "mock:4010")


@pytest.mark.parametrize(
    ("method", "path", "raw", "reason"),
    [
        ("POST", "/clock", b"advance=30s", """such as {"advance": "30s"}, found 'advance=30s'."""),
        ("POST", "/signals", b'"finish"', """such as {"name": "finish", "recording": "late"}, found '"finish"'."""),
        ("POST", "/recordings/late", b"[]", """such as {"status": "completed", "set": {"duration": 12}, """),
        ("POST", "/clock%0A", b"advance=30s", "such as {}, found 'advance=30s'."),
        ("POST", "/clock", b"{advance: 30s}", "Expected a JSON object: JSON is malformed: "),
    ],
)
def test_body_that_is_no_object_gets_an_example(api: Api, method: str, path: str, raw: bytes, reason: str) -> None:
    response = api.send_command(method, path, raw=raw)
    assert response.status_code == 400
    assert reason in response.json()["reason"]


@pytest.mark.parametrize("raw", [b"", b" \n"])
def test_empty_body_is_an_empty_object(api: Api, raw: bytes) -> None:
    assert api.send_command("POST", "/snapshots", raw=raw).status_code == 200


def list_routes() -> set[tuple[str, str]]:
    """Return the method and path of every operation, from the answers to an unknown method."""
    found = set()
    with Api() as api:
        for route in CONTROL_ROUTES:
            path = route.path.replace("{account}", "demo")
            allowed = api.request("PATCH", re.sub(r"{\w+}", "x", path)).headers["allow"].split(", ")
            found |= {(method, route.path.removeprefix("/_mock")) for method in allowed}
    return found


def test_reference_has_every_operation_once() -> None:
    rows = [(request.method, request.path) for request in CONTROL_REQUESTS]
    assert len(rows) == len(set(rows))
    assert list_routes() == set(rows)


BODIES = [(request.method, request.path, body) for request in CONTROL_REQUESTS for body in request.bodies]


@pytest.mark.parametrize(("method", "path", "body"), BODIES)
def test_body_in_reference_is_accepted(method: str, path: str, body: str) -> None:
    with Api(
        scenario=loads(
            '{"version": 1, "name": "r", "recordings": [{"id": "late", "timeline": [{"after": '
            '{"signal": "finish"}, "status": "completed"}]}]}'
        )
    ) as api:
        api.run_command("POST", "/snapshots")
        if path.endswith("/wait"):
            api.request("DELETE", api.list_path)
        sid = (
            api.run_command("POST", "/calls", {"twiml": "<Response/>", "wait": False})["sid"]
            if "{call}" in path
            else ""
        )
        target = path.replace("{account}", "demo").format(recording="late", call=sid)
        response = api.send_control(method, target, body.encode())
        assert response.status_code == 200, response.json()["reason"]


def test_bodies_in_reference_have_every_field_of_a_command(api: Api) -> None:
    fields: dict[tuple[str, str], set[str]] = {}
    for method, path, body in BODIES:
        fields.setdefault((method, path), set()).update(json.loads(body))
    for (method, path), found in fields.items():
        target = path.replace("{account}", "demo").format(recording="late", call="CA1")
        reason = api.send_control(method, target, b'{"no such field": 1}').json()["reason"]
        known = re.match(r"Expected some of (.*?): Object contains", reason)
        assert known is None or set(known[1].split(", ")) == found


def test_reference_has_a_body_for_every_request_that_reads_one(api: Api) -> None:
    for request in CONTROL_REQUESTS:
        if request.method in ("POST", "PUT"):
            target = request.path.replace("{account}", "demo").format(recording="late", number="0", call="CA1")
            reason = api.send_control(request.method, target, b"x").headers.get("x-mock-reason", "")
            assert reason.startswith("expected a JSON object such as {") is bool(request.bodies)


def test_errors_of_twilios_api_have_no_reason_in_body(api: Api) -> None:
    assert set(api.get(f"{api.root}/Recordings/RE1.json").json()) == {"code", "message", "more_info", "status"}


def test_journal_has_whole_reason(api: Api) -> None:
    api.mock.account(api.mock.demo.sid).fault_rules.add(fault=Fault(then=Then(status=503, message="m" * 900)))
    answer = api.get(api.list_path)
    (request,) = api.run_command("GET", "/requests")["requests"]
    assert (len(answer.headers["x-mock-reason"]), request["reason"].count("m") >= 900) == (500, True)


@pytest.mark.parametrize(("path", "is_control"), [("/_mock", True), ("/_mock/", True), ("/_mocked", False)])
def test_only_the_control_api_answers_without_headers_of_twilio(api: Api, path: str, is_control: bool) -> None:
    assert ("twilio-request-id" in api.get(path).headers) is not is_control


@pytest.mark.parametrize(
    ("path", "command", "reason"),
    [
        ("/calls", {"twiml": "<Response/>", "method": "PUT"}, "method: expected one of GET, POST, found 'PUT'."),
        ("/clock", {"mode": "fast"}, "mode: expected one of real, frozen, scaled, found 'fast'."),
    ],
)
def test_word_that_is_no_choice_is_explained(api: Api, path: str, command: dict[str, str], reason: str) -> None:
    response = api.send_command("POST", path, command)
    assert (response.status_code, response.json()["reason"]) == (400, reason)
