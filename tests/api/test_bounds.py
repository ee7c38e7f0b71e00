"""What comes from outside has a bound: depth, lengths, numbers and what caches keep of a request."""

import gc
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from mockserver.rest.header_names import capitalize_name
from mockserver.rest.parameters import Parameters
from tests.harness import Api, make_settings

CALL = "CA" + "1" * 32
FAULT = {"then": {"status": 503}}
MAX_KEPT_BYTES = 2 << 20


@pytest.mark.parametrize("depth", [900, 1_500, 100_000])
@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}")])
def test_deep_json_is_refused(api: Api, depth: int, opening: str, closing: str) -> None:
    deep = f"{opening * depth}1{closing * depth}"
    for method, path, body in [
        ("PUT", "/scenario", f'{{"scenario": {{"recordings": {deep}}}}}'),
        ("POST", "/recordings", f'{{"set": {deep}}}'),
        ("POST", "/faults", f'{{"faults": [{{"a": {deep}}}]}}'),
        ("POST", "/requests/verify", f'{{"pattern": {{"query": {deep}}}}}'),
        ("PUT", "/overrides", f'{{"routes": {deep}}}'),
        ("POST", "/clock", deep),
    ]:
        answer = api.send_command(method, path, raw=body.encode())
        assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    answer = api.send_command("PUT", "/scenario", raw=f'{{"scenario": {{"a": {deep}}}}}'.encode())
    assert "expected values at most 60 deep, found deeper ones." in answer.headers["x-mock-reason"]


@pytest.mark.parametrize("pattern", ["[" * 50_000, "*a" * 501, "x" * 1_001])
def test_long_patterns_are_refused(api: Api, pattern: str) -> None:
    for when in ({"path": pattern}, {"header": {"A": pattern}}):
        answer = api.send_command("POST", "/faults", {"faults": [{**FAULT, "when": when}]})
        assert answer.status_code == 400
        expected = "expected a shell pattern of at most 1000 characters, found"
        assert expected in answer.headers["x-mock-reason"]
    for matcher in ({"path": pattern}, {"header": {"A": pattern}}, {"body": pattern}):
        for path in ("/requests/count", "/requests/verify", "/requests/wait"):
            answer = api.send_command("POST", path, {"pattern": matcher})
            assert (answer.status_code, "length <= 1000" in answer.headers["x-mock-reason"]) == (400, True)


@pytest.mark.parametrize("group", ["header", "query", "form"])
def test_patterns_with_many_names_are_refused(api: Api, group: str) -> None:
    values = {f"n{number}": "x" for number in range(51)}
    for path in ("/requests/count", "/requests/verify", "/requests/wait"):
        answer = api.send_command("POST", path, {"pattern": {group: values}})
        assert (answer.status_code, "length <= 50" in answer.headers["x-mock-reason"]) == (400, True)


def test_rules_with_many_headers_are_refused(api: Api) -> None:
    values = {f"n{number}": "x" for number in range(51)}
    answer = api.send_command("POST", "/faults", {"faults": [{**FAULT, "when": {"header": values}}]})
    expected = "faults[0].when.header: expected at most 50 values, found 51."
    assert (answer.status_code, answer.headers["x-mock-reason"]) == (400, expected)


def test_pattern_of_1000_characters_is_used(api: Api) -> None:
    api.run_command("POST", "/faults", {"faults": [{**FAULT, "when": {"path": "[" * 1_000}}]})
    assert api.get(api.list_path).status_code == 200
    assert api.run_command("POST", "/requests/count", {"pattern": {"path": "*" * 1_000}})["count"] == 1
    pattern = f"{'*' * 984}/Recordings.json"
    assert len(pattern) == 1_000
    api.run_command("POST", "/faults", {"faults": [{**FAULT, "when": {"path": pattern}}]})
    assert api.get(api.list_path).status_code == 503


@pytest.mark.parametrize(
    "fault",
    [
        {"then": {"status": 429, "retry_after": 10**9 + 1}},
        {"then": {"status": 429, "code": 10**9 + 1}},
        {**FAULT, "times": 10**9 + 1},
        {**FAULT, "when": {"every": 10**18}},
        {**FAULT, "when": {"page": 10**18}},
        {**FAULT, "ttl": "36501d"},
        {"then": {"delay": "999999999w"}},
        {"then": {"delay": {"fixed": "999999999w"}}},
        {"then": {"delay": {"uniform": {"lower": "1s", "upper": "999999999w"}}}},
        {"then": {"delay": {"log_normal": {"median": "999999999w", "sigma": 1}}}},
        {"then": {"chunked_dribble": {"chunks": 2, "duration": "999999999w"}}},
        {**FAULT, "ttl": "1s" * 51},
    ],
)
def test_large_numbers_of_faults_are_refused(api: Api, fault: dict[str, Any]) -> None:
    answer = api.send_command("POST", "/faults", {"faults": [fault]})
    assert (answer.status_code, "expected a" in answer.headers["x-mock-reason"]) == (400, True)
    api.run_command("POST", "/snapshots")


@pytest.mark.parametrize(
    "scenario",
    [
        {"recordings": [{"timeline": [{"after": {"time": "36501d"}, "status": "completed"}]}]},
        {"recordings": [{"timeline": [{"after": {"any": [{"time": "999999999w"}]}, "status": "completed"}]}]},
        {"recordings": [{"timeline": [{"after": {"fetches": 10**10}, "status": "completed"}]}]},
        {"recordings": [{"status": "failed", "error_code": 10**9}]},
        {"page_drift": [{"insert": 1, "times": 10**10}]},
        {"expect": [{"op": "list_recordings", "max": 10**10}]},
    ],
)
def test_large_numbers_of_scenarios_are_refused(api: Api, scenario: dict[str, Any]) -> None:
    answer = api.send_command("PUT", "/scenario", {"scenario": scenario})
    assert (answer.status_code, "expected a" in answer.headers["x-mock-reason"]) == (400, True)


def test_largest_numbers_are_used_and_saved(api: Api) -> None:
    fault = {
        "then": {"status": 429, "retry_after": 10**9, "enforce_retry_after": True},
        "times": 10**9,
        "ttl": "36500d",
    }
    api.run_command("POST", "/faults", {"faults": [fault]})
    step = {"after": {"any": [{"time": "36500d"}, {"fetches": 10**9}]}, "status": "completed"}
    api.run_command("POST", "/recordings", {"id": "late", "status": "processing", "timeline": [step]})
    assert api.get(api.list_path).headers["retry-after"] == str(10**9)
    api.run_command("POST", "/snapshots")
    api.run_command("POST", "/clock", {"move_to": "8999-12-31T00:00:00Z"})
    api.run_command("GET", "")
    api.run_command("POST", "/rollback")


def test_time_of_last_clock_has_room_for_longest_duration(api: Api) -> None:
    api.run_command("POST", "/clock", {"move_to": "8999-12-31T00:00:00Z"})
    step = {"after": {"time": "36500d"}, "status": "completed"}
    api.run_command("POST", "/recordings", {"id": "late", "status": "processing", "timeline": [step]})
    assert api.run_command("GET", "")["timers"][0]["due"].startswith("9099-")
    api.run_command("POST", "/snapshots")


@pytest.mark.parametrize(
    ("path", "command"),
    [
        ("/requests/count", {"since": 10**18}),
        ("/requests/verify", {"since": 10**30}),
        ("/requests/verify", {"exactly": 10**30}),
        ("/requests/wait", {"count": 10**30, "timeout": "10ms"}),
        ("/clock", {"advance": "1s" * 100_000}),
    ],
)
def test_large_numbers_of_commands_are_refused(api: Api, path: str, command: dict[str, Any]) -> None:
    assert api.send_command("POST", path, raw=str(command).replace("'", '"').encode()).status_code == 400


def test_long_credentials_are_refused(api: Api) -> None:
    api.auth = (api.mock.demo.sid, "s" * 1_000)
    answer = api.get(api.list_path)
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert answer.headers["x-mock-reason"] == "Expected HTTP Basic credentials of at most 1000 bytes in Base64."
    api.auth = (api.mock.demo.sid, "s" * 700)
    assert api.get(api.list_path).status_code == 200
    api.auth = None
    assert (
        "found another scheme" in api.get(api.list_path, authorization=f"Bearer {'x' * 2000}").headers["x-mock-reason"]
    )


def test_long_host_is_replaced_by_address_of_server(api: Api) -> None:
    recording = api.get(f"{api.list_path}?PageSize=1", host="a" * 254).json()["recordings"][0]
    assert recording["media_url"].startswith("http://localhost:4010/")
    recording = api.get(f"{api.list_path}?PageSize=1", host="a" * 253).json()["recordings"][0]
    assert recording["media_url"].startswith(f"http://{'a' * 253}/")


@pytest.mark.parametrize("host", ["x" * 247 + ".twilio.com" + "x" * 100, "x" * 300 + ".twilio.com"])
def test_long_host_is_no_host_of_twilio(api: Api, host: str) -> None:
    assert api.get(api.list_path, host=host).headers["x-mock-wire"] == "schema"


def send_credentials(api: Api, number: int) -> None:
    api.auth = (api.mock.demo.sid, f"{number:>40000}")
    api.get(f"{api.root}/Recordings/RE1.json")


def send_other_credentials(api: Api, number: int) -> None:
    api.auth = None
    api.get(f"{api.root}/Recordings/RE1.json", authorization=f"Bearer {number:>40000}")


def send_user_agent(api: Api, number: int) -> None:
    api.get("/_mock/health", user_agent=f"{number:x>40000}")


def send_host(api: Api, number: int) -> None:
    api.get("/_mock/health", host=f"{number:x>40000}")


def send_wire(api: Api, number: int) -> None:
    api.get("/_mock/health", x_mock_wire=f"{number:x>40000}")


def parse_form(api: Api, number: int) -> None:
    Parameters(f"{number}=1&{'a=b&' * 1_000}".encode())


def write_header(api: Api, number: int) -> None:
    capitalize_name(f"{number:x>40000}".encode())


@pytest.mark.parametrize(
    "send",
    [send_credentials, send_other_credentials, send_user_agent, send_host, send_wire, parse_form, write_header],
)
def test_caches_keep_little_of_requests(send: Callable[[Api, int], None]) -> None:
    with Api(make_settings(count=1)) as api:
        send(api, 0)
        api.get_account().journal.clear()
        tracemalloc.start()
        try:
            for number in range(1, 60):
                send(api, number)
            api.get_account().journal.clear()
            gc.collect()
            assert tracemalloc.get_traced_memory()[0] < MAX_KEPT_BYTES
        finally:
            tracemalloc.stop()


def test_cached_pages_count_their_queries(api: Api) -> None:
    before = api.mock.cache._size
    api.get(f"{api.list_path}?PageSize=1&{'x' * 16_000}")
    assert api.mock.cache._size - before > 16_000


def test_thousands_of_unknown_parameters_have_ten_warnings(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    import difflib

    calls, find = list[str](), difflib.get_close_matches

    def count_calls(word: str, *arguments: Any, **options: Any) -> Any:
        calls.append(word)
        return find(word, *arguments, **options)

    monkeypatch.setattr(difflib, "get_close_matches", count_calls)
    answer = api.get(f"{api.list_path}?{'&'.join(f'a{number}=1' for number in range(1_500))}")
    assert len(answer.headers.get_list("x-mock-warning")) == 11
    assert len(calls) == 10


STEP = {"set": {"channels": 1}}
WAITING_STEP = {"after": {"time": "1s"}, **STEP}


@pytest.mark.parametrize(
    ("scenario", "message"),
    [
        ({"recordings": [{"timeline": [STEP] * 1_001}]}, "recordings[0].timeline: expected at most 1000 values,"),
        ({"on_create": {"timeline": [STEP] * 1_001}}, "on_create.timeline: expected at most 1000 values, found 1001."),
        ({"pick": [{"id": "a", "timeline": [STEP] * 1_001}]}, "pick[0].timeline: expected at most 1000 values,"),
        ({"pick": [{"id": "a", "timeline": [STEP]}] * 101}, "pick: expected at most 100 values, found 101."),
        ({"faults": [FAULT] * 1_001}, "faults: expected at most 1000 values, found 1001."),
        ({"sequences": [{"answers": [503]}] * 1_001}, "sequences: expected at most 1000 values, found 1001."),
        ({"sequences": [{"answers": [503] * 1_001}]}, "sequences[0].answers: expected at most 1000 values,"),
        ({"page_drift": [{"insert": 0}] * 1_001}, "page_drift: expected at most 1000 values, found 1001."),
        (
            {"page_drift": [{"insert": 600, "delete": 1}, {"delete": 400}]},
            "page_drift: expected at most 1000 recordings to insert and delete by all rules together, found 1001.",
        ),
        ({"expect": [{"op": "list_recordings"}] * 1_001}, "expect: expected at most 1000 values, found 1001."),
        (
            {"routes": {f"https://{number}.example.com": "http://127.0.0.1" for number in range(1_001)}},
            "routes: expected at most 1000 values, found 1001.",
        ),
        (
            {"recordings": [{"transcript": "a" * 300_001}]},
            "recordings[0].transcript: expected text of at most 300000 characters, found 'aaaaa",
        ),
        (
            {"recordings": [{"timeline": [{"after": {"any": [{"fetches": 2}] * 101}, "status": "completed"}]}]},
            "recordings[0].timeline[0].after.any: expected at most 100 values, found 101.",
        ),
        (
            {"recordings": [{"timeline": [{"after": {"any": [{"all": [{"fetches": 2}] * 51}] * 2}, **STEP}]}]},
            "recordings[0].timeline[0].after: expected at most 100 triggers for a step, found 102.",
        ),
    ],
)
def test_long_lists_of_scenarios_are_refused(api: Api, scenario: dict[str, Any], message: str) -> None:
    answer = api.send_command("PUT", "/scenario", {"scenario": scenario})
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert answer.headers["x-mock-reason"].startswith(message)


def test_longest_lists_of_scenarios_are_used_and_saved(api: Api) -> None:
    """A recording with a status has one step more than its timeline."""
    triggers = {"any": [{"fetches": 1_000_000}] * 100}
    steps = [WAITING_STEP] * 998 + [STEP, {"after": triggers, **STEP}]
    scenario = {
        "recordings": [{"id": "it", "status": "completed", "timeline": steps, "transcript": "a" * 300_000}],
        "faults": [{**FAULT, "when": {"page": 7}}] * 1_000,
        "page_drift": [{"insert": 1_000, "delete": 1_000}],
    }
    api.run_command("PUT", "/scenario", {"scenario": scenario})
    api.run_command("POST", "/snapshots")
    api.run_command("POST", "/clock", {"advance": "998s"})
    assert len(api.list_steps("it")) == 1_000
    api.run_command("POST", "/rollback")
    assert api.list_steps("it") == ["completed"]


def test_rules_of_account_are_bounded(api: Api) -> None:
    api.run_command("POST", "/faults", {"faults": [FAULT] * 600, "sequences": [{"answers": [503]}] * 399})
    api.run_command("POST", "/faults", {"faults": [FAULT]})
    answer = api.send_command("POST", "/faults", {"faults": [FAULT]})
    assert answer.status_code == 400
    expected = "expected at most 1000 rules in an account, found 1001 with these. Remove some with DELETE /faults."
    assert answer.headers["x-mock-reason"] == expected
    assert len(api.run_command("GET", "/faults")) == 1_000
