"""Documents of a real app on loopback, asked for over real connections."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpcore
import pytest
from twilio.request_validator import RequestValidator

from mockserver.callbacks.app_request import AppAnswer, AppRequest
from mockserver.callbacks.delivery_settings import DeliverySettings
from mockserver.callbacks.document_request import MAX_DOCUMENT_BYTES, request_document
from mockserver.callbacks.outcome import Failure
from mockserver.callbacks.sender import CallbackSender
from mockserver.settings.machine_clock import stopwatch
from mockserver.testing import MockTwilio
from tests.receivers import LONG_TIMEOUT, run_receiver

TOKEN = "secret"
PARAMETERS = (("CallSid", "CA1"), ("From", "+1 415"), ("Empty", ""))
PUBLIC = "https://app.example.com"


def ask(
    url: str,
    settings: DeliverySettings | None = None,
    own_ports: frozenset[int] = frozenset(),
    hosts: str = "",
    **changes: Any,
) -> AppAnswer:
    values: dict[str, Any] = {"method": "POST", "parameters": PARAMETERS, "token": TOKEN, "idempotency_token": "i"}
    request = AppRequest(url=url, **values | changes)

    async def main() -> AppAnswer:
        sender = CallbackSender(hosts)
        sender.own_ports = own_ports
        return await request_document(request, settings or DeliverySettings(), sender, stopwatch)

    return asyncio.run(main())


class SurveyApp:
    """An app that keeps the answers of a call in a cookie and redirects from one question to the next."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, dict[str, str], bytes]] = []

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in handler.headers.items()}
        self.requests.append((handler.command, handler.path, headers, body))
        if handler.path.startswith("/voice"):
            handler.send_response(302)
            handler.send_header("Location", "/question?number=1")
            handler.send_header("Set-Cookie", "answers=é; Path=/; HttpOnly")
            handler.end_headers()
            return
        handler.send_response(200)
        handler.send_header("Content-Type", "text/xml")
        handler.end_headers()
        handler.wfile.write(b"<Response><Hangup/></Response>")


@pytest.fixture
def app() -> Iterator[tuple[SurveyApp, str]]:
    """Yield an app and its origin."""
    app = SurveyApp()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            app.answer(self)

        do_GET = do_POST

        def log_message(self, format: str, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield app, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("is_routed", [False, True])
def test_every_request_is_signed_for_the_url_that_the_app_sees(app: tuple[SurveyApp, str], is_routed: bool) -> None:
    survey, origin = app
    public = PUBLIC if is_routed else origin
    answer = ask(f"{public}/voice?a=b", DeliverySettings(routes={PUBLIC: origin}))
    assert (answer.status, answer.code, answer.body) == (200, None, b"<Response><Hangup/></Response>")
    assert (answer.url, answer.content_type) == (f"{public}/question?number=1", "text/xml")
    (first, second), validator = survey.requests, RequestValidator(TOKEN)
    assert [(first[0], first[1]), second[0]] == [("POST", "/voice?a=b"), "GET"]
    assert validator.validate(f"{public}/voice?a=b", dict(PARAMETERS), first[2]["x-twilio-signature"])
    assert second[1] == "/question?number=1&CallSid=CA1&From=%2B1%20415&Empty="
    assert validator.validate(f"{public}{second[1]}", {}, second[2]["x-twilio-signature"])
    assert second[2]["host"] == public.partition("://")[2]
    assert "accept-encoding" not in second[2]
    assert second[2].get("x-forwarded-proto") == ("https" if is_routed else None)


def test_cookie_comes_back_with_the_next_request_of_the_call(app: tuple[SurveyApp, str]) -> None:
    survey, origin = app
    cookies = ask(f"{origin}/voice").cookies
    ask(f"{origin}/question", cookies=cookies)
    ask(f"{origin}/question")
    sent = [request[2].get("cookie") for request in survey.requests]
    assert sent == [None, "answers=é", "answers=é", None]


def respond_to_all(response: bytes) -> Callable[[socket.socket], object]:
    def answer(connection: socket.socket) -> None:
        data = b""
        while not data.endswith(b"Empty=") and (chunk := connection.recv(65536)):
            data += chunk
        with suppress(ConnectionError):
            connection.sendall(response)

    return answer


def test_body_of_the_largest_size_is_whole() -> None:
    body = b"x" * MAX_DOCUMENT_BYTES
    with run_receiver(respond_to_all(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))) as url:
        assert ask(url).body == body


def test_larger_body_is_cut_after_one_byte_more() -> None:
    with run_receiver(respond_to_all(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 200_000)) as url:
        answer = ask(url)
    assert (answer.status, answer.code, len(answer.body)) == (200, None, MAX_DOCUMENT_BYTES + 1)


def test_empty_chunked_body_is_an_error() -> None:
    response = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    with run_receiver(respond_to_all(response)) as url:
        assert ask(url).code == 11770


def test_slow_body_is_bounded_by_the_time_of_all_requests() -> None:
    done = threading.Event()

    def dribble(connection: socket.socket) -> None:
        respond_to_all(b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n")(connection)
        with suppress(ConnectionError):
            while not done.wait(0.02):
                connection.sendall(b"x")

    with run_receiver(dribble) as url:
        answer = ask(f"{url}#tt=300")
        done.set()
    assert (answer.status, answer.failure, answer.code) == (200, Failure.READ_TIMEOUT, 11200)
    assert answer.detail == "not complete within 0.3 s in total"


@pytest.mark.parametrize(
    ("response", "code", "failure"),
    [
        (b"", 11200, Failure.DISCONNECTED),
        (b"garbage\r\n\r\n", 11206, Failure.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf", 11200, Failure.DISCONNECTED),
        (b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", 11200, None),
    ],
)
def test_broken_responses_have_twilios_code(response: bytes, code: int, failure: Failure | None) -> None:
    with run_receiver(respond_to_all(response)) as url:
        answer = ask(url)
    assert (code, failure) == (answer.code, answer.failure)


def test_closed_port_is_tried_twice(connections: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    answer = ask(f"http://127.0.0.1:{port}/")
    assert (answer.status, answer.code) == (None, 11205)
    assert connections == ["127.0.0.1"] * 2


def test_unknown_host_has_a_code_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def raise_unknown_host(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", raise_unknown_host)
    assert ask("http://receiver.test/").code == 11210


@pytest.mark.parametrize("url", ["", "/voice", "ftp://127.0.0.1/", "http://[::1/", "http://127.0.0.1:99999/"])
def test_url_that_cannot_be_requested_has_a_code_of_its_own(connections: list[str], url: str) -> None:
    answer = ask(url)
    assert (answer.failure, answer.code) == (Failure.BAD_URL, 11100)
    assert answer.detail
    assert connections == []


def test_plain_http_server_fails_the_handshake(app: tuple[SurveyApp, str]) -> None:
    answer = ask(app[1].replace("http:", "https:"))
    assert (answer.failure, answer.code) == (Failure.CONNECTION, 11220)


def test_public_host_is_refused_and_the_settings_that_help_are_named(
    connections: list[str], resolve_to: Callable[..., None]
) -> None:
    resolve_to("93.184.216.34")
    answer = ask("http://app.example.com/voice")
    assert (answer.failure, answer.code, connections) == (Failure.REFUSED_HOST, 11200, [])
    assert "--callback-hosts" in answer.detail
    assert "--route" in answer.detail


def test_redirect_to_a_public_host_is_refused(resolve_to: Callable[..., None]) -> None:
    location = b"HTTP/1.1 307 X\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n"
    with run_receiver(respond_to_all(location)) as url:
        answer = ask(url)
    assert (answer.failure, answer.url) == (Failure.REFUSED_HOST, "http://169.254.169.254/latest")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2", "localhost", "0.0.0.0", "[::1]", "2130706433"])
@pytest.mark.parametrize("hosts", ["", "*"])
def test_own_port_is_refused_on_every_address_of_this_machine(connections: list[str], host: str, hosts: str) -> None:
    answer = ask(f"http://{host}:4010/voice", own_ports=frozenset({4010}), hosts=hosts)
    assert (answer.failure, answer.code, connections) == (Failure.BAD_URL, 11200, [])
    assert f"expected a URL of an application, found {host.strip('[]')}:4010, where recmock" in answer.detail


def test_own_port_behind_a_route_or_a_redirect_is_refused(connections: list[str]) -> None:
    routes = {PUBLIC: "http://127.0.0.1:4010"}
    assert ask(f"{PUBLIC}/", DeliverySettings(routes=routes), own_ports=frozenset({4010})).code == 11200
    assert connections == []
    response = b"HTTP/1.1 307 X\r\nLocation: http://localhost:4010/\r\nContent-Length: 0\r\n\r\n"
    with run_receiver(respond_to_all(response)) as url:
        assert ask(url, own_ports=frozenset({4010})).failure is Failure.BAD_URL


def test_same_port_of_another_machine_is_asked(
    monkeypatch: pytest.MonkeyPatch, resolve_to: Callable[..., None]
) -> None:
    async def refuse(backend: object, host: str, port: int) -> None:
        raise httpcore.ConnectError(f"{host}:{port} refused")

    monkeypatch.setattr(httpcore.AnyIOBackend, "connect_tcp", refuse)
    resolve_to("192.0.2.7")
    answer = ask("http://app.test:4010/", own_ports=frozenset({4010}), hosts="app.test")
    assert (answer.code, answer.detail) == (
        11205,
        "192.0.2.7:4010 refused. Start the app, or correct the host and port of the URL",
    )


def test_running_server_is_the_own_port_of_its_sender() -> None:
    with MockTwilio() as mock:
        port = int(mock.base_url.rpartition(":")[2])
        assert mock.server._mock.sender.own_ports == {port}


def test_credentials_answer_a_challenge(app: tuple[SurveyApp, str]) -> None:
    challenge = b"HTTP/1.1 401 X\r\nWWW-Authenticate: Basic\r\nContent-Length: 0\r\n\r\n"
    received: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        for response in (challenge, b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"):
            connection, _ = listener.accept()
            with connection:
                data = b""
                while not data.endswith(b"Empty="):
                    data += connection.recv(65536)
                received.append(data)
                connection.sendall(response)

    with listen(serve) as origin:
        answer = ask(f"http://me:secret@{origin}/voice")
    assert (answer.body, answer.code, answer.detail) == (b"ok", None, "with Basic credentials after a 401")
    assert [b"authorization: Basic bWU6c2VjcmV0" in data for data in received] == [False, True]


@contextmanager
def listen(serve: Callable[[socket.socket], None]) -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        thread.join(LONG_TIMEOUT)


@pytest.mark.parametrize(("host", "code"), [("receiver.test", 11237), ("other.test", 11235)])
def test_certificate_errors_have_codes_of_their_own(
    certificate: Path, resolve_to: Callable[..., None], monkeypatch: pytest.MonkeyPatch, host: str, code: int
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if code == 11235:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    def serve_tls(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True):
            pass

    with run_receiver(serve_tls) as url:
        resolve_to("127.0.0.1")
        answer = ask(url.replace("http://127.0.0.1", f"https://{host}") + "#rc=0")
    assert (answer.failure, answer.code) == (Failure.CONNECTION, code)
