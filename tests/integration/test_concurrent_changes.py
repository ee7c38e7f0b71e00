"""Changes of an account while another request is under way: a slow form, a delay, or a move of the clock."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import requests

from mockserver.testing.sink import Sink
from scenarios.loading.load import from_objects
from scenarios.rules import Then
from tests.harness import T0, make_settings
from tests.sockets import CALL, LONG_TIMEOUT, LOOPS, RunningServer, read_to_end, run_server

FORM = b"RecordingChannels=dual"
FORM_HEADERS = ("Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(FORM)}", "Connection: close")


@pytest.fixture(params=LOOPS)
def server(request: pytest.FixtureRequest) -> Iterator[RunningServer]:
    with run_server(request.param) as running_server:
        yield running_server


def reset(server: RunningServer) -> None:
    server.post_control("reset")


def arm_scenario(server: RunningServer) -> None:
    requests.put(f"{server.control}/scenario", json={"scenario": {}}, timeout=LONG_TIMEOUT).raise_for_status()


def roll_back(server: RunningServer) -> None:
    server.post_control("snapshots")
    server.post_control("rollback")


def read_other_accounts(server: RunningServer) -> None:
    for number in range(70):
        sid = f"AC{number:032x}"
        url = f"{server.server.base_url}/2010-04-01/Accounts/{sid}/Recordings.json"
        requests.get(url, auth=(sid, "x"), timeout=LONG_TIMEOUT).raise_for_status()


CHANGES = (reset, arm_scenario, roll_back, read_other_accounts)


@pytest.mark.parametrize("change", CHANGES)
def test_create_changes_the_account_that_exists_after_its_form(
    server: RunningServer, change: Callable[[RunningServer], None]
) -> None:
    with server.connect() as client:
        client.sendall(server.encode_request(f"Calls/{CALL}/Recordings.json", *FORM_HEADERS, method="POST"))
        server.get("Recordings.json?PageSize=1")  # the server has read the head
        change(server)
        client.sendall(FORM)
        assert read_to_end(client).startswith(b"HTTP/1.1 201 ")
    listed = server.get(f"Calls/{CALL}/Recordings.json").json()["recordings"]
    assert [recording["channels"] for recording in listed] == [2]
    created = requests.post(f"{server.control}/requests/count", json={"pattern": {"op": "create_call_recording"}})
    assert created.json()["count"] == 1


@pytest.mark.parametrize("change", CHANGES)
def test_delayed_operation_changes_the_account_that_exists_after_the_delay(
    server: RunningServer, change: Callable[[RunningServer], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A delete has no form: it waits for a fault."""
    started, go_on = threading.Event(), threading.Event()

    async def pause(_: float) -> None:
        started.set()
        await asyncio.to_thread(go_on.wait, LONG_TIMEOUT)

    monkeypatch.setattr("mockserver.server.faults.real_pause", pause)
    recordings = server.get("Recordings.json").json()["recordings"]
    sid = next(recording["sid"] for recording in recordings if recording["status"] == "completed")
    server.set_fault(Then(delay="1s"), times=1)
    with ThreadPoolExecutor(1) as pool:
        future = pool.submit(requests.delete, f"{server.url}/Recordings/{sid}.json", auth=server.auth, timeout=30)
        assert started.wait(LONG_TIMEOUT)
        change(server)
        go_on.set()
        assert future.result().status_code == 204
    assert server.get(f"Recordings/{sid}.json").status_code == 404


def test_delayed_page_shows_the_account_that_exists_after_the_delay(
    server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page of the account before the reset is in the cache, and must not be the answer."""
    paths = ("Recordings.json?PageSize=1", "Recordings.json?PageSize=2")
    sid = server.get(paths[0]).json()["recordings"][0]["sid"]

    async def reset_account(_: float) -> None:
        server.mock.reset(server.sid)

    monkeypatch.setattr("mockserver.server.faults.real_pause", reset_account)
    for path in paths:  # one is in the cache, the other is not
        requests.delete(f"{server.url}/Recordings/{sid}.json", auth=server.auth, timeout=LONG_TIMEOUT)
        server.set_fault(Then(delay="1s"), times=1)
        server.get(paths[0])
        server.set_fault(Then(delay="1s"), times=1)
        assert server.get(path).json()["recordings"][0]["sid"] == sid
        assert server.get(path).json()["recordings"][0]["sid"] == sid


def test_too_long_form_is_logged_in_the_account_that_exists_after_it(server: RunningServer) -> None:
    length = 70_000
    headers = (FORM_HEADERS[0], f"Content-Length: {length}", "Connection: close")
    with server.connect() as client:
        client.sendall(server.encode_request(f"Calls/{CALL}/Recordings.json", *headers, method="POST"))
        read_other_accounts(server)
        client.sendall(b"x" * length)
        assert read_to_end(client).startswith(b"HTTP/1.1 413 ")
    logged = server.get_control("requests?status=413")
    assert logged["matched"] == 1


def make_recording(url: str, **fields: Any) -> dict[str, Any]:
    """Return a recording that is completed after five seconds."""
    timeline = [{"after": {"time": "5s"}, "status": "completed"}]
    return {"status": "processing", "status_callback": url, "timeline": timeline, **fields}


def read_seconds(server: RunningServer) -> float:
    return (server.account.clock.now() - T0 * 1_000_000) / 1_000_000


def test_concurrent_advances_add_up(server: RunningServer, sink: Sink) -> None:
    sink.delay(0.1)
    server.mock.set_up_scenario(server.sid, from_objects({"recordings": [make_recording(sink.url)] * 2}))
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: server.post_control("clock", {"advance": "10s"}), range(8)))
    assert read_seconds(server) == 80
    assert max(result["account"]["clock"]["now"] for result in results) == "2026-01-01T00:01:20Z"
    assert [callback.attempts[0].status for callback in server.account.callbacks] == [204, 204]


CONTROL_CALLS = {
    "advance": ("clock", {"advance": "30s"}, 36.0),
    "move_to": ("clock", {"move_to": "2026-01-01T00:01:00Z"}, 60.0),
    "signal": ("signals", {"name": "x"}, 6.0),
    "step": ("recordings/third/step", {}, 6.0),
    "transition": ("recordings/third", {"status": "absent"}, 6.0),
    "add": ("recordings", {"id": "new", "status": "completed"}, 6.0),
}


@pytest.mark.parametrize("call", CONTROL_CALLS)
@pytest.mark.parametrize("loop", LOOPS)
def test_receiver_may_change_the_account_while_a_move_waits_for_it(loop: str, call: str) -> None:
    """The receiver handles one request at a time, and answers only after its own call."""
    path, command, seconds = CONTROL_CALLS[call]
    answered: list[int] = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            if not answered:
                response = requests.post(f"{running.control}/{path}", json=command, timeout=LONG_TIMEOUT)
                answered.append(response.status_code)
            self.send_response(204)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing."""

    with HTTPServer(("127.0.0.1", 0), Receiver) as receiver:
        threading.Thread(target=receiver.serve_forever, args=(0.01,), daemon=True).start()
        url = f"http://127.0.0.1:{receiver.server_port}/"
        third = make_recording(url, id="third", timeline=[{"after": {"signal": "x"}, "status": "absent"}])
        scenario = from_objects({"recordings": [make_recording(url), third]})
        # Longer than the test: a move that waits for the receiver fails the callback.
        settings = make_settings(callback_timeout=20)
        with run_server(loop, settings, scenario) as running:
            result = running.post_control("clock", {"advance": "6s"})
            assert answered == [200]
            assert read_seconds(running) == seconds
            assert result["account"]["callbacks"].keys() == {"delivered"}
        receiver.shutdown()
