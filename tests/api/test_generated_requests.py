"""Requests that schemathesis generates from the OpenAPI description: none makes the server fail, and every answer is as
described. Without schemathesis, these tests are skipped.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
import requests
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from mockserver.control.openapi import build_openapi
from mockserver.control.routes import CONTROL_ROUTES
from scenarios.loading.load import loads
from tests.harness import Api, make_settings

schemathesis = pytest.importorskip("schemathesis", reason="the extra [openapi] is not installed")
checks = pytest.importorskip("schemathesis.checks")
checks.load_all_checks()

_ORIGIN = "http://localhost:4010"
_SCENARIO = """
name: described
recordings:
  - {id: done, duration: 3}
  - {id: late, timeline: [{after: {signal: finish}, status: completed}]}
faults: [{when: {op: delete_recording}, then: {status: 503}}]
arrivals: [{every: 5m, count: 2}]
expect: [{op: list_recordings}]
"""
_DESCRIPTION = msgspec.json.decode(msgspec.json.encode(build_openapi(CONTROL_ROUTES)))
_REQUESTS = [
    (method, path)
    for path, methods in _DESCRIPTION["paths"].items()
    for method in methods
    if not path.endswith("/stream")
]
_CHECKS = checks.CHECKS.get_by_names(["not_a_server_error", "response_schema_conformance", "content_type_conformance"])
_MODES = ("positive", "negative")
_EXAMPLES = 4
"""The number of requests to each path in each mode."""


@pytest.fixture
def api() -> Iterator[Api]:
    with Api(make_settings(count=20), scenario=loads(_SCENARIO)) as api:
        api.get(api.list_path)
        api.run_command("POST", "/snapshots")
        yield api


@pytest.fixture(scope="module")
def schema() -> Any:
    return schemathesis.openapi.from_dict(_DESCRIPTION)


@pytest.mark.parametrize(("method", "path"), _REQUESTS, ids=[f"{method} {path}" for method, path in _REQUESTS])
def test_generated_requests_are_answered_as_described(api: Api, schema: Any, method: str, path: str) -> None:
    sid = api.get(api.list_path).json()["recordings"][-1]["sid"]
    if "/callbacks/" in path:
        api.run_command("POST", "/callbacks", {"event": "completed", "to": "http://127.0.0.1:1/"})
    call = api.run_command("POST", "/calls", {"twiml": "<Response/>", "wait": False})["sid"] if "{call}" in path else ""
    known = {"account": "demo", "recording": "late", "call": call, "number": 0, "sid": sid, "name": sid, "form": "mp3"}
    operation = schema[path][method.upper()]
    cases = st.one_of(*(operation.as_strategy(generation_mode=schemathesis.GenerationMode(mode)) for mode in _MODES))

    @given(cases, st.booleans())
    @settings(max_examples=_EXAMPLES * len(_MODES), derandomize=True, phases=[Phase.generate])
    def send(case: Any, is_known: bool) -> None:
        if is_known:
            case.path_parameters = {name: known[name] for name in case.path_parameters}
        if path.endswith("/wait") and isinstance(case.body, dict):
            case.body["timeout"] = "1ms"  # what would wait is there at once, or never
        prepared = requests.Request(**case.as_transport_kwargs(base_url=_ORIGIN)).prepare()
        body = prepared.body.encode() if isinstance(prepared.body, str) else prepared.body or b""
        answer = api._send(method.upper(), prepared.path_url, dict(prepared.headers), body)
        answer.elapsed = timedelta()  # the client of the tests measures none
        answer.request = httpx.Request(method, f"{_ORIGIN}{prepared.path_url}")
        case.validate_response(answer, checks=_CHECKS)

    send()
