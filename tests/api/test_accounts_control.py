"""The control API of an account: commands, and invalid commands that change nothing."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from mockserver.account.commands.requests import RecordResponse
from mockserver.account.state.state import FIRST_CREATED
from mockserver.rest.representations.wires import WireSetting
from mockserver.testing.sink import Sink
from scenarios.operations import Operation, RequestKind
from tests.accounts import make_scenario
from tests.harness import Api, make_settings

CONTROL_PATH = "/_mock/accounts/demo"
OTHER_SID = "AC" + "7" * 32
SIGNAL_STEP = {"after": {"signal": "go"}, "set": {"price_unit": "EUR"}}


@pytest.fixture
def scripted_api() -> Iterator[Api]:
    """A mock with one recording whose timeline waits."""
    recordings = [
        {"id": "it", "status": "completed", "timeline": [SIGNAL_STEP]},
        {"id": "gone", "status": "deleted"},
        {"id": "late", "status": "processing", "timeline": [{"after": {"time": "5s"}, "status": "completed"}]},
    ]
    with Api(make_settings(count=3, wire=WireSetting.TWILIO), make_scenario(recordings=recordings)) as api:
        yield api


def get_state(api: Api) -> list[Any]:
    """Return everything that a command could change."""
    account = api.get_account()
    return [id(account), account.snapshot(), account.journal.total, api.mock.snapshots.find(account.sid, "latest")]


def test_account_view_shows_all_state(scripted_api: Api) -> None:
    scripted_api.get_page()
    view = scripted_api.run_command("GET", "")
    assert view["account_sid"] == scripted_api.mock.demo.sid
    assert view["auth_token"] == scripted_api.mock.demo.token
    assert (view["scenario"], view["corpus"], view["created"]) == ("test", 3, 3)
    assert view["clock"] == {
        "now": "2026-01-01T00:00:00Z",
        "mode": "frozen",
        "rate": 0.0,
        "t0": "2026-01-01T00:00:00Z",
    }
    assert [(timeline["recording"], timeline["step"], timeline["steps"]) for timeline in view["timelines"]] == [
        ("it", 2, 2),
        ("late", 2, 2),
    ]
    first = view["timelines"][0]
    assert (first["waits_for"], first["next"]) == ("signal go", "price_unit EUR")
    assert first["seen"] == {"fetches": 0, "lists": 1, "media": 0, "requests": 1}
    assert view["timers"] == [{"due": "2026-01-01T00:00:05Z", "what": "the next step of late"}]
    assert (view["rules"], view["callbacks"], view["requests"], view["dropped"]) == ([], {}, 1, 0)
    view_by_sid = scripted_api.get(f"/_mock/accounts/{scripted_api.mock.demo.sid}").json()
    assert view_by_sid == view


def test_commands_change_only_their_own_account(scripted_api: Api) -> None:
    before = scripted_api.get(f"/_mock/accounts/{OTHER_SID}").json()
    scripted_api.run_command("POST", "/clock", {"advance": "1h"})
    scripted_api.run_command("PUT", "/scenario", {"name": "empty-account"})
    scripted_api.run_command("POST", "/faults", {"faults": [{"then": {"status": 500}}]})
    assert scripted_api.get(f"/_mock/accounts/{OTHER_SID}").json() == before


def test_reset_restores_initial_account(scripted_api: Api) -> None:
    before = scripted_api.run_command("GET", "")
    scripted_api.get_page()
    scripted_api.run_command("POST", "/signals", {"name": "go"})
    scripted_api.run_command("POST", "/clock", {"advance": "10s"})
    scripted_api.run_command("PUT", "/scenario", {"name": "empty-account"})
    summary = {**before, "timelines": 2, "timers": 1, "rules": 0}
    assert [summary.pop(f"{noun}_count") for noun in ("timeline", "timer", "rule")] == [2, 1, 0]
    assert scripted_api.run_command("POST", "/reset") == summary
    assert scripted_api.run_command("GET", "") == before


# -- the clock -----------------------------------------------------------------------------------------


def test_clock_command_advances_or_moves_to_instant(scripted_api: Api) -> None:
    result = scripted_api.run_command("POST", "/clock", {"advance": "1m30s"})
    assert result["account"]["clock"]["now"] == "2026-01-01T00:01:30Z"
    assert [(event["kind"], event["subject"], event["at"]) for event in result["events"]] == [
        ("step", "late", "2026-01-01T00:00:05Z")
    ]
    scripted_api.run_command("POST", "/clock", {"move_to": "2026-01-01T02:00:00+01:00"})
    assert scripted_api.run_command("GET", "/clock")["now"] == "2026-01-01T01:00:00Z"
    assert scripted_api.run_command("POST", "/clock", {"advance": "0s"})["events"] == []


@pytest.mark.parametrize(
    ("command", "mode", "rate"),
    [
        ({"mode": "real"}, "real", 1.0),
        ({"mode": "scaled", "rate": 60}, "scaled", 60.0),
        ({"rate": 0.5}, "scaled", 0.5),
        ({"mode": "frozen", "advance": "1s"}, "frozen", 0.0),
    ],
)
def test_clock_command_sets_mode_and_rate(scripted_api: Api, command: dict[str, Any], mode: str, rate: float) -> None:
    clock = scripted_api.run_command("POST", "/clock", command)["account"]["clock"]
    assert (clock["mode"], clock["rate"]) == (mode, rate)


def test_due_step_runs_without_request_when_clock_is_running(sink: Sink) -> None:
    timeline = [{"after": {"time": "1h"}, "status": "completed"}]
    recording = {"id": "it", "status": "processing", "status_callback": sink.url, "timeline": timeline}
    with Api(make_settings(count=3), make_scenario(recordings=[recording])) as api:
        api.run_command("POST", "/clock", {"mode": "real"})
        api.run_command("POST", "/clock", {"advance": "59m"})  # the alarm is one real minute away
        api.run_command("POST", "/clock", {"mode": "scaled", "rate": 1_000_000})
        api.wait_for(lambda: bool(sink.received))
        assert api.list_steps("it")[-1] == "completed, callback completed"


# -- scenarios, signals and steps ----------------------------------------------------------------------


def test_scenario_is_armed_shown_and_disarmed(scripted_api: Api) -> None:
    result = scripted_api.run_command("PUT", "/scenario", {"name": "happy-path"})
    assert result["account"]["scenario"] == "happy-path"
    assert [event["what"] for event in result["events"]] == ["in-progress"]
    assert scripted_api.run_command("GET", "/scenario")["name"] == "happy-path"
    scenario = {"recordings": [{"id": "own", "status": "absent"}], "clock": {"start": "2027-01-01T00:00:00Z"}}
    result = scripted_api.run_command("PUT", "/scenario", {"scenario": scenario})
    assert result["account"]["clock"]["now"] == "2027-01-01T00:00:00Z"
    assert scripted_api.run_command("DELETE", "/scenario")["scenario"] is None
    assert scripted_api.run_command("GET", "/scenario") == {}
    assert scripted_api.run_command("GET", "/expectations") == []


def test_disarmed_scenario_sends_no_callbacks(scripted_api: Api, sink: Sink) -> None:
    timeline = [{"after": {"time": "1s"}, "status": "completed"}]
    recording = {"id": "it", "status": "processing", "status_callback": sink.url, "timeline": timeline}
    scripted_api.run_command("PUT", "/scenario", {"scenario": {"recordings": [recording]}})
    old_account = scripted_api.get_account()
    scripted_api.run_command("DELETE", "/scenario")
    old_account.advance(10)
    old_account.apply(
        RecordResponse(operation=Operation.FETCH_RECORDING, kind=RequestKind.FETCH, indices=(FIRST_CREATED,), page=0)
    )
    assert list(old_account.callbacks) == []
    assert sink.received == []


def test_events_are_listed_since_serial_number(scripted_api: Api) -> None:
    scripted_api.run_command("POST", "/signals", {"name": "go", "recording": "it"})
    events = scripted_api.run_command("GET", "/events")
    assert [event["serial"] for event in events] == list(range(len(events)))
    assert [event["what"] for event in events[-2:]] == ["go", "price_unit EUR"]
    later_events = scripted_api.get(f"{CONTROL_PATH}/events?since={len(events) - 1}").json()
    assert later_events == events[-1:]


def test_step_command_runs_next_step(scripted_api: Api) -> None:
    result = scripted_api.run_command("POST", "/recordings/late/step")
    assert [event["what"] for event in result["events"]] == ["completed"]
    assert scripted_api.run_command("GET", "/recordings/late")["status"] == "completed"
    assert scripted_api.run_command("GET", "")["timers"] == []


# -- recordings ----------------------------------------------------------------------------------------


def test_recording_is_added(scripted_api: Api, sink: Sink) -> None:
    fields = {"id": "new", "status": "completed", "duration": 7, "status_callback": sink.url}
    recording = scripted_api.run_command("POST", "/recordings", fields)
    assert (recording["handle"], recording["status"], recording["in_flight"]) == ("new", "completed", None)
    assert (recording["document"]["duration"], recording["document"]["uri"]) == (
        "7",
        f"{scripted_api.root}/Recordings/{recording['sid']}.json",
    )
    assert scripted_api.get_page()["recordings"][0] == recording["document"]
    assert [callback.parameters["RecordingDuration"] for callback in sink.received] == ["7"]
    unnamed_recording = scripted_api.run_command("POST", "/recordings", {"status": "in-progress"})
    assert (unnamed_recording["handle"], unnamed_recording["status"], unnamed_recording["in_flight"]) == (
        "recording-5",
        "processing",
        "in-progress",
    )
    saved_recording = scripted_api.run_command("POST", "/recordings", {"sid": "RE" + "AB" * 16})
    assert (saved_recording["handle"], saved_recording["sid"]) == (None, "RE" + "AB" * 16)
    assert scripted_api.run_command("GET", f"/recordings/RE{'ab' * 16}")["sid"] == saved_recording["sid"]


def test_added_recording_without_id_skips_taken_handles(scripted_api: Api) -> None:
    scripted_api.run_command("POST", "/recordings", {"id": "recording-5"})
    scripted_api.run_command("POST", "/recordings", {"id": "recording-6"})
    added = [scripted_api.run_command("POST", "/recordings", {})["handle"] for _ in range(2)]
    assert added == ["recording-7", "recording-8"]


def test_scenario_plays_unnamed_recording_beside_its_number(scripted_api: Api) -> None:
    scripted_api.run_command(
        "PUT", "/scenario", {"scenario": {"recordings": [{"id": "recording-2"}, {"status": "absent"}]}}
    )
    assert scripted_api.run_command("GET", "/recordings/recording-3")["status"] == "absent"


def test_recording_command_applies_change_immediately(scripted_api: Api) -> None:
    result = scripted_api.run_command("POST", "/recordings/late", {"status": "absent", "set": {"error_code": 16102}})
    assert [event["what"] for event in result["events"]] == ["absent (error_code 16102)"]
    assert result["account"]["timelines"] == 2, "its timeline waits on"
    corpus_sid = scripted_api.get_account().corpus.get_sid(1)
    scripted_api.run_command("POST", f"/recordings/{corpus_sid}", {"status": "failed"})
    assert scripted_api.get(scripted_api.get_recording_path(corpus_sid)).json()["status"] == "failed"
    scripted_api.run_command("POST", "/recordings/it", {"status": "deleted"})
    assert scripted_api.run_command("GET", "/recordings/it")["status"] == "deleted"
    assert (
        scripted_api.get(scripted_api.get_recording_path(scripted_api.get_account().resolve_handle("it"))).status_code
        == 404
    )


# -- faults --------------------------------------------------------------------------------------------


def test_fault_rules_are_added_listed_and_removed(scripted_api: Api) -> None:
    fault = {"when": {"op": "fetch_recording", "sid": "it"}, "then": {"status": 503}}
    sequence = {"when": {"op": "list_recordings"}, "answers": [500, "ok"]}
    rules = scripted_api.run_command("POST", "/faults", {"faults": [fault], "sequences": [sequence]})
    assert [rule["number"] for rule in rules] == [0, 1]
    sid = scripted_api.get_account().resolve_handle("it")
    assert rules[0]["fault"]["when"]["sid"] == sid
    assert [scripted_api.get(scripted_api.list_path).status_code for _ in range(2)] == [500, 200]
    assert scripted_api.get(scripted_api.get_recording_path(sid)).status_code == 503
    listed = scripted_api.run_command("GET", "/faults")
    assert [(rule["matched"], rule["applied"]) for rule in listed] == [(1, 1), (2, 1)]
    assert [rule["number"] for rule in scripted_api.run_command("DELETE", "/faults/0")] == [1]
    assert scripted_api.get(scripted_api.get_recording_path(sid)).status_code == 200
    assert scripted_api.run_command("DELETE", "/faults") == []
    assert scripted_api.run_command("GET", "/faults") == []


def test_oversized_page_number_is_rejected_when_fault_rules_are_set(scripted_api: Api) -> None:
    scripted_api.run_command("POST", "/faults", {"faults": [{"when": {"page": 9}, "then": {"status": 500}}]})
    answer = scripted_api.get(f"{scripted_api.list_path}?Page={'9' * 5000}")
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


# -- callbacks -----------------------------------------------------------------------------------------


def test_callbacks_are_listed_and_redelivered(sink: Sink) -> None:
    timeline = [{"after": {"signal": "go"}, "status": "completed"}]
    recording = {"id": "it", "status": "processing", "status_callback": f"{sink.url}#rp=5xx", "timeline": timeline}
    with Api(make_settings(count=3), make_scenario(recordings=[recording])) as api:
        sink.token = api.get_account().token
        sink.answer_with(503)
        api.run_command("POST", "/signals", {"name": "go"})
        view = api.run_command("GET", "")
        assert view["callbacks"] == {"pending": 1}
        assert view["timers"] == [{"due": "2026-01-01T00:00:01Z", "what": "callback completed of it, again"}]
        (callback,) = api.run_command("GET", "/callbacks")
        assert (callback["state"], callback["recording"], callback["event"]) == ("pending", "it", "completed")
        assert [attempt["status"] for attempt in callback["attempts"]] == [503]
        assert callback["signed_text"].startswith(sink.url + "AccountSidAC")
        assert callback["signature"] == sink.received[0].headers["x-twilio-signature"]
        redelivery = api.run_command("POST", "/callbacks/0/redeliver")
        assert (redelivery["state"], [attempt["status"] for attempt in redelivery["attempts"]]) == ("delivered", [204])
        assert [request.signature_ok for request in sink.received] == [True, True]
        assert api.run_command("GET", "")["timers"] == []
        api.advance(60)
        assert len(sink.received) == 2


# -- snapshots -----------------------------------------------------------------------------------------


def test_rollback_restores_snapshot(scripted_api: Api) -> None:
    snapshot = scripted_api.run_command("POST", "/snapshots")
    assert (snapshot["name"], snapshot["at"]) == ("latest", "2026-01-01T00:00:00Z")
    before = scripted_api.run_command("GET", "")
    scripted_api.run_command("POST", "/snapshots", {"name": "other"})
    scripted_api.run_command("POST", "/clock", {"advance": "10s"})
    scripted_api.run_command("PUT", "/scenario", {"name": "happy-path"})
    summary = {**before, "timelines": 2, "timers": 1, "rules": 0}
    assert [summary.pop(f"{noun}_count") for noun in ("timeline", "timer", "rule")] == [2, 1, 0]
    assert scripted_api.run_command("POST", "/rollback") == summary
    assert scripted_api.run_command("GET", "") == before
    assert scripted_api.run_command("POST", "/rollback", {"name": "other"}) == summary


# -- bad input -----------------------------------------------------------------------------------------

NEXT_DAY = "2026-01-02T00:00:00Z"
INVALID_COMMANDS: list[tuple[str, str, Any, str]] = [
    ("POST", "/clock", None, "expected advance"),
    (
        "POST",
        "/clock",
        {"advance": "soon"},
        "advance: expected a duration such as 30s",
    ),
    ("POST", "/clock", {"advance": "1s", "move_to": NEXT_DAY}, "expected advance"),
    (
        "POST",
        "/clock",
        {"move_to": "2025-12-31T00:00:00Z"},
        "expected 2026-01-01T00:00:00Z or later",
    ),
    ("POST", "/clock", {"move_to": "2026-01-02T00:00:00"}, "timezone"),
    ("POST", "/clock", {"mode": "real", "move_to": "2025-12-31T00:00:00Z"}, "time does not go back"),
    ("POST", "/clock", {"mode": "scaled"}, "rate: expected because of mode scaled"),
    ("POST", "/clock", {"mode": "frozen", "rate": 2}, "rate: expected with mode scaled only"),
    ("POST", "/clock", {"mode": "fast"}, "fast"),
    ("POST", "/clock", {"rate": 0}, "rate"),
    ("POST", "/clock", {"advance": "999999999w"}, "expected an instant before 9000"),
    ("POST", "/clock", {"move_to": "9999-12-31T00:00:00Z"}, "expected an instant before 9000"),
    ("POST", "/clock", {"advanced": "1s"}, "advanced"),
    ("POST", "/clock", [1], "expected a JSON object such as"),
    ("PUT", "/scenario", None, "found neither or both"),
    ("PUT", "/scenario", {"name": "happy-path", "scenario": {}}, "found neither or both"),
    ("PUT", "/scenario", {"name": "happy-pathh"}, "name: expected a bundled scenario"),
    ("PUT", "/scenario", {"name": "/etc/passwd"}, "name: expected a bundled scenario"),
    ("PUT", "/scenario", {"scenario": {"recordngs": []}}, "recordngs"),
    ("PUT", "/scenario", {"scenario": {"corpus": {"mix": {"completed": 0.9, "absent": 0.9}}}}, "corpus"),
    ("PUT", "/scenario", {"scenario": {"corpus": {"count": 10**9, "span": "1s"}}}, "span"),
    (
        "PUT",
        "/scenario",
        {"scenario": {"pick": [{"id": "p", "count": 999, "timeline": [SIGNAL_STEP]}]}},
        "pick p: expected 999",
    ),
    ("PUT", "/scenario", {"scenario": {"recordings": [{"status": "done"}]}}, "recordings[0].status"),
    (
        "PUT",
        "/scenario",
        {"scenario": {"recordings": [{"duration": 86_401}]}},
        "whole seconds from 0 to 86400 (24 hours)",
    ),
    ("POST", "/recordings", {"status": "completed", "duration": 300_000}, "whole seconds from 0 to 86400 (24 hours)"),
    ("POST", "/signals", None, "name"),
    ("POST", "/signals", {"name": ""}, "name"),
    (
        "POST",
        "/signals",
        {"name": "go", "recording": "gone"},
        "recording gone has no waiting timeline",
    ),
    ("POST", "/recordings", {"id": "it"}, "recording 'it' exists already"),
    ("POST", "/recordings", {"id": ["it"]}, "id"),
    ("POST", "/recordings", {"sid": "RE1"}, "sid"),
    ("POST", "/recordings", {"status": "completed", "timeline": [{"status": "paused"}]}, "expected paused after"),
    ("POST", "/recordings/it", None, "expected a step with an effect"),
    ("POST", "/recordings/it", {"after": {"time": "1s"}, "status": "deleted"}, "after: expected a step that runs now"),
    ("POST", "/recordings/it", {"status": "gone"}, "status"),
    ("POST", "/recordings/gone", {"set": {"duration": 3}}, "recording gone is deleted"),
    ("POST", "/recordings/gone/step", None, "recording gone has no waiting timeline"),
    ("POST", "/faults", {"faults": [{"then": {}}]}, "faults[0].then"),
    ("POST", "/faults", {"faults": [{"when": {"sid": "nobody"}, "then": {"status": 500}}]}, "faults[0].when.sid"),
    ("POST", "/faults", {"faults": [{"then": {"status": 500}}], "sequences": [{"answers": []}]}, "sequences[0]"),
    ("POST", "/faults", {"faults": {}}, "faults"),
    ("POST", "/snapshots", {"name": ""}, "name"),
    ("POST", "/rollback", {"name": 5}, "name"),
    ("GET", "/events?since=x", None, "since: expected a whole number from 0"),
]
UNKNOWN_NAMES: list[tuple[str, str, Any, str]] = [
    ("POST", "/signals", {"name": "go", "recording": "nobody"}, "here: it, gone, late"),
    ("GET", "/recordings/nobody", None, "Expected a RecordingSid or a handle (here: it, gone, late)"),
    ("GET", f"/recordings/RE{'9' * 32}", None, "does not belong to this account"),
    ("POST", "/recordings/nobody", {"status": "deleted"}, "here: it, gone, late"),
    ("DELETE", "/faults/3", None, "has no rule 3"),
    ("DELETE", "/faults/x", None, "has no rule x"),
    ("DELETE", "/faults/²", None, "has no rule"),
    ("DELETE", f"/faults/{'9' * 5000}", None, "has no rule 99999999999999999999."),
    ("POST", "/callbacks/0/redeliver", None, "has no callback 0"),
    ("POST", "/callbacks/²/redeliver", None, "has no callback"),
    ("POST", "/rollback", None, "has no snapshot 'latest'"),
]
WRONG_METHODS: list[tuple[str, str, Any, str]] = [
    ("PATCH", "", None, "Expected GET, DELETE here"),
    ("DELETE", "/clock", None, "Expected GET, POST here"),
]


@pytest.mark.parametrize(
    ("method", "path", "command", "expected", "status", "code"),
    [
        *((*row, 400, 20001) for row in INVALID_COMMANDS),
        *((*row, 404, 20404) for row in UNKNOWN_NAMES),
        *((*row, 405, 20004) for row in WRONG_METHODS),
    ],
)
def test_invalid_command_returns_reason_and_changes_nothing(
    scripted_api: Api, method: str, path: str, command: Any, expected: str, status: int, code: int
) -> None:
    before = get_state(scripted_api)
    answer = scripted_api.send_command(method, path, command)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    reason = answer.headers["x-mock-reason"]
    assert expected in reason
    assert reason.endswith((".", "?"))
    assert not re.search(r"[\r\n]", reason)
    assert get_state(scripted_api) == before


@pytest.mark.parametrize("body", [b"{", b"\xff", b"null", b'"x"', b"[1]"])
def test_command_body_that_is_not_an_object_is_rejected(scripted_api: Api, body: bytes) -> None:
    before = get_state(scripted_api)
    for method, path in [("POST", "/clock"), ("PUT", "/scenario"), ("POST", "/recordings"), ("POST", "/faults")]:
        answer = scripted_api.send_command(method, path, raw=body)
        assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert get_state(scripted_api) == before


def test_command_body_above_size_limit_is_rejected(scripted_api: Api) -> None:
    answer = scripted_api.send_command("POST", "/recordings", raw=b" " * ((16 << 20) + 1))
    assert (answer.status_code, answer.json()["message"]) == (413, "Request too large")


@pytest.mark.parametrize("name", ["AC1", "demos", "me"])
def test_malformed_account_name_is_rejected(scripted_api: Api, name: str) -> None:
    answer = scripted_api.get(f"/_mock/accounts/{name}")
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)


def test_account_too_small_for_scenario_returns_500_with_reason() -> None:
    step = {"after": {"signal": "go"}, "set": {"price_unit": "EUR"}}
    counts = [_count_dual_recordings(f"AC{number:032x}") for number in range(40)]
    max_count = max(counts)
    roomy, tight = counts.index(max_count), counts.index(min(counts))
    assert counts[roomy] > counts[tight]
    pick = {"id": "p", "count": max_count, "where": {"channels": 2}, "timeline": [step]}
    with Api(make_settings(count=5)) as api:
        api.mock.scenario = make_scenario(pick=[pick])
        answer = api.get(f"/_mock/accounts/AC{tight:032x}")
        assert (answer.status_code, answer.json()["code"]) == (500, 20500)
        assert f"does not fit into this account: pick p: expected {max_count}" in answer.headers["x-mock-reason"]
        assert api.get(f"/_mock/accounts/AC{roomy:032x}").status_code == 200


def _count_dual_recordings(sid: str) -> int:
    with Api(make_settings(count=5)) as api:
        corpus = api.mock.account(sid).corpus
        indices = corpus.layout.walk(range(5), newest_first=True, first_visible_deleted=None)
        return sum(corpus.generate_recording(index).channels == 2 for index in indices)


# -- who may ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "localhost.evil.example"},
        {"host": "127.0.0.1.evil.example"},
        {"host": "192.168.1.2:4010"},
        {"host": "[::1"},
        {"host": ""},
        {"origin": "http://evil.example"},
        {"origin": "http://localhost:3000"},
        {"origin": "http://[::1"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_foreign_origin_or_host_cannot_change_account(scripted_api: Api, headers: dict[str, str]) -> None:
    before = get_state(scripted_api)
    for method, path in [("POST", "/reset"), ("POST", "/clock"), ("DELETE", "/scenario"), ("PUT", "/scenario")]:
        answer = scripted_api.request(method, f"{CONTROL_PATH}{path}", headers)
        assert (answer.status_code, answer.json()["code"]) == (403, 20403)
        assert answer.headers["x-mock-reason"].startswith("/_mock ")
        assert not [name for name in answer.headers if name.startswith("access-control")]
    assert get_state(scripted_api) == before


@pytest.mark.parametrize("headers", [{"host": "evil.example"}, {"origin": "http://evil.example"}])
def test_foreign_origin_or_host_cannot_read_account(scripted_api: Api, headers: dict[str, str]) -> None:
    for path in ("", "/clock", "/events", "/callbacks", "/recordings/it"):
        answer = scripted_api.request("GET", f"{CONTROL_PATH}{path}", headers)
        assert (answer.status_code, answer.json()["code"]) == (403, 20403)


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "localhost"},
        {"host": "LOCALHOST:80"},
        {"host": "app.localhost:4010"},
        {"host": "127.0.0.2:4010"},
        {"host": "[::1]:4010"},
        {"host": "localhost:4010", "origin": "http://localhost:4010", "sec-fetch-site": "same-origin"},
    ],
)
def test_local_host_names_are_allowed(scripted_api: Api, headers: dict[str, str]) -> None:
    assert scripted_api.request("POST", f"{CONTROL_PATH}/reset", headers).status_code == 200


def test_public_url_host_is_allowed() -> None:
    with Api(make_settings(public_url="https://mock.example")) as api:
        assert api.request("POST", f"{CONTROL_PATH}/reset", {"host": "mock.example"}).status_code == 200


def test_only_control_token_is_accepted_when_token_is_set() -> None:
    with Api(make_settings(count=3)) as api:
        api.mock.control_token = "secret"
        api.auth = None
        before = get_state(api)
        for authorization in ("Bearer other", "Basic secret", "secret", "bearer secret"):
            answer = api.request("POST", f"{CONTROL_PATH}/reset", {"authorization": authorization})
            assert (answer.status_code, answer.json()["code"]) == (401, 20003)
        assert api.send_command("POST", "/reset").status_code == 401
        assert get_state(api) == before
        headers = {"authorization": "Bearer secret", "host": "far.example", "origin": "http://elsewhere.example"}
        assert api.request("POST", f"{CONTROL_PATH}/reset", headers).status_code == 200
        command = {"scenario": {"recordings": [{"status": "completed", "media": "pyproject.wav"}]}}
        answer = api.send_command("PUT", "/scenario", command, authorization="Bearer secret")
        assert answer.status_code == 400
        assert "expected no file" in answer.headers["x-mock-reason"]


# -- answers with counts -------------------------------------------------------------------------------


def test_answer_of_change_has_counts_whatever_the_account_has() -> None:
    recordings = [
        {"id": f"r{number}", "timeline": [{"after": {"time": "1h"}, "status": "completed"}]} for number in range(2_000)
    ]
    with Api(make_settings(count=3), make_scenario(recordings=recordings)) as api:
        for method, path, command in [
            ("POST", "/clock", {"advance": "1s"}),
            ("POST", "/snapshots", {}),
            ("POST", "/rollback", {}),
            ("POST", "/reset", None),
        ]:
            assert len(json.dumps(api.run_command(method, path, command))) < 600
        result = api.run_command("POST", "/clock", {"advance": "1s"})
        account = result["account"]
        assert (account["created"], account["timelines"], account["timers"]) == (2_000, 2_000, 2_000)
        assert (result["events"], result["event_count"]) == ([], 0)


def test_answer_has_first_thousand_events_and_their_number() -> None:
    recordings = [
        {"id": f"r{number}", "timeline": [{"after": {"time": "1s"}, "status": "completed"}]} for number in range(1_200)
    ]
    with Api(make_settings(count=3), make_scenario(recordings=recordings)) as api:
        result = api.run_command("POST", "/clock", {"advance": "1s"})
        assert (len(result["events"]), result["event_count"]) == (1_000, 1_200)
        assert result["next_event"] == result["events"][-1]["serial"] + 1
        rest = api.get(f"{CONTROL_PATH}/events?since={result['next_event']}").json()
        assert len(rest) == 200
        assert len(api.run_command("GET", "/events")) == 1_000
        assert len(api.get(f"{CONTROL_PATH}/events?limit=7").json()) == 7


def test_deleted_account_starts_again(scripted_api: Api) -> None:
    before = scripted_api.run_command("GET", "")
    scripted_api.run_command("POST", "/faults", {"faults": [{"then": {"status": 500}}]})
    scripted_api.run_command("POST", "/snapshots")
    scripted_api.run_command("PUT", "/overrides", {"auth": "off"})
    assert scripted_api.run_command("DELETE", "") == {"account_sid": scripted_api.mock.demo.sid}
    assert scripted_api.run_command("GET", "") == before
    assert scripted_api.run_command("GET", "/overrides") == {"wire": None, "auth": None, "routes": None}
    assert scripted_api.request("POST", f"{CONTROL_PATH}/rollback").status_code == 404
    assert scripted_api.get(f"/_mock/accounts/{OTHER_SID}").status_code == 200
    assert scripted_api.request("DELETE", f"/_mock/accounts/{OTHER_SID}").json() == {"account_sid": OTHER_SID}


def test_delivered_callback_that_full_log_has_dropped_is_named(sink: Sink) -> None:
    recording = {"id": "a", "status": "completed", "status_callback": f"{sink.url}?{'x' * 70_000}"}
    with Api(make_settings(count=0, journal_memory=64 << 10)) as api:
        account = api.get_account()
        api.mock.set_up_scenario(account.sid, make_scenario(recordings=[recording]))
        response = api.request("POST", f"{CONTROL_PATH}/callbacks/0/redeliver")
        assert (response.status_code, response.json()["code"]) == (404, 20404)
        assert "Callback 0 was sent, but the log is full" in response.headers["x-mock-reason"]


@pytest.mark.parametrize(("method", "path"), [("DELETE", ""), ("POST", "/reset")])
def test_account_that_ends_leaves_nothing_in_the_cache(api: Api, method: str, path: str) -> None:
    account = "AC" + "5" * 32
    api.auth = (account, "token")
    before = api.mock.cache._size
    api.get(f"/2010-04-01/Accounts/{account}/Recordings.json")
    assert api.mock.cache._size > before
    assert api.send_command(method, path, account=account).status_code == 200
    assert api.mock.cache._size == before


def test_recording_is_shown_although_a_reset_replaces_its_account_meanwhile(api: Api) -> None:
    recording = {"id": "mine", "status": "completed", "status_callback": "http://127.0.0.1:1/"}
    for _ in range(3):  # the reset frees what the other request shows after its callback
        added, _ = api.request_concurrently(
            ("POST", "/_mock/accounts/demo/recordings", recording), ("POST", "/_mock/accounts/demo/reset", None)
        )
        assert (added.get("handle"), added.get("status")) == ("mine", "completed"), added
