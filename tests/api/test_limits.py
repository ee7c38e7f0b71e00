"""Rate limits over HTTP: the response, the headers, and the control API."""

import asyncio
from typing import Any

import httpx
import pytest

from mockserver.app import create_app
from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.choices import MediaAuth
from tests.accounts import make_scenario
from tests.harness import Api, make_settings, parse_error


class Machine:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def read(self) -> float:
        return self.now


def make_api(machine: Machine, *limits: dict[str, Any], **fields: Any) -> Api:
    settings = make_settings(wire=WireSetting.TWILIO, count=3, mix="completed=1")
    return Api(settings, make_scenario(limits=list(limits), **fields), machine.read)


def test_refused_request_has_retry_after_and_its_reason() -> None:
    machine = Machine()
    with make_api(machine, {"requests": 1, "per": "90s", "by": "operation"}) as api:
        assert api.get(api.list_path).status_code == 200
        machine.now += 30.5
        refused = api.get(api.list_path)
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
        assert parse_error(refused) == {**parse_error(refused), "code": "20429", "status": "429"}
        assert refused.headers["x-mock-reason"] == (
            "Rule 0 refused this request, 1 so far. "
            "Limit: any request, 1 per 90s of real time for each operation: 429, code 20429, Retry-After."
        )
        assert api.get(api.get_recording_path(api.get_account().corpus.get_sid(0))).status_code == 200
        media = f"{api.root}/Recordings/{api.get_account().corpus.get_sid(0)}"
        assert [api.get(f"{media}.{ending}").status_code for ending in ("wav", "mp3")] == [200, 429]


def test_limits_come_before_faults_and_count_failed_requests() -> None:
    fault = {"then": {"status": 503}}
    with make_api(Machine(), {"requests": 2, "per": "1s"}, faults=[fault]) as api:
        assert [api.get(api.list_path).status_code for _ in range(3)] == [503, 503, 429]
        rules = api.call_control_api("GET", "/faults")
        assert [(rule["number"], rule["applied"]) for rule in rules] == [(0, 2), (1, 1)]


def test_credentials_have_their_own_counts() -> None:
    with make_api(Machine(), {"requests": 1, "per": "1s", "by": "credential"}) as api:
        assert [api.get(api.list_path).status_code for _ in range(2)] == [200, 429]
        api.auth = (f"SK{'1' * 32}", "secret")
        assert [api.get(api.list_path).status_code for _ in range(2)] == [200, 429]
    settings = make_settings(media_auth=MediaAuth.PUBLIC, count=3, mix="completed=1")
    scenario = make_scenario(limits=[{"requests": 1, "per": "1s", "by": "credential"}])
    with Api(settings, scenario, Machine().read) as api:
        api.auth = None
        media = f"{api.root}/Recordings/{api.get_account().corpus.get_sid(0)}.mp3"
        assert [api.get(media).status_code for _ in range(2)] == [200, 429]


async def list_at_once(api: Api, count: int) -> list[tuple[int, str]]:
    """Send requests at once, and return their statuses and numbers of concurrent requests."""
    transport = httpx.ASGITransport(app=create_app(api.mock))
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:4010", auth=api.auth) as client:
        answers = await asyncio.gather(*(client.get(api.list_path) for _ in range(count)))
    return [(answer.status_code, answer.headers["twilio-concurrent-requests"]) for answer in answers]


@pytest.mark.parametrize("then", [{"delay": "20ms"}, {"chunked_dribble": {"chunks": 2, "duration": "20ms"}}])
def test_concurrent_requests_are_counted_and_bounded(then: dict[str, Any]) -> None:
    with make_api(Machine(), {"concurrent": 2}, faults=[{"then": then}]) as api:
        answers = asyncio.run(list_at_once(api, 4))
        assert [status for status, _ in answers] == [200, 200, 429, 429]
        assert max(number for _, number in answers) > "1"
        assert api.get(api.list_path).headers["twilio-concurrent-requests"] == "1"
        assert [asyncio.run(list_at_once(api, 1)) for _ in range(3)] == [[(200, "1")]] * 3


def test_broken_connection_is_no_request_in_progress() -> None:
    faults = [{"then": {"fault": "empty_response"}, "times": 2}]
    with make_api(Machine(), {"concurrent": 1}, faults=faults) as api:
        for _ in range(2):
            with pytest.raises(ConnectionResetError):
                api.get(api.list_path)
        assert api.get(api.list_path).status_code == 200
        media = f"{api.root}/Recordings/{api.get_account().corpus.get_sid(0)}.mp3"
        for method in ("HEAD", "GET", "HEAD", "GET"):
            assert api.request(method, media).status_code == 200


def test_account_without_limits_has_one_concurrent_request() -> None:
    with make_api(Machine(), faults=[{"then": {"delay": "20ms"}}]) as api:
        assert asyncio.run(list_at_once(api, 2)) == [(200, "1")] * 2


def test_limit_is_added_and_removed_by_the_control_api() -> None:
    machine = Machine()
    with make_api(machine) as api:
        assert api.get(api.list_path).status_code == 200
        (added,) = api.call_control_api("POST", "/faults", {"limits": [{"requests": 1, "per": "1s"}]})
        assert (added["number"], added["limit"]) == (0, {"requests": 1, "per": "1s"})
        assert [api.get(api.list_path).status_code for _ in range(2)] == [200, 429]
        state = api.call_control_api("GET", "")
        assert ([rule["applied"] for rule in state["rules"]], state["rule_count"]) == ([1], 1)
        assert api.call_control_api("DELETE", "/faults/0") == []
        assert api.get(api.list_path).status_code == 200
        refused = api.send_command("POST", "/faults", {"limits": [{"requests": 1}]})
        assert refused.status_code == 400
        assert "limits[0].requests: expected per beside requests, found none." in refused.text
        assert api.call_control_api("GET", "/faults") == []


def test_limits_are_restored_with_a_snapshot() -> None:
    machine = Machine()
    with make_api(machine, {"requests": 1, "per": "10s"}) as api:
        api.get(api.list_path)
        api.run_command("POST", "/snapshots", {})
        machine.now += 10
        assert api.get(api.list_path).status_code == 200
        api.run_command("POST", "/rollback", {})
        assert [api.get(api.list_path).status_code for _ in range(2)] == [200, 429]
        api.run_command("POST", "/reset", {})
        assert api.get(api.list_path).status_code == 200
