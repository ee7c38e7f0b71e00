"""Callbacks through the whole stack: subscribed through the API, signed, sent to real receivers, retried."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpcore
import pytest
import requests
from twilio.request_validator import RequestValidator

from generators.seeds import derive_auth_token
from mockserver.callbacks.routes import Route
from mockserver.mock import Mock
from mockserver.rest.auth import DeclaredAccount
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.settings import Settings
from mockserver.testing.sink import Received, Sink
from scenarios.explain.timelines import explain_scenario
from scenarios.loading.load import from_objects, loads
from scenarios.model import Scenario
from tests.harness import make_settings
from tests.node_sdk import validate_signatures
from tests.sockets import CALL, LONG_TIMEOUT, LOOPS, RunningServer, run_server

pytestmark = pytest.mark.usefixtures("clean_log")

BOTH_EVENTS = ["in-progress", "completed"]
PATIENT = make_settings(callback_retries=3, callback_retry_policy="5xx,ct,rt")


@pytest.fixture(params=LOOPS)
def running_server(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    with run_server(request.param) as running_server:
        yield running_server


@pytest.fixture(params=LOOPS)
def patient(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    """Return a server that sends callbacks again for longer than Twilio does."""
    with run_server(request.param, PATIENT) as running_server:
        yield running_server


def make_scenario(**fields: Any) -> Scenario:
    return from_objects(fields)


def record_call(running_server: RunningServer, url: str, **options: Any) -> str:
    """Record a call, stop the recording, and return its SID."""
    recordings = running_server.make_client().calls(CALL).recordings
    events = {"recording_status_callback_event": BOTH_EVENTS, **options}
    sid: str = recordings.create(recording_status_callback=url, **events).sid
    recordings(sid).update(status="stopped")
    return sid


def get_statuses(received: list[Received]) -> list[str]:
    return [callback.parameters["RecordingStatus"] for callback in received]


def get_url(received: Received) -> str:
    return f"http://{received.headers['host']}{received.path}"


def get_signed_parameters(received: Received) -> dict[str, str]:
    return received.parameters if received.method == "POST" else {}


def is_signature_valid(received: Received, token: str) -> bool:
    found = received.headers["x-twilio-signature"]
    return bool(RequestValidator(token).validate(get_url(received), get_signed_parameters(received), found))


def are_signatures_valid_in_node(received: list[Received], token: str) -> bool:
    cases = [
        (get_url(callback), get_signed_parameters(callback), callback.headers["x-twilio-signature"])
        for callback in received
    ]
    return all(validate_signatures(cases, token))


# -- who is told, of what, and how ------------------------------------------------------------------


@pytest.mark.parametrize("events", [BOTH_EVENTS, ["in-progress completed"], ["completed", "in-progress"]])
def test_callbacks_arrive_in_order_when_events_are_repeated_or_space_separated(
    running_server: RunningServer, sink: Sink, events: list[str]
) -> None:
    sid = record_call(running_server, sink.url, recording_status_callback_event=events)
    assert get_statuses(sink.wait_for(1)) == ["in-progress"]
    running_server.post_control("clock", {"advance": "2s"})
    received = sink.wait_for(2)
    assert get_statuses(received) == BOTH_EVENTS
    assert [sid] * 2 == [callback.parameters["RecordingSid"] for callback in received]
    assert "RecordingDuration" not in received[0].parameters
    assert received[1].parameters["RecordingDuration"] == "1"


def test_only_completed_callback_is_sent_when_no_events_are_given(running_server: RunningServer, sink: Sink) -> None:
    record_call(running_server, sink.url, recording_status_callback_event=[])
    running_server.post_control("clock", {"advance": "2s"})
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
    with run_server(settings=settings) as running_server:
        client = running_server.make_client(username, secret)
        for number, query in enumerate(["", "?a=1&b=two%20words", "?", "?empty=", "#rc=1"]):
            client.calls(f"CA{number:032x}").recordings.create(
                recording_status_callback=sink.url + query,
                recording_status_callback_event=BOTH_EVENTS,
                recording_status_callback_method=method,
            )
        received = sink.wait_for(5)
        log = running_server.get_control("callbacks")
    assert {method} == {callback.method for callback in received}
    assert [is_signature_valid(callback, token) for callback in received] == [True] * 5
    assert [is_signature_valid(callback, f"{token}x") for callback in received] == [False] * 5
    assert {signer} == {callback["signed_with"] for callback in log}
    assert {callback["signature"] for callback in log} == {
        callback.headers["x-twilio-signature"] for callback in received
    }
    assert are_signatures_valid_in_node(received, token)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_urls_are_signed_without_adding_port_or_resolving_name(method: str) -> None:
    """Nothing listens on port 80: the log shows the signed string."""
    urls = ["http://127.0.0.1/hook", "http://127.0.0.1:80/hook?a=b", "http://localhost:9/x", "https://localhost/x"]
    with run_server() as running_server:
        for number, url in enumerate(urls):
            running_server.make_client().calls(f"CA{number:032x}").recordings.create(
                recording_status_callback=f"{url}#rc=0",
                recording_status_callback_event=["in-progress"],
                recording_status_callback_method=method,
            )
        running_server.post_control("clock", {"advance": "1s"})
        log = running_server.get_control("callbacks")
    for url, callback in zip(urls, log, strict=True):
        parameters = callback["parameters"] if method == "POST" else {}
        signed_text = callback["signed_text"] if method == "GET" else url
        assert signed_text.startswith(url)
        assert RequestValidator(running_server.auth[1]).validate(signed_text, parameters, callback["signature"])


# -- trying again -------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [302, 404, 429, 500, 503])
def test_receiver_that_answers_with_error_once_loses_the_callback(
    running_server: RunningServer, sink: Sink, status: int
) -> None:
    """As in production (WIRE §17)."""
    sink.answer_with(status)
    record_call(running_server, sink.url)
    running_server.post_control("clock", {"advance": "1h"})
    assert get_statuses(sink.received) == BOTH_EVENTS
    lost, delivered = running_server.get_control("callbacks")
    assert ([attempt["status"] for attempt in lost["attempts"]], lost["state"]) == ([status], "failed")
    assert delivered["state"] == "delivered"


def test_unreachable_receiver_is_tried_again_once(running_server: RunningServer) -> None:
    with Sink() as closed:
        url, port = closed.url, get_port(closed.url)
    record_call(running_server, url, recording_status_callback_event=["in-progress"])
    running_server.post_control("clock", {"advance": "0s"})
    (first,) = running_server.get_control("callbacks")
    assert ([attempt["failure"] for attempt in first["attempts"]], first["state"]) == (["connection"], "pending")
    with run_status_receiver(port) as received:
        running_server.post_control("clock", {"advance": "1s"})
    assert received == ["in-progress"]
    record_call(running_server, f"{url}#rc=0")
    running_server.post_control("clock", {"advance": "1h"})
    attempts = [len(callback["attempts"]) for callback in running_server.get_control("callbacks")]
    assert attempts == [2, 1, 1]


def test_default_delivery_settings_are_twilios() -> None:
    settings = Mock(make_settings()).account(DEMO_SID).callbacks.settings
    assert (settings.max_seconds, settings.retries, settings.retry_on) == (15.0, 1, frozenset({"ct"}))


def test_failed_callback_is_retried_when_clock_advances(patient: RunningServer, sink: Sink) -> None:
    sink.answer_with(500, 500)
    record_call(patient, sink.url)
    assert get_statuses(sink.wait_for(1)) == ["in-progress"]
    patient.post_control("clock", {"advance": "500ms"})
    assert len(sink.received) == 1
    events = patient.post_control("clock", {"advance": "10s"})["events"]
    received = sink.received
    assert get_statuses(received) == ["in-progress"] * 3 + ["completed"]
    tokens = [callback.headers["i-twilio-idempotency-token"] for callback in received]
    assert [sorted(set(tokens), key=tokens.index).index(token) + 1 for token in tokens] == [1, 1, 1, 2]
    descriptions = [event["what"] for event in events if event["kind"] == "callback"]
    assert descriptions == [
        "callback in-progress, attempt 2: 500",
        "callback in-progress delivered in attempt 3: 204",
        "callback completed delivered in attempt 1: 204",
    ]
    first, second = patient.get_control("callbacks")
    assert ([attempt["status"] for attempt in first["attempts"]], first["state"]) == ([500, 500, 204], "delivered")
    assert (first["event"], second["event"], second["state"]) == ("in-progress", "completed", "delivered")


def test_advance_returns_callback_events(running_server: RunningServer, sink: Sink) -> None:
    record_call(running_server, sink.url, recording_status_callback_event=["completed"])
    answer = running_server.post_control("clock", {"advance": "2s"})
    descriptions = [event["what"] for event in answer["events"]]
    assert descriptions[-1] == "callback completed delivered in attempt 1: 204"
    assert answer["account"]["callbacks"] == {"delivered": 1}
    assert len(sink.received) == 1


@pytest.mark.parametrize("loop", LOOPS)
def test_callbacks_and_retries_are_sent_without_requests_when_clock_is_running(loop: str, sink: Sink) -> None:
    sink.answer_with(500, 500)
    with run_server(loop, make_settings(clock=ClockRate(1000.0))) as running_server:
        record_call(running_server, f"{sink.url}#rc=2&rp=5xx")
        received = sink.wait_for(4, timeout=LONG_TIMEOUT)
    assert get_statuses(received) == ["in-progress"] * 3 + ["completed"]


def test_failed_callbacks_can_be_redelivered_when_receiver_is_back(running_server: RunningServer) -> None:
    with Sink() as closed:
        url = closed.url
    record_call(running_server, url)
    running_server.post_control("clock", {"advance": "1h"})
    log = running_server.get_control("callbacks")
    assert [(callback["event"], callback["state"]) for callback in log] == [
        ("in-progress", "failed"),
        ("completed", "failed"),
    ]
    for callback in log:
        assert [attempt["failure"] for attempt in callback["attempts"]] == ["connection"] * 2
        assert all(attempt["detail"] and attempt["status"] is None for attempt in callback["attempts"])
    with run_status_receiver(get_port(url)) as received:
        redelivery = running_server.post_control("callbacks/1/redeliver")
        assert (redelivery["state"], [attempt["status"] for attempt in redelivery["attempts"]]) == ("delivered", [204])
        running_server.post_control("callbacks/0/redeliver")
    assert received == ["completed", "in-progress"]


def test_redelivered_callback_does_not_wait_for_later_callbacks(running_server: RunningServer, sink: Sink) -> None:
    sink.answer_with(400, 500)
    record_call(running_server, f"{sink.url}#rp=5xx")
    running_server.post_control("clock", {"advance": "2s"})
    assert [callback["state"] for callback in running_server.get_control("callbacks")] == ["failed", "pending"]
    assert running_server.post_control("callbacks/0/redeliver")["state"] == "delivered"
    running_server.post_control("clock", {"advance": "5s"})
    assert get_statuses(sink.received) == ["in-progress", "completed", "in-progress", "completed"]
    assert {"code": requests.post(f"{running_server.control}/callbacks/2/redeliver", timeout=9).json()["code"]} == {
        "code": 20404
    }


# -- receivers that hang -------------------------------------------------------------------------------


def test_api_responds_while_receiver_hangs(running_server: RunningServer) -> None:
    with run_hanging_receiver() as (url, request_arrived, response_allowed):
        sid = record_call(running_server, url)
        assert request_arrived.wait(LONG_TIMEOUT)
        for _ in range(20):
            assert running_server.get(f"Recordings/{sid}.json").status_code == 200
            assert running_server.get_control("callbacks")[0]["state"] == "pending"
        response_allowed.set()
        running_server.post_control("clock", {"advance": "0s"})
        assert running_server.get_control("callbacks")[0]["state"] == "delivered"


@pytest.mark.parametrize("loop", LOOPS)
def test_server_stops_while_receiver_hangs_and_next_server_sends_callback(
    loop: str,
) -> None:
    mock = Mock(make_settings())
    with run_hanging_receiver() as (url, request_arrived, response_allowed):
        with run_server(loop, mock=mock) as running_server:
            running_server.make_client().calls(CALL).recordings.create(
                recording_status_callback=url, recording_status_callback_event=BOTH_EVENTS
            )
            assert request_arrived.wait(LONG_TIMEOUT)
        (delivery,) = mock.account(mock.demo.sid).callbacks
        assert (delivery.state, delivery.attempts) == ("pending", ())
        response_allowed.set()
    with run_status_receiver(get_port(url)) as received, run_server(loop, mock=mock) as running_server:
        running_server.post_control("clock", {"advance": "0s"})
        assert running_server.get_control("callbacks")[0]["state"] == "delivered"
    assert received == ["in-progress"]


@pytest.mark.parametrize("change", ["reset", "rearm", "disarm", "rollback"])
def test_pending_callback_of_replaced_account_does_not_affect_new_account(
    running_server: RunningServer, sink: Sink, change: str
) -> None:
    running_server.post_control("snapshots")
    with run_hanging_receiver() as (url, request_arrived, response_allowed):
        timeline = [
            {"status": "in-progress", "callback": ["in-progress"]},
            {"after": {"callback": "in-progress"}, "status": "completed", "callback": ["completed"]},
        ]
        fields = {"recordings": [{"timeline": timeline, "status_callback": url, "status_callback_event": BOTH_EVENTS}]}
        running_server.mock.set_up_scenario(running_server.sid, make_scenario(**fields))
        running_server.get_control("callbacks")
        assert request_arrived.wait(LONG_TIMEOUT)
        old_account = running_server.account
        match change:
            case "reset":
                running_server.post_control("reset")
            case "rollback":
                running_server.post_control("rollback")
            case "rearm":
                assert requests.put(
                    f"{running_server.control}/scenario", json={"scenario": {}}, timeout=LONG_TIMEOUT
                ).ok
            case "disarm":
                assert requests.delete(f"{running_server.control}/scenario", timeout=LONG_TIMEOUT).ok
        response_allowed.set()
        running_server.post_control("clock", {"advance": "1h"})
        assert running_server.account is not old_account
        assert running_server.get_control("callbacks") == []
        assert [(callback.state, callback.attempts) for callback in old_account.callbacks] == [("pending", ())]
        while running_server.mock.worker._sending_tasks:  # unfinished deliveries end in the server's own time
            running_server.get_control("clock")
        assert running_server.mock.worker._alarms == {}


# -- where callbacks may go -----------------------------------------------------------------------------


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("address", ["93.184.216.34", "169.254.169.254", "::ffff:8.8.8.8", "2001:4860:4860::8888"])
def test_callback_to_public_address_is_refused_and_logged(
    monkeypatch: pytest.MonkeyPatch, address: str, loop: str
) -> None:
    """By name only if the test can resolve it: uvloop would really look it up."""
    real_getaddrinfo, targets = socket.getaddrinfo, []
    endpoint = (socket.AF_INET6, (address, 80, 0, 0)) if ":" in address else (socket.AF_INET, (address, 80))
    host = f"[{address}]" if ":" in address else address
    if loop == "asyncio":
        host = "hooks.example.com"

    def resolve_name(name: Any, *rest: Any, **options: Any) -> Any:
        if name != host:
            return real_getaddrinfo(name, *rest, **options)
        return [(endpoint[0], socket.SOCK_STREAM, socket.IPPROTO_TCP, "", endpoint[1])]

    async def record_target(_: object, target: str, *rest: Any, **options: Any) -> None:
        targets.append(target)

    monkeypatch.setattr(socket, "getaddrinfo", resolve_name)
    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", record_target)
    with run_server(loop) as running_server:
        record_call(running_server, f"http://{host}/hook")
        running_server.post_control("clock", {"advance": "1m"})
        log = running_server.get_control("callbacks")
    assert [(callback["state"], [attempt["failure"] for attempt in callback["attempts"]]) for callback in log] == [
        ("failed", ["refused_host"])
    ] * 2
    found = f"{host} ({address})" if loop == "asyncio" else address
    expected = f"expected a loopback, private or allowed host, found {found}"
    assert {expected} == {callback["attempts"][0]["detail"] for callback in log}
    assert targets == []


# -- scenarios --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["absent", "failed"])
def test_absent_and_failed_callbacks_are_sent_when_subscribed(
    running_server: RunningServer, sink: Sink, status: str
) -> None:
    timeline = [{"status": "in-progress"}, {"after": {"time": "5s"}, "status": status}]
    running_server.post_control(
        "recordings",
        {
            "id": "x",
            "timeline": timeline,
            "status_callback": sink.url,
            "status_callback_event": ["in-progress", status],
        },
    )
    running_server.post_control("clock", {"advance": "5s"})
    received = sink.received
    assert ["in-progress", status] == get_statuses(received)
    assert received[1].parameters["ErrorCode"] != "0"
    assert "RecordingDuration" not in received[1].parameters
    assert [is_signature_valid(callback, running_server.auth[1]) for callback in received] == [True, True]


def test_step_can_send_same_callback_twice(running_server: RunningServer, sink: Sink) -> None:
    timeline = [
        {"status": "processing"},
        {"after": {"time": "1s"}, "status": "completed", "callback": ["completed"] * 2},
    ]
    running_server.post_control("recordings", {"timeline": timeline, "status_callback": sink.url})
    running_server.post_control("clock", {"advance": "1s"})
    received = sink.received
    assert get_statuses(received) == ["completed"] * 2
    assert len({callback.headers["i-twilio-idempotency-token"] for callback in received}) == 1
    assert received[0].parameters == received[1].parameters


def test_conference_callback_has_neither_call_sid_nor_track(running_server: RunningServer, sink: Sink) -> None:
    running_server.post_control(
        "recordings", {"source": "Conference", "status": "completed", "status_callback": sink.url}
    )
    (received,) = sink.wait_for()
    assert {*received.parameters} == {
        *("AccountSid", "ConferenceSid", "RecordingSid", "RecordingUrl", "RecordingStatus", "RecordingDuration"),
        *("RecordingChannels", "RecordingStartTime", "RecordingSource", "ErrorCode"),
    }
    assert is_signature_valid(received, running_server.auth[1])


# -- public URLs --------------------------------------------------------------------------------------------

PUBLIC = "https://app.example.com"


def receive_public_callbacks(running_server: RunningServer, sink: Sink) -> list[Received]:
    """Record a call for a public URL, and check the callbacks that a local receiver gets."""
    sink.token = running_server.auth[1]
    record_call(running_server, f"{PUBLIC}:443/hook?a=b")
    running_server.post_control("clock", {"advance": "2s"})
    received = sink.wait_for(2)
    assert get_statuses(received) == BOTH_EVENTS
    for callback in received:
        assert (callback.path, callback.headers["host"], callback.signature_ok) == (
            "/hook?a=b",
            "app.example.com:443",
            True,
        )
        assert callback.headers["x-forwarded-proto"] == "https"
        url, found = f"{PUBLIC}/hook?a=b", callback.headers["x-twilio-signature"]
        assert RequestValidator(running_server.auth[1]).validate(url, callback.parameters, found)
    assert {callback["route"] for callback in running_server.get_control("callbacks")} == {sink.origin}
    return received


@pytest.mark.parametrize("place", ["setting", "scenario", "configure"])
def test_callback_to_public_url_is_delivered_through_route(sink: Sink, place: str) -> None:
    routes = {PUBLIC: sink.origin}
    settings = make_settings(route=(Route(PUBLIC, sink.origin),)) if place == "setting" else None
    scenario = make_scenario(routes=routes) if place == "scenario" else None
    with run_server(settings=settings, scenario=scenario) as running_server:
        if place == "configure":
            answer = requests.put(f"{running_server.control}/overrides", json={"routes": routes}, timeout=LONG_TIMEOUT)
            assert answer.ok, answer.text
        receive_public_callbacks(running_server, sink)


def test_waiting_callback_takes_route_that_is_set_later(running_server: RunningServer, sink: Sink) -> None:
    record_call(
        running_server,
        PUBLIC.replace("app.example.com", "127.0.0.1:9"),
        recording_status_callback_event=["in-progress"],
    )
    running_server.post_control("clock", {"advance": "0s"})
    routes = {"https://127.0.0.1:9": sink.origin}
    assert requests.put(f"{running_server.control}/overrides", json={"routes": routes}, timeout=LONG_TIMEOUT).ok
    running_server.post_control("clock", {"advance": "1s"})
    assert [callback["state"] for callback in running_server.get_control("callbacks")] == ["delivered"]
    assert len(sink.received) == 1


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_recording_url_of_callback_is_downloadable_by_receiver(host: str) -> None:
    downloads: list[tuple[str, int, str]] = []
    with run_server() as running_server:
        base_url = f"http://{host}:{running_server.server.address.port}"

        def download_recording(form: dict[str, str]) -> None:
            answer = requests.get(form["RecordingUrl"] + ".mp3", auth=running_server.auth, timeout=LONG_TIMEOUT)
            downloads.append((form["RecordingUrl"], answer.status_code, answer.headers["content-type"]))

        with run_form_receiver(download_recording) as url:
            client = running_server.make_client()
            client.api.base_url = base_url
            sid = client.calls(CALL).recordings.create(recording_status_callback=url).sid
            client.calls(CALL).recordings(sid).update(status="stopped")
            running_server.post_control("clock", {"advance": "2s"})
            running_server.post_control("recordings", {"id": "scripted", "status": "completed", "status_callback": url})
            scenario = {"recordings": [{"id": "other", "status": "completed", "status_callback": url}]}
            answer = requests.put(
                f"{base_url}/_mock/accounts/demo/scenario", json={"scenario": scenario}, timeout=LONG_TIMEOUT
            )
            assert answer.ok, answer.text
    assert [download[1:] for download in downloads] == [(200, "audio/mpeg")] * 3
    assert downloads[0][0] == f"{base_url}{running_server.root}/Recordings/{sid}"
    assert downloads[1][0].startswith(f"{running_server.url}/Recordings/RE")
    assert downloads[2][0].startswith(f"{base_url}{running_server.root}/Recordings/RE")


# -- receivers ----------------------------------------------------------------------------------------------


def get_port(url: str) -> int:
    return urlsplit(url).port or 80


@contextmanager
def run_form_receiver(on_form: Callable[[dict[str, str]], object], port: int = 0) -> Iterator[str]:
    """Yield the URL of a receiver that calls a function with callback form before it responds."""

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
    statuses: list[str] = []
    with run_form_receiver(lambda form: statuses.append(form["RecordingStatus"]), port):
        yield statuses


@contextmanager
def run_hanging_receiver() -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """Yield the URL of a receiver, an event for its request, and one that lets it respond."""
    request_arrived, response_allowed = threading.Event(), threading.Event()

    def hang(_: dict[str, str]) -> None:
        request_arrived.set()
        response_allowed.wait(LONG_TIMEOUT)

    with run_form_receiver(hang) as url:
        try:
            yield url, request_arrived, response_allowed
        finally:
            response_allowed.set()


@pytest.mark.parametrize("path", ["/_mock/accounts/demo/reset", "/_mock/accounts/demo/clock"])
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "user:password@127.0.0.1"])
def test_callback_cannot_use_control_api(running_server: RunningServer, path: str, host: str) -> None:
    port = running_server.server.address.port
    record_call(running_server, f"http://{host}:{port}{path}", recording_status_callback_event=["in-progress"])
    running_server.post_control("clock", {"advance": "10s"})
    (callback,) = running_server.get_control("callbacks")
    assert (callback["state"], callback["attempts"][0]["status"]) == ("failed", 403)
    assert running_server.get_control("requests")["total"] > 0  # a reset would empty the journal


@pytest.mark.parametrize("scheme", ["HTTP", "Http"])
def test_scheme_of_callback_url_may_be_in_upper_case(running_server: RunningServer, sink: Sink, scheme: str) -> None:
    url = sink.url.replace("http", scheme, 1)
    running_server.mock.set_up_scenario(
        running_server.sid, make_scenario(recordings=[{"status": "completed", "status_callback": url}])
    )
    record_call(running_server, url, recording_status_callback_event=["in-progress"])
    sink.wait_for(2)
    running_server.post_control("clock", {"advance": "1s"})  # waits for the outcomes
    callbacks = running_server.get_control("callbacks")
    assert [(callback["state"], callback["signed_text"][:5]) for callback in callbacks] == [("delivered", "http:")] * 2


def test_callback_arrives_before_create_returns(sink: Sink) -> None:
    scenario = loads("""
on_create: {timeline: [{status: in-progress, callback: in-progress}]}
faults: [{when: {op: create_call_recording}, then: {chunked_dribble: {chunks: 2, duration: 1h}}}]
""")
    form = urlencode({"RecordingStatusCallback": sink.url}).encode()
    with run_server(LOOPS[0], make_settings(), scenario) as server, server.connect() as client:
        fields = (f"Content-Length: {len(form)}", "Content-Type: application/x-www-form-urlencoded")
        client.sendall(server.encode_request(f"Calls/{CALL}/Recordings.json", *fields, method="POST") + form)
        (received,) = sink.wait_for(1)
        response = client.recv(65536)
        assert response.startswith(b"HTTP/1.1 201"), response
        assert not response.endswith(b"}"), "the second half of the body comes in an hour"
        (created,) = explain_scenario(scenario).created
        assert created.what == f"in-progress, callback {received.parameters['RecordingStatus']}"
