"""The OpenAPI description of the control API, and whether its answers are as it says."""

from collections.abc import Iterator
from typing import Any

import httpx
import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from mockserver.control.openapi import build_openapi
from mockserver.control.reference import CONTROL_REQUESTS
from mockserver.control.routes import CONTROL_ROUTES
from scenarios.loading.load import loads
from tests.harness import Api

SCENARIO = """
name: described
recordings:
  - {id: done, duration: 3}
  - {id: late, timeline: [{after: {signal: finish}, status: completed}]}
faults: [{when: {op: delete_recording}, then: {status: 503}}]
arrivals: [{every: 5m, count: 2}]
expect: [{op: list_recordings}]
"""
TWIML = '<Response><Pause length="9"/></Response>'
DESCRIPTION = build_openapi(CONTROL_ROUTES)
OPERATIONS = [
    (path, method, operation) for path, methods in DESCRIPTION["paths"].items() for method, operation in methods.items()
]


@pytest.fixture
def api() -> Iterator[Api]:
    with Api(scenario=loads(SCENARIO)) as api:
        api.get(api.list_path)
        api.run_command("POST", "/snapshots")
        yield api


ENDLESS = ("/wait", "/stream")
"""The ends of the paths of requests that wait for something to happen."""
SOUNDS = ("/media.{form}", "/waveform", "/turns")
"""The ends of the paths of what only completed recordings have."""


def check(value: Any, schema: dict[str, Any]) -> None:
    validator = Draft202012Validator({**schema, "components": DESCRIPTION["components"]})
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(value)] == []


def test_description_has_every_request_and_no_name_twice(api: Api) -> None:
    described = api.get("/_mock/openapi.json").json()
    assert described == msgspec.json.decode(msgspec.json.encode(DESCRIPTION))
    assert described["openapi"] == "3.1.0"
    rows = {(request.method, f"/_mock{request.path}") for request in CONTROL_REQUESTS}
    assert {(method.upper(), path) for path, method, _ in OPERATIONS} == rows
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(names) == len(set(names))


def send(api: Api, method: str, target: str, raw: bytes) -> httpx.Response:
    start = "/_mock/accounts/demo"
    if target.startswith(start):
        return api.send_command(method, target.removeprefix(start), raw=raw)
    return api._send(method, target, {}, raw)


@pytest.mark.parametrize("name", sorted(DESCRIPTION["components"]["schemas"]))
def test_schemas_are_valid(name: str) -> None:
    Draft202012Validator.check_schema(DESCRIPTION["components"]["schemas"][name])


@pytest.mark.parametrize(
    ("path", "method", "operation"),
    [row for row in OPERATIONS if not row[0].endswith(ENDLESS)],
    ids=[f"{method} {path}" for path, method, _ in OPERATIONS if not path.endswith(ENDLESS)],
)
def test_answers_are_as_described(api: Api, path: str, method: str, operation: dict[str, Any]) -> None:
    call = api.run_command("POST", "/calls", {"twiml": TWIML, "wait": False})["sid"] if "{call}" in path else ""
    if "/callbacks/" in path:
        api.run_command("POST", "/callbacks", {"event": "completed", "to": "http://127.0.0.1:1/"})
    sid = api.get(api.list_path).json()["recordings"][-1]["sid"]
    recording = "done" if path.endswith(SOUNDS) else "late"
    target = path.format(
        account="demo", recording=recording, call=call, number=0, sid=sid, name=f"{sid}.wav", form="mp3"
    )
    bodies = operation.get("requestBody", {"content": {"application/json": {"examples": {"none": {"value": None}}}}})
    content = bodies["content"]["application/json"]
    for example in content["examples"].values():
        if "schema" in content:
            check(example["value"], content["schema"])
        raw = b"" if example["value"] is None else msgspec.json.encode(example["value"])
        response = send(api, method.upper(), target, raw)
        described = operation["responses"].get(str(response.status_code), operation["responses"]["default"])["content"]
        media_type = response.headers["content-type"].partition(";")[0]
        assert media_type in described, response.text
        if "schema" in described[media_type]:
            check(response.json(), described[media_type]["schema"])
        assert (response.status_code == 200) is not path.startswith(("/_mock/media/", "/_mock/payloads/")), (
            response.text
        )


def test_commands_have_their_own_schemas() -> None:
    described = {
        f"{method} {path.removeprefix('/_mock/accounts/{account}')}"
        for path, method, operation in OPERATIONS
        if "requestBody" in operation
        and "$ref" not in operation["requestBody"]["content"]["application/json"]["schema"]
    }
    assert described == {"post /recordings", "post /recordings/{recording}", "post /arrivals"}


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5) | st.just("demo"),
    lambda values: st.lists(values, max_size=3) | st.dictionaries(st.text(max_size=3), values, max_size=3),
    max_leaves=5,
)
BODIES = [
    (path.removeprefix("/_mock/accounts/{account}"), method.upper(), example["value"])
    for path, method, operation in OPERATIONS
    if "requestBody" in operation and path.startswith("/_mock/accounts/{account}/") and not path.endswith("/wait")
    for example in operation["requestBody"]["content"]["application/json"]["examples"].values()
]


@given(st.sampled_from(BODIES), st.data())
@settings(deadline=None, max_examples=60)
def test_other_values_are_refused_as_described(body: tuple[str, str, dict[str, Any]], data: st.DataObject) -> None:
    """A changed field of an example never makes the mock fail, and the answer is as described."""
    path, method, example = body
    changed = {**example, data.draw(st.sampled_from(sorted(example))): data.draw(VALUES)}
    operation = DESCRIPTION["paths"][f"/_mock/accounts/{{account}}{path}"][method.lower()]
    with Api(scenario=loads(SCENARIO)) as api:
        response = api.send_command(method, path.format(recording="late", call="CA1"), changed)
        assert response.status_code < 500, response.text
        described = operation["responses"].get(str(response.status_code), operation["responses"]["default"])
        check(response.json(), described["content"]["application/json"]["schema"])


def test_headers_are_described_as_pairs_that_older_tools_understand() -> None:
    headers = DESCRIPTION["components"]["schemas"]["RequestView"]["properties"]["headers"]
    assert headers["items"] == {"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "string"}}
    assert "prefixItems" not in msgspec.json.encode(DESCRIPTION).decode()


def test_parameters_have_their_own_schemas() -> None:
    described = {
        (parameter["in"], parameter["name"]): parameter["schema"]["type"]
        for _, _, operation in OPERATIONS
        for parameter in operation["parameters"]
    }
    integers = {name for (_, name), kind in described.items() if kind == "integer"}
    assert integers == {"limit", "number", "since", "width", "RequestedChannels"}
    assert described["path", "account"] == described["query", "older_than"] == "string"
