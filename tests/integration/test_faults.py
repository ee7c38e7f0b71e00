"""What clients see of each fault, over sockets and in process. The server keeps running."""

import asyncio
import json
import logging
import statistics
import threading
from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from random import Random
from typing import Any

import httpx
import pytest
import requests
from requests.exceptions import ChunkedEncodingError
from requests.exceptions import ConnectionError as NoConnectionError
from starlette.types import Message
from twilio.base.exceptions import TwilioException, TwilioRestException

from generators.model import Status
from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server import faults as effects
from scenarios.operations import Operation
from scenarios.rules import ChunkedDribble, Delay, Fault, LogNormal, NetworkFault, Then, Uniform, When
from tests.harness import Api, make_settings
from tests.sockets import CALL, LOOPS, RunningServer, read_to_end, run_server

pytestmark = pytest.mark.variant

LIST_TARGET = "Recordings.json?PageSize=5"

RESET, EMPTY, CHUNK, RANDOM, TRUNCATED = (
    NetworkFault.CONNECTION_RESET_BY_PEER,
    NetworkFault.EMPTY_RESPONSE,
    NetworkFault.MALFORMED_RESPONSE_CHUNK,
    NetworkFault.RANDOM_DATA_THEN_CLOSE,
    NetworkFault.TRUNCATED_RESPONSE,
)
ERRORS_IN_REQUESTS: dict[NetworkFault, tuple[type[Exception], str]] = {
    RESET: (NoConnectionError, "ConnectionResetError"),
    EMPTY: (NoConnectionError, "RemoteDisconnected"),
    CHUNK: (ChunkedEncodingError, "InvalidChunkLength"),
    RANDOM: (NoConnectionError, "BadStatusLine"),
    TRUNCATED: (ChunkedEncodingError, "IncompleteRead"),
}
"""And by twilio-python, which does not catch the exceptions of requests."""
ERRORS_IN_HTTPX: dict[NetworkFault, tuple[type[Exception], str]] = {
    RESET: (httpx.ReadError, "reset by peer"),
    EMPTY: (httpx.RemoteProtocolError, "disconnected without sending a response"),
    CHUNK: (httpx.RemoteProtocolError, "illegal chunk header"),
    RANDOM: (httpx.RemoteProtocolError, "illegal status line"),
    TRUNCATED: (httpx.RemoteProtocolError, "without sending complete message body"),
}


@pytest.fixture(params=LOOPS)
def running_server(request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture) -> Iterator[RunningServer]:
    """Serve a mock, and check afterwards that nothing is left behind."""
    caplog.set_level(logging.WARNING)
    with run_server(request.param) as running_server:
        yield running_server
        running_server.account.fault_rules.remove()
        assert running_server.get(LIST_TARGET).status_code == 200
    assert caplog.messages == []


@pytest.fixture(autouse=True)
def task_leak_check(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Check that a stopping server waits for nothing: every request has ended by then."""
    unfinished: list[object] = []
    wait = asyncio.wait

    async def wait_and_record(tasks: Iterable[asyncio.Future[object]], **rest: Any) -> object:
        if rest.get("timeout") is not None:  # the server's own wait
            unfinished.extend(task for task in tasks if not task.done())
        return await wait(tasks, **rest)

    monkeypatch.setattr(asyncio, "wait", wait_and_record)
    yield
    assert unfinished == []


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Return the seconds of all waits, a list that grows."""
    durations: list[float] = []

    async def record_pause(seconds: float) -> None:
        durations.append(seconds)

    monkeypatch.setattr(effects, "real_pause", record_pause)
    return durations


def find_audible_sid(running_server: RunningServer) -> str:
    """Return the SID of a recording with media."""
    recordings = map(running_server.account.corpus.generate_recording, range(running_server.account.corpus.count))
    return next(r.sid for r in recordings if r.status is Status.COMPLETED and r.encryption is None)


def list_client_calls(running_server: RunningServer) -> list[Callable[[], object]]:
    """Return requests of every kind, as requests and twilio-python send them."""
    sid, client = find_audible_sid(running_server), running_server.make_client()
    return [
        lambda: running_server.get(LIST_TARGET),
        lambda: running_server.get(f"Recordings/{sid}.json"),
        lambda: running_server.get(f"Recordings/{sid}.wav"),
        lambda: running_server.get(f"Recordings/{sid}.mp3"),
        lambda: running_server.post(f"Calls/{CALL}/Recordings.json", RecordingTrack="both"),
        lambda: client.recordings.list(limit=1),
        lambda: client.recordings(sid).fetch(),
        lambda: client.calls(CALL).recordings.create(),
    ]


@pytest.mark.parametrize("fault", list(NetworkFault))
def test_network_fault_raises_expected_error_in_requests_and_twilio_python(
    running_server: RunningServer, fault: NetworkFault
) -> None:
    running_server.set_fault(Then(fault=fault))
    kind, message = ERRORS_IN_REQUESTS[fault]
    for send_request in list_client_calls(running_server):
        with pytest.raises(kind, match=message):
            send_request()


@pytest.mark.parametrize("fault", list(NetworkFault))
def test_network_fault_raises_expected_error_in_httpx(running_server: RunningServer, fault: NetworkFault) -> None:
    running_server.set_fault(Then(fault=fault))
    kind, message = ERRORS_IN_HTTPX[fault]
    for path in (LIST_TARGET, f"Recordings/{find_audible_sid(running_server)}.wav"):
        with pytest.raises(kind, match=message):
            running_server.get_with_httpx(path)


@pytest.mark.parametrize("fault", [CHUNK, EMPTY, TRUNCATED])
def test_body_fault_closes_connection_when_response_has_no_body(
    running_server: RunningServer, fault: NetworkFault
) -> None:
    running_server.set_fault(Then(fault=fault))
    with pytest.raises(NoConnectionError, match="RemoteDisconnected"):
        requests.head(f"{running_server.url}/{LIST_TARGET}", auth=running_server.auth, timeout=10)


def test_delete_is_applied_when_its_response_is_truncated(running_server: RunningServer) -> None:
    sid = find_audible_sid(running_server)
    running_server.set_fault(Then(fault=TRUNCATED))
    with pytest.raises(NoConnectionError, match="RemoteDisconnected"):
        running_server.make_client().recordings(sid).delete()
    running_server.account.fault_rules.remove()
    assert running_server.get(f"Recordings/{sid}.json").status_code == 404


def test_truncated_media_has_half_of_the_bytes(running_server: RunningServer) -> None:
    path = f"Recordings/{find_audible_sid(running_server)}.wav"
    whole = running_server.get(path).content
    running_server.set_fault(Then(fault=TRUNCATED))
    with running_server.connect() as client:
        client.sendall(running_server.encode_request(path))
        head, _, received = read_to_end(client).partition(b"\r\n\r\n")
    assert b"Content-Length: %d" % len(whole) in head
    assert whole[: len(whole) // 2] == received


def test_connection_reset_fault_changes_nothing_and_is_logged_without_status(running_server: RunningServer) -> None:
    before = running_server.account.state.created[:]
    running_server.set_fault(Then(fault=RESET))
    with pytest.raises(NoConnectionError):
        running_server.post(f"Calls/{CALL}/Recordings.json")
    (*_, entry) = running_server.account.journal
    assert before == running_server.account.state.created
    assert (entry.response.status, entry.operation, entry.rule) == (0, Operation.CREATE_CALL_RECORDING, 0)
    assert (entry.response.reason or "").startswith("Rule 0 of this account was applied, 1 times so far.")


@pytest.mark.parametrize("fault", list(NetworkFault))
@pytest.mark.parametrize("count", [2, 5])
def test_pipelined_requests_after_network_fault_are_dropped(
    running_server: RunningServer, fault: NetworkFault, count: int
) -> None:
    running_server.set_fault(Then(fault=fault), times=1)
    with running_server.connect() as client, suppress(ConnectionResetError):
        client.sendall(b"".join(running_server.encode_request(f"{LIST_TARGET}&n={number}") for number in range(count)))
        assert read_to_end(client).count(b"HTTP/1.1 ") == (fault in (CHUNK, TRUNCATED))
    assert running_server.account.journal.total == 1


def test_pipelined_requests_are_answered_in_order_with_delays(
    running_server: RunningServer, pauses: list[float]
) -> None:
    running_server.set_fault(Then(delay="2s"), times=3)
    encoded_requests = [running_server.encode_request(f"Recordings.json?PageSize={size}") for size in range(1, 5)]
    with running_server.connect() as client:
        client.sendall(
            b"".join(encoded_requests)
            + running_server.encode_request("Recordings.json?PageSize=5", "Connection: close")
        )
        received = read_to_end(client)
    bodies = [part.partition(b"\r\n\r\n")[2] for part in received.split(b"HTTP/1.1 200 OK\r\n")[1:]]
    assert [len(json.loads(body)["recordings"]) for body in bodies] == [1, 2, 3, 4, 5]
    assert pauses == [2.0] * 3


def test_connection_stays_open_after_error_response(running_server: RunningServer) -> None:
    running_server.set_fault(Then(status=503), times=2)
    with running_server.connect() as client:
        client.sendall(
            running_server.encode_request(LIST_TARGET) * 3
            + running_server.encode_request(LIST_TARGET, "Connection: close")
        )
        answers = read_to_end(client).split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == [b"503", b"503", b"200", b"200"]


def test_network_fault_raises_in_caller_over_asgi(api: Api) -> None:
    for fault in NetworkFault:
        api.get_account().fault_rules.remove()
        api.get_account().fault_rules.add(fault=Fault(then=Then(fault=fault)))
        with pytest.raises(ConnectionResetError, match=fault.value):
            api.get_page()
    api.get_account().fault_rules.remove()
    assert api.get_page()["recordings"]


@pytest.mark.parametrize(
    ("then", "status", "code", "message"),
    [
        (Then(status=429, retry_after=7), 429, 20429, "Too Many Requests"),
        (Then(status=503), 503, 20503, "Service unavailable"),
        (Then(status=500), 500, 20500, "Internal Server Error"),
        (Then(status=502), 502, 20500, "Internal Server Error"),
        (Then(status=404), 404, 20404, "The requested resource {path} was not found"),
        (Then(status=401), 401, 20003, "Authenticate"),
        (Then(status=418), 418, 20001, "I'm a Teapot"),
        (Then(status=599, message="?"), 599, 20500, "?"),
        (Then(status=599, code=1), 599, 1, "Error"),
        (Then(status=500, code=12345, message="Out of tape"), 500, 12345, "Out of tape"),
    ],
)
def test_twilio_python_raises_status_and_code_of_fault(
    running_server: RunningServer, then: Then, status: int, code: int, message: str
) -> None:
    running_server.set_fault(then)
    client, sid = running_server.make_client(), find_audible_sid(running_server)
    for send_request in (
        client.recordings(sid).fetch,
        client.calls(CALL).recordings.create,
        client.recordings(sid).delete,
    ):
        with pytest.raises(TwilioRestException) as exc_info:
            send_request()
        assert (exc_info.value.status, exc_info.value.code) == (status, code)
    with pytest.raises(TwilioException, match=f"{code}"):  # a list raises the parent class: WIRE §2.1
        client.recordings.list(limit=1)
    answer = running_server.get(LIST_TARGET)
    expected = None if then.retry_after is None else str(then.retry_after)
    assert (answer.status_code, answer.headers.get("retry-after")) == (status, expected)
    assert answer.json()["message"] == message.replace("{path}", f"{running_server.root}/Recordings.json")


@pytest.mark.parametrize("form", ["json", "xml", "csv", "html"])
def test_fault_body_is_sent_unchanged(running_server: RunningServer, form: str) -> None:
    page = "<html><h1>502 Bad Gateway</h1>é</html>"
    running_server.set_fault(Then(status=502, body=page))
    answer = running_server.get(f"Recordings.{form}")
    assert (answer.status_code, answer.headers["content-type"], answer.content.decode()) == (502, "text/html", page)
    assert answer.headers["x-mock-reason"].startswith("Rule 0 of this account was applied, 1 times so far.")
    (*_, entry) = running_server.account.journal
    assert (entry.response.status, entry.response.reason) == (502, answer.headers["x-mock-reason"])


def test_twilio_python_raises_status_of_html_error(running_server: RunningServer) -> None:
    running_server.set_fault(Then(status=502, body="<html></html>"))
    with pytest.raises(TwilioRestException) as exc_info:
        running_server.make_client().recordings(find_audible_sid(running_server)).fetch()
    assert (exc_info.value.status, exc_info.value.code) == (502, 502)
    running_server.set_fault(Then(body="{", media_type="application/json"))
    answer = running_server.get(LIST_TARGET)
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (200, "{", "application/json")


def test_error_response_can_be_truncated(running_server: RunningServer) -> None:
    running_server.set_fault(Then(status=500, fault=TRUNCATED))
    with pytest.raises(ChunkedEncodingError, match="IncompleteRead"):
        running_server.get(LIST_TARGET)


@pytest.mark.parametrize("status", [404, 503])
def test_head_returns_headers_of_error_without_body(running_server: RunningServer, status: int) -> None:
    running_server.set_fault(Then(status=status))
    with requests.Session() as session:
        session.auth = running_server.auth
        answers = [session.head(f"{running_server.url}/{LIST_TARGET}", timeout=10) for _ in range(3)]
    assert [(status, b"")] * 3 == [(answer.status_code, answer.content) for answer in answers]
    assert int(answers[0].headers["content-length"]) > 0


def test_response_is_delayed_by_given_time(running_server: RunningServer, pauses: list[float]) -> None:
    for delay, expected in (("1500ms", 1.5), (Delay(fixed="3s"), 3.0), (Delay(fixed="0s"), None)):
        pauses.clear()
        running_server.set_fault(Then(delay=delay))
        assert running_server.get(LIST_TARGET).ok
        assert running_server.post(f"Calls/{CALL}/Recordings.json").ok
        assert pauses == ([] if expected is None else [expected] * 2)


def test_random_delays_follow_their_distributions(running_server: RunningServer, pauses: list[float]) -> None:
    running_server.set_fault(Then(delay=Delay(uniform=Uniform("1s", "3s"))))
    for number in range(60):
        running_server.get(f"{LIST_TARGET}&n={number}")
    assert len(set(pauses)) == 60
    assert 1 <= min(pauses) < 1.3
    assert 2.7 < max(pauses) <= 3
    pauses.clear()
    running_server.set_fault(Then(delay=Delay(log_normal=LogNormal("1s", 0.5))))
    for number in range(60):
        running_server.get(f"{LIST_TARGET}&n={number}")
    assert 0.7 < statistics.median(pauses) < 1.4
    assert max(pauses) > 1.5


def test_delay_precedes_error_and_network_fault(running_server: RunningServer, pauses: list[float]) -> None:
    running_server.set_fault(Then(delay="2s", status=503))
    assert running_server.get(LIST_TARGET).status_code == 503
    running_server.set_fault(Then(delay="3s", fault=RESET))
    with pytest.raises(NoConnectionError):
        running_server.get(LIST_TARGET)
    assert pauses == [2.0, 3.0]


def test_delayed_response_shows_state_after_delay(
    running_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A cached response is no exception."""
    sid = find_audible_sid(running_server)
    changes: list[Callable[[], object]] = [lambda: running_server.account.recordings.delete(sid), lambda: None]

    async def run_next_change(_: float) -> None:
        changes.pop()()

    monkeypatch.setattr(effects, "real_pause", run_next_change)
    running_server.set_fault(Then(delay="1s"))
    assert [running_server.get(f"Recordings/{sid}.json").status_code for _ in range(2)] == [200, 404]
    assert changes == []


def test_cached_response_is_delayed_once(pauses: list[float]) -> None:
    with run_server() as running_server:
        running_server.set_fault(Then(delay="1s"))
        assert [running_server.get(LIST_TARGET).status_code for _ in range(3)] == [200] * 3
    assert pauses == [1.0] * 3


def test_delay_is_cancelled_when_client_disconnects(
    running_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause_started, pause_ended = threading.Event(), threading.Event()

    async def wait_forever(_: float) -> None:
        pause_started.set()
        try:
            await asyncio.Event().wait()
        finally:
            pause_ended.set()

    monkeypatch.setattr(effects, "real_pause", wait_forever)
    for then in (Then(delay="60s"), Then(chunked_dribble=ChunkedDribble(5, "60s")), Then(delay="60s", status=500)):
        pause_started.clear()
        pause_ended.clear()
        running_server.set_fault(then)
        with running_server.connect() as client:
            client.sendall(running_server.encode_request(LIST_TARGET))
            assert pause_started.wait(10)
        assert pause_ended.wait(10)


@pytest.mark.parametrize("chunks", [1, 2, 3, 7, 6000])
def test_chunked_dribble_sends_whole_body_in_given_number_of_chunks(pauses: list[float], chunks: int) -> None:
    mock = Mock(make_settings())
    root = f"/2010-04-01/Accounts/{mock.demo.sid}"
    plain_pieces = request_body_pieces(mock, f"{root}/Recordings.json")
    mock.account(mock.demo.sid).fault_rules.add(fault=Fault(then=Then(chunked_dribble=ChunkedDribble(chunks, "6s"))))
    pieces = request_body_pieces(mock, f"{root}/Recordings.json")
    assert b"".join(plain_pieces) == b"".join(pieces)
    assert len(pieces) == chunks
    assert max(map(len, pieces)) - min(map(len, pieces)) <= 1
    assert sum(pauses) == pytest.approx(6)


def request_body_pieces(mock: Mock, path: str) -> list[bytes]:
    """Return the chunks of a body, requested without a socket."""
    pieces: list[bytes] = []
    requests: list[Message] = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> Message:
        if not requests:
            await asyncio.Event().wait()
        return requests.pop()

    async def send(message: Message) -> None:
        if message.get("body"):
            pieces.append(message["body"])

    scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "query_string": b"",
        "scheme": "http",
        "headers": [(b"authorization", b"Basic " + b64encode(f"{mock.demo.sid}:x".encode()))],
    }
    asyncio.run(create_app(mock)(scope, receive, send))
    return pieces


@pytest.mark.parametrize("chunks", [1, 4, 100])
def test_chunked_dribble_arrives_over_socket(running_server: RunningServer, pauses: list[float], chunks: int) -> None:
    sid = find_audible_sid(running_server)
    for path in (LIST_TARGET, f"Recordings/{sid}.json", f"Recordings/{sid}.wav", f"Recordings/{sid}.mp3"):
        running_server.account.fault_rules.remove()
        plain_answer = running_server.get(path)
        pauses.clear()
        running_server.set_fault(Then(chunked_dribble=ChunkedDribble(chunks, "10s")))
        found = running_server.get(path)
        assert plain_answer.content == found.content
        assert found.headers["content-length"] == str(len(found.content))
        assert len(pauses) == chunks


def test_chunked_dribble_has_at_most_one_chunk_per_byte(running_server: RunningServer, pauses: list[float]) -> None:
    running_server.set_fault(Then(status=500, body="abc", chunked_dribble=ChunkedDribble(10, "10s")))
    assert running_server.get(LIST_TARGET).content == b"abc"
    assert pauses == [1.0] * 3
    running_server.set_fault(Then(status=500, body="", chunked_dribble=ChunkedDribble(10, "10s")))
    assert running_server.get(LIST_TARGET).content == b""


def test_client_disconnect_during_form_creates_no_recording(running_server: RunningServer) -> None:
    before = running_server.account.journal.total
    with running_server.connect() as client:
        client.sendall(
            running_server.encode_request(f"Calls/{CALL}/Recordings.json", "Content-Length: 99", method="POST")
            + b"Trim=do"
        )
    with running_server.connect() as client:
        client.sendall(b"POST /_mock/accounts/demo/reset HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
    assert running_server.get(LIST_TARGET).status_code == 200  # the server sees earlier disconnects in order
    assert running_server.account.state.created == []
    assert running_server.account.journal.total == before + 1


def find_failed_targets(order: int, threads: int) -> set[str]:
    """Return which of 150 requests a fault of 10 % applies to."""
    targets = [f"Recordings.json?PageSize=1&number={number}" for number in range(150)]
    Random(order).shuffle(targets)
    with run_server(LOOPS[order % len(LOOPS)]) as running_server, ThreadPoolExecutor(threads) as pool:
        running_server.set_fault(Then(status=503), probability=0.1)
        found = pool.map(lambda target: (target, running_server.get(target).status_code), targets)
        return {target for target, status in found if status == 503}


def test_fault_probability_hits_same_requests_in_any_order_and_thread_count() -> None:
    first = find_failed_targets(0, 1)
    assert 5 < len(first) < 30
    for run in range(1, 4):  # both loops, with one thread and with several
        assert first == find_failed_targets(run, 8 if run % 3 else 1)


def test_fault_probability_is_repeatable_for_repeated_requests() -> None:
    def run() -> list[int]:
        with run_server() as running_server:
            running_server.set_fault(Then(status=503), probability=0.1)
            return [running_server.get(LIST_TARGET).status_code for _ in range(100)]

    first = run()
    assert 2 < first.count(503) < 25
    assert first == run()


def test_sequence_answers_in_order_and_repeats_last(running_server: RunningServer) -> None:
    running_server.set_sequence(500, Then(status=429, retry_after=1), Then(fault=EMPTY), "ok", 503)
    assert [running_server.get(LIST_TARGET).status_code, running_server.get(LIST_TARGET).status_code] == [500, 429]
    with pytest.raises(NoConnectionError):
        running_server.get(LIST_TARGET)
    assert [running_server.get(LIST_TARGET).status_code for _ in range(3)] == [200, 503, 503]
    assert running_server.get("Recordings.json?PageSize=6").status_code == 503  # matches the path with any query


def test_fault_applies_only_to_matching_requests(running_server: RunningServer) -> None:
    running_server.set_fault(Then(fault=RESET), When(op=Operation.FETCH_RECORDING_MEDIA))
    assert running_server.get(LIST_TARGET).status_code == 200
    with pytest.raises(NoConnectionError):
        running_server.get(f"Recordings/{find_audible_sid(running_server)}.mp3")
