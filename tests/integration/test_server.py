import asyncio
import errno
import json
import socket
import threading
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import httpx
import pytest
import requests
from starlette.types import Message, Receive, Scope, Send

from generators.audio.wav import Sound
from generators.model import InFlight, Source
from generators.sids import Kind
from mockserver.account.commands.recordings import UpdateRecording
from mockserver.account.resources.parent import Parent
from mockserver.account.state.in_progress import PauseBehavior
from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server.listener import BackgroundServer
from mockserver.server.listening_sockets import ListenError, bind, get_bound_address
from mockserver.server.protocol import MockProtocol
from mockserver.settings.choices import MediaRedirect
from mockserver.settings.parsing import Address
from scenarios.statuses import RecordingStatus
from scenarios.steps import Step
from scenarios.triggers import Trigger
from tests.harness import Api, make_settings
from tests.sockets import LOOPS, RunningServer, run_server

pytestmark = pytest.mark.variant


@pytest.fixture
def mock() -> Mock:
    return Mock(make_settings())


@pytest.fixture
def server(mock: Mock) -> Iterator[BackgroundServer]:
    with BackgroundServer(create_app(mock)) as server:
        yield server


@pytest.fixture(params=LOOPS)
def running_server(request: pytest.FixtureRequest, mock: Mock) -> Iterator[RunningServer]:
    with run_server(request.param, mock=mock) as running_server:
        yield running_server


def send_and_read_response(server: BackgroundServer, data: bytes) -> tuple[bytes, dict[str, object]]:
    """Send bytes, read to the end, and return the head and the JSON body of the response."""
    with socket.create_connection(server.address, timeout=10) as client:
        client.sendall(data)
        received = b""
        while chunk := client.recv(65536):
            received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    return head, json.loads(body)


@pytest.mark.parametrize(
    "data",
    [b"garbage\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x16\x03\x01\x02\x00\x01", b"GET / HTTP/1.1\r\nA B: c\r\n\r\n"],
)
def test_invalid_http_returns_twilio_error_400(server: BackgroundServer, data: bytes) -> None:
    head, body = send_and_read_response(server, data)
    assert head.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert b"Content-Type: application/json" in head
    assert (body["code"], body["status"]) == (20001, 400)


@pytest.mark.parametrize("size", [20_000, 70_000, 1_000_000])
def test_long_query_returns_twilio_error_414(server: BackgroundServer, mock: Mock, size: int) -> None:
    path = f"/2010-04-01/Accounts/{mock.demo.sid}/Recordings.json"
    request = f"GET {path}?{'a' * size} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    head, body = send_and_read_response(server, request.encode())
    assert b" 414 " in head.split(b"\r\n")[0]
    assert body["status"] == 414


@pytest.mark.parametrize(
    ("query", "code"),
    [
        *(("PageSize=abc", 20001), ("PageSize=0", 20001), ("PageSize=-1", 20001)),
        *(("PageToken=nonsense", 20001), ("DateCreated=soon", 20001), ("Page=2", 70002)),
    ],
)
def test_invalid_parameters_return_twilio_error_over_socket(
    server: BackgroundServer, mock: Mock, query: str, code: int
) -> None:
    url = f"{server.base_url}/2010-04-01/Accounts/{mock.demo.sid}/Recordings.json?{query}"
    answer = requests.get(url, auth=(mock.demo.sid, "x"), timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (400, code)


def test_responses_have_date_and_no_server_header(server: BackgroundServer) -> None:
    answer = requests.get(f"{server.base_url}/_mock/health", timeout=10)
    assert parsedate_to_datetime(answer.headers["date"]).year >= 2026
    assert "server" not in answer.headers


def test_socket_responses_equal_asgi_responses(running_server: RunningServer) -> None:
    """The socket server writes them at once, other servers use the ASGI messages."""
    varying_headers = (
        "date",
        "twilio-request-id",
        "twilio-request-duration",
        "etag",  # the ETag depends on the base URL
    )

    def summarize_answer(answer: requests.Response | httpx.Response) -> tuple[int, list[tuple[str, str]], str]:
        headers = [(name.lower(), value) for name, value in answer.headers.items()]
        return answer.status_code, [header for header in headers if header[0] not in varying_headers], answer.text

    with Api() as api:
        assert api.auth is not None
        listed = api.get(f"{api.list_path}?PageSize=3").json()["recordings"]
        media = f"{api.root}/Recordings/{listed[0]['sid']}.wav"
        cases: list[tuple[str, str, dict[str, str]]] = [
            ("GET", f"{api.list_path}?PageSize=3&Pagesize=4", {}),
            ("GET", f"{api.root}/Recordings/{listed[0]['sid']}.csv", {}),
            ("GET", f"{api.root}/Recordings/RE{'0' * 32}.json", {}),
            ("GET", media, {"Range": "bytes=999999999-"}),
            ("OPTIONS", api.list_path, {}),
            ("DELETE", f"{api.root}/Recordings/{listed[0]['sid']}.json", {}),
            ("PUT", api.list_path, {}),
            ("HEAD", api.list_path, {}),
            ("GET", "/_mock/health", {}),
        ]
        for method, target, headers in cases:
            asgi_answer = api.request(method, target, headers={"Host": str(running_server.server.address), **headers})
            socket_answer = requests.request(
                method, running_server.server.base_url + target, headers=headers, auth=api.auth, timeout=5
            )
            assert summarize_answer(socket_answer) == summarize_answer(asgi_answer), (method, target)


def test_http_1_0_response_closes_connection(running_server: RunningServer) -> None:
    head, body = send_and_read_response(running_server.server, b"GET /_mock/health HTTP/1.0\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert head.endswith(b"\r\nConnection: close")
    assert body


def test_slow_reader_receives_all_pipelined_responses(
    running_server: RunningServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It requests more than sockets hold, so the server must wait before it builds the next response."""
    writing_paused, pause = threading.Event(), MockProtocol.pause_writing

    def pause_and_record(protocol: MockProtocol) -> None:
        pause(protocol)
        writing_paused.set()

    monkeypatch.setattr(MockProtocol, "pause_writing", pause_and_record)
    pages, path = 40, "Recordings.json?PageSize=1000"
    page = running_server.get(path, headers={"Host": "x"}).content
    with running_server.connect() as client, client.makefile("rb") as received:
        client.sendall(running_server.encode_request(path) * pages)
        assert writing_paused.wait(10)
        for _ in range(pages):
            head = list(iter(received.readline, b"\r\n"))
            assert b"Content-Length: %d\r\n" % len(page) in head
            assert received.read(len(page)) == page


def test_idle_connection_does_not_block_shutdown(mock: Mock) -> None:
    with BackgroundServer(create_app(mock)) as server:
        client = socket.create_connection(server.address, timeout=10)
        client.sendall(b"GET /_mock/health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert client.recv(65536).startswith(b"HTTP/1.1 200 OK")
    assert client.recv(65536) == b""
    client.close()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(server.address, timeout=10)


def test_incomplete_request_does_not_block_shutdown(mock: Mock) -> None:
    with BackgroundServer(create_app(mock)) as server:
        client = socket.create_connection(server.address, timeout=10)
        client.sendall(b"GET /_mock/health HTTP/1.1\r\nHost: ")
    client.close()


def test_request_in_progress_is_answered_before_shutdown() -> None:
    request_started = threading.Event()

    async def respond_slowly(scope: Scope, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        request_started.set()
        await asyncio.sleep(0.2)
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    with BackgroundServer(respond_slowly) as server:
        client = socket.create_connection(server.address, timeout=10)
        client.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert request_started.wait(10)
    assert client.recv(65536).startswith(b"HTTP/1.1 204 ")
    client.close()


def test_media_rendering_stops_when_client_disconnects(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    mock.open_store()
    account = mock.account(mock.demo.sid)
    index = account.start_recording("CA" + "1" * 32, source=Source.OUTBOUND_API, channels=2)
    account.advance(3600)
    call = Parent(Kind.CALL, "CA" + "1" * 32)
    account.apply(
        UpdateRecording(
            sid=account.corpus.get_sid(index), parent=call, status=InFlight.STOPPED, behavior=PauseBehavior.SILENCE
        )
    )
    account.advance(100)
    account.timelines.start(index, (Step(after=Trigger(media=1), status=RecordingStatus.DELETED),))
    chunk_starts: list[int] = []
    render_pcm = Sound.render_pcm

    def record_and_render(sound: Sound, start: int, stop: int) -> bytes:
        chunk_starts.append(start)
        return render_pcm(sound, start, stop)

    monkeypatch.setattr(Sound, "render_pcm", record_and_render)
    path = f"/2010-04-01/Accounts/{mock.demo.sid}/Recordings/{mock.account(mock.demo.sid).corpus.get_sid(index)}.wav"
    with BackgroundServer(create_app(mock)) as server:
        url = f"{server.base_url}{path}"
        with requests.get(url, auth=(mock.demo.sid, "x"), stream=True, timeout=10) as answer:
            assert answer.headers["content-length"] == str(44 + 3600 * 32_000)
            assert answer.raw.read(1000)
    assert 0 < len(chunk_starts) < 100  # of 360 chunks
    assert index in account.state.playing, "a client that leaves has not downloaded the file"


def test_media_link_on_other_loopback_name_works_without_credentials() -> None:
    settings = make_settings(count=64, mix="completed=1", media_redirect=MediaRedirect.CDN)
    with run_server(settings=settings) as server:
        answer = server.get(f"Recordings/{server.account.corpus.get_sid(0)}.mp3")
        assert (answer.history[0].status_code, answer.status_code, answer.url[:17]) == (302, 200, "http://localhost:")
        refused = requests.get(answer.url, auth=server.auth, timeout=10)
        assert refused.status_code == 400


def test_port_in_use_raises_listen_error() -> None:
    with bind(Address("127.0.0.1", 0)) as busy_socket:
        address = get_bound_address(busy_socket)
        with pytest.raises(ListenError, match=rf"cannot listen on {address}: .*port 0 selects a free port"):
            bind(address)


def test_unknown_host_raises_listen_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def raise_unknown_host(*_: object, **__: object) -> None:
        raise socket.gaierror(errno.ENOENT, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", raise_unknown_host)
    with pytest.raises(ListenError, match="expected an address to listen on, found nowhere:80: Name or service"):
        bind(Address("nowhere", 80))


def test_websocket_upgrade_returns_404(server: BackgroundServer) -> None:
    upgrade = b"GET /x HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n"
    head, body = send_and_read_response(server, upgrade)
    assert b" 404 " in head
    assert body["code"] == 20404


def test_websocket_connection_is_closed_over_asgi(mock: Mock) -> None:
    messages: list[object] = []

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    async def send(message: Message) -> None:
        messages.append(message)

    asyncio.run(create_app(mock)({"type": "websocket", "path": "/x"}, receive, send))
    assert messages == [{"type": "websocket.close"}]
