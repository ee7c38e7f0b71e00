"""Callbacks through the whole stack: subscribed through the API, signed, sent to real receivers, retried."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpcore
import pytest
import requests
from twilio.request_validator import RequestValidator

from generators.seeds import derive_auth_token
from mockserver.mock import Mock
from mockserver.rest.auth import DeclaredAccount
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.settings import Settings
from mockserver.testing.sink import Received, Sink
from scenarios.loading.load import from_objects
from scenarios.model import Scenario
from tests.harness import make_settings
from tests.node_sdk import validate_signatures
from tests.sockets import CALL, LONG_TIMEOUT, LOOPS, RunningServer, run_server

pytestmark = pytest.mark.usefixtures("nothing_is_complained_of")

BOTH_EVENTS = ["in-progress", "completed"]


@pytest.fixture(params=LOOPS)
def on(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    with run_server(request.param) as on:
        yield on


def make_scenario(**fields: Any) -> Scenario:
    return from_objects(fields)


def record_call(running_server: RunningServer, url: str, **more: Any) -> str:
    """Record a call, stop the recording, and return its SID."""
    recordings = running_server.make_client().calls(CALL).recordings
    events = {"recording_status_callback_event": BOTH_EVENTS, **more}
    sid: str = recordings.create(recording_status_callback=url, **events).sid
    recordings(sid).update(status="stopped")
    return sid


def get_statuses(received: list[Received]) -> list[str]:
    return [each.parameters["RecordingStatus"] for each in received]


def get_url(received: Received) -> str:
    return f"http://{received.headers['host']}{received.path}"


def get_signed_parameters(received: Received) -> dict[str, str]:
    return received.parameters if received.method == "POST" else {}


def is_signature_valid(received: Received, token: str) -> bool:
    found = received.headers["x-twilio-signature"]
    return bool(RequestValidator(token).validate(get_url(received), get_signed_parameters(received), found))


def are_signatures_valid_in_node(received: list[Received], token: str) -> bool:
    cases = [(get_url(each), get_signed_parameters(each), each.headers["x-twilio-signature"]) for each in received]
    return all(validate_signatures(cases, token))


# -- who is told, of what, and how ------------------------------------------------------------------


@pytest.mark.parametrize("events", [BOTH_EVENTS, ["in-progress completed"], ["completed", "in-progress"]])
def test_callbacks_arrive_in_order_when_events_are_repeated_or_space_separated(
    on: RunningServer, sink: Sink, events: list[str]
) -> None:
    sid = record_call(on, sink.url, recording_status_callback_event=events)
    assert get_statuses(sink.wait_for(1)) == ["in-progress"]
    on.post_control("clock", {"advance": "2s"})
    received = sink.wait_for(2)
    assert get_statuses(received) == BOTH_EVENTS
    assert [sid] * 2 == [each.parameters["RecordingSid"] for each in received]
    assert "RecordingDuration" not in received[0].parameters
    assert received[1].parameters["RecordingDuration"] == "1"


def test_only_completed_callback_is_sent_when_no_events_are_given(on: RunningServer, sink: Sink) -> None:
    record_call(on, sink.url, recording_status_callback_event=[])
    on.post_control("clock", {"advance": "2s"})
    assert get_statuses(sink.received) == ["completed"]


DEMO_SID = Mock(make_settings()).demo.sid
DERIVED_TOKEN = derive_auth_token("0", DEMO_SID)
DECLARED_SETTINGS = make_settings(account=(DeclaredAccount(sid=DEMO_SID, token="declared", parent=None),))


@pytest.mark.parametrize(
    ("settings", "username", "secret", "token", "signer"),
    [
        (DECLARED_SETTINGS, DEMO_SID, "declared", "declared", "the account's declared auth token"),
        (DECLARED_SETTINGS, DEMO_SID, "another", "declared", "the account's declared auth token"),
        (make_settings(), DEMO_SID, "my own", "my own", "the auth token that made the subscription"),
        (make_settings(), "SK" + "2" * 32, "secret", DERIVED_TOKEN, "the account's derived auth token"),
        (make_settings(), "AC" + "9" * 32, "parent's", DERIVED_TOKEN, "the account's derived auth token"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_both_sdk_validators_accept_signature_of_bound_token(
    sink: Sink, settings: Settings, username: str, secret: str, token: str, signer: str, method: str
) -> None:
    with run_server(settings=settings) as on:
        client = on.make_client(username, secret)
        for number, query in enumerate(["", "?a=1&b=two%20words", "?", "?empty=", "#rc=1"]):
            client.calls(f"CA{number:032x}").recordings.create(
                recording_status_callback=sink.url + query,
                recording_status_callback_event=BOTH_EVENTS,
                recording_status_callback_method=method,
            )
        received = sink.wait_for(5)
        log = on.get_control("callbacks")
    assert {method} == {each.method for each in received}
    assert [is_signature_valid(each, token) for each in received] == [True] * 5
    assert [is_signature_valid(each, f"{token}x") for each in received] == [False] * 5
    assert {signer} == {each["signed_with"] for each in log}
    assert {each["signature"] for each in log} == {each.headers["x-twilio-signature"] for each in received}
    assert are_signatures_valid_in_node(received, token)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_urls_are_signed_without_adding_port_or_resolving_name(method: str) -> None:
    """Nothing listens on port 80: the log shows the signed string."""
    urls = ["http://127.0.0.1/hook", "http://127.0.0.1:80/hook?a=b", "http://localhost:9/x"]
    with run_server() as on:
        for number, url in enumerate(urls):
            on.make_client().calls(f"CA{number:032x}").recordings.create(
                recording_status_callback=f"{url}#rc=0",
                recording_status_callback_event=["in-progress"],
                recording_status_callback_method=method,
            )
        on.post_control("clock", {"advance": "1s"})
        log = on.get_control("callbacks")
    for url, each in zip(urls, log, strict=True):
        parameters = each["parameters"] if method == "POST" else {}
        whole = each["signed_text"] if method == "GET" else url
        assert whole.startswith(url)
        assert RequestValidator(on.auth[1]).validate(whole, parameters, each["signature"])


# -- trying again -------------------------------------------------------------------------------------


def test_failed_callback_is_retried_when_clock_advances(on: RunningServer, sink: Sink) -> None:
    sink.answer_with(500, 500)
    record_call(on, sink.url)
    assert get_statuses(sink.wait_for(1)) == ["in-progress"]
    on.post_control("clock", {"advance": "500ms"})
    assert len(sink.received) == 1
    happened = on.post_control("clock", {"advance": "10s"})["events"]
    received = sink.received
    assert get_statuses(received) == ["in-progress"] * 3 + ["completed"]
    tokens = [each.headers["i-twilio-idempotency-token"] for each in received]
    assert [sorted(set(tokens), key=tokens.index).index(each) + 1 for each in tokens] == [1, 1, 1, 2]
    told = [each["what"] for each in happened if each["kind"] == "callback"]
    assert told == [
        "callback in-progress, attempt 2: 500",
        "callback in-progress delivered in attempt 3: 204",
        "callback completed delivered in attempt 1: 204",
    ]
    first, second = on.get_control("callbacks")
    assert ([each["status"] for each in first["attempts"]], first["state"]) == ([500, 500, 204], "delivered")
    assert (first["event"], second["event"], second["state"]) == ("in-progress", "completed", "delivered")


def test_advance_returns_callback_events(on: RunningServer, sink: Sink) -> None:
    record_call(on, sink.url, recording_status_callback_event=["completed"])
    answer = on.post_control("clock", {"advance": "2s"})
    whats = [each["what"] for each in answer["events"]]
    assert whats[-1] == "callback completed delivered in attempt 1: 204"
    assert answer["account"]["callbacks"] == {"delivered": 1}
    assert len(sink.received) == 1


@pytest.mark.parametrize("loop", LOOPS)
def test_callbacks_and_retries_are_sent_without_requests_when_clock_is_running(loop: str, sink: Sink) -> None:
    sink.answer_with(500, 500)
    with run_server(loop, make_settings(clock=ClockRate(1000.0))) as on:
        record_call(on, sink.url)
        received = sink.wait_for(4, timeout=LONG_TIMEOUT)
    assert get_statuses(received) == ["in-progress"] * 3 + ["completed"]


def test_failed_callbacks_can_be_redelivered_when_receiver_is_back(on: RunningServer) -> None:
    with Sink() as dead:
        url = dead.url
    record_call(on, url)
    on.post_control("clock", {"advance": "1h"})
    log = on.get_control("callbacks")
    assert [(each["event"], each["state"]) for each in log] == [("in-progress", "failed"), ("completed", "failed")]
    for each in log:
        assert [attempt["failure"] for attempt in each["attempts"]] == ["connection"] * 4
        assert all(attempt["detail"] and attempt["status"] is None for attempt in each["attempts"])
    with run_status_receiver(get_port(url)) as received:
        again = on.post_control("callbacks/1/redeliver")
        assert (again["state"], [each["status"] for each in again["attempts"]]) == ("delivered", [204])
        on.post_control("callbacks/0/redeliver")
    assert received == ["completed", "in-progress"]


def test_redelivered_callback_does_not_wait_for_later_callbacks(on: RunningServer, sink: Sink) -> None:
    sink.answer_with(400, 500)
    record_call(on, sink.url)
    on.post_control("clock", {"advance": "2s"})
    assert [each["state"] for each in on.get_control("callbacks")] == ["failed", "pending"]
    assert on.post_control("callbacks/0/redeliver")["state"] == "delivered"
    on.post_control("clock", {"advance": "5s"})
    assert get_statuses(sink.received) == ["in-progress", "completed", "in-progress", "completed"]
    assert {"code": requests.post(f"{on.control}/callbacks/2/redeliver", timeout=9).json()["code"]} == {"code": 20404}


# -- receivers that hang -------------------------------------------------------------------------------


def test_api_responds_while_receiver_hangs(on: RunningServer) -> None:
    with run_hanging_receiver() as (url, arrived, let_go):
        sid = record_call(on, url)
        assert arrived.wait(LONG_TIMEOUT)
        for _ in range(20):
            assert on.get(f"Recordings/{sid}.json").status_code == 200
            assert on.get_control("callbacks")[0]["state"] == "pending"
        let_go.set()
        on.post_control("clock", {"advance": "0s"})
        assert on.get_control("callbacks")[0]["state"] == "delivered"


@pytest.mark.parametrize("loop", LOOPS)
def test_server_stops_while_receiver_hangs_and_next_server_sends_callback(
    loop: str,
) -> None:
    mock = Mock(make_settings())
    with run_hanging_receiver() as (url, arrived, let_go):
        with run_server(loop, mock=mock) as on:
            on.make_client().calls(CALL).recordings.create(
                recording_status_callback=url, recording_status_callback_event=BOTH_EVENTS
            )
            assert arrived.wait(LONG_TIMEOUT)
        (delivery,) = mock.account(mock.demo.sid).callbacks
        assert (delivery.state, delivery.attempts) == ("pending", ())
        let_go.set()
    with run_status_receiver(get_port(url)) as received, run_server(loop, mock=mock) as on:
        on.post_control("clock", {"advance": "0s"})
        assert on.get_control("callbacks")[0]["state"] == "delivered"
    assert received == ["in-progress"]


@pytest.mark.parametrize("change", ["reset", "rearm", "disarm", "rollback"])
def test_pending_callback_of_replaced_account_does_not_affect_new_account(
    on: RunningServer, sink: Sink, change: str
) -> None:
    on.post_control("snapshots")
    with run_hanging_receiver() as (url, arrived, let_go):
        timeline = [
            {"status": "in-progress", "callback": ["in-progress"]},
            {"after": {"callback": "in-progress"}, "status": "completed", "callback": ["completed"]},
        ]
        said = {"recordings": [{"timeline": timeline, "status_callback": url, "status_callback_event": BOTH_EVENTS}]}
        on.mock.set_up_scenario(on.sid, make_scenario(**said))
        on.get_control("callbacks")
        assert arrived.wait(LONG_TIMEOUT)
        old = on.account
        match change:
            case "reset":
                on.post_control("reset")
            case "rollback":
                on.post_control("rollback")
            case "rearm":
                assert requests.put(f"{on.control}/scenario", json={"scenario": {}}, timeout=LONG_TIMEOUT).ok
            case "disarm":
                assert requests.delete(f"{on.control}/scenario", timeout=LONG_TIMEOUT).ok
        let_go.set()
        on.post_control("clock", {"advance": "1h"})
        assert on.account is not old
        assert on.get_control("callbacks") == []
        assert [(each.state, each.attempts) for each in old.callbacks] == [("pending", ())]
        while on.mock.worker._sending_tasks:  # unfinished deliveries end in the server's own time
            on.get_control("clock")
        assert on.mock.worker._alarms == {}


# -- where callbacks may go -----------------------------------------------------------------------------


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("address", ["93.184.216.34", "169.254.169.254", "::ffff:8.8.8.8", "2001:4860:4860::8888"])
def test_callback_to_public_address_is_refused_and_logged(
    monkeypatch: pytest.MonkeyPatch, address: str, loop: str
) -> None:
    """By name only if the test can resolve it: uvloop would really look it up."""
    usual, connected = socket.getaddrinfo, []
    place = (socket.AF_INET6, (address, 80, 0, 0)) if ":" in address else (socket.AF_INET, (address, 80))
    host = f"[{address}]" if ":" in address else address
    if loop == "asyncio":
        host = "hooks.example.com"

    def resolved(asked: Any, *rest: Any, **more: Any) -> Any:
        if asked != host:
            return usual(asked, *rest, **more)
        return [(place[0], socket.SOCK_STREAM, socket.IPPROTO_TCP, "", place[1])]

    async def noted(_: object, whither: str, *rest: Any, **more: Any) -> None:
        connected.append(whither)

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", noted)
    with run_server(loop) as on:
        record_call(on, f"http://{host}/hook")
        on.post_control("clock", {"advance": "1m"})
        log = on.get_control("callbacks")
    assert [(each["state"], [attempt["failure"] for attempt in each["attempts"]]) for each in log] == [
        ("failed", ["refused_host"])
    ] * 2
    found = f"{host} ({address})" if loop == "asyncio" else address
    expected = f"expected a loopback, private or allowed host, found {found}"
    assert {expected} == {each["attempts"][0]["detail"] for each in log}
    assert connected == []


# -- scenarios --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["absent", "failed"])
def test_absent_and_failed_callbacks_are_sent_when_subscribed(on: RunningServer, sink: Sink, status: str) -> None:
    timeline = [{"status": "in-progress"}, {"after": {"time": "5s"}, "status": status}]
    on.post_control(
        "recordings",
        {
            "id": "x",
            "timeline": timeline,
            "status_callback": sink.url,
            "status_callback_event": ["in-progress", status],
        },
    )
    on.post_control("clock", {"advance": "5s"})
    received = sink.received
    assert ["in-progress", status] == get_statuses(received)
    assert received[1].parameters["ErrorCode"] != "0"
    assert "RecordingDuration" not in received[1].parameters
    assert [is_signature_valid(each, on.auth[1]) for each in received] == [True, True]


def test_step_can_send_same_callback_twice(on: RunningServer, sink: Sink) -> None:
    timeline = [
        {"status": "processing"},
        {"after": {"time": "1s"}, "status": "completed", "callback": ["completed"] * 2},
    ]
    on.post_control("recordings", {"timeline": timeline, "status_callback": sink.url})
    on.post_control("clock", {"advance": "1s"})
    received = sink.received
    assert get_statuses(received) == ["completed"] * 2
    assert len({each.headers["i-twilio-idempotency-token"] for each in received}) == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_recording_url_of_callback_is_downloadable_by_receiver(host: str) -> None:
    heard: list[tuple[str, int, str]] = []
    with run_server() as on:
        base = f"http://{host}:{on.server.address.port}"

        def listen(form: dict[str, str]) -> None:
            answer = requests.get(form["RecordingUrl"] + ".mp3", auth=on.auth, timeout=LONG_TIMEOUT)
            heard.append((form["RecordingUrl"], answer.status_code, answer.headers["content-type"]))

        with run_form_receiver(listen) as url:
            client = on.make_client()
            client.api.base_url = base
            sid = client.calls(CALL).recordings.create(recording_status_callback=url).sid
            client.calls(CALL).recordings(sid).update(status="stopped")
            on.post_control("clock", {"advance": "2s"})
            on.post_control("recordings", {"id": "scripted", "status": "completed", "status_callback": url})
            armed = {"recordings": [{"id": "other", "status": "completed", "status_callback": url}]}
            answer = requests.put(
                f"{base}/_mock/accounts/demo/scenario", json={"scenario": armed}, timeout=LONG_TIMEOUT
            )
            assert answer.ok, answer.text
    assert [each[1:] for each in heard] == [(200, "audio/mpeg")] * 3
    assert heard[0][0] == f"{base}{on.root}/Recordings/{sid}"
    assert heard[1][0].startswith(f"{on.url}/Recordings/RE")
    assert heard[2][0].startswith(f"{base}{on.root}/Recordings/RE")


# -- receivers ----------------------------------------------------------------------------------------------


def get_port(url: str) -> int:
    return urlsplit(url).port or 80


@contextmanager
def run_form_receiver(on_form: Callable[[dict[str, str]], object], port: int = 0) -> Iterator[str]:
    """Yield the URL of a receiver that calls a function with each form before it responds."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            on_form(dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode())))
            with suppress(ConnectionError):  # the client may have disconnected
                self.send_response(204)
                self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def run_status_receiver(port: int) -> Iterator[list[str]]:
    """Yield the list of statuses that a receiver on a port gets."""
    told: list[str] = []
    with run_form_receiver(lambda form: told.append(form["RecordingStatus"]), port):
        yield told


@contextmanager
def run_hanging_receiver() -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """Yield the URL of a receiver, an event for its request, and one that lets it respond."""
    arrived, let_go = threading.Event(), threading.Event()

    def hang(_: dict[str, str]) -> None:
        arrived.set()
        let_go.wait(LONG_TIMEOUT)

    with run_form_receiver(hang) as url:
        try:
            yield url, arrived, let_go
        finally:
            let_go.set()
