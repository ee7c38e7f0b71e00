"""Servers that share a store: each answers as if it were the only one."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from mockserver.account.storage.store_error import StoreError, StoreInUseError
from mockserver.mock import Mock
from mockserver.rest.auth import AuthSetting
from mockserver.server.workers import membership
from mockserver.server.workers.kinds import FromLeader
from mockserver.settings.store_url import StoreUrl
from mockserver.testing.sink import Sink
from tests.harness import make_settings
from tests.redis_process import NO_REDIS, RedisProcess
from tests.shared_servers import SharedServer, run_shared

pytestmark = pytest.mark.variant
CALL = "/Calls/CA{:032x}/Recordings.json"


@pytest.fixture(params=["sqlite", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StoreUrl]:
    if request.param == "sqlite":
        yield StoreUrl(tmp_path / "store.db")
        return
    if NO_REDIS is not None:
        pytest.skip(NO_REDIS)
    with RedisProcess(tmp_path) as process:
        yield StoreUrl.parse(process.url)


@pytest.fixture
def servers(store: StoreUrl) -> Iterator[list[SharedServer]]:
    with run_shared(store, {}, {}) as servers:
        yield servers


def test_each_server_sees_what_the_other_changed(servers: list[SharedServer]) -> None:
    leader, worker = servers
    created = worker.post(CALL.format(1), RecordingChannels="dual")
    assert created.status_code == 201
    path = f"/Recordings/{created.json()['sid']}"
    first, second = (own.get(f"{path}.json").json() for own in servers)
    assert first.pop("media_url") == leader.account_url + path
    assert second.pop("media_url") == worker.account_url + path
    assert first == second
    worker.post(f"{CALL.format(1).removesuffix('.json')}/{created.json()['sid']}.json", Status="stopped")
    leader.change("POST", "/clock", {"advance": "1h"})
    assert worker.session.delete(f"{worker.account_url}{path}.json", timeout=10).status_code == 204
    assert leader.get(f"{path}.json").status_code == 404
    paths = [own["target"] for own in leader.control("GET", "/requests")["requests"]]
    assert paths == [own["target"] for own in worker.control("GET", "/requests")["requests"]]
    assert len(paths) == 6


def test_responses_are_those_of_the_server_that_was_asked(servers: list[SharedServer]) -> None:
    leader, worker = servers
    first, second = (own.get("/Recordings.json?PageSize=2") for own in servers)
    assert first.text.replace(leader.account_url, "") == second.text.replace(worker.account_url, "")
    varying = {"date", "twilio-request-id", "twilio-request-duration"}
    assert {name: value for name, value in first.headers.lower_items() if name not in varying} == {
        name: value for name, value in second.headers.lower_items() if name not in varying
    }
    assert worker.session.head(f"{worker.account_url}/Recordings.json", timeout=10).content == b""
    recordings = leader.get("/Recordings.json").json()["recordings"]
    sid = next(own["sid"] for own in recordings if own["status"] == "completed")
    assert worker.get(f"/Recordings/{sid}.wav").content == leader.get(f"/Recordings/{sid}.wav").content


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("connection_reset_by_peer", requests.ConnectionError),
        ("empty_response", requests.ConnectionError),
        ("malformed_response_chunk", requests.RequestException),
        ("random_data_then_close", requests.ConnectionError),
        ("truncated_response", requests.RequestException),
    ],
)
def test_connection_of_a_worker_breaks_as_a_rule_wants(
    fault: str, error: type[Exception], servers: list[SharedServer]
) -> None:
    leader, worker = servers
    leader.change("POST", "/faults", {"faults": [{"times": 1, "then": {"fault": fault}}]})
    with pytest.raises(error):
        worker.get("/Recordings.json")
    assert worker.get("/Recordings.json").status_code == 200


def test_counters_are_right_whichever_server_is_asked(servers: list[SharedServer]) -> None:
    servers[0].change("POST", "/faults", {"faults": [{"times": 3, "then": {"status": 500}}]})
    answers: list[int] = []

    def ask(server: SharedServer) -> None:
        answers.extend(server.get("/Recordings.json").status_code for _ in range(5))

    threads = [threading.Thread(target=ask, args=(server,)) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200] * 7 + [500] * 3


def test_worker_takes_the_lead_with_all_that_was_saved(servers: list[SharedServer]) -> None:
    leader, worker = servers
    sid = worker.post(CALL.format(1)).json()["sid"]
    assert worker.fetch_health()["leader"] == leader.membership.name
    leader.stop()
    assert worker.get(f"/Recordings/{sid}.json").status_code == 200
    assert worker.post(CALL.format(2)).status_code == 201


def test_client_of_a_worker_that_leaves_ends_its_request(servers: list[SharedServer]) -> None:
    leader, worker = servers
    leader.control("POST", "/faults", {"faults": [{"when": {"op": "list_recordings"}, "then": {"delay": "60s"}}]})
    address = worker.account_url.split("/")[2].split(":")
    with socket.create_connection((address[0], int(address[1]))) as connection:
        path = worker.account_url.split(address[1], 1)[1]
        connection.sendall(f"GET {path}/Recordings.json HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        time.sleep(0.3)  # the delay has begun
    deadline = time.monotonic() + 10
    while _list_waits(leader):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def _list_waits(leader: SharedServer) -> set[Any]:
    leadership = leader.application._leadership
    assert leadership is not None
    return leadership.mock.worker._waits


def test_large_bodies_and_streams_pass(servers: list[SharedServer]) -> None:
    leader, worker = servers
    recordings = [{"id": f"recording-{number}"} for number in range(3000)]
    scenario = {"version": 1, "name": "many", "recordings": recordings}
    worker.change("PUT", "/scenario", {"scenario": scenario})
    assert leader.control("GET", "")["scenario"] == "many"
    url = f"{worker.control_url}/accounts/{worker.mock.demo.sid}/stream"
    with worker.session.get(url, stream=True, timeout=10) as stream:
        lines = stream.iter_lines()
        assert next(lines).startswith(b"retry: ")
        leader.get("/Recordings.json")
        assert any(line.startswith(b"event: ") for line in lines)


def get_served_since(leader: SharedServer) -> int:
    """Return the machine's time since which processes serve the store."""
    leadership = leader.application._leadership
    assert leadership is not None
    assert leadership.mock.saver is not None
    return leadership.mock.saver.served_since


def test_start_with_other_settings_takes_the_lead(store: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(membership, "_PRECEDENCE_SECONDS", 60.0)  # the third server must not wait: requests would
    monkeypatch.setattr(membership, "_START_SECONDS", 60.0)
    with run_shared(store, {}, {}) as (first, second), Sink() as sink:
        served_since = get_served_since(first)
        created = first.post(CALL.format(1), RecordingStatusCallback=sink.url).json()
        first.session.auth = second.session.auth = (first.mock.demo.sid, "another token")
        assert first.get("/Recordings.json").status_code == 200
        third = SharedServer(store, auth=AuthSetting.STRICT)
        third.start()
        try:
            assert third.get(f"/Recordings/{created['sid']}.json").status_code == 200
            assert [own.get("/Recordings.json").status_code for own in (first, second)] == [401, 401]
            assert first.fetch_health()["leader"] == third.membership.name
            assert get_served_since(third) == served_since, "processes have served the store all the time"
        finally:
            third.stop()
        assert [own.get("/Recordings.json").status_code for own in (first, second)] == [401, 401]


@pytest.mark.parametrize("change", [{"seed": "other"}, {"count": 7}, {"span": 3600}])
def test_start_with_another_corpus_is_refused(change: dict[str, Any], store: StoreUrl) -> None:
    refusal = rf"--{next(iter(change))}: expected .*Use the same value"
    with run_shared(store, {}), pytest.raises(StoreError, match=refusal):
        SharedServer(store, **change).start()


def test_control_token_is_that_of_the_server_that_was_asked(store: StoreUrl) -> None:
    with run_shared(store, {}, {"control_token": "secret"}) as (leader, worker):
        assert leader.control("GET", "/clock")["rate"] == 0
        assert worker.control("GET", "/clock")["status"] == 401
        assert worker.control("GET", "/clock", authorization="Bearer secret")["rate"] == 0


def test_requests_get_twilios_503_while_no_process_leads(store: StoreUrl) -> None:
    with run_shared(store, {}, {}) as (leader, worker):
        worker.membership.hold_back = lambda: None  # type: ignore[method-assign]
        worker.membership.try_to_lead = lambda: None  # type: ignore[method-assign]
        leader.stop()
        start = time.monotonic()
        answer, control = worker.get("/Recordings.json"), worker.control("GET", "/clock")
        assert time.monotonic() - start < 4
        assert (answer.status_code, answer.json()["code"], control["status"]) == (503, 20503, 503)
        assert answer.headers["X-Mock-Reason"].startswith("The store failed")


def test_fixture_does_not_share_the_store_of_a_server(store: StoreUrl) -> None:
    with run_shared(store, {}), pytest.raises(StoreInUseError, match="expected that no other process uses"):
        Mock(make_settings(store=store)).open_store()


@pytest.mark.parametrize(
    "message", [b"\xc1", b"\x01", b"\x93\x00\x63\xa1x", b"\x97\x00\x01\xa5wrong\xa1w\xc0\x90\xc2"], ids=str
)
def test_stranger_at_the_port_of_the_leader_gets_nothing(message: bytes, tmp_path: Path) -> None:
    store = StoreUrl(tmp_path / "store.db")
    with run_shared(store, {}) as (leader,):
        contact = json.loads((tmp_path / "store.db-leader").read_bytes())
        with socket.create_connection((contact["host"], contact["port"])) as connection:
            connection.settimeout(10)
            connection.sendall(len(message).to_bytes(4, "big") + message)
            answer = connection.recv(1000)
        assert answer == b"" or answer[5] == FromLeader.REFUSED
        assert leader.get("/Recordings.json").status_code == 200
