"""The request log: a line for each request, whatever happens to accounts meanwhile."""

import asyncio
import io
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from msgspec import structs

from mockserver.app import create_app
from mockserver.journal.request_line import PLAIN
from mockserver.mock import Mock
from mockserver.server import request_log
from mockserver.server.request_log import TextFormat, log_requests
from mockserver.settings.choices import LogFormat
from scenarios.rules import Fault, Then, When
from tests.harness import Api, make_settings
from tests.journal_entries import OTHER_SIDS, make_entry

TIME = r"\d\d:\d\d:\d\d\.\d{3}"
DURATION = r" +\d+\.\d ms"


@pytest.fixture
def api() -> Iterator[Api]:
    with Api(make_settings(log=LogFormat.TEXT)) as api:
        yield api


@pytest.fixture
def json_api() -> Iterator[Api]:
    with Api(make_settings(log=LogFormat.JSON)) as api:
        yield api


@contextmanager
def log_to_file(mock: Mock, file: Path) -> Iterator[None]:
    with file.open("w") as stream, log_requests(mock, stream, {}):
        yield


def find_lines(api: Api, file: Path, send: Callable[[Api], object]) -> list[str]:
    """Return the lines of requests, without time and duration."""
    with log_to_file(api.mock, file):
        send(api)
    lines = file.read_text().splitlines()
    assert [line for line in lines if not re.match(rf"{TIME} \d{{3}}{DURATION} ", line)] == []
    return [re.sub(rf"^{TIME} |(?<=\d){DURATION}", "", line) for line in lines]


def test_line_has_status_account_method_path_and_operation(api: Api, tmp_path: Path) -> None:
    lines = find_lines(api, tmp_path / "log", lambda api: api.get(f"{api.list_path}?PageSize=2&Token=x"))
    assert lines == [f"200 demo GET {api.list_path}?PageSize=2&Token=*** list_recordings"]


def test_line_of_a_refused_request_has_the_reason(api: Api, tmp_path: Path) -> None:
    def send(api: Api) -> None:
        api.auth = None
        api.get(api.list_path)

    lines = find_lines(api, tmp_path / "log", send)
    reason = "(No credentials: expected HTTP Basic with AccountSid:AuthToken.)"
    assert lines == [f"401 demo GET {api.list_path} - {reason}"]


def test_line_of_a_fault_has_its_rule(api: Api, tmp_path: Path) -> None:
    api.get_account().fault_rules.add(fault=Fault(then=Then(status=503), when=When()))
    (line,) = find_lines(api, tmp_path / "log", lambda api: api.get(api.list_path))
    assert line.startswith(f"503 demo GET {api.list_path} list_recordings rule 0")


def test_requests_for_one_cached_response_have_lines_of_their_own(api: Api, tmp_path: Path) -> None:
    def send(api: Api) -> None:
        api.get(api.list_path)
        for method, target in (("GET", api.list_path), ("HEAD", api.list_path), ("GET", f"{api.list_path}?PageSize=3")):
            api.request(method, target)
        api.get_account().fault_rules.add(fault=Fault(then=Then(delay="0s"), when=When(), times=1))
        for _ in range(2):
            api.get(api.list_path)
        assert api.mock.request_counts.cache_hits == 3

    lines = find_lines(api, tmp_path / "log", send)
    start = f"demo GET {api.list_path}"
    assert lines == [
        *(f"200 {start} list_recordings", f"200 {start} list_recordings"),
        *(f"200 demo HEAD {api.list_path} list_recordings", f"200 {start}?PageSize=3 list_recordings"),
        *(f"200 {start} list_recordings rule 0", f"200 {start} list_recordings"),
    ]


def test_deletions_have_lines_of_their_own(api: Api, tmp_path: Path) -> None:
    found = api.get(api.list_path).json()["recordings"]
    sids = [recording["sid"] for recording in found if recording["status"] == "completed"]
    first, second = map(api.get_recording_path, sids[:2])

    def send(api: Api) -> None:
        for path in (first, second):  # all deletions share one response
            assert api.request("DELETE", path).status_code == 204

    lines = find_lines(api, tmp_path / "log", send)
    assert lines == [f"204 demo DELETE {path} delete_recording" for path in (first, second)]


def test_requests_without_an_account_are_logged_too(api: Api, tmp_path: Path) -> None:
    def send(api: Api) -> None:
        api.auth = None
        api.get("/nothing")
        api.request("OPTIONS", api.list_path)

    first, second = find_lines(api, tmp_path / "log", send)
    assert first.startswith("404 - GET /nothing - (Not emulated.")
    assert second == f"204 - OPTIONS {api.list_path} -"


def test_requests_of_the_control_api_are_not_logged(api: Api, tmp_path: Path) -> None:
    def send(api: Api) -> None:
        for path in ("/_mock/health", "/_mock/nothing", "/_mock"):
            api.get(path)
        api.call_control_api("GET", "requests")

    assert find_lines(api, tmp_path / "log", send) == []


def test_control_characters_of_clients_are_escaped(api: Api, tmp_path: Path) -> None:
    (line,) = find_lines(api, tmp_path / "log", lambda api: api.get_in_account("Recordings/%1b%5b2J%0aX.json"))
    assert line.startswith(f"404 demo GET {api.root}/Recordings/\\x1b[2J\\nX.json fetch_recording (")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("PageSize=2&%54oken=x", "PageSize=2&Token=***"),
        ("Label=a%20b&Page=0", "Label=a%20b&Page=0"),
        ("PageSize=2&CallSid=http%3A%2F%2Fa:secret%40b", "PageSize=2&CallSid=http://a:***%40b"),
        ("DateCreated%3E=2026-01-01&PageToken=a", "DateCreated%3E=2026-01-01&PageToken=a"),
    ],
)
def test_one_request_with_a_secret_changes_no_other_line(api: Api, tmp_path: Path, query: str, shown: str) -> None:
    def send(api: Api) -> None:
        for each in ("PageSize=1", query, "PageSize=3"):
            api.get(f"{api.list_path}?{each}")

    first, second, third = find_lines(api, tmp_path / "log", send)
    assert first == f"200 demo GET {api.list_path}?PageSize=1 list_recordings"
    assert f" GET {api.list_path}?{shown} list_recordings" in second
    assert third == f"200 demo GET {api.list_path}?PageSize=3 list_recordings"


def test_time_of_a_line_is_the_end_of_its_request() -> None:
    """Also if a second begins between two lines, and if an earlier one comes later."""
    ticks = (0.0, 0.5, 1.25, 86400.0, 0.75)
    entries = [structs.replace(make_entry(), tick=tick, seconds=0.25) for tick in ticks]
    lines = TextFormat("", PLAIN)([None] * len(entries), entries, 1_767_225_600_250)
    times = [line.split()[0] for line in lines]
    assert times == ["00:00:00.500", "00:00:01.000", "00:00:01.750", "00:00:00.500", "00:00:01.250"]


def test_log_that_is_closed_writes_no_more(
    api: Api, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The loop may run on: what it was to write later was written at the end."""

    async def send_and_wait() -> None:
        with log_to_file(api.mock, tmp_path / "log"):
            await send_requests(api.mock, 1)
        await asyncio.sleep(0.01)

    monkeypatch.setattr(request_log, "_PAUSE_SECONDS", 0.001)
    asyncio.run(send_and_wait())
    assert (tmp_path / "log").read_text().count("\n") == 1
    assert caplog.messages == []


def test_log_survives_reset_rollback_forgetting_and_another_scenario(api: Api, tmp_path: Path) -> None:
    def send(api: Api) -> None:
        api.call_control_api("POST", "snapshots", {"name": "it"})
        for method, path in (("POST", "reset"), ("POST", "rollback"), ("DELETE", "")):
            api.call_control_api(method, path, {"name": "it"} if path == "rollback" else None)
            api.get(api.list_path)
        api.mock.replace_scenario(None)
        api.get(api.list_path)

    assert find_lines(api, tmp_path / "log", send) == [f"200 demo GET {api.list_path} list_recordings"] * 4


def test_log_keeps_no_account_in_memory(api: Api, tmp_path: Path) -> None:
    def send(api: Api) -> None:
        for sid in (*OTHER_SIDS, OTHER_SIDS[0]):
            api.auth = (sid, "x")
            api.get(f"/2010-04-01/Accounts/{sid}.json")
            assert api.mock.find_account(sid) is not None
        assert api.mock.find_account(OTHER_SIDS[1]) is None

    lines = find_lines(api, tmp_path / "log", send)
    accounts = [*OTHER_SIDS, OTHER_SIDS[0]]
    assert lines == [f"200 {sid} GET /2010-04-01/Accounts/{sid}.json fetch_account" for sid in accounts]


def test_json_has_the_machine_time_and_the_number_in_the_journal(json_api: Api, tmp_path: Path) -> None:
    with log_to_file(json_api.mock, tmp_path / "log"):
        json_api.get(f"{json_api.list_path}?PageSize=2")
        json_api.auth = None
        json_api.get("/\x9b")
    first, second = (json.loads(line) for line in (tmp_path / "log").read_text().splitlines())
    assert re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("time"))
    assert first.pop("ms") > 0
    assert first == {
        "account": json_api.mock.demo.sid,
        "number": 0,
        "method": "GET",
        "target": f"{json_api.list_path}?PageSize=2",
        "operation": "list_recordings",
        "status": 200,
        "reason": None,
        "rule": None,
    }
    assert (second["account"], second["number"], second["target"], second["status"]) == (None, None, "/\x9b", 404)
    assert second["reason"].startswith("Not emulated.")


@pytest.mark.parametrize("stream", [None, io.StringIO()])
def test_stream_without_descriptor_gets_no_log(api: Api, stream: io.StringIO | None) -> None:
    with log_requests(api.mock, stream, {}):
        assert api.mock.on_request is None


def test_log_that_is_off_hears_of_no_request(tmp_path: Path) -> None:
    with Api(make_settings(log=LogFormat.OFF)) as api, log_to_file(api.mock, tmp_path / "log"):
        assert api.mock.on_request is None


async def send_requests(mock: Mock, count: int) -> None:
    transport = httpx.ASGITransport(app=create_app(mock))
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
        for _ in range(count):
            await client.get("/nothing")


@contextmanager
def log_to_pipe(mock: Mock) -> Iterator[int]:
    """Log to a pipe, and yield the descriptor of its reader."""
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as stream, log_requests(mock, stream, {}):
        yield reader


def test_lines_are_written_while_the_loop_runs(api: Api) -> None:
    async def read_line(reader: int) -> bytes:
        await send_requests(api.mock, 2)
        return await asyncio.to_thread(os.read, reader, 1 << 16)

    with log_to_pipe(api.mock) as reader:
        assert asyncio.run(read_line(reader)).count(b"\n") == 2
    os.close(reader)


def test_requests_on_another_loop_are_written_too(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first loop ends before it has written."""
    monkeypatch.setattr(request_log, "_LOOK_INTERVAL", 1)
    with log_to_pipe(api.mock) as reader:
        asyncio.run(send_requests(api.mock, 1))

        async def read_lines() -> bytes:
            await send_requests(api.mock, 1)
            return await asyncio.to_thread(os.read, reader, 1 << 16)

        assert asyncio.run(read_lines()).count(b"\n") == 2
    os.close(reader)


def test_late_reader_gets_the_rest_without_another_request(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(request_log, "_PAUSE_SECONDS", 0.001)
    found = bytearray()

    def read_until(reader: int, count: int) -> None:
        while found.count(b"\n") < count:
            found.extend(os.read(reader, 1 << 16))

    async def send_and_read(reader: int) -> None:
        await send_requests(api.mock, 800)  # more than a pipe holds
        await asyncio.to_thread(read_until, reader, 800)

    with log_to_pipe(api.mock) as reader:
        asyncio.run(send_and_read(reader))
    os.close(reader)
    assert len(found) > 1 << 16


def test_requests_are_answered_when_the_reader_of_the_log_is_gone(api: Api) -> None:
    with log_to_pipe(api.mock) as reader:
        os.close(reader)

        async def send_twice() -> None:
            await send_requests(api.mock, 1)
            await asyncio.sleep(0.1)
            await send_requests(api.mock, 1)

        asyncio.run(send_twice())
