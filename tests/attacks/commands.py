"""Attacks by commands, accounts, callbacks and web pages."""

from typing import Any
from urllib.parse import urlencode

import requests

from mockserver.testing.sink import Sink
from tests.attacks.attacked_server import CALL, ROOT, SID, TIMEOUT, AttackedServer

_STEP = {"set": {"channels": 1}}
_FAULT = {"then": {"status": 503}}
_NINES = 9 * 10**18
_BAD_SCENARIOS: tuple[dict[str, Any], ...] = (
    {"corpus": {"count": 10**30}},
    {"corpus": {"count": 10, "span": "999999999w"}},
    {"clock": {"start": "9999-12-31T23:59:59Z"}},
    {"clock": {"mode": "scaled", "rate": 1e300}},
    {"recordings": [{"status": "completed", "duration": 86_401}]},
    {"recordings": [{"status": "completed", "price": "9" * 100_000}]},
    {"recordings": [{"id": "x" * 100_000}]},
    {"recordings": [{"timeline": [_STEP] * 50_000}]},
    {"recordings": [{"transcript": "a\n" * 500_000}]},
    {"recordings": [{"timeline": [{"after": {"any": [{"fetches": 2}] * 50_000}, **_STEP}]}]},
    {"recordings": "../../../../etc/passwd"},
    {"faults": [_FAULT] * 50_000},
    {"faults": [{**_FAULT, "when": {"path": "[" * 50_000}}]},
    {"faults": [{"then": {"status": 429, "retry_after": _NINES}}]},
    {"faults": [{"then": {"delay": {"log_normal": {"median": "1s", "sigma": 1000}}}}]},
    {"sequences": [{"answers": [429] * 50_000}]},
    {"page_drift": [{"insert": 1000, "times": 1000}] * 300},
    {"expect": [{"op": "list_recordings"}] * 50_000},
    {"pick": [{"id": "a", "count": 10**9, "timeline": [_STEP]}]},
)
_CALLBACK_URLS = (
    "http://[::1",
    "http://127.0.0.1:99999999/",
    "http://x/\r\nA: b",
    "//x",
    "http://u:p@.../",
    "http://0/",
)


def send_bad_scenarios(server: AttackedServer) -> None:
    for scenario in _BAD_SCENARIOS:
        assert server.command("PUT", "/scenario", {"scenario": scenario}).status_code == 400, next(iter(scenario))


def send_deep_json(server: AttackedServer) -> None:
    for path in ("/faults", "/recordings", "/requests/verify", "/clock"):
        for depth in (1_500, 100_000):
            assert server.request("POST", f"/_mock/accounts/demo{path}", "[" * depth).status_code == 400
            body = f'{{"a": {"[" * depth}{"]" * depth}}}'
            assert server.request("POST", f"/_mock/accounts/demo{path}", body).status_code == 400


def send_bad_commands(server: AttackedServer) -> None:
    for path, command in [
        ("/clock", {"advance": "999999999w"}),
        ("/clock", {"move_to": "9999-12-31T00:00:00Z"}),
        ("/clock", {"mode": "scaled", "rate": -1}),
        ("/requests/wait", {"timeout": "36500d"}),
        ("/requests/count", {"pattern": {"body": "*" * 1001}}),
        ("/requests/verify", {"pattern": {"header": {f"n{number}": "x" for number in range(20_000)}}}),
        ("/recordings", {"timeline": [_STEP] * 50_000}),
        ("/faults", {"faults": [_FAULT] * 50_000}),
    ]:
        assert server.command("POST", path, command).status_code == 400
    for path in ("/recordings/" + "x" * 9000, "/requests/" + "9" * 5000, "/faults/" + "9" * 5000):
        assert server.command("GET", path).status_code in (404, 405)


def search_in_a_full_journal(server: AttackedServer) -> None:
    """The heaviest pattern that is allowed, on requests with the largest forms."""
    for _ in range(30):
        server.post_form(f"Calls/{CALL}/Recordings.json", "a=" * 32_000)
    for pattern in ({"body": "*a*=" * 240 + "b"}, {"path": "*a" * 480}, {"query": {str(n): "x" for n in range(50)}}):
        for path in ("/requests/count", "/requests/verify"):
            assert server.command("POST", path, {"pattern": pattern}).status_code == 200


def fill_caches(server: AttackedServer) -> None:
    for number in range(120):
        text = f"{number:x>16000}"
        server.request("GET", f"{ROOT}/Recordings.json?PageSize=1", User_Agent=text, Host=text, X_Mock_Wire=text)
        server.request("GET", f"{ROOT}/Recordings.json?PageSize=1&{text[:15_000]}")
        requests.get(f"{server.base_url}{ROOT}/Recordings.json", auth=(SID, text), timeout=TIMEOUT)


def flood_with_accounts(server: AttackedServer) -> None:
    for number in range(300):
        account = f"AC{number:032x}"
        assert server.command("GET", "", account=account).status_code == 200
        target = f"/2010-04-01/Accounts/{account}/Recordings.json?PageSize=1"
        assert server.request("GET", target).status_code in (200, 401)


def change_concurrently(server: AttackedServer) -> None:
    def change(number: int) -> None:
        for _ in range(4):
            server.command("POST", "/clock", {"mode": "frozen"})
            server.command("POST", "/snapshots", {"name": f"n{number}"})
            server.post_form(f"Calls/CA{number:032}/Recordings.json", "a=b")
            server.command("POST", "/clock", {"advance": "10s"})
            server.command(
                "POST", ("/reset", "/rollback")[number % 2], {} if number % 2 == 0 else {"name": f"n{number}"}
            )

    server.send_at_once([lambda number=number: change(number) for number in range(8)])  # type: ignore[misc]
    assert {*server.statuses} <= {200, 201, 400, 401, 403, 404, 405, 413, 414, 431, 204}
    server.command("POST", "/reset")


def storm_of_callbacks(server: AttackedServer) -> None:
    with Sink() as sink:
        recordings = [
            {"id": f"r{number}", "status": "processing", "status_callback": sink.url}
            | {"timeline": [{"after": {"time": "10s"}, "status": "completed", "set": {"duration": 1}}]}
            for number in range(250)
        ]
        scenario = {"clock": {"mode": "frozen"}, "recordings": recordings}
        assert server.command("PUT", "/scenario", {"scenario": scenario}).status_code == 200
        assert server.command("POST", "/clock", {"advance": "1m"}).status_code == 200
        assert len(sink.wait_for(250, TIMEOUT)) == 250
    assert server.command("DELETE", "/scenario").status_code == 200


def send_strange_callback_urls(server: AttackedServer) -> None:
    for number, url in enumerate(_CALLBACK_URLS):
        form = {"RecordingStatusCallback": url, "RecordingStatusCallbackEvent": "in-progress"}
        encoded = urlencode(form)
        assert server.post_form(f"Calls/CA{number:032}/Recordings.json", encoded).status_code == 201
    own = f"{server.base_url}/_mock/accounts/demo/reset"
    answer = server.post_form(f"Calls/CA{99:032}/Recordings.json", f"RecordingStatusCallback={own}")
    assert answer.status_code == 201
    assert server.command("POST", "/clock", {"mode": "frozen"}).status_code == 200
    assert server.request("GET", f"{ROOT}/Recordings/{answer.json()['sid']}.json").status_code == 200  # no reset
    server.command("POST", "/reset")


def act_as_a_web_page(server: AttackedServer) -> None:
    origins = (
        "https://evil.example",
        "null",
        "http://127.0.0.1.evil.example",
        "http://localhost@evil.example",
        "http://[",
    )
    for origin in origins:
        for method, path in (("POST", "/reset"), ("GET", ""), ("DELETE", "")):
            answer = server.request(method, f"/_mock/accounts/demo{path}", Origin=origin)
            assert answer.status_code == 403
    for site in ("cross-site", "same-site"):
        for method, path in (("POST", "/reset"), ("GET", "/requests")):
            answer = server.request(method, f"/_mock/accounts/demo{path}", Sec_Fetch_Site=site)
            assert answer.status_code == 403
    assert server.request("GET", "/_mock/accounts/demo", Host="evil.example").status_code == 403
    with Sink() as sink:
        form = f"RecordingStatusCallback={sink.url}&RecordingStatusCallbackEvent=in-progress"
        answer = server.post_form(f"Calls/CA{7:032}/Recordings.json", form, Origin=origins[0])
        assert "will not be called" in answer.headers["X-Mock-Warning"]
        server.command("POST", "/signals", {"name": "x"})  # waits for callbacks
        assert sink.received == []
    server.command("POST", "/reset")


COMMAND_ATTACKS = (
    send_bad_scenarios,
    send_deep_json,
    send_bad_commands,
    search_in_a_full_journal,
    fill_caches,
    flood_with_accounts,
    change_concurrently,
    storm_of_callbacks,
    send_strange_callback_urls,
    act_as_a_web_page,
)
