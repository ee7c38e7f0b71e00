"""Repeated requests are answered without a parser: with the same bytes, entries and counts as by it."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from typing import Any

import pytest

from generators.instants import SECOND
from generators.model import Status
from mockserver.account.account import Account
from mockserver.account.storage.account_saver import AccountSaver
from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.rest.auth import AuthSetting
from mockserver.rest.representations.wires import WireSetting
from mockserver.server import known_requests, listener
from mockserver.server.listener import BackgroundServer
from mockserver.settings.machine_clock import stopwatch
from mockserver.settings.store_url import StoreUrl
from scenarios.loading.scenario_input import load_any_scenario
from tests.harness import make_settings
from tests.sockets import CALL, LONG_TIMEOUT, LOOPS, RunningServer, run_server
from tests.twin_servers import HeadConnection, TwinServers, run_twins

pytestmark = pytest.mark.variant

LIST = "Recordings.json"
TIMES = 4
"""A head is learned the second time, if its response is in the cache then, and is known the third time."""
UNKNOWN = "RE" + "0" * 32
SCENARIO = {
    "name": "known",
    "recordings": [
        {
            "id": "it",
            "status": "processing",
            "timeline": [
                {"after": {"fetches": 7}, "status": "completed", "set": {"duration": 19}},
                {"after": {"any": [{"signal": "go"}, {"time": "1h"}]}, "status": "deleted"},
            ],
        }
    ],
}


@pytest.fixture
def twins() -> Iterator[TwinServers]:
    with run_twins() as twins:
        yield twins


@pytest.fixture
def scripted() -> Iterator[TwinServers]:
    with run_twins(scenario=load_any_scenario(SCENARIO)) as twins:
        yield twins


def find_paths(twins: TwinServers) -> dict[str, str]:
    """Return paths of all kinds below the account."""
    recordings = twins.knowing.mock.account(twins.sid).recordings.recording_index
    index = next(index for index in range(1000) if recordings.get_status(index) is Status.COMPLETED)
    recording = recordings.get(index)
    first_page = json.loads(twins.get(f"{LIST}?PageSize=3").partition(b"\r\n\r\n")[2])
    return {
        "list": LIST,
        "page": first_page["next_page_uri"],
        "page without token": f"{LIST}?PageSize=3&Page=2",
        "large page": f"{LIST}?PageSize=1000",
        "filter": f"{LIST}?DateCreated%3E=2025-12-01&CallSid={recording.call_sid}",
        "nothing": f"{LIST}?CallSid={CALL}",
        "warning": f"{LIST}?PageSise=3",
        "list in XML": "Recordings.xml",
        "list in CSV": "Recordings.csv",
        "fetch": f"Recordings/{recording.sid}.json",
        "fetch in XML": f"Recordings/{recording.sid}.xml",
        "fetch in HTML": f"Recordings/{recording.sid}.html",
        "call": f"Calls/{recording.call_sid}/Recordings.json",
        "call and recording": f"Calls/{recording.call_sid}/Recordings/{recording.sid}.json",
        "transcriptions": f"Recordings/{recording.sid}/Transcriptions.json",
        "media": f"Recordings/{recording.sid}.wav",
        "unknown": f"Recordings/{UNKNOWN}.json",
        "no such path": "Messages.json",
        "account": f"/2010-04-01/Accounts/{twins.sid}.json",
        "accounts": "/2010-04-01/Accounts.json",
        "slash twice": f"/2010-04-01//Accounts/{twins.sid}/{LIST}",
        "invalid page size": f"{LIST}?PageSize=x",
        "health": "/_mock/health",
    }


PATHS = (
    *("list", "page", "large page", "filter", "nothing", "warning", "list in XML", "list in CSV", "fetch", "media"),
    *("fetch in XML", "fetch in HTML", "call", "call and recording", "transcriptions", "unknown", "no such path"),
    *("account", "accounts", "slash twice", "invalid page size", "page without token"),
)
KNOWN = {"list", "page", "large page", "filter", "nothing", "warning", "list in XML", "list in CSV", "fetch"} | {
    *("fetch in XML", "fetch in HTML", "call", "call and recording", "transcriptions"),
}
"""The paths whose responses are kept in the cache."""


@pytest.mark.parametrize("name", PATHS)
def test_repeated_request_has_the_same_bytes_and_entries(twins: TwinServers, name: str) -> None:
    path = find_paths(twins)[name]
    assert len({twins.get(path, connection=number % 2) for number in range(TIMES)}) == 1
    assert twins.compare_journals() == 1 + TIMES
    assert (name, twins.count_known()) == (name, TIMES - 2 if name in KNOWN else 0)


def test_control_api_is_never_known(twins: TwinServers) -> None:
    assert len({twins.get("/_mock/health").partition(b"\r\n")[0] for _ in range(TIMES)}) == 1
    assert twins.count_known() == 0


@pytest.mark.parametrize("header", ["X-Mock-Wire: schema", "X-Mock-Wire: twilio", "User-Agent: twilio-python/9.0.0"])
def test_each_wire_has_its_own_bytes(twins: TwinServers, header: str) -> None:
    assert len({twins.get(LIST, header) for _ in range(TIMES)}) == 1
    assert len({twins.get(LIST) for _ in range(TIMES)}) == 1
    assert twins.compare_journals() == 2 * TIMES
    assert twins.count_known() == 2 * (TIMES - 2)


@pytest.mark.parametrize(
    ("headers", "method", "is_known"),
    [
        (("X-Mock-Wire: other",), "GET", False),
        (("Content-Length: 0",), "GET", True),
        (("Accept-Encoding: gzip", "Accept: */*", "X-Empty:", "X-Twice: 1", "x-twice: 2"), "GET", True),
        (("Range: bytes=0-1",), "GET", True),
        (("Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c", "HTTP2-Settings: AAMAAABk"), "GET", True),
        (("Expect: 100-continue",), "GET", True),
        ((f"X-Long: {'x' * 5000}",), "GET", False),
        ((), "HEAD", False),
        ((), "OPTIONS", False),
    ],
    ids=["wire", "no body", "many", "range", "upgrade", "expect", "long", "HEAD", "OPTIONS"],
)
def test_unusual_head_has_the_same_response(
    twins: TwinServers, headers: tuple[str, ...], method: str, *, is_known: bool
) -> None:
    head = twins.encode(LIST, *headers, method=method)
    assert len({twins.send(head, number % 2) for number in range(TIMES)}) == 1
    twins.compare_journals()
    assert twins.count_known() == (TIMES - 2 if is_known else 0)


@pytest.mark.parametrize(
    ("lines", "is_known"),
    [
        (("GET {path} HTTP/1.1", "Authorization: {auth}"), False),
        (("GET {path} HTTP/1.1", "Host: ?", "Authorization: {auth}"), False),
        (("GET {path} HTTP/1.1", "Host: x", "Authorization: Basic eDp5"), False),
        (("GET {path} HTTP/1.1", "Host: x"), False),
        (("GET http://mock:4010{path} HTTP/1.1", "Host: mock:4010", "Authorization: {auth}"), False),
        (("GET {path}?PageSize=2#part HTTP/1.1", "Host: x", "Authorization: {auth}"), True),
    ],
    ids=["no host", "bad host", "other account", "no credentials", "absolute", "fragment"],
)
def test_unusual_start_has_the_same_response(twins: TwinServers, lines: tuple[str, ...], *, is_known: bool) -> None:
    usual = twins.encode(LIST).decode()
    auth = usual.partition("Authorization: ")[2].partition("\r")[0]
    path = usual.split(" ")[1]
    head = "".join(f"{line.format(path=path, auth=auth)}\r\n" for line in (*lines, "")).encode()
    found = set()
    for server in twins.servers:
        for _ in range(TIMES):
            server.connections[0].send(head)
            port = str(server.server.address.port).encode()
            found.add(server.connections[0].read().replace(port, b"PORT"))
    assert len(found) == 1
    assert twins.count_known() == (TIMES - 2 if is_known else 0)
    twins.compare_journals()


def test_two_heads_in_one_piece_and_a_head_in_two_are_answered_in_order(twins: TwinServers) -> None:
    first, second = twins.encode(LIST), twins.encode(f"{LIST}?PageSize=2")
    usual = twins.get(LIST), twins.get(f"{LIST}?PageSize=2")
    for _ in range(TIMES):
        assert (twins.get(LIST), twins.get(f"{LIST}?PageSize=2")) == usual
    for server in twins.servers:
        connection, other = server.connections
        connection.send(first + second)
        assert (connection.read(), connection.read()) == usual
        connection.send(first[:40])
        other.send(second)
        assert other.read() == usual[1]
        connection.send(first[40:])
        assert connection.read() == usual[0]
        connection.send(first + second[:-2])
        assert connection.read() == usual[0]
        connection.send(b"\r\n")
        assert connection.read() == usual[1]
        connection.send(first)
        assert connection.read() == usual[0]
    twins.compare_journals()


def test_pipelined_known_and_unknown_requests_are_answered_in_order(twins: TwinServers) -> None:
    known, unknown = twins.encode(LIST), twins.encode(f"Recordings/{UNKNOWN}.json")
    usual, missing = {twins.send(known) for _ in range(TIMES)}.pop(), twins.send(unknown)
    for server in twins.servers:
        connection = server.connections[0]
        for piece in (known, unknown, known, known, unknown):
            connection.send(piece)
        assert [connection.read() for _ in range(5)] == [usual, missing, usual, usual, missing]


def test_response_of_a_known_request_waits_for_those_before_it(twins: TwinServers) -> None:
    other = "AC" + "9" * 32
    known = twins.encode(f"/2010-04-01/Accounts/{other}/{LIST}", auth=(other, "0" * 32))
    usual = {twins.send(known) for _ in range(TIMES)}.pop()
    missing = twins.get(f"Recordings/{UNKNOWN}.json")
    twins.command("POST", "faults", {"faults": [{"then": {"delay": "200ms"}}]})
    for server in twins.servers:
        connection = server.connections[0]
        connection.send(twins.encode(f"Recordings/{UNKNOWN}.json"))
        while not server.mock.account(twins.sid).fault_rules.rules[0].applied:
            threading.Event().wait(0.001)
        connection.send(known)
        assert [connection.read(), connection.read()] == [missing, usual]


def test_part_of_a_request_is_no_known_head(twins: TwinServers) -> None:
    known = twins.encode(LIST)
    usual = {twins.send(known) for _ in range(TIMES)}.pop()
    start = twins.encode(f"Recordings/{UNKNOWN}.json")[:-2] + b"X-Part: "
    for server in twins.servers:
        connection, other = server.connections
        connection.send(start)
        other.send(known)
        assert other.read() == usual  # so the server has read the start by now
        connection.send(known)
        assert connection.read().startswith(b"HTTP/1.1 404 ")
        connection.send(known)
        assert connection.read() == usual
    twins.compare_journals()


@pytest.mark.parametrize("refused", [b"NONSENSE\r\n\r\n", b"\0", b"GET / HTTP/9.9\r\n\r\n", b"[]\r\n\r\n"])
def test_known_head_after_a_refused_request_is_not_answered(twins: TwinServers, refused: bytes) -> None:
    """The server ends its side of the connection after the error response. The client may still send requests."""
    known = twins.encode(LIST)
    for _ in range(TIMES):
        twins.send(known)
    for server in twins.servers:
        connection = server.connections[0]
        connection.send(refused)
        assert connection.read().startswith(b"HTTP/1.1 400 ")
        connection.send(known)
        connection.socket.settimeout(LONG_TIMEOUT)
        assert connection.socket.recv(1 << 16) == b""
    twins.compare_journals()


@pytest.mark.parametrize("loop", LOOPS)
def test_paused_reader_gets_every_response(loop: str) -> None:
    count = 200
    with run_server(loop) as server:
        connection = HeadConnection(server.server)
        head = server.encode_request("Recordings.json?PageSize=200")
        for _ in range(TIMES):
            connection.send(head)
            usual = connection.read()
        for _ in range(count):
            connection.send(head)
        assert [connection.read() for _ in range(count)] == [usual] * count
        connection.socket.close()
        assert server.account.journal.total == TIMES + count


@pytest.mark.parametrize("loop", LOOPS)
def test_connection_stays_open_until_it_was_idle_for_long_enough(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    idle_seconds = 1.5
    monkeypatch.setattr(listener, "_KEEP_ALIVE_SECONDS", idle_seconds)
    with run_server(loop) as server:
        heads = cycle([server.encode_request(LIST)] * 5 + [server.encode_request(f"Recordings/{UNKNOWN}.json")])
        connection, end = HeadConnection(server.server), stopwatch() + 2 * idle_seconds
        while stopwatch() < end:
            connection.send(next(heads))
            connection.read()
            threading.Event().wait(idle_seconds / 20)
        start = stopwatch()
        assert connection.socket.recv(1) == b""
        assert stopwatch() - start > 0.8 * idle_seconds
        connection.socket.close()


@pytest.mark.parametrize("loop", LOOPS)
def test_error_of_a_known_request_has_the_usual_response(
    loop: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with run_server(loop) as server:
        connection, head = HeadConnection(server.server), server.encode_request(LIST)
        for _ in range(TIMES):
            connection.send(head)
            usual = connection.read()

        def fail(account: Account) -> None:
            raise RuntimeError("something is wrong")

        with monkeypatch.context() as patch:
            patch.setattr(Account, "run_due", fail)
            connection.send(head)
            assert b'"code": 20500' in connection.read()
        connection.send(head)
        assert connection.read() == usual
        connection.socket.close()
    assert "A known request failed." in caplog.text


@pytest.mark.parametrize("loop", LOOPS)
def test_client_that_leaves_harms_no_other(loop: str) -> None:
    with run_server(loop) as server:
        head = server.encode_request("Recordings.json?PageSize=200")
        for number in range(TIMES + 5):
            connection = HeadConnection(server.server)
            connection.send(head)
            if number < TIMES:
                usual = connection.read()
            connection.socket.close()
        connection = HeadConnection(server.server)
        connection.send(head)
        assert connection.read() == usual
        connection.socket.close()


def test_connection_that_is_to_be_closed_is_closed(twins: TwinServers) -> None:
    head = twins.encode(LIST, "Connection: close")
    for server in twins.servers:
        for _ in range(TIMES):
            connection = HeadConnection(server.server)
            connection.send(head)
            assert b"\r\nConnection: close\r\n" in connection.read()
            assert connection.socket.recv(1) == b""
            connection.socket.close()
    assert twins.count_known() == 0


def test_counts_are_those_of_parsed_requests(scripted: TwinServers) -> None:
    sid = scripted.command("GET", "recordings")["recordings"][0]["sid"]
    for _ in range(50):
        scripted.get(f"Recordings/{sid}.json")
        scripted.get(LIST)
    assert scripted.count_known() > 80
    assert scripted.compare_journals() == 100
    first, second = (server.mock.request_counts for server in scripted.servers)
    assert first.count_by_operation_and_status() == second.count_by_operation_and_status()
    assert first.cache_hits == second.cache_hits
    assert scripted.command("POST", "requests/count", {"pattern": {"op": "list_recordings"}})["count"] == 50
    first_events, second_events = scripted.command_both("GET", "events")
    assert first_events == second_events != []


@pytest.mark.parametrize(
    ("changes", "is_known"),
    [
        ({"auth": AuthSetting.STRICT}, False),
        ({"auth": AuthSetting.OFF}, True),
        ({"wire": WireSetting.SCHEMA}, True),
        ({"public_url": "https://api.twilio.com"}, True),
    ],
    ids=["strict", "off", "wire", "public URL"],
)
def test_settings_are_heeded(changes: dict[str, Any], *, is_known: bool) -> None:
    with run_twins(make_settings(**changes)) as twins:
        assert len({twins.get(LIST) for _ in range(TIMES)}) == 1
        other = twins.encode(LIST, auth=(twins.sid, "0" * 32))
        assert len({twins.send(other) for _ in range(TIMES)}) == 1
        assert twins.count_known() == (2 * (TIMES - 2) if is_known else 0)


@pytest.fixture
def slow_store(store: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Let a store save slowly once the list, which is for a test to fill, is not empty: with these results."""
    is_saved, call_when_saved, results = AccountSaver.is_saved, AccountSaver.call_when_saved, list[bool]()

    async def save_slowly(saver: AccountSaver) -> bool:
        if not results:
            return await is_saved(saver)
        result = results.pop(0)
        await asyncio.sleep(0.1)
        return await is_saved(saver) and result

    def call_slowly(saver: AccountSaver, go_on: Callable[[bool], object]) -> None:
        if not results:
            call_when_saved(saver, go_on)
            return
        result = results.pop(0)
        asyncio.get_running_loop().call_later(0.1, call_when_saved, saver, lambda is_saved: go_on(is_saved and result))

    monkeypatch.setattr(AccountSaver, "call_when_saved", call_slowly)
    monkeypatch.setattr(AccountSaver, "is_saved", save_slowly)
    return results


@contextmanager
def run_with_known_list(store: StoreUrl, loop: str) -> Iterator[tuple[RunningServer, HeadConnection, bytes, bytes]]:
    """Run a server with a store, and yield it with a connection, the head of a list request, and its response."""
    with run_server(loop, make_settings(store=store)) as server:
        connection, head = HeadConnection(server.server), server.encode_request(LIST)
        for _ in range(TIMES):
            connection.send(head)
            response = connection.read()
        yield server, connection, head, response
        connection.socket.close()


@pytest.mark.parametrize("loop", LOOPS)
def test_requests_during_a_save_are_answered_after_it(store: StoreUrl, slow_store: list[bool], loop: str) -> None:
    with run_with_known_list(store, loop) as (server, connection, head, usual):
        slow_store += [True]
        unknown = server.encode_request(f"Recordings/{UNKNOWN}.json")
        for piece in (head, unknown[:30], unknown[30:], head):
            connection.send(piece)
            threading.Event().wait(0.02)
        first, second, third = (connection.read() for _ in range(3))
        assert (first, second[:12], third) == (usual, b"HTTP/1.1 404", usual)
        assert server.account.journal.total == TIMES + 3


@pytest.mark.parametrize("loop", LOOPS)
def test_known_request_that_is_not_saved_takes_the_usual_way(
    store: StoreUrl, slow_store: list[bool], loop: str
) -> None:
    with run_with_known_list(store, loop) as (_, connection, head, usual):
        slow_store += [False]
        connection.send(head)
        assert connection.read() == usual
        slow_store += [False, False]
        connection.send(head)
        assert connection.read().startswith(b"HTTP/1.1 503 ")
        connection.send(head)
        assert connection.read() == usual


@pytest.mark.parametrize("loop", LOOPS)
def test_error_after_a_save_has_the_usual_response(
    store: StoreUrl, loop: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any) -> bool:
        raise RuntimeError("something is wrong")

    with run_with_known_list(store, loop) as (_, connection, head, usual):
        monkeypatch.setattr(known_requests, "write_response", fail)
        connection.send(head)
        assert connection.read() == usual
    assert "A request failed after its changes were saved." in caplog.text


@pytest.mark.parametrize("loop", LOOPS)
def test_client_that_leaves_during_a_save_harms_no_other(store: StoreUrl, slow_store: list[bool], loop: str) -> None:
    with run_with_known_list(store, loop) as (server, connection, head, usual):
        slow_store += [True]
        leaving = HeadConnection(server.server)
        leaving.send(head)
        leaving.socket.close()
        threading.Event().wait(0.15)
        connection.send(head)
        assert connection.read() == usual


@pytest.mark.parametrize("loop", LOOPS)
def test_server_that_stops_during_a_save_sends_the_response(store: StoreUrl, slow_store: list[bool], loop: str) -> None:
    with run_with_known_list(store, loop) as (server, _, head, usual):
        slow_store += [True]
        connection = HeadConnection(server.server)
        connection.send(head)
        while slow_store:
            threading.Event().wait(0.001)
    assert connection.read() == usual
    assert connection.socket.recv(1) == b""
    connection.socket.close()


@pytest.mark.parametrize("loop", LOOPS)
def test_server_that_stops_during_two_saves_sends_both_responses(
    store: StoreUrl, slow_store: list[bool], loop: str
) -> None:
    with run_with_known_list(store, loop) as (server, _, head, usual):
        slow_store += [True, True]
        connection = HeadConnection(server.server)
        connection.send(head)
        while len(slow_store) == 2:
            threading.Event().wait(0.001)
        connection.send(head)
        threading.Event().wait(0.02)
    assert [connection.read(), connection.read()] == [usual, usual]
    assert connection.socket.recv(1) == b""
    connection.socket.close()


def test_running_clock_is_heeded() -> None:
    steps = [{"after": {"time": "1h"}, "status": "completed", "set": {"duration": 19}}]
    scenario = load_any_scenario(
        {"name": "due", "recordings": [{"id": "it", "status": "processing", "timeline": steps}]}
    )
    with run_twins(scenario=scenario) as twins:
        sid = twins.command("GET", "recordings")["recordings"][0]["sid"]
        before = {twins.get(f"Recordings/{sid}.json") for _ in range(TIMES)}
        for server in twins.servers:  # a running clock moves without a command
            clock = server.mock.account(twins.sid).clock
            clock.move_to(clock.now() + 3600 * SECOND)
        after = {twins.get(f"Recordings/{sid}.json") for _ in range(TIMES)}
        assert [b'"processing"' in body for body in (*before, *after)] == [True, False]
        assert twins.count_known() > 2


def test_account_of_known_requests_stays_in_memory(twins: TwinServers) -> None:
    sid = "AC" + "9" * 32
    path, auth = f"/2010-04-01/Accounts/{sid}/{LIST}", (sid, "0" * 32)
    for _ in range(TIMES):
        twins.send(twins.encode(path, auth=auth))
    account = twins.knowing.mock.account(sid)
    for number in range(100):
        other = f"AC{number:032x}"
        twins.send(twins.encode(f"/2010-04-01/Accounts/{other}/{LIST}?PageSize=1", auth=(other, "0" * 32)))
        twins.send(twins.encode(path, auth=auth))
    assert twins.knowing.mock.find_account(sid) is account


def test_many_heads_are_bounded_and_forgotten_with_their_account() -> None:
    mock = Mock(make_settings())
    app = create_app(mock)
    known = app.known_requests
    assert known is not None
    with BackgroundServer(app) as server:
        running, connection = RunningServer(mock, server), HeadConnection(server)
        most = 0
        for number in range(2_500):
            head = running.encode_request("Recordings.json?PageSize=1", f"X-Number: {number}")
            for _ in range(2):
                connection.send(head)
                connection.read()
            most = max(most, len(known))
        connection.socket.close()
        assert most == 1024
        assert len(known) == 2_500 % 1024
        mock.forget(mock.demo.sid)
        assert len(known) == 0
