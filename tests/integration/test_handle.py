"""The handle `MockTwilio` on its own server, on a running one, and in process."""

import asyncio
import json
import sys
import threading
import unittest
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.request_validator import RequestValidator

from generators.seeds import derive_auth_token, derive_bytes, derive_demo_account_sid
from mockserver.callbacks.routes import Route
from mockserver.control.client.argument_types import CallbackEventName, TimelineStep
from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.errors import ControlError
from mockserver.control.client.faults import UnusedFaultError
from mockserver.control.client.rule_types import FaultRule
from mockserver.rest.auth import DeclaredAccount
from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.settings import SettingsError
from mockserver.testing.handles import MockServer, MockTwilio
from mockserver.testing.sink import Sink
from scenarios.model import Scenario
from scenarios.problems import ScenarioError

pytestmark = pytest.mark.variant

SCENARIO = {
    "recordings": [
        {
            "id": "late",
            "timeline": [
                {"after": {"signal": "finish"}, "status": "completed"},
                {"after": {"time": "9s"}, "set": {"duration": 9}},
            ],
        }
    ],
}


def _count_servers() -> int:
    """Return how many servers run in this process: the thread of a store, for example, may start at any time."""
    return sum(thread.name == "recmock" for thread in threading.enumerate())


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def mock(server: MockServer, request: pytest.FixtureRequest) -> Iterator[MockTwilio]:
    sid = "AC" + derive_bytes("tests", "account of test", request.node.nodeid)[:16].hex()
    with server.account(sid) as mock:
        yield mock


def delete_newest_recording(mock: MockTwilio) -> str:
    """Delete the newest recording that can be deleted, and return its SID."""
    found = mock.client().recordings.list(limit=50)
    recording = next(recording for recording in found if recording.status == "completed")
    assert recording.delete()
    sid: str = recording.sid
    return sid


def list_sids(mock: MockTwilio, **query: Any) -> list[str]:
    return [recording.sid for recording in mock.client().recordings.list(**query)]


def test_repr_names_account_and_server(mock: MockTwilio) -> None:
    assert repr(mock) == f"<MockTwilio {mock.account_sid} at {mock.base_url}>"
    assert repr(MockTwilio()) == f"<MockTwilio {derive_demo_account_sid('0')} at no server>"


def test_clients_share_only_connections(mock: MockTwilio) -> None:
    session, other_session = mock.client().http_client.session, mock.client().http_client.session
    session.headers["X-Own"] = "1"
    session.cookies["own"] = "1"
    session.hooks["response"].append(print)
    session.params["own"] = session.proxies["own"] = "1"
    session.mount("https://elsewhere", session.adapters["http://"])
    assert session.adapters["http://"] is other_session.adapters["http://"]
    new_session = requests.Session()
    assert [*other_session.headers.items()] == [*new_session.headers.items()]
    assert [
        *other_session.cookies,
        *other_session.params,
        *other_session.proxies,
        *other_session.hooks["response"],
    ] == []
    assert [*other_session.adapters] == [*new_session.adapters]


def test_mock_runs_only_inside_with_block() -> None:
    mock = MockTwilio(count=3, seed="mine")
    for operation in (mock.state, lambda: mock.base_url, lambda: mock.url, mock.client, lambda: mock.requests.all()):
        with pytest.raises(ControlError, match="expected a running server, found none: use it inside"):
            operation()
    with mock:
        assert mock.auth == (
            derive_demo_account_sid("mine"),
            derive_auth_token("mine", derive_demo_account_sid("mine")),
        )
        assert len(list_sids(mock)) <= 3
        base_url = mock.base_url
        assert _count_servers() >= 1
    with pytest.raises(ControlError, match="expected a running server"):
        mock.state()
    mock.server.forget_soon(mock.account_sid)
    with pytest.raises(requests.ConnectionError):
        requests.get(base_url, timeout=5)


def test_mock_starts_fresh_when_entered_again() -> None:
    mock = MockTwilio()
    with mock:
        delete_newest_recording(mock)
        old_state = mock.state()
    with mock:
        assert mock.state() != old_state
        assert mock.state().requests == 0
        assert mock.sink.received == []
        requests.post(mock.sink.url, timeout=5)
        assert [received.path for received in mock.sink.received] == ["/callback"]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # from aiohttp, which twilio-python uses
def test_mock_supports_async_with() -> None:
    async def main() -> int:
        async with MockTwilio(count=30) as mock, mock.async_client() as client:
            return len(await client.recordings.list_async(page_size=10))

    assert asyncio.run(main()) > 20


def test_two_mocks_share_no_state() -> None:
    with MockTwilio() as first, MockTwilio() as second:
        assert first.account_sid == second.account_sid
        delete_newest_recording(first)
        assert list_sids(first, limit=50) != list_sids(second, limit=50)


def test_accounts_of_one_server_share_no_state(server: MockServer) -> None:
    first, second = server.account("AC" + "1" * 32), server.account("AC" + "2" * 32)
    with first, second:
        first.clock.advance("1h")
        delete_newest_recording(first)
        assert second.state().requests == 0
        assert second.clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    assert first.state().requests == 2, "the server runs on"
    assert server.account().account_sid == derive_demo_account_sid("0")


def test_entering_account_starts_no_second_server(server: MockServer) -> None:
    before = _count_servers(), server.base_url
    with server.account("AC" + "3" * 32) as mock:
        mock.state()
        assert before == (_count_servers(), mock.base_url)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"cout": 3}, "expected a setting of `recmock serve`, found 'cout'. Did you mean count?"),
        ({"clock": "fast"}, "clock: expected real, frozen, or a rate"),
        ({"wire": "xml"}, "wire: expected one of auto, twilio, schema, found 'xml'."),
    ],
)
def test_invalid_settings_raise_settings_error(settings: dict[str, Any], expected: str) -> None:
    with pytest.raises(SettingsError) as exc_info:
        MockTwilio(**settings)
    assert expected in str(exc_info.value)


def test_settings_accept_values_or_text(tmp_path: Path) -> None:
    settings = MockServer(wire="schema", clock="60x", now="2025-01-01", data_dir=str(tmp_path)).settings
    assert (settings.wire, settings.clock.rate, settings.now, settings.data_dir) == (
        WireSetting.SCHEMA,
        60,
        1735689600,
        tmp_path,
    )
    assert MockServer(wire=WireSetting.SCHEMA, count=5).settings.count == 5
    routes = ["https://a=http://127.0.0.1:1", "https://b=http://127.0.0.1:2"]
    assert list(map(str, MockServer(route=routes).settings.route)) == routes
    assert MockServer(route=" ".join(routes)).settings == MockServer(route=routes).settings
    assert MockServer(route=[Route.parse(route) for route in routes]).settings.route[0].source == "https://a"


def test_data_dir_is_read_from_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECMOCK_DATA_DIR", str(tmp_path))
    assert MockServer().settings.data_dir == tmp_path
    assert MockServer(count=3).settings.data_dir == tmp_path


def test_existing_server_rejects_settings(server: MockServer) -> None:
    for settings in ({"count": 3}, {"scenario": "late-webhook"}):
        with pytest.raises(TypeError, match="expected a server, or a scenario and settings for a new one, found both"):
            MockTwilio(server=server, **settings)


@pytest.mark.parametrize("form", ["text", "value"])
def test_declared_account_uses_declared_token(form: str) -> None:
    sid = "AC" + "4" * 32
    accounts: dict[str, str | tuple[DeclaredAccount]] = {
        "text": f"{sid}:secret",
        "value": (DeclaredAccount(sid, "secret"),),
    }
    account = accounts[form]
    with MockTwilio(account_sid=sid, account=account, auth="strict") as mock:
        assert mock.auth == (sid, "secret")
        assert len(list_sids(mock, limit=2)) == 2


@pytest.mark.parametrize("form", ["name", "mapping", "object", "file"])
def test_scenario_is_accepted_in_every_form(form: str, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(json.dumps(SCENARIO))
    scenarios: dict[str, Any] = {
        "name": "late-webhook",
        "mapping": SCENARIO,
        "file": tmp_path / "mine.json",
        "object": Scenario(name="x"),
    }
    with MockTwilio(scenario=scenarios[form]) as mock:
        assert mock.state().scenario == {"name": "late-webhook", "mapping": "scenario", "file": "mine"}.get(form, "x")


def test_client_follows_pages_and_reads_dates(mock: MockTwilio) -> None:
    found = mock.client().recordings.list(limit=120, page_size=50)
    assert len({recording.sid for recording in found}) == 120
    assert all(recording.date_created.year == 2025 for recording in found)
    assert mock.url == f"{mock.base_url}/2010-04-01/Accounts/{mock.account_sid}"
    answer = requests.get(f"{mock.url}/Recordings/{found[0].sid}.json", auth=mock.auth, timeout=5)
    assert answer.json()["sid"] == found[0].sid


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # from aiohttp, which twilio-python uses
def test_async_client_lists_same_recordings_as_client(mock: MockTwilio) -> None:
    async def main() -> list[str]:
        async with mock.async_client() as client:
            return [recording.sid for recording in await client.recordings.list_async(limit=40, page_size=20)]

    assert list_sids(mock, limit=40) == asyncio.run(main())


@pytest.mark.parametrize("duration", ["1h30m", 5400, 5400.0, timedelta(minutes=90)])
def test_clock_advances_by_every_duration_form(mock: MockTwilio, duration: Any) -> None:
    assert mock.clock.advance(duration) == ()
    assert mock.clock.now() == datetime(2026, 1, 1, 1, 30, tzinfo=UTC)
    assert mock.clock.show().now == "2026-01-01T01:30:00Z"


def test_clock_moves_to_every_instant_form(mock: MockTwilio) -> None:
    mock.clock.move_to("2026-01-02")
    mock.clock.move_to(datetime(2026, 1, 3))  # noqa: DTZ001 - without a zone it is UTC
    mock.clock.move_to(datetime(2026, 1, 4, tzinfo=UTC))
    assert mock.clock.now() == datetime(2026, 1, 4, tzinfo=UTC)
    with pytest.raises(ControlError, match="time does not go back"):
        mock.clock.move_to("2026-01-01")


def test_clock_runs_and_freezes(mock: MockTwilio) -> None:
    mock.clock.run()
    assert mock.clock.show().mode == "real"
    mock.clock.run(1000)
    assert (mock.clock.show().mode, mock.clock.show().rate) == ("scaled", 1000)
    mock.clock.freeze()
    assert mock.clock.show().mode == "frozen"


@pytest.mark.parametrize("duration", [-1, -0.5, timedelta(seconds=-1), float("nan"), float("inf")])
def test_negative_advance_raises_value_error(mock: MockTwilio, duration: Any) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        mock.clock.advance(duration)


def test_invalid_duration_raises_control_error(mock: MockTwilio) -> None:
    with pytest.raises(ControlError, match=r"answered 400: .*advance"):
        mock.clock.advance("soon")
    assert mock.clock.advance(0) == ()


@pytest.mark.parametrize("form", ["handle", "sid", "view"])
def test_transition_changes_status_and_sends_callbacks(mock: MockTwilio, form: str) -> None:
    events: tuple[CallbackEventName, ...] = ("in-progress", "completed")
    recording = mock.recordings.add(
        id="mine", status="in-progress", callback=mock.sink.url, status_callback_event=events
    )
    reference: Any = {"handle": "mine", "sid": recording.sid, "view": recording}[form]
    assert (recording.handle, recording.status, recording.in_flight) == ("mine", "processing", "in-progress")
    changes = mock.recordings.transition(reference, "completed", duration=12)
    assert [event.kind for event in changes] == ["step", "callback"]
    assert mock.recordings.get(reference).document["duration"] == "12"
    assert mock.client().recordings(recording.sid).fetch().status == "completed"
    callbacks = mock.sink.wait_for(2)
    assert [callback.parameters["RecordingStatus"] for callback in callbacks] == ["in-progress", "completed"]
    assert all(callback.signature_ok for callback in callbacks)
    validator = RequestValidator(mock.auth_token)
    assert validator.validate(mock.sink.url, callbacks[0].parameters, callbacks[0].headers["x-twilio-signature"])
    assert [callback.state for callback in mock.callbacks] == ["delivered", "delivered"]


def test_transition_sends_a_broken_callback_twice(mock: MockTwilio) -> None:
    mock.recordings.add(id="mine", status="processing", callback=mock.sink.url)
    changes = mock.recordings.transition(
        "mine", "completed", callback={"event": "completed", "times": 2, "signature": "wrong", "drop": ["CallSid"]}
    )
    expected = "completed, callback completed (twice, signed with another token, without CallSid)"
    assert [event.what for event in changes if event.kind == "step"] == [expected]
    first, again = mock.sink.wait_for(2)
    assert (first.signature_ok, "CallSid" in first.parameters) == (False, False)
    assert first.headers["i-twilio-idempotency-token"] == again.headers["i-twilio-idempotency-token"]


def test_added_recording_has_steps_of_its_call(mock: MockTwilio) -> None:
    steps: list[TimelineStep] = [{"status": "completed"}, {"after": "20s", "call": "completed"}]
    recording = mock.recordings.add(id="mine", timeline=steps)
    call = mock.client().calls(recording.document["call_sid"])
    assert call.fetch().status == "in-progress"
    mock.clock.advance("20s")
    assert call.fetch().status == "completed"


def test_transition_sets_fields_and_sends_callback_when_requested(mock: MockTwilio) -> None:
    recording = mock.recordings.add(status="completed", callback=mock.sink.url, status_callback_event=["completed"])
    assert recording.handle == "recording-1"
    count = len(mock.sink.received)
    mock.recordings.transition(recording, duration=3)
    assert len(mock.sink.received) == count
    mock.recordings.transition(recording, callback="completed")
    assert mock.sink.received[-1].parameters["RecordingDuration"] == "3"


def test_step_runs_next_step_of_timeline(mock: MockTwilio) -> None:
    mock.scenario.arm(SCENARIO)
    (event, *_) = mock.recordings.step("late")
    assert (event.subject, event.what) == ("late", "completed")
    mock.recordings.step("late")
    with pytest.raises(ControlError, match="has no waiting timeline"):
        mock.recordings.step("late")


@pytest.mark.parametrize("reference", ["nobody", "RE" + "0" * 32, "ü/ö?", "RE0"])
def test_unknown_recording_raises_control_error(mock: MockTwilio, reference: str) -> None:
    for operation in (
        mock.recordings.get,
        mock.recordings.step,
        lambda handle: mock.recordings.transition(handle, "completed"),
    ):
        with pytest.raises(ControlError) as exc_info:
            operation(reference)
        assert exc_info.value.status == 404


class OwnDatetime(datetime):
    """A class as pendulum has it, which the encoder of JSON does not know."""


def test_dates_may_be_of_a_derived_class(mock: MockTwilio) -> None:
    day = OwnDatetime(2025, 12, 31, tzinfo=UTC)
    sid = mock.recordings.add(status="completed", date_created=day).sid
    assert mock.client().recordings(sid).fetch().date_created == day
    mock.clock.move_to(OwnDatetime(2026, 2, 1, tzinfo=UTC))
    assert mock.clock.now() == datetime(2026, 2, 1, tzinfo=UTC)


def test_value_that_is_no_json_is_refused(mock: MockTwilio) -> None:
    with pytest.raises(TypeError, match=r"^expected a value that JSON has, found an object of class object\.$"):
        mock.recordings.add(date_created=object())  # type: ignore[arg-type]  # a mistake


def test_adding_existing_or_invalid_recording_raises_control_error(mock: MockTwilio) -> None:
    mock.recordings.add(id="mine")
    with pytest.raises(ControlError, match="recording 'mine' exists already"):
        mock.recordings.add(id="mine")
    with pytest.raises(ControlError, match=r"recordings\[0\].status"):
        mock.recordings.add(status="done")  # type: ignore[arg-type]  # a mistake


def test_scenario_is_armed_signalled_and_disarmed(mock: MockTwilio) -> None:
    assert mock.scenario.show() == {}
    mock.scenario.arm({**SCENARIO, "expect": [{"op": "list_recordings", "min": 1}]})
    assert mock.scenario.show()["recordings"][0]["id"] == "late"
    assert [expectation.is_met for expectation in mock.scenario.expectations()] == [False]
    list_sids(mock, limit=1)
    assert [expectation.is_met for expectation in mock.scenario.expectations()] == [True]
    events = mock.scenario.signal("finish", mock.recordings.get("late"))
    assert [event.kind for event in events] == ["signal", "step"]
    assert mock.scenario.signal("again", "late")[0].what == "again"
    assert mock.scenario.events(since=events[1].serial)[0] == events[1]
    mock.scenario.disarm()
    assert mock.state().scenario is None
    mock.scenario.arm("happy-path")
    assert mock.state().scenario == "happy-path"
    with pytest.raises(ScenarioError, match="expected a known key"):
        mock.scenario.arm({"recrdings": []})
    assert mock.state().scenario == "happy-path"


def test_fault_applies_inside_with_block(mock: MockTwilio) -> None:
    client = mock.client()
    with mock.faults("list_recordings", status=503, code=20503, times=2) as fault:
        for _ in range(2):
            with pytest.raises(TwilioException, match="20503"):
                client.recordings.list(limit=1)
        assert len(list_sids(mock, limit=1)) == 1
        assert fault.applied == 2
    assert mock.faults.list() == ()


def test_fault_accepts_conditions_of_when(mock: MockTwilio) -> None:
    mock.faults(when={"page": 1}, status=500)
    mock.faults("fetch_recording", when={"every": 2}, status=500, ttl="1h")
    assert len(list_sids(mock, limit=10, page_size=10)) == 10
    with pytest.raises(TwilioException, match="HTTP 500"):
        list_sids(mock, limit=20, page_size=10)
    mock.faults.disarm()
    assert mock.faults.list() == ()
    with pytest.raises(ControlError, match="no rule 0"):
        mock.faults.disarm(0)
    with pytest.raises(ControlError, match="Did you mean list_recordings"):
        mock.faults("list_recording", status=500)  # type: ignore[arg-type]  # a mistake


def test_fault_starts_and_ends_and_answers_with_headers(mock: MockTwilio) -> None:
    portal = {"Location": "http://127.0.0.1:9/login"}
    mock.faults(
        "list_recordings", when={"method": "GET"}, status=302, headers=portal, after="5s", until={"requests": 1}
    )
    mock.faults.sequence("fetch_recording", 500, after={"signal": "break"}, until={"signal": "mend"}, ttl=None)
    assert len(list_sids(mock, limit=1)) == 1
    mock.clock.advance("5s")
    with pytest.raises(TwilioException, match="302"):
        list_sids(mock, limit=1)
    (sid,) = list_sids(mock, limit=1)
    mock.scenario.signal("break")
    with pytest.raises(TwilioException, match="500"):
        mock.client().recordings(sid).fetch()
    mock.scenario.signal("mend")
    assert mock.client().recordings(sid).fetch().sid == sid


def test_reset_removes_faults_and_later_faults_stay(mock: MockTwilio) -> None:
    with mock.faults("list_recordings", status=503) as fault:
        mock.reset()
        mock.faults("fetch_recording", status=500)
        assert fault.applied == 0
    assert len(mock.faults.list()) == 1


def test_fault_that_was_never_applied_fails_at_the_end_of_with(mock: MockTwilio) -> None:
    with pytest.raises(UnusedFaultError) as caught, mock.faults("list_recordings", when={"page": 3}, status=503):
        list_sids(mock, limit=1)
    message = str(caught.value)
    assert "0: {" in message
    assert "applied to 0 of 0" in message
    assert f"0: GET /2010-04-01/Accounts/{mock.account_sid}/Recordings.json?PageSize=1 200" in message
    assert message.endswith("Pass optional=True if a fault need not be applied.")
    assert mock.faults.list() == ()


def test_sequence_that_answered_nothing_fails_at_the_end_of_with(mock: MockTwilio) -> None:
    with pytest.raises(UnusedFaultError, match="fetch_recording"), mock.faults.sequence("fetch_recording", "ok", 500):
        pass
    with mock.faults.sequence("list_recordings", "ok", 500):
        list_sids(mock, limit=1)
    rules: list[FaultRule] = [
        {"when": {"op": "list_calls"}, "then": {"status": 500}},
        {"when": {"op": "list_recordings"}, "then": {"status": 500}},
    ]
    with pytest.raises(UnusedFaultError) as caught, mock.faults.arm(faults=rules), pytest.raises(TwilioException):
        list_sids(mock, limit=1)
    assert "list_calls" in str(caught.value)
    assert "list_recordings" not in str(caught.value).partition("\nLast requests")[0]


def test_unused_fault_is_accepted_if_optional_or_by_chance_or_after_a_failure(mock: MockTwilio) -> None:
    with mock.faults("list_calls", status=500, optional=True):
        pass
    with mock.faults.sequence("list_calls", 500, optional=True):
        pass
    with mock.faults("list_calls", status=500, probability=0.5):
        pass
    with pytest.raises(KeyError, match="mine"), mock.faults("list_calls", status=500):
        raise KeyError("mine")


def test_recordings_arrive_until_they_are_stopped(mock: MockTwilio) -> None:
    mock.clock.freeze()
    added = mock.arrivals(every="1m", duration="30s", mix={"completed": 1})
    assert (added.arrived, added.next is None) == (0, False)
    assert len(mock.clock.advance("3m")) == 3
    assert [rule.arrived for rule in mock.arrivals.list()] == [3]
    assert [recording.duration for recording in mock.client().recordings.list(limit=3)] == ["30"] * 3
    arrived = list_sids(mock, limit=3)
    mock.arrivals.stop(added.number)
    mock.arrivals.stop()
    mock.clock.advance("1h")
    assert list_sids(mock, limit=3) == arrived
    with pytest.raises(ControlError, match="every or rate"):
        mock.arrivals()


def test_limit_refuses_requests_until_the_end_of_with(mock: MockTwilio) -> None:
    after = {"requests": 1}
    with mock.faults.limit("list_recordings", requests=1, per="1h", when={"page": 0}, after=after, ttl="1h") as limit:
        list_sids(mock, limit=1)  # the limit starts after this one
        list_sids(mock, limit=1)
        with pytest.raises(TwilioException):
            list_sids(mock, limit=1)
    assert limit.applied == 1
    assert len(list_sids(mock, limit=1)) == 1
    with pytest.raises(UnusedFaultError, match='"concurrent":9'), mock.faults.limit(concurrent=9):
        list_sids(mock, limit=1)


def test_sequence_answers_in_order(mock: MockTwilio) -> None:
    sid = list_sids(mock, limit=1)[0]
    mock.faults.sequence("fetch_recording", 500, {"status": 429, "retry_after": 1}, "ok")
    client, found = mock.client(), []
    for _ in range(4):
        try:
            found.append(client.recordings(sid).fetch().sid == sid)
        except TwilioRestException as error:
            found.append(error.status)
    assert found == [500, 429, True, True]


def test_configured_route_delivers_to_sink_until_it_is_removed(mock: MockTwilio) -> None:
    public = "https://app.example.com/hook"
    mock.configure(auth="any", routes={"https://app.example.com": mock.sink.origin})
    mock.configure(wire="twilio")
    mock.recordings.add(status="completed", callback=public)
    (received,) = mock.sink.wait_for()
    assert (received.path, received.signature_ok) == ("/hook", True)
    (callback,) = mock.callbacks
    assert (callback.url, callback.route) == (public, mock.sink.origin)
    mock.configure(routes=None)
    assert mock.callbacks.list()[0].route is None
    with pytest.raises(ControlError, match=r"routes: expected a route to a loopback, private or allowed host, found"):
        mock.configure(routes={"https://app.example.com": "http://8.8.8.8"})


def test_callback_is_redelivered(mock: MockTwilio) -> None:
    mock.sink.answer_with(500)
    mock.recordings.add(status="completed", callback=mock.sink.url)
    number = mock.callbacks.list()[0].number
    assert len(mock.callbacks) == 1
    redelivery = mock.callbacks.redeliver(number)
    assert [attempt.status for attempt in redelivery.attempts] == [204]
    assert len(mock.sink.received) == 2
    assert redelivery.state == "delivered"
    with pytest.raises(ControlError, match="no callback 9"):
        mock.callbacks.redeliver(9)


def test_assert_called_counts_matching_requests(mock: MockTwilio) -> None:
    mock.requests.assert_not_called("list_recordings")
    list_sids(mock, limit=40, page_size=20)
    mock.requests.assert_called("list_recordings", exactly=2)
    mock.requests.assert_called(op="list_recordings", query={"PageSize": "20"}, min=2, max=2)
    mock.requests.assert_called(method="GET", path="*/Recordings.json")
    with pytest.raises(AssertionError) as exc_info:
        mock.requests.assert_called("list_recordings", query={"PageSize": "50"})
    assert "PageSize" in str(exc_info.value)
    assert "found 0" in str(exc_info.value)
    assert "20" in str(exc_info.value), "the message names the near misses"
    with pytest.raises(AssertionError, match="found 2"):
        mock.requests.assert_not_called("list_recordings")
    assert mock.requests.verify("fetch_recording").is_met is False
    with pytest.raises(ControlError, match="Did you mean list_recordings"):
        mock.requests.assert_called("list_recording")  # type: ignore[arg-type]  # a mistake
    with pytest.raises(ControlError, match="expected some of op"):
        mock.requests.assert_called("list_recordings", qery={})  # type: ignore[call-arg]  # a mistake


def test_requests_are_listed_shown_and_cleared(mock: MockTwilio) -> None:
    list_sids(mock, limit=40, page_size=20)
    assert [request.operation for request in mock.requests] == ["list_recordings"] * 2
    assert len(mock.requests) == 2
    assert [request.number for request in mock.requests.listed(1).requests] == [1]
    assert mock.auth_token not in str(mock.requests.all())
    command = mock.requests.curl(0)
    assert command.startswith("curl")
    assert mock.auth_token not in command
    entries = mock.requests.har()["log"]["entries"]
    assert [entry["response"]["status"] for entry in entries] == [200, 200]
    mock.requests.clear()
    assert mock.requests.all() == []
    with pytest.raises(ControlError, match="Expected the number of a request"):
        mock.requests.curl(0)


def test_wait_for_waits_until_requests_arrive(mock: MockTwilio) -> None:
    worker = threading.Thread(target=list_sids, args=(mock,), kwargs={"limit": 40, "page_size": 20})
    worker.start()
    mock.requests.wait_for("list_recordings", count=2)
    worker.join()
    mock.requests.wait_for(count=2)
    with pytest.raises(AssertionError, match="found 0"):
        mock.requests.wait_for("delete_recording", timeout=0.05)


def test_doctor_reports_bad_habits(mock: MockTwilio) -> None:
    list_sids(mock, limit=40, page_size=20)
    mock.doctor.assert_clean()
    assert mock.doctor.examine().is_clean
    requests.get(f"{mock.url}/Recordings.json?Page=1&PageSize=5", auth=mock.auth, timeout=5)
    with pytest.raises(AssertionError, match="without a PageToken"):
        mock.doctor.assert_clean()
    rules = tuple(finding.rule for finding in mock.doctor.examine().findings)
    mock.doctor.assert_clean(ignore=rules)


def test_rollback_restores_snapshot(mock: MockTwilio) -> None:
    before = list_sids(mock, limit=50)
    assert mock.snapshot().name == "latest"
    assert mock.snapshot("mine").at == "2026-01-01T00:00:00Z"
    delete_newest_recording(mock)
    mock.clock.advance("1h")
    assert list_sids(mock, limit=50) != before
    assert mock.rollback().clock.now == "2026-01-01T00:00:00Z"
    assert list_sids(mock, limit=50) == before
    mock.recordings.add()
    mock.rollback("mine")
    assert list_sids(mock, limit=50) == before
    with pytest.raises(ControlError, match="no snapshot 'other'"):
        mock.rollback("other")
    mock.recordings.add()
    assert mock.reset().created == 0
    assert mock.requests.all() == []


def test_corpus_returns_recordings_by_index(mock: MockTwilio) -> None:
    newest = mock.corpus.generate_recording(mock.corpus.count - 1)
    assert newest.sid in list_sids(mock, limit=3)
    assert mock.corpus is mock.corpus
    mock.scenario.arm({"corpus": {"count": 5}})
    assert mock.corpus.count == 5


def test_leaving_account_freezes_clock(server: MockServer) -> None:
    with server.account("AC" + "5" * 32) as mock:
        mock.clock.run()
        mock.sink.answer_with(500)
        mock.recordings.add(status="completed", callback=mock.sink.url)
    assert mock.clock.show().mode == "frozen"


def test_leaving_account_succeeds_when_server_is_unreachable() -> None:
    with MockServer() as server, server.account("AC" + "6" * 32) as mock:
        assert mock.sink.received == []
        server.connection.server_url = "http://127.0.0.1:1"


class CallerLoopReceiver(asyncio.Protocol):
    """A receiver on the caller's own event loop."""

    def __init__(self, received: list[bytes]) -> None:
        self.received = received

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received.append(data)
        if b"RecordingStatus=" not in data:
            return  # only the head has arrived
        self.transport.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        self.transport.close()


def test_advance_async_lets_callers_event_loop_receive_callbacks(mock: MockTwilio) -> None:
    async def main() -> list[bytes]:
        received: list[bytes] = []
        loop = asyncio.get_running_loop()
        receiver = await loop.create_server(lambda: CallerLoopReceiver(received), "127.0.0.1", 0)
        port = receiver.sockets[0].getsockname()[1]
        steps: list[TimelineStep] = [{"after": {"time": "5s"}, "status": "completed"}]
        mock.recordings.add(timeline=steps, callback=f"http://127.0.0.1:{port}/told")
        events = await mock.clock.advance_async("6s")
        assert [event.kind for event in events] == ["step", "callback"]
        receiver.close()
        return received

    assert b"RecordingStatus=completed" in b"".join(asyncio.run(main()))
    assert [callback.state for callback in mock.callbacks] == ["delivered"]


def test_mock_serves_in_process_over_asgi() -> None:
    mock = MockTwilio(count=10, mix="completed=1,conference=0")

    async def main() -> int:
        transport = httpx.ASGITransport(app=mock.server.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://recmock", auth=mock.auth) as client:
            answer = await client.get(f"/2010-04-01/Accounts/{mock.account_sid}/Recordings.json")
            return len(answer.json()["recordings"])

    assert asyncio.run(main()) == 10


class UnittestUsage(unittest.TestCase):
    """A test class without pytest."""

    server: MockServer

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = cls.enterClassContext(MockServer(count=5))

    def setUp(self) -> None:
        self.mock = self.enterContext(self.server.account("AC" + self.id().encode()[-16:].hex()))

    def test_account_has_corpus_and_empty_journal(self) -> None:
        self.assertEqual(self.mock.corpus.count, 5)  # noqa: PT009
        self.assertEqual(self.mock.requests.all(), [])  # noqa: PT009

    def test_each_test_has_its_own_account(self) -> None:
        self.mock.client().recordings.list()
        self.mock.requests.assert_called("list_recordings", exactly=1)


def test_wrong_control_token_raises_control_error() -> None:
    from mockserver.app import create_app
    from mockserver.mock import Mock
    from mockserver.server.listener import BackgroundServer
    from tests.harness import make_settings

    with BackgroundServer(create_app(Mock(make_settings(), control_token="secret"))) as background:
        with MockServer(url=background.base_url, token="other") as server, pytest.raises(ControlError) as exc_info:
            server.account().state()
        assert (exc_info.value.status, "bearer token" in str(exc_info.value)) == (401, True)
        with MockServer(url=f"{background.base_url}/", token="secret") as server:
            assert server.account("AC" + "7" * 32).auth_token == derive_auth_token("0", "AC" + "7" * 32)


class StatusHandler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(int(self.path.rpartition("/")[2]))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


def test_server_that_is_not_a_mock_raises_control_error() -> None:
    with HTTPServer(("127.0.0.1", 0), StatusHandler) as http_server:
        threading.Thread(target=http_server.serve_forever, args=(0.01,), daemon=True).start()
        connection = ControlConnection(f"http://127.0.0.1:{http_server.server_port}")
        with pytest.raises(ControlError, match="answered 404: it is not a recmock"):
            connection.request("GET", "/404", dict[str, str])
        with pytest.raises(ControlError, match=r"expected a recmock server at .*, found something else"):
            connection.request("GET", "/200", dict[str, str])
        connection.close()
        http_server.shutdown()
    with pytest.raises(ControlError, match="found none: ConnectionError"):
        connection.request("GET", "/health", dict[str, str])
    connection.close()


def test_callback_of_scripted_recording_uses_server_address() -> None:
    with Sink() as sink, MockTwilio(scenario="happy-path", status_callback=sink.url) as mock:
        mock.recordings.step("happy")
        mock.recordings.step("happy")
        (callback,) = sink.wait_for(1)
        assert callback.parameters["RecordingUrl"].startswith(f"{mock.url}/Recordings/RE")
        assert requests.get(callback.parameters["RecordingUrl"] + ".mp3", auth=mock.auth, timeout=10).status_code == 200


def test_applied_count_outlives_the_rules(mock: MockTwilio) -> None:
    with mock.faults("list_recordings", status=503, times=2) as faults:
        for _ in range(3):
            requests.get(f"{mock.url}/Recordings.json", auth=mock.auth, timeout=5)
    assert faults.applied == 2
    with mock.faults("list_recordings", status=503) as faults:
        requests.get(f"{mock.url}/Recordings.json", auth=mock.auth, timeout=5)
        assert faults.applied == 1
        mock.reset()
    assert faults.applied == 1


def test_added_recording_sends_the_events_that_twilio_sends_by_default(mock: MockTwilio) -> None:
    recording = mock.recordings.add(status="in-progress", callback=mock.sink.url)
    mock.recordings.transition(recording, "completed", duration=3)
    (received,) = mock.sink.wait_for(1)
    assert received.parameters["RecordingStatus"] == "completed"
    mock.recordings.add(status="absent", callback=mock.sink.url, status_callback_event=["absent"])
    assert [received.parameters["RecordingStatus"] for received in mock.sink.received] == ["completed", "absent"]


def test_sink_has_headers_in_any_case_and_the_url(mock: MockTwilio) -> None:
    mock.recordings.add(status="completed", callback=f"{mock.sink.url}?a=1")
    (received,) = mock.sink.received
    assert received.headers["X-Twilio-Signature"] == received.headers["x-twilio-signature"]
    assert received.headers.get("USER-AGENT") == "TwilioProxy/1.1"
    assert received.headers.get("X-None", "missing") == "missing"
    assert "X-Twilio-Signature" in received.headers
    assert received.url == f"{mock.sink.url}?a=1"
    assert RequestValidator(mock.auth_token).validate(
        received.url, received.parameters, received.headers["X-Twilio-Signature"]
    )


def test_repeated_field_is_compared_with_a_list(mock: MockTwilio) -> None:
    events = ["in-progress", "completed"]
    mock.client().calls("CA" + "1" * 32).recordings.create(
        recording_status_callback="http://localhost:1/", recording_status_callback_event=events
    )
    name = "RecordingStatusCallbackEvent"
    mock.requests.assert_called("create_call_recording", form={name: events})
    mock.requests.assert_called("create_call_recording", form={name: "completed", "Nothing": []})
    with pytest.raises(AssertionError, match=f"form {name}: expected completed, found in-progress, completed"):
        mock.requests.assert_called(form={name: ["completed"]})
    mock.requests.assert_not_called(form={name: []})
    requests.get(f"{mock.url}/Recordings.json?a=1&a=2", auth=mock.auth, timeout=5)
    mock.requests.assert_called(query={"a": ["1", "2"]})


def test_client_without_twilio_names_what_to_install(mock: MockTwilio, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("twilio.http.http_client", "twilio.http.async_http_client"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ModuleNotFoundError, match=r"run `pip install twilio`"):
        mock.client()

    async def main() -> None:
        async with mock.async_client():
            raise AssertionError("there is no client")

    with pytest.raises(ModuleNotFoundError, match=r"run `pip install twilio`"):
        asyncio.run(main())
