"""`recmock requests`, and the client's `find` and `follow`."""

import json
import re
from collections.abc import Callable, Iterator
from itertools import islice

import pytest

from mockserver.control.client.requests import RequestsClient
from mockserver.control.views.requests import RequestView
from tests.commands import main
from tests.sockets import RunningServer, run_server

AT = r"2026-01-01T00:00:00Z"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningServer]:
    with run_server() as server:
        monkeypatch.setenv("RECMOCK_URL", server.server.base_url)
        yield server


@pytest.fixture
def three_requests(server: RunningServer) -> RunningServer:
    server.get("Recordings.json?PageSize=1&PageSize=2")
    server.get("Recordings/x%1b.json")
    server.get("Recordings.json?PageSize=2")
    return server


def run(capsys: pytest.CaptureFixture[str], *words: str) -> list[str]:
    assert main(["requests", *words]) == 0
    return capsys.readouterr().out.splitlines()


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ([], [0, 1, 2]),
        (["--last", "2"], [1, 2]),
        (["list_recordings"], [0, 2]),
        (["op=list_recordings", "--last", "1"], [2]),
        (["status=404"], [1]),
        (["query.PageSize=2"], [0, 2]),
        (["query.PageSize=1", "query.PageSize=2"], [0]),
        (["list_recordings", "header.Host=127.*", "method=get"], [0, 2]),
        (["path=*/Recordings/x*"], [1]),
    ],
)
@pytest.mark.usefixtures("three_requests")
def test_pattern_selects_requests(words: list[str], numbers: list[int], capsys: pytest.CaptureFixture[str]) -> None:
    lines = run(capsys, *words)
    assert [int(re.findall(r" ms (\d+) GET ", line)[0]) for line in lines] == numbers
    assert [item["number"] for item in json.loads("\n".join(run(capsys, *words, "--json")))] == numbers


def test_line_has_what_the_log_has(three_requests: RunningServer, capsys: pytest.CaptureFixture[str]) -> None:
    (line,) = run(capsys, "status=404")
    sentence = r"Expected a RecordingSid (RE and 32 hexadecimal digits), found 'x\x1b'."
    request = f"GET {three_requests.root}/Recordings/x\\x1b.json fetch_recording ({sentence})"
    assert re.sub(r" +\d+\.\d ms", "", line) == f"{AT} 404 1 {request}"


@pytest.mark.usefixtures("server")
def test_empty_journal_is_said_to_be_empty(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys) == ["no requests"]
    assert json.loads("\n".join(run(capsys, "--json"))) == []


@pytest.mark.parametrize("word", ["=x", "foo.a=1", "query.=1", ".a=1"])
def test_condition_without_a_name_is_refused(word: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["requests", word])
    assert (
        f"expected an operation, or a condition such as query.PageSize=50, found {word!r}." in capsys.readouterr().err
    )


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("list_recording", "op: expected an operation such as list_recordings, found 'list_recording'."),
        ("status=abc", "Expected `int | null`, got `str`"),
        ("color=1", "pattern: expected some of op, method,"),
    ],
)
def test_server_refuses_other_patterns(word: str, message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["requests", word]) == 2
    assert message in capsys.readouterr().err


def test_listing_takes_a_pattern_as_json(three_requests: RunningServer) -> None:
    client = make_client(three_requests)
    assert [request.number for request in client.find(query={"PageSize": ["1", "2"]}).requests] == [0]
    assert [request.number for request in client.find(query={"PageSize": None}).requests] == [1]
    assert [request.number for request in client.find("list_recordings", since=1).requests] == [2]
    assert client.find(limit=1).matched == 3


@pytest.mark.parametrize("text", ["[]", "{", "[" * 5000])
def test_pattern_that_is_no_json_object_is_refused(text: str, server: RunningServer) -> None:
    import requests

    answer = requests.get(f"{server.control}/requests", params={"pattern": text}, timeout=30)
    assert (answer.status_code, answer.json()["code"]) == (400, 20001)
    assert "pattern: expected a JSON object: " in answer.json()["reason"]


def make_client(server: RunningServer) -> RequestsClient:
    from mockserver.control.client.connection import ControlConnection

    return RequestsClient(ControlConnection(server.server.base_url), "/accounts/demo")


def get_page_size(request: RequestView) -> str:
    return request.query["PageSize"][-1]


@pytest.mark.parametrize(
    "interrupt",
    [
        lambda server: server.account.journal.clear(),
        lambda server: server.mock.reset(server.sid),
        lambda server: server.mock.forget(server.sid),
    ],
)
def test_following_survives_an_emptied_journal(
    three_requests: RunningServer, interrupt: Callable[[RunningServer], object]
) -> None:
    """More requests come than the journal had, so that the numbers alone do not tell."""
    requests = make_client(three_requests).follow("list_recordings")
    assert [get_page_size(request) for request in islice(requests, 2)] == ["2", "2"]
    interrupt(three_requests)
    for size in range(10, 16):
        three_requests.get(f"Recordings.json?PageSize={size}")
    assert [get_page_size(request) for request in islice(requests, 6)] == [str(size) for size in range(10, 16)]
    three_requests.get("Recordings.json?PageSize=16")
    assert get_page_size(next(requests)) == "16"


def test_following_waits_for_requests(three_requests: RunningServer) -> None:
    requests = make_client(three_requests).follow(last=1)
    assert next(requests).number == 2
    three_requests.get("Recordings.json?PageSize=3")
    assert next(requests).number == 3


@pytest.mark.parametrize("as_json", [False, True])
def test_followed_requests_are_printed_one_in_a_line(
    as_json: bool, three_requests: RunningServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    follow = RequestsClient.follow
    monkeypatch.setattr(RequestsClient, "follow", lambda self, **pattern: islice(follow(self, **pattern), 2))
    lines = run(capsys, "--follow", "--last", "2", *["--json"] * as_json)
    assert [json.loads(line)["number"] if as_json else int(line.split()[4]) for line in lines] == [1, 2]
