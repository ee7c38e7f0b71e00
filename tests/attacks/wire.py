"""Attacks on the wire: heads, bodies, pipelines, the proxy, and clients that leave."""

import socket
import struct
from contextlib import suppress

from tests.attacks.attacked_server import CALL, ROOT, AttackedServer, encode_head

_CREATE = f"{ROOT}/Calls/{CALL}/Recordings.json"
_UPGRADE = ("Upgrade: h2c", "Connection: close")
_BIG = b"x" * (1 << 20)
_LAST = encode_head("/_mock/health", "Connection: close")
_BAD_FRAMES = (
    "Content-Length: 5, 5",
    "Content-Length: +5",
    f"Content-Length: {'9' * 5000}",
    "Content-Length: -1",
    "Transfer-Encoding: chunked\r\nContent-Length: 5",
    "Transfer-Encoding: identity",
    "Connection: a,\r\n upgrade",
)
_BAD_STARTS = (
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"FOO / HTTP/1.1\r\n\r\n",
    b"GET \xff HTTP/1.1\r\n\r\n",
    b"GET http://[::1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET http://a:99999999/ HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\0" * 5000,
)
_CONNECT_TARGETS = (":0", "api.twilio.com", "api.twilio.com:99999", "[::1:443", "a:b:c", "/", f"{'x' * 5000}:443")


def send_large_heads(server: AttackedServer) -> None:
    start = b"GET / HTTP/1.1\r\nHost: x\r\n"
    assert server.send_bytes(start, b"A: ", *[_BIG] * 8) == [431]
    assert server.send_bytes(start, _BIG) == [431]
    assert server.send_bytes(start, b"A: b\r\n" * 50_000) == [431]
    assert server.send_bytes(start.replace(b"GET /", b"GET /" + b"y" * 20_000), b"Connection: close\r\n\r\n") == [414]


def dribble_heads(server: AttackedServer) -> None:
    clients = [server.connect() for _ in range(60)]
    for part in (b"GET / HT", b"TP/1.1\r\nHo", b"st: x\r\nA: "):
        for client in clients:
            client.sendall(part)
    assert server.request("GET", "/_mock/health").status_code == 200
    for client in clients:
        client.close()


def offer_upgrades(server: AttackedServer) -> None:
    for line in ("Connection: upgrade", "Proxy-Connection: upgrade", "Proxy-Connection: a, UPGRADE ,b"):
        assert server.send_bytes(encode_head(f"{ROOT}/Recordings.json?PageSize=1", line, *_UPGRADE)) == [200]


def frame_badly(server: AttackedServer) -> None:
    for lines in _BAD_FRAMES:
        assert server.send_bytes(encode_head(_CREATE, lines, method="POST"), b"abcde") == [400]
    for start in _BAD_STARTS:
        assert server.send_bytes(start) == [400]
    chunked = encode_head(_CREATE, "Transfer-Encoding: chunked", method="POST")
    assert server.send_bytes(chunked, b"fffffffffffffffff\r\n") == [400]
    assert server.send_bytes(chunked, b"1\r\na\r\n0\r\n", b"A: b\r\n" * 50_000) == [431]


def send_large_bodies(server: AttackedServer) -> None:
    form = "Content-Type: application/x-www-form-urlencoded"
    head = encode_head(_CREATE, form, f"Content-Length: {len(_BIG) * 16}", "Connection: close", method="POST")
    assert server.send_bytes(head, *[_BIG] * 16) == [413]
    for method in ("GET", "DELETE", "OPTIONS"):  # the mock does not read their bodies
        length = f"Content-Length: {len(_BIG) * 16}"
        head = encode_head(f"{ROOT}/nothing", length, "Connection: close", method=method)
        assert server.send_bytes(head, *[_BIG] * 16) in ([404], [204])


def send_strange_forms(server: AttackedServer) -> None:
    body = "a=%5Cud800%5CN{x}&b=+2AA-&%zz=%&RecordingTrack=%ff"
    for charset in ("unicode_escape", "utf-7", "punycode", "idna", "rot13", "zlib", "utf-16", "x" * 9000):
        answer = server.post_form(f"Calls/{CALL}/Recordings.json", body, Content_Type=f"{_FORM}; charset={charset}")
        assert answer.status_code in (200, 201, 400)
    for count in (20_000, 60_000):
        assert server.post_form(f"Calls/{CALL}/Recordings.json", "a&=%"[: count % 7] * 9_000).status_code < 500
    multipart = "multipart/form-data; boundary="
    for boundary, body in ((f"b{';' * 9000}", "--b--"), ("b" * 9000, "x"), ("b", "--b\r\n" * 9000), ("b", '--b\r\n";')):
        answer = server.post_form(f"Calls/{CALL}/Recordings.json", body, Content_Type=multipart + boundary)
        assert answer.status_code < 500
    for path in ("/requests?limit=5000", "/requests.har", "/doctor"):
        assert server.command("GET", path).status_code == 200


_FORM = "application/x-www-form-urlencoded"


def send_strange_values(server: AttackedServer) -> None:
    digits = "9" * 5000
    values = (digits, "%ff", "%00", "9999-12-31", "0001-01-01T00:00:00%2B14:00", "%D9%A3", "-1", "%F0%9F%98%80", "1e9")
    names = ("PageSize", "Page", "PageToken", "DateCreated", "DateCreated%3C", "EndTime%3E", "CallSid", "Status")
    for resource in ("Recordings", "Calls", "Conferences"):
        for name in names:
            target = f"{ROOT}/{resource}.json?PageSize=1&{name}="
            answers = server.send_bytes(*(encode_head(target + value) for value in values), _LAST)
            assert len(answers) == len(values) + 1
            assert {*answers} <= {200, 400}
    for value in (f"bytes={digits}-", f"bytes=-{digits}", "bytes=0-1," * 2000):
        assert server.request("GET", f"{ROOT}/Recordings/RE{'1' * 32}.wav", Range=value).status_code < 500


def pipeline_with_bad_requests(server: AttackedServer) -> None:
    good = encode_head()
    assert server.send_bytes(good * 300, b"nonsense\r\n\r\n", good * 300) == [200] * 300 + [400]
    assert server.send_bytes(good * 20, encode_head("x", method="CONNECT"), good) == [200] * 20 + [400]


def connect_badly(server: AttackedServer) -> None:
    for target in _CONNECT_TARGETS:
        assert server.send_bytes(f"CONNECT {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode()) == [400]
    assert server.send_bytes(b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n") == [403]
    for garbage in (b"\x16\x03\x01\xff\xff" + b"x" * 5000, b"GET / HTTP/1.1\r\n\r\n"):
        tunnel = b"CONNECT api.twilio.com:443 HTTP/1.1\r\nHost: x\r\n\r\n"
        assert {*server.send_bytes(tunnel + garbage)} <= {200, 400}


def leave_early(server: AttackedServer) -> None:
    """Clients that close, reset, or stop reading while their response is on its way."""
    for number in range(60):
        with server.connect() as client, suppress(ConnectionError):
            client.sendall(encode_head(f"{ROOT}/Recordings.json?PageSize=1000") * 3)
            if number % 2:
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if number % 3:
                client.recv(10)
    half = encode_head(_CREATE, "Content-Length: 50", method="POST") + b"RecordingTrack=in"
    for client in [server.connect() for _ in range(40)]:
        client.sendall(half)
        client.close()


WIRE_ATTACKS = (
    send_large_heads,
    dribble_heads,
    offer_upgrades,
    frame_badly,
    send_large_bodies,
    send_strange_forms,
    send_strange_values,
    pipeline_with_bad_requests,
    connect_badly,
    leave_early,
)
