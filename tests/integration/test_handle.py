"""The handle that tests hold: `MockTwilio` on a server of its own, on a running one, and in process."""

import asyncio
import json
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

from generators.seeds import auth_token, demo_account_sid, derive
from mockserver.control.client.connection import ControlError, Line
from mockserver.rest.auth import DeclaredAccount
from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.settings import SettingsError
from mockserver.testing.handles import MockServer, MockTwilio
from mockserver.testing.sink import Sink
from scenarios.model import Scenario
from scenarios.problems import ScenarioError

SCRIPTED = {
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


@pytest.fixture(scope="module")
def server() -> Iterator[MockServer]:
    with MockServer() as server:
        yield server


@pytest.fixture
def mock(server: MockServer, request: pytest.FixtureRequest) -> Iterator[MockTwilio]:
    sid = "AC" + derive("tests", "account of test", request.node.nodeid)[:16].hex()
    with server.account(sid) as mock:
        yield mock


def delete_one(mock: MockTwilio) -> str:
    """Delete the newest recording that can be, and return its SID."""
    found = mock.client().recordings.list(limit=50)
    recording = next(each for each in found if each.status == "completed")
    assert recording.delete()
    sid: str = recording.sid
    return sid


def sids(mock: MockTwilio, **query: Any) -> list[str]:
    return [recording.sid for recording in mock.client().recordings.list(**query)]


def test_a_failing_tests_report_names_the_account_and_its_server(mock: MockTwilio) -> None:
    assert repr(mock) == f"<MockTwilio {mock.account_sid} at {mock.base_url}>"
    assert repr(MockTwilio()) == f"<MockTwilio {demo_account_sid('0')} at no server>"


def test_clients_share_connections_and_nothing_else(mock: MockTwilio) -> None:
    one, other = mock.client().http_client.session, mock.client().http_client.session
    one.headers["X-Own"] = "1"
    one.cookies["own"] = "1"
    one.hooks["response"].append(print)
    one.params["own"] = one.proxies["own"] = "1"
    one.mount("https://elsewhere", one.adapters["http://"])
    assert one.adapters["http://"] is other.adapters["http://"]
    fresh = requests.Session()
    assert [*other.headers.items()] == [*fresh.headers.items()]
    assert [*other.cookies, *other.params, *other.proxies, *other.hooks["response"]] == []
    assert [*other.adapters] == [*fresh.adapters]


def test_a_mock_runs_inside_with() -> None:
    mock = MockTwilio(count=3, seed="mine")
    for use in (mock.state, lambda: mock.base_url, lambda: mock.url, mock.client, lambda: mock.requests.all()):
        with pytest.raises(ControlError, match="expected a server that runs, found one that does not: use it inside"):
            use()
    with mock:
        assert mock.auth == (demo_account_sid("mine"), auth_token("mine", demo_account_sid("mine")))
        assert len(sids(mock)) <= 3
        where = mock.base_url
        assert threading.active_count() >= 2
    with pytest.raises(ControlError, match="one that does not"):
        mock.state()
    with pytest.raises(requests.ConnectionError):
        requests.get(where, timeout=5)


def test_a_mock_that_runs_again_begins_anew() -> None:
    mock = MockTwilio()
    with mock:
        delete_one(mock)
        before = mock.sink.url
        gone = mock.state()
    with mock:
        assert mock.state() != gone
        assert mock.state().requests == 0
        assert mock.sink.received == []
        requests.post(mock.sink.url, timeout=5)
        assert (before == mock.sink.url) or len(mock.sink.received) == 1


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of aiohttp, for twilio-python
def test_an_async_mock() -> None:
    async def main() -> int:
        async with MockTwilio(count=30) as mock, mock.async_client() as client:
            return len(await client.recordings.list_async(page_size=10))

    assert asyncio.run(main()) > 20


def test_two_mocks_never_see_each_other() -> None:
    with MockTwilio() as one, MockTwilio() as other:
        assert one.account_sid == other.account_sid
        delete_one(one)
        assert sids(one, limit=50) != sids(other, limit=50)


def test_accounts_of_a_server_never_see_each_other(server: MockServer) -> None:
    one, other = server.account("AC" + "1" * 32), server.account("AC" + "2" * 32)
    with one, other:
        one.clock.advance("1h")
        delete_one(one)
        assert other.state().requests == 0
        assert other.clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    assert one.state().requests == 2, "the server runs on"
    assert server.account().account_sid == demo_account_sid("0")


def test_entering_an_account_starts_no_other_server(server: MockServer) -> None:
    before = threading.active_count(), server.base_url
    with server.account("AC" + "3" * 32) as mock:
        mock.state()
        assert before == (threading.active_count(), mock.base_url)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"cout": 3}, "expected a setting of `recmock serve`, found 'cout'. Did you mean count?"),
        ({"clock": "fast"}, "clock: expected real, frozen, or a rate"),
        ({"wire": "xml"}, "wire: expected one of auto, twilio, schema, found 'xml'."),
    ],
)
def test_wrong_settings_are_told(settings: dict[str, Any], expected: str) -> None:
    with pytest.raises(SettingsError) as raised:
        MockTwilio(**settings)
    assert expected in str(raised.value)


def test_settings_are_values_or_texts(tmp_path: Path) -> None:
    texts = MockServer(wire="schema", clock="60x", now="2025-01-01", data_dir=str(tmp_path)).settings
    assert (texts.wire, texts.clock.rate, texts.now, texts.data_dir) == (WireSetting.SCHEMA, 60, 1735689600, tmp_path)
    assert MockServer(wire=WireSetting.SCHEMA, count=5).settings.count == 5


def test_the_data_dir_is_the_environments(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECMOCK_DATA_DIR", str(tmp_path))
    assert MockServer().settings.data_dir == tmp_path
    assert MockServer(count=3).settings.data_dir == tmp_path


def test_a_server_that_runs_takes_no_settings(server: MockServer) -> None:
    for said in ({"count": 3}, {"scenario": "late-webhook"}):
        with pytest.raises(TypeError, match="expected a server, or a scenario and settings for a new one, found both"):
            MockTwilio(server=server, **said)


@pytest.mark.parametrize("form", ["text", "value"])
def test_a_declared_accounts_token_is_its_own(form: str) -> None:
    sid = "AC" + "4" * 32
    declared = {"text": f"{sid}:secret", "value": (DeclaredAccount(sid, "secret"),)}[form]
    with MockTwilio(account_sid=sid, account=declared, auth="strict") as mock:
        assert mock.auth == (sid, "secret")
        assert len(sids(mock, limit=2)) == 2


@pytest.mark.parametrize("form", ["name", "mapping", "object", "file"])
def test_a_scenario_is_played_in_every_account(form: str, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(json.dumps(SCRIPTED))
    given: dict[str, Any] = {
        "name": "late-webhook",
        "mapping": SCRIPTED,
        "file": tmp_path / "mine.json",
        "object": Scenario(name="x"),
    }
    with MockTwilio(scenario=given[form]) as mock:
        assert mock.state().scenario == {"name": "late-webhook", "mapping": "scenario", "file": "mine"}.get(form, "x")


def test_a_client_follows_pages_and_reads_dates(mock: MockTwilio) -> None:
    found = mock.client().recordings.list(limit=120, page_size=50)
    assert len({recording.sid for recording in found}) == 120
    assert all(recording.date_created.year == 2025 for recording in found)
    assert mock.url == f"{mock.base_url}/2010-04-01/Accounts/{mock.account_sid}"
    answer = requests.get(f"{mock.url}/Recordings/{found[0].sid}.json", auth=mock.auth, timeout=5)
    assert answer.json()["sid"] == found[0].sid


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of aiohttp, for twilio-python
def test_an_async_client_leaves_nothing_open(mock: MockTwilio) -> None:
    async def main() -> list[str]:
        async with mock.async_client() as client:
            return [recording.sid for recording in await client.recordings.list_async(limit=40, page_size=20)]

    assert sids(mock, limit=40) == asyncio.run(main())


@pytest.mark.parametrize("by", ["1h30m", 5400, 5400.0, timedelta(minutes=90)])
def test_a_clock_advances_by_any_length(mock: MockTwilio, by: Any) -> None:
    assert mock.clock.advance(by) == ()
    assert mock.clock.now() == datetime(2026, 1, 1, 1, 30, tzinfo=UTC)
    assert mock.clock.show().now == "2026-01-01T01:30:00Z"


def test_a_clock_moves_to_instants(mock: MockTwilio) -> None:
    mock.clock.move_to("2026-01-02")
    mock.clock.move_to(datetime(2026, 1, 3))  # noqa: DTZ001 - without a zone it is UTC
    mock.clock.move_to(datetime(2026, 1, 4, tzinfo=UTC))
    assert mock.clock.now() == datetime(2026, 1, 4, tzinfo=UTC)
    with pytest.raises(ControlError, match="time does not go back"):
        mock.clock.move_to("2026-01-01")


def test_a_clock_runs_and_stands_still(mock: MockTwilio) -> None:
    mock.clock.run()
    assert mock.clock.show().mode == "real"
    mock.clock.run(1000)
    assert (mock.clock.show().mode, mock.clock.show().rate) == ("scaled", 1000)
    mock.clock.freeze()
    assert mock.clock.show().mode == "frozen"


@pytest.mark.parametrize("by", [-1, -0.5, timedelta(seconds=-1), float("nan"), float("inf")])
def test_time_does_not_go_back(mock: MockTwilio, by: Any) -> None:
    with pytest.raises(ValueError, match="expected a length of time"):
        mock.clock.advance(by)


def test_a_length_that_is_none_is_told(mock: MockTwilio) -> None:
    with pytest.raises(ControlError, match=r"answered 400: .*advance"):
        mock.clock.advance("soon")
    assert mock.clock.advance(0) == ()


@pytest.mark.parametrize("form", ["handle", "sid", "view"])
def test_a_recording_goes_through_statuses(mock: MockTwilio, form: str) -> None:
    added = mock.recordings.add(id="mine", status="in-progress", callback=mock.sink.url)
    named: Any = {"handle": "mine", "sid": added.sid, "view": added}[form]
    assert (added.handle, added.status, added.in_flight) == ("mine", "processing", "in-progress")
    events = mock.recordings.transition(named, "completed", duration=12)
    assert [event.kind for event in events] == ["step", "callback"]
    assert mock.recordings.get(named).document["duration"] == "12"
    assert mock.client().recordings(added.sid).fetch().status == "completed"
    told = mock.sink.wait_for(2)
    assert [each.parameters["RecordingStatus"] for each in told] == ["in-progress", "completed"]
    assert all(each.signature_ok for each in told)
    validator = RequestValidator(mock.auth_token)
    assert validator.validate(mock.sink.url, told[0].parameters, told[0].headers["x-twilio-signature"])
    assert [each.state for each in mock.callbacks] == ["delivered", "delivered"]


def test_a_transition_sets_fields_and_tells_events(mock: MockTwilio) -> None:
    added = mock.recordings.add(status="completed", callback=mock.sink.url, status_callback_event=["completed"])
    assert added.handle == "recording-1"
    count = len(mock.sink.received)
    mock.recordings.transition(added, duration=3)
    assert len(mock.sink.received) == count
    mock.recordings.transition(added, callback="completed")
    assert mock.sink.received[-1].parameters["RecordingDuration"] == "3"


def test_a_recording_takes_its_next_step(mock: MockTwilio) -> None:
    mock.scenario.arm(SCRIPTED)
    (event, *_) = mock.recordings.step("late")
    assert (event.subject, event.what) == ("late", "completed")
    mock.recordings.step("late")
    with pytest.raises(ControlError, match="expected a recording whose timeline goes on"):
        mock.recordings.step("late")


@pytest.mark.parametrize("named", ["nobody", "RE" + "0" * 32, "ü/ö?", "RE0"])
def test_an_unknown_recording_is_told(mock: MockTwilio, named: str) -> None:
    for use in (mock.recordings.get, mock.recordings.step, lambda each: mock.recordings.transition(each, "completed")):
        with pytest.raises(ControlError) as raised:
            use(named)
        assert raised.value.status == 404


def test_a_recording_that_is_there_is_not_added_again(mock: MockTwilio) -> None:
    mock.recordings.add(id="mine")
    with pytest.raises(ControlError, match="expected a recording that is not there yet, found 'mine'"):
        mock.recordings.add(id="mine")
    with pytest.raises(ControlError, match=r"recordings\[0\].status"):
        mock.recordings.add(status="done")


def test_a_scenario_is_armed_signalled_and_disarmed(mock: MockTwilio) -> None:
    assert mock.scenario.show() == {}
    mock.scenario.arm({**SCRIPTED, "expect": [{"op": "list_recordings", "min": 1}]})
    assert mock.scenario.show()["recordings"][0]["id"] == "late"
    assert [each.is_met for each in mock.scenario.expectations()] == [False]
    sids(mock, limit=1)
    assert [each.is_met for each in mock.scenario.expectations()] == [True]
    happened = mock.scenario.signal("finish", mock.recordings.get("late"))
    assert [each.kind for each in happened] == ["signal", "step"]
    assert mock.scenario.signal("again", "late")[0].what == "again"
    assert mock.scenario.events(since=happened[1].serial)[0] == happened[1]
    mock.scenario.disarm()
    assert mock.state().scenario is None
    mock.scenario.arm("happy-path")
    assert mock.state().scenario == "happy-path"
    with pytest.raises(ScenarioError, match="expected a known key"):
        mock.scenario.arm({"recrdings": []})
    assert mock.state().scenario == "happy-path"


def test_a_fault_strikes_while_it_is_armed(mock: MockTwilio) -> None:
    client = mock.client()
    with mock.faults("list_recordings", status=503, code=20503, times=2) as armed:
        for _ in range(2):
            with pytest.raises(TwilioException, match="20503"):
                client.recordings.list(limit=1)
        assert len(sids(mock, limit=1)) == 1
        assert armed.applied == 2
    assert mock.faults.list() == ()


def test_further_conditions_of_a_fault(mock: MockTwilio) -> None:
    mock.faults(when={"page": 1}, status=500)
    mock.faults("fetch_recording", when={"every": 2}, status=500, ttl="1h")
    assert len(sids(mock, limit=10, page_size=10)) == 10
    with pytest.raises(TwilioException, match="HTTP 500"):
        sids(mock, limit=20, page_size=10)
    mock.faults.disarm()
    assert mock.faults.list() == ()
    with pytest.raises(ControlError, match="no rule 0"):
        mock.faults.disarm(0)
    with pytest.raises(ControlError, match="Did you mean list_recordings"):
        mock.faults("list_recording", status=500)


def test_a_reset_takes_faults_away_and_leaves_others_alone(mock: MockTwilio) -> None:
    with mock.faults("list_recordings", status=503) as armed:
        mock.reset()
        mock.faults("fetch_recording", status=500)
        assert armed.applied == 0
    assert len(mock.faults.list()) == 1


def test_answers_come_in_turn(mock: MockTwilio) -> None:
    sid = sids(mock, limit=1)[0]
    mock.faults.sequence("fetch_recording", 500, {"status": 429, "retry_after": 1}, "ok")
    client, found = mock.client(), []
    for _ in range(4):
        try:
            found.append(client.recordings(sid).fetch().sid == sid)
        except TwilioRestException as raised:
            found.append(raised.status)
    assert found == [500, 429, True, True]


def test_a_callback_is_delivered_again(mock: MockTwilio) -> None:
    mock.sink.answer_with(500)
    mock.recordings.add(status="completed", callback=mock.sink.url)
    number = mock.callbacks.list()[0].number
    assert len(mock.callbacks) == 1
    again = mock.callbacks.redeliver(number)
    assert [each.status for each in again.attempts] == [204]
    assert len(mock.sink.received) == 2
    assert again.state == "delivered"
    with pytest.raises(ControlError, match="no callback 9"):
        mock.callbacks.redeliver(9)


def test_requests_are_asserted(mock: MockTwilio) -> None:
    mock.requests.assert_not_called("list_recordings")
    sids(mock, limit=40, page_size=20)
    mock.requests.assert_called("list_recordings", exactly=2)
    mock.requests.assert_called(op="list_recordings", query={"PageSize": "20"}, min=2, max=2)
    mock.requests.assert_called(method="GET", path="*/Recordings.json")
    with pytest.raises(AssertionError) as raised:
        mock.requests.assert_called("list_recordings", query={"PageSize": "50"})
    assert "PageSize" in str(raised.value)
    assert "found 0" in str(raised.value)
    assert "20" in str(raised.value), "the near misses are told"
    with pytest.raises(AssertionError, match="found 2"):
        mock.requests.assert_not_called("list_recordings")
    assert mock.requests.verify("fetch_recording").is_met is False
    with pytest.raises(ControlError, match="Did you mean list_recordings"):
        mock.requests.assert_called("list_recording")
    with pytest.raises(ControlError, match="expected some of op"):
        mock.requests.assert_called("list_recordings", qery={})


def test_requests_are_listed_shown_and_cleared(mock: MockTwilio) -> None:
    sids(mock, limit=40, page_size=20)
    assert [each.operation for each in mock.requests] == ["list_recordings"] * 2
    assert len(mock.requests) == 2
    assert [each.number for each in mock.requests.listed(1).requests] == [1]
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


def test_requests_are_waited_for(mock: MockTwilio) -> None:
    worker = threading.Thread(target=sids, args=(mock,), kwargs={"limit": 40, "page_size": 20})
    worker.start()
    mock.requests.wait_for("list_recordings", count=2)
    worker.join()
    mock.requests.wait_for(count=2)
    with pytest.raises(AssertionError, match="found 0"):
        mock.requests.wait_for("delete_recording", timeout=0.05)


def test_the_doctor_finds_bad_habits(mock: MockTwilio) -> None:
    sids(mock, limit=40, page_size=20)
    mock.doctor.assert_clean()
    assert mock.doctor.examine().is_clean
    requests.get(f"{mock.url}/Recordings.json?Page=1&PageSize=5", auth=mock.auth, timeout=5)
    with pytest.raises(AssertionError, match="without a PageToken"):
        mock.doctor.assert_clean()
    rules = tuple(finding.rule for finding in mock.doctor.examine().findings)
    mock.doctor.assert_clean(ignore=rules)


def test_a_state_is_kept_and_gone_back_to(mock: MockTwilio) -> None:
    before = sids(mock, limit=50)
    assert mock.snapshot().name == "latest"
    assert mock.snapshot("mine").at == "2026-01-01T00:00:00Z"
    delete_one(mock)
    mock.clock.advance("1h")
    assert sids(mock, limit=50) != before
    assert mock.rollback().clock.now == "2026-01-01T00:00:00Z"
    assert sids(mock, limit=50) == before
    mock.recordings.add()
    mock.rollback("mine")
    assert sids(mock, limit=50) == before
    with pytest.raises(ControlError, match="no snapshot 'other'"):
        mock.rollback("other")
    mock.recordings.add()
    assert mock.reset().created == 0
    assert mock.requests.all() == []


def test_the_corpus_is_known_by_index(mock: MockTwilio) -> None:
    newest = mock.corpus.recording(mock.corpus.count - 1)
    assert newest.sid in sids(mock, limit=3)
    assert mock.corpus is mock.corpus
    mock.scenario.arm({"corpus": {"count": 5}})
    assert mock.corpus.count == 5


def test_a_client_gives_up_callbacks_of_a_test_that_is_over(server: MockServer) -> None:
    with server.account("AC" + "5" * 32) as mock:
        mock.clock.run()
        mock.sink.answer_with(500)
        mock.recordings.add(status="completed", callback=mock.sink.url)
    assert mock.clock.show().mode == "frozen"


def test_a_server_that_has_gone_stops_no_test_from_ending() -> None:
    with MockServer() as server, server.account("AC" + "6" * 32) as mock:
        assert mock.sink.received == []
        server.connection.url = "http://127.0.0.1:1"


class Own(asyncio.Protocol):
    """A receiver on the caller's own event loop."""

    def __init__(self, received: list[bytes]) -> None:
        self.received = received

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received.append(data)
        if b"RecordingStatus=" not in data:
            return  # the head came alone
        self.transport.write(b"HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n")
        self.transport.close()


def test_time_is_moved_while_the_callers_loop_receives(mock: MockTwilio) -> None:
    async def main() -> list[bytes]:
        received: list[bytes] = []
        loop = asyncio.get_running_loop()
        receiver = await loop.create_server(lambda: Own(received), "127.0.0.1", 0)
        port = receiver.sockets[0].getsockname()[1]
        steps = [{"after": {"time": "5s"}, "status": "completed"}]
        mock.recordings.add(timeline=steps, callback=f"http://127.0.0.1:{port}/told")
        events = await mock.clock.advance_async("6s")
        assert [each.kind for each in events] == ["step", "callback"]
        receiver.close()
        return received

    assert b"RecordingStatus=completed" in b"".join(asyncio.run(main()))
    assert [each.state for each in mock.callbacks] == ["delivered"]


def test_in_process_without_a_socket() -> None:
    mock = MockTwilio(count=10, mix="completed=1,conference=0")

    async def main() -> int:
        transport = httpx.ASGITransport(app=mock.server.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://recmock", auth=mock.auth) as client:
            answer = await client.get(f"/2010-04-01/Accounts/{mock.account_sid}/Recordings.json")
            return len(answer.json()["recordings"])

    assert asyncio.run(main()) == 10


class OfUnittest(unittest.TestCase):
    """As those have it who have no pytest."""

    server: MockServer

    @classmethod
    def setUpClass(cls) -> None:
        cls.server = cls.enterClassContext(MockServer(count=5))

    def setUp(self) -> None:
        self.mock = self.enterContext(self.server.account("AC" + self.id().encode()[-16:].hex()))

    def test_recordings_are_listed(self) -> None:
        self.assertEqual(self.mock.corpus.count, 5)  # noqa: PT009
        self.assertEqual(self.mock.requests.all(), [])  # noqa: PT009

    def test_accounts_are_its_own(self) -> None:
        self.mock.client().recordings.list()
        self.mock.requests.assert_called("list_recordings", exactly=1)


def test_a_wrong_token_is_told() -> None:
    from mockserver.app import create_app
    from mockserver.mock import Mock
    from mockserver.server.listener import BackgroundServer
    from tests.harness import corpus_settings

    with BackgroundServer(create_app(Mock(corpus_settings(), control_token="secret"))) as background:
        with MockServer(url=background.base_url, token="other") as server, pytest.raises(ControlError) as raised:
            server.account().state()
        assert (raised.value.status, "bearer token" in str(raised.value)) == (401, True)
        with MockServer(url=f"{background.base_url}/", token="secret") as server:
            assert server.account("AC" + "7" * 32).auth_token == auth_token("0", "AC" + "7" * 32)


class Other(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(int(self.path.rpartition("/")[2]))
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None: ...


def test_other_servers_are_told_from_mocks() -> None:
    with HTTPServer(("127.0.0.1", 0), Other) as other:
        threading.Thread(target=other.serve_forever, args=(0.01,), daemon=True).start()
        line = Line(f"http://127.0.0.1:{other.server_port}")
        with pytest.raises(ControlError, match="answered 404: it is no recmock"):
            line.ask("GET", "/404", dict[str, str])
        with pytest.raises(ControlError, match=r"expected a recmock server at .*, found something else"):
            line.ask("GET", "/200", dict[str, str])
        line.close()
        other.shutdown()
    with pytest.raises(ControlError, match="found none: ConnectionError"):
        line.ask("GET", "/health", dict[str, str])
    line.close()


def test_scripted_recordings_are_told_by_the_servers_own_address() -> None:
    with Sink() as sink, MockTwilio(scenario="happy-path", status_callback=sink.url) as mock:
        mock.recordings.step("happy")
        mock.recordings.step("happy")
        (told,) = sink.wait_for(1)
        assert told.parameters["RecordingUrl"].startswith(f"{mock.url}/Recordings/RE")
        assert requests.get(told.parameters["RecordingUrl"] + ".mp3", auth=mock.auth, timeout=10).status_code == 200
