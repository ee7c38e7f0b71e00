"""Attacks that need a server of their own: extreme corpora, few descriptors, nonsense upstreams, and its end."""

import socket
import struct
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.attacks.attacked_server import CALL, ROOT, AttackedServer, encode_head, wait_until
from tests.proxies import Listener

_MIXES = ("processing=0.5", "completed=0.00002,processing=0.0199", "conference=0.00001,encrypted=1", "deleted=0.9999")
_LONG_BODY = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"
_UPSTREAM_ANSWERS = {
    "nothing": b"",
    "no HTTP": b"nonsense\r\n\r\n",
    "status 999": b"HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n",
    "status 000": b"HTTP/1.1 000 Odd\r\nContent-Length: 0\r\n\r\n",
    "switching": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
    "interim flood": b"HTTP/1.1 102 Processing\r\nA: b\r\n\r\n" * 20_000,
    "long head": b"HTTP/1.1 200 OK\r\nA: " + b"x" * 4_000_000,
    "many headers": b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 100_000,
    "bad length": b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
    "two lengths": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
    "bad chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "null header": b"HTTP/1.1 200 OK\r\nA: \0\r\nContent-Length: 0\r\n\r\n",
    "short body": _LONG_BODY + b"x" * 1000,
}


@pytest.mark.parametrize("mix", _MIXES)
def test_lists_of_a_billion_recordings_are_answered(tmp_path: Path, mix: str) -> None:
    with AttackedServer(tmp_path / "log", "--count", "1000000000", "--mix", mix) as server:
        before = server.measure()
        for name in ("Recordings", "Transcriptions", "Calls", "Conferences"):
            for query in ({}, {"PageSize": 1000}, {"DateCreated>": "2025-11-01"}, {"EndTime<": "2025-11-01"}):
                assert server.request("GET", f"{ROOT}/{name}.json?{urlencode(query)}").status_code == 200
        server.assert_unharmed(before)


def test_day_of_media_is_streamed_under_every_fault(tmp_path: Path) -> None:
    """Each client leaves after the first bytes."""
    faults = (None, {"fault": "truncated_response"}, {"chunked_dribble": {"chunks": 10**9, "duration": "0s"}})
    with AttackedServer(tmp_path / "log") as server:
        recording = {"id": "long", "status": "completed", "duration": 86_400, "channels": 2}
        server.command("PUT", "/scenario", {"scenario": {"recordings": [recording]}})
        sid = server.command("GET", "/recordings/long").json()["sid"]
        server.assert_unharmed(before := server.measure())
        for then in faults:
            server.command("DELETE", "/faults")
            if then is not None:
                server.command("POST", "/faults", {"faults": [{"then": then}]})
            for extension in ("wav", "mp3"):
                with server.connect() as client:
                    client.sendall(encode_head(f"{ROOT}/Recordings/{sid}.{extension}"))
                    assert client.recv(12, socket.MSG_WAITALL) == b"HTTP/1.1 200"
        server.command("DELETE", "/faults")
        server.assert_unharmed(before)


def test_exhausted_descriptors_are_free_again(tmp_path: Path) -> None:
    with AttackedServer(tmp_path / "log", descriptors=64) as server:
        server.assert_unharmed(before := server.measure())
        clients = [server.connect() for _ in range(120)]
        wait_until(lambda: server.measure().descriptors >= 60 or server.measure().descriptors == 0)
        for client in clients:
            client.close()
        wait_until(lambda: server.measure().descriptors <= before.descriptors + 1)  # until then it resets new clients
        server.assert_unharmed(before)


def delay(server: AttackedServer) -> bytes:
    server.command("POST", "/faults", {"faults": [{"when": {"op": "list_recordings"}, "then": {"delay": "36500d"}}]})
    return encode_head()


def wait_for_requests(server: AttackedServer) -> bytes:
    body = b'{"pattern": {"op": "delete_recording"}, "timeout": "60s"}'
    return encode_head("/_mock/accounts/demo/requests/wait", f"Content-Length: {len(body)}", method="POST") + body


def send_half_a_form(server: AttackedServer) -> bytes:
    return encode_head(f"{ROOT}/Calls/{CALL}/Recordings.json", "Content-Length: 50", method="POST") + b"Recording"


def read_nothing(server: AttackedServer) -> bytes:
    return encode_head(f"{ROOT}/Recordings.json?PageSize=1000") * 100


def open_a_tunnel(server: AttackedServer) -> bytes:
    return b"CONNECT api.twilio.com:443 HTTP/1.1\r\nHost: x\r\n\r\n"


@pytest.mark.parametrize("attack", [delay, wait_for_requests, send_half_a_form, read_nothing, open_a_tunnel])
def test_server_ends_while_clients_wait(tmp_path: Path, attack: Callable[[AttackedServer], bytes]) -> None:
    """The end of `with` asserts that SIGTERM ends the process in time, and that it prints nothing."""
    with AttackedServer(tmp_path / "log") as server:
        data = attack(server)
        clients = [server.connect() for _ in range(20)]
        for client in clients:
            client.sendall(data)
        assert server.request("GET", "/_mock/health").status_code == 200
    for client in clients:
        client.close()


def test_nonsense_of_upstreams_does_not_harm_the_server(tmp_path: Path) -> None:
    answers = iter(_UPSTREAM_ANSWERS.values())

    def respond(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.settimeout(5)
        try:
            connection.sendall(next(answers))
        except OSError:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    with AttackedServer(tmp_path / "log", "--proxy-unknown", "tunnel") as server, Listener(respond) as upstream:
        server.assert_unharmed(before := server.measure())
        for name in _UPSTREAM_ANSWERS:
            request = f"GET http://{upstream.authority}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            statuses = server.send_bytes(request.encode())
            assert statuses in ([502], [200], []), name
        assert upstream.connection_count == len(_UPSTREAM_ANSWERS)
        server.assert_unharmed(before)
