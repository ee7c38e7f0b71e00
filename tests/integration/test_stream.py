"""Clients that follow an account over HTTP."""

import threading
from collections.abc import Iterator

import pytest
import requests

from mockserver.control.client.errors import ControlError
from mockserver.control.endpoints import stream
from mockserver.server import listener as server_module
from mockserver.settings.machine_clock import stopwatch
from mockserver.testing.handles import MockServer, MockTwilio
from tests.sockets import LONG_TIMEOUT, LOOPS, RunningServer, run_server

pytestmark = [pytest.mark.usefixtures("clean_log"), pytest.mark.variant]
STREAM_HEAD = b"GET /_mock/accounts/demo/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"


def open_stream(server: RunningServer, **headers: str) -> requests.Response:
    return requests.get(f"{server.control}/stream", headers=headers, stream=True, timeout=LONG_TIMEOUT)


def wait_for_followers(server: RunningServer, number: int) -> None:
    end = stopwatch() + LONG_TIMEOUT
    while server.mock.notices.count_followers(server.sid) != number:
        assert stopwatch() < end
        threading.Event().wait(0.001)


def read_block(lines: Iterator[str]) -> list[str]:
    """Return the lines up to the next empty one."""
    return list(iter(lines.__next__, ""))


@pytest.mark.parametrize("loop", LOOPS)
def test_open_streams_end_at_once_when_the_server_stops(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "_STALL_SECONDS", LONG_TIMEOUT)
    monkeypatch.setattr(server_module, "_GRACE_SECONDS", LONG_TIMEOUT)
    with run_server(loop) as server:
        responses = [open_stream(server) for _ in range(8)]
        lines = responses[0].iter_lines(decode_unicode=True)
        assert read_block(lines) == ["retry: 1000", "id: 0000000000000000.1-0"]
        server.get("Recordings.json?PageSize=1")
        assert read_block(lines)[1:] == ["event: request", 'data: {"since":0,"next":1}']
        start = stopwatch()
    assert stopwatch() - start < LONG_TIMEOUT / 2
    assert list(lines) == []
    for response in responses:
        response.close()


@pytest.mark.parametrize("loop", LOOPS)
def test_client_that_reads_nothing_ends_at_once_when_the_server_stops(
    loop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "_STALL_SECONDS", LONG_TIMEOUT)
    monkeypatch.setattr(server_module, "_GRACE_SECONDS", LONG_TIMEOUT)
    monkeypatch.setattr(stream, "_encode", lambda found: b": more than sockets hold\n\n" * 1_000_000)
    with run_server(loop) as server:
        client = server.connect()
        client.sendall(STREAM_HEAD)
        wait_for_followers(server, 1)
        server.get("Recordings.json?PageSize=1")  # nobody waits for the client that does not read
        start = stopwatch()
    assert stopwatch() - start < LONG_TIMEOUT / 2
    client.close()


def test_client_that_leaves_follows_no_more() -> None:
    with run_server() as server:
        response = open_stream(server)
        assert response.headers["content-type"] == "text/event-stream"
        assert "content-length" not in response.headers
        wait_for_followers(server, 1)
        response.close()
        wait_for_followers(server, 0)


def test_silence_is_broken_for_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "_HEARTBEAT_SECONDS", 0.0)
    with run_server() as server, open_stream(server) as response:
        lines = response.iter_lines(decode_unicode=True)
        read_block(lines)
        assert [read_block(lines), read_block(lines)] == [[":"], [":"]]


def test_head_of_the_stream_ends() -> None:
    with run_server() as server:
        response = requests.head(f"{server.control}/stream", timeout=LONG_TIMEOUT)
        assert (response.status_code, response.headers["content-type"]) == (200, "text/event-stream")
        assert server.mock.notices.count_followers(server.sid) == 0


def test_followers_of_an_account_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MAX_FOLLOWERS", 1)
    with run_server() as server, open_stream(server):
        wait_for_followers(server, 1)
        refused = open_stream(server)
        assert (refused.status_code, refused.json()["code"]) == (429, 20429)
        assert refused.headers["X-Mock-Reason"] == "Expected at most 1 clients that follow an account, found one more."


def test_handle_follows_its_account_and_comes_again() -> None:
    with MockTwilio(count=5) as mock:
        notices = mock.follow()
        mock.clock.advance("3s")
        first = next(notices)
        assert first.kind == "clock"
        mock.recordings.add(id="mine")
        later = mock.follow(first.id)
        assert next(later).id == next(notices).id
        assert next(mock.follow("another-1")).kind == "lag"
        mock.faults("fetch_recording", status=500)
        assert "rules" in (notice.kind for notice in notices)
    assert isinstance(list(notices), list)  # the server has stopped


def test_following_raises_the_errors_of_other_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "MAX_FOLLOWERS", 0)
    with MockTwilio(count=5) as mock:
        with pytest.raises(ControlError, match=r"answered 429: Expected at most 0 clients"):
            mock.follow()
        client = mock
    with pytest.raises(ControlError, match="expected a running server"):
        client.follow()
    with run_server() as server:
        url = server.server.base_url
    with pytest.raises(ControlError, match="expected a recmock server at"):
        MockServer(url=url).account().follow()
