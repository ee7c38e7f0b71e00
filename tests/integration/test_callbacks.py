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
from tests.harness import corpus_settings
from tests.node_sdk import accepts
from tests.sockets import CALL, ENOUGH, LOOPS, Served, served

pytestmark = pytest.mark.usefixtures("nothing_is_complained_of")

BOTH = ["in-progress", "completed"]


@pytest.fixture(params=LOOPS)
def on(request: pytest.FixtureRequest) -> Iterator[Served]:
    with served(request.param) as on:
        yield on


def scenario(**given: Any) -> Scenario:
    return from_objects(given)


def record(on: Served, url: str, **more: Any) -> str:
    """Record a call, stop the recording, and return its SID."""
    recordings = on.client().calls(CALL).recordings
    events = {"recording_status_callback_event": BOTH, **more}
    sid: str = recordings.create(recording_status_callback=url, **events).sid
    recordings(sid).update(status="stopped")
    return sid


def statuses(received: list[Received]) -> list[str]:
    return [each.parameters["RecordingStatus"] for each in received]


def url_of(received: Received) -> str:
    return f"http://{received.headers['host']}{received.path}"


def signed_over(received: Received) -> dict[str, str]:
    return received.parameters if received.method == "POST" else {}


def is_accepted(received: Received, token: str) -> bool:
    found = received.headers["x-twilio-signature"]
    return bool(RequestValidator(token).validate(url_of(received), signed_over(received), found))


def are_accepted_by_node(received: list[Received], token: str) -> bool:
    cases = [(url_of(each), signed_over(each), each.headers["x-twilio-signature"]) for each in received]
    return all(accepts(cases, token))


# -- who is told, of what, and how ------------------------------------------------------------------


@pytest.mark.parametrize("events", [BOTH, ["in-progress completed"], ["completed", "in-progress"]])
def test_callbacks_arrive_in_order_when_events_are_repeated_or_space_separated(
    on: Served, sink: Sink, events: list[str]
) -> None:
    sid = record(on, sink.url, recording_status_callback_event=events)
    assert statuses(sink.wait_for(1)) == ["in-progress"]
    on.control_post("clock", {"advance": "2s"})
    received = sink.wait_for(2)
    assert statuses(received) == BOTH
    assert [sid] * 2 == [each.parameters["RecordingSid"] for each in received]
    assert "RecordingDuration" not in received[0].parameters
    assert received[1].parameters["RecordingDuration"] == "1"


def test_only_completed_callback_is_sent_when_no_events_are_given(on: Served, sink: Sink) -> None:
    record(on, sink.url, recording_status_callback_event=[])
    on.control_post("clock", {"advance": "2s"})
    assert statuses(sink.received) == ["completed"]


DEMO = Mock(corpus_settings()).demo.sid
DERIVED = derive_auth_token("0", DEMO)
DECLARED = corpus_settings(account=(DeclaredAccount(sid=DEMO, token="declared", parent=None),))


@pytest.mark.parametrize(
    ("settings", "username", "secret", "token", "signer"),
    [
        (DECLARED, DEMO, "declared", "declared", "the account's declared auth token"),
        (DECLARED, DEMO, "another", "declared", "the account's declared auth token"),
        (corpus_settings(), DEMO, "my own", "my own", "the auth token that made the subscription"),
        (corpus_settings(), "SK" + "2" * 32, "secret", DERIVED, "the account's derived auth token"),
        (corpus_settings(), "AC" + "9" * 32, "parent's", DERIVED, "the account's derived auth token"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_both_sdk_validators_accept_signature_of_bound_token(
    sink: Sink, settings: Settings, username: str, secret: str, token: str, signer: str, method: str
) -> None:
    with served(settings=settings) as on:
        client = on.client(username, secret)
        for number, query in enumerate(["", "?a=1&b=two%20words", "?", "?empty=", "#rc=1"]):
            client.calls(f"CA{number:032x}").recordings.create(
                recording_status_callback=sink.url + query,
                recording_status_callback_event=BOTH,
                recording_status_callback_method=method,
            )
        received = sink.wait_for(5)
        log = on.control_get("callbacks")
    assert {method} == {each.method for each in received}
    assert [is_accepted(each, token) for each in received] == [True] * 5
    assert [is_accepted(each, f"{token}x") for each in received] == [False] * 5
    assert {signer} == {each["signed_with"] for each in log}
    assert {each["signature"] for each in log} == {each.headers["x-twilio-signature"] for each in received}
    assert are_accepted_by_node(received, token)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_urls_are_signed_without_adding_port_or_resolving_name(method: str) -> None:
    """Nothing listens on port 80: the log shows the signed string."""
    urls = ["http://127.0.0.1/hook", "http://127.0.0.1:80/hook?a=b", "http://localhost:9/x"]
    with served() as on:
        for number, url in enumerate(urls):
            on.client().calls(f"CA{number:032x}").recordings.create(
                recording_status_callback=f"{url}#rc=0",
                recording_status_callback_event=["in-progress"],
                recording_status_callback_method=method,
            )
        on.control_post("clock", {"advance": "1s"})
        log = on.control_get("callbacks")
    for url, each in zip(urls, log, strict=True):
        parameters = each["parameters"] if method == "POST" else {}
        whole = each["signed_text"] if method == "GET" else url
        assert whole.startswith(url)
        assert RequestValidator(on.auth[1]).validate(whole, parameters, each["signature"])


# -- trying again -------------------------------------------------------------------------------------


def test_failed_callback_is_retried_when_clock_advances(on: Served, sink: Sink) -> None:
    sink.answer_with(500, 500)
    record(on, sink.url)
    assert statuses(sink.wait_for(1)) == ["in-progress"]
    on.control_post("clock", {"advance": "500ms"})
    assert len(sink.received) == 1
    happened = on.control_post("clock", {"advance": "10s"})["events"]
    received = sink.received
    assert statuses(received) == ["in-progress"] * 3 + ["completed"]
    tokens = [each.headers["i-twilio-idempotency-token"] for each in received]
    assert [sorted(set(tokens), key=tokens.index).index(each) + 1 for each in tokens] == [1, 1, 1, 2]
    told = [each["what"] for each in happened if each["kind"] == "callback"]
    assert told == [
        "callback in-progress, attempt 2: 500",
        "callback in-progress delivered in attempt 3: 204",
        "callback completed delivered in attempt 1: 204",
    ]
    first, second = on.control_get("callbacks")
    assert ([each["status"] for each in first["attempts"]], first["state"]) == ([500, 500, 204], "delivered")
    assert (first["event"], second["event"], second["state"]) == ("in-progress", "completed", "delivered")


def test_advance_returns_callback_events(on: Served, sink: Sink) -> None:
    record(on, sink.url, recording_status_callback_event=["completed"])
    answer = on.control_post("clock", {"advance": "2s"})
    whats = [each["what"] for each in answer["events"]]
    assert whats[-1] == "callback completed delivered in attempt 1: 204"
    assert answer["account"]["callbacks"] == {"delivered": 1}
    assert len(sink.received) == 1


@pytest.mark.parametrize("loop", LOOPS)
def test_callbacks_and_retries_are_sent_without_requests_when_clock_is_running(loop: str, sink: Sink) -> None:
    sink.answer_with(500, 500)
    with served(loop, corpus_settings(clock=ClockRate(1000.0))) as on:
        record(on, sink.url)
        received = sink.wait_for(4, timeout=ENOUGH)
    assert statuses(received) == ["in-progress"] * 3 + ["completed"]


def test_failed_callbacks_can_be_redelivered_when_receiver_is_back(on: Served) -> None:
    with Sink() as dead:
        url = dead.url
    record(on, url)
    on.control_post("clock", {"advance": "1h"})
    log = on.control_get("callbacks")
    assert [(each["event"], each["state"]) for each in log] == [("in-progress", "failed"), ("completed", "failed")]
    for each in log:
        assert [attempt["failure"] for attempt in each["attempts"]] == ["connection"] * 4
        assert all(attempt["detail"] and attempt["status"] is None for attempt in each["attempts"])
    with receiving(port_of(url)) as received:
        again = on.control_post("callbacks/1/redeliver")
        assert (again["state"], [each["status"] for each in again["attempts"]]) == ("delivered", [204])
        on.control_post("callbacks/0/redeliver")
    assert received == ["completed", "in-progress"]


def test_redelivered_callback_does_not_wait_for_later_callbacks(on: Served, sink: Sink) -> None:
    sink.answer_with(400, 500)
    record(on, sink.url)
    on.control_post("clock", {"advance": "2s"})
    assert [each["state"] for each in on.control_get("callbacks")] == ["failed", "pending"]
    assert on.control_post("callbacks/0/redeliver")["state"] == "delivered"
    on.control_post("clock", {"advance": "5s"})
    assert statuses(sink.received) == ["in-progress", "completed", "in-progress", "completed"]
    assert {"code": requests.post(f"{on.control}/callbacks/2/redeliver", timeout=9).json()["code"]} == {"code": 20404}


# -- receivers that hang -------------------------------------------------------------------------------


def test_api_responds_while_receiver_hangs(on: Served) -> None:
    with hanging() as (url, arrived, let_go):
        sid = record(on, url)
        assert arrived.wait(ENOUGH)
        for _ in range(20):
            assert on.get(f"Recordings/{sid}.json").status_code == 200
            assert on.control_get("callbacks")[0]["state"] == "pending"
        let_go.set()
        on.control_post("clock", {"advance": "0s"})
        assert on.control_get("callbacks")[0]["state"] == "delivered"


@pytest.mark.parametrize("loop", LOOPS)
def test_server_stops_while_receiver_hangs_and_next_server_sends_callback(
    loop: str,
) -> None:
    mock = Mock(corpus_settings())
    with hanging() as (url, arrived, let_go):
        with served(loop, mock=mock) as on:
            on.client().calls(CALL).recordings.create(
                recording_status_callback=url, recording_status_callback_event=BOTH
            )
            assert arrived.wait(ENOUGH)
        (delivery,) = mock.account(mock.demo.sid).callbacks
        assert (delivery.state, delivery.attempts) == ("pending", ())
        let_go.set()
    with receiving(port_of(url)) as received, served(loop, mock=mock) as on:
        on.control_post("clock", {"advance": "0s"})
        assert on.control_get("callbacks")[0]["state"] == "delivered"
    assert received == ["in-progress"]


@pytest.mark.parametrize("change", ["reset", "rearm", "disarm", "rollback"])
def test_pending_callback_of_replaced_account_does_not_affect_new_account(on: Served, sink: Sink, change: str) -> None:
    on.control_post("snapshots")
    with hanging() as (url, arrived, let_go):
        timeline = [
            {"status": "in-progress", "callback": ["in-progress"]},
            {"after": {"callback": "in-progress"}, "status": "completed", "callback": ["completed"]},
        ]
        said = {"recordings": [{"timeline": timeline, "status_callback": url, "status_callback_event": BOTH}]}
        on.mock.set_up_scenario(on.sid, scenario(**said))
        on.control_get("callbacks")
        assert arrived.wait(ENOUGH)
        old = on.account
        match change:
            case "reset":
                on.control_post("reset")
            case "rollback":
                on.control_post("rollback")
            case "rearm":
                assert requests.put(f"{on.control}/scenario", json={"scenario": {}}, timeout=ENOUGH).ok
            case "disarm":
                assert requests.delete(f"{on.control}/scenario", timeout=ENOUGH).ok
        let_go.set()
        on.control_post("clock", {"advance": "1h"})
        assert on.account is not old
        assert on.control_get("callbacks") == []
        assert [(each.state, each.attempts) for each in old.callbacks] == [("pending", ())]
        while on.mock.worker._sending_tasks:  # unfinished deliveries end in the server's own time
            on.control_get("clock")
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
    with served(loop) as on:
        record(on, f"http://{host}/hook")
        on.control_post("clock", {"advance": "1m"})
        log = on.control_get("callbacks")
    assert [(each["state"], [attempt["failure"] for attempt in each["attempts"]]) for each in log] == [
        ("failed", ["refused_host"])
    ] * 2
    found = f"{host} ({address})" if loop == "asyncio" else address
    expected = f"expected a loopback, private or allowed host, found {found}"
    assert {expected} == {each["attempts"][0]["detail"] for each in log}
    assert connected == []


# -- scenarios --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["absent", "failed"])
def test_absent_and_failed_callbacks_are_sent_when_subscribed(on: Served, sink: Sink, status: str) -> None:
    timeline = [{"status": "in-progress"}, {"after": {"time": "5s"}, "status": status}]
    on.control_post(
        "recordings",
        {
            "id": "x",
            "timeline": timeline,
            "status_callback": sink.url,
            "status_callback_event": ["in-progress", status],
        },
    )
    on.control_post("clock", {"advance": "5s"})
    received = sink.received
    assert ["in-progress", status] == statuses(received)
    assert received[1].parameters["ErrorCode"] != "0"
    assert "RecordingDuration" not in received[1].parameters
    assert [is_accepted(each, on.auth[1]) for each in received] == [True, True]


def test_step_can_send_same_callback_twice(on: Served, sink: Sink) -> None:
    timeline = [
        {"status": "processing"},
        {"after": {"time": "1s"}, "status": "completed", "callback": ["completed"] * 2},
    ]
    on.control_post("recordings", {"timeline": timeline, "status_callback": sink.url})
    on.control_post("clock", {"advance": "1s"})
    received = sink.received
    assert statuses(received) == ["completed"] * 2
    assert len({each.headers["i-twilio-idempotency-token"] for each in received}) == 2


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_recording_url_of_callback_is_downloadable_by_receiver(host: str) -> None:
    heard: list[tuple[str, int, str]] = []
    with served() as on:
        base = f"http://{host}:{on.server.address.port}"

        def listen(form: dict[str, str]) -> None:
            answer = requests.get(form["RecordingUrl"] + ".mp3", auth=on.auth, timeout=ENOUGH)
            heard.append((form["RecordingUrl"], answer.status_code, answer.headers["content-type"]))

        with calling(listen) as url:
            client = on.client()
            client.api.base_url = base
            sid = client.calls(CALL).recordings.create(recording_status_callback=url).sid
            client.calls(CALL).recordings(sid).update(status="stopped")
            on.control_post("clock", {"advance": "2s"})
            on.control_post("recordings", {"id": "scripted", "status": "completed", "status_callback": url})
            armed = {"recordings": [{"id": "other", "status": "completed", "status_callback": url}]}
            answer = requests.put(f"{base}/_mock/accounts/demo/scenario", json={"scenario": armed}, timeout=ENOUGH)
            assert answer.ok, answer.text
    assert [each[1:] for each in heard] == [(200, "audio/mpeg")] * 3
    assert heard[0][0] == f"{base}{on.root}/Recordings/{sid}"
    assert heard[1][0].startswith(f"{on.url}/Recordings/RE")
    assert heard[2][0].startswith(f"{base}{on.root}/Recordings/RE")


# -- receivers ----------------------------------------------------------------------------------------------


def port_of(url: str) -> int:
    return urlsplit(url).port or 80


@contextmanager
def calling(do: Callable[[dict[str, str]], object], port: int = 0) -> Iterator[str]:
    """Yield the URL of a receiver that calls a function with each form before it responds."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            do(dict(parse_qsl(self.rfile.read(int(self.headers["content-length"])).decode())))
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
def receiving(port: int) -> Iterator[list[str]]:
    """Yield the list of statuses that a receiver on a port gets."""
    told: list[str] = []
    with calling(lambda form: told.append(form["RecordingStatus"]), port):
        yield told


@contextmanager
def hanging() -> Iterator[tuple[str, threading.Event, threading.Event]]:
    """Yield the URL of a receiver, an event for its request, and one that lets it respond."""
    arrived, let_go = threading.Event(), threading.Event()

    def hang(_: dict[str, str]) -> None:
        arrived.set()
        let_go.wait(ENOUGH)

    with calling(hang) as url:
        try:
            yield url, arrived, let_go
        finally:
            let_go.set()
