"""Requests to the server as a proxy, for Twilio's hosts and for refused ones."""

import asyncio
import errno
import logging
import os
import socket
import ssl
from base64 import b64encode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import httptools
import pytest
import requests

from mockserver.app import create_app
from mockserver.journal.doctor.rules import examine
from mockserver.mock import Mock
from mockserver.proxy.certificate_authority import CertificateAuthority
from mockserver.proxy.connection import ConnectionAddresses
from mockserver.proxy.proxy import Proxy
from mockserver.proxy.refusals import RefusingApp, build_connect_refusal
from mockserver.proxy.tls import start_server_tls
from mockserver.rest.errors import TwilioError
from mockserver.server import listener as server_module
from mockserver.server.listener import BackgroundServer
from mockserver.settings.choices import MediaRedirect, UnknownHosts
from mockserver.settings.machine_clock import wall_seconds
from tests.harness import T0, make_settings
from tests.proxies import (
    Listener,
    open_connection,
    open_tunnel,
    read_response,
    read_to_end,
    read_until,
    wrap_in_tls,
)
from tests.sockets import LOOPS, needs_ipv6

pytestmark = pytest.mark.variant

MOCK = Mock(make_settings())
PATH = f"/2010-04-01/Accounts/{MOCK.demo.sid}/Recordings.json?PageSize=1"
AUTHORIZATION = requests.auth._basic_auth_str(MOCK.demo.sid, "x")
CLOSE_HEADERS = f"Authorization: {AUTHORIZATION}\r\nConnection: close\r\n\r\n"


@pytest.fixture
def authority(tmp_path: Path) -> CertificateAuthority:
    return CertificateAuthority(tmp_path)


@pytest.fixture(params=LOOPS)
def server(
    request: pytest.FixtureRequest, authority: CertificateAuthority, monkeypatch: pytest.MonkeyPatch
) -> Iterator[BackgroundServer]:
    if request.param == "asyncio":
        monkeypatch.setattr(server_module, "_create_event_loop", lambda: asyncio.new_event_loop)
    with BackgroundServer(create_app(MOCK), proxy=Proxy(authority.folder)) as server:
        yield server


def test_connect_to_api_host_is_answered_over_tls(server: BackgroundServer, authority: CertificateAuthority) -> None:
    with wrap_in_tls(open_tunnel(server, "api.twilio.com:443"), authority, "api.twilio.com") as client:
        client.sendall(f"GET {PATH} HTTP/1.1\r\nHost: api.twilio.com\r\n{CLOSE_HEADERS}".encode())
        head, body = read_response(client)
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"X-Mock-Wire: twilio" in head
    assert body["recordings"][0]["media_url"].startswith("https://api.twilio.com/2010-04-01/Accounts/")


@pytest.fixture
def media_client(authority: CertificateAuthority) -> Iterator[requests.Session]:
    """Return a client whose requests go through the proxy of a mock with a CDN."""
    mock = Mock(make_settings(count=64, mix="completed=1", media_redirect=MediaRedirect.CDN))
    with (
        BackgroundServer(create_app(mock), proxy=Proxy(authority.folder)) as server,
        requests.Session() as session,
    ):
        session.trust_env = False
        session.proxies = {"http": server.base_url, "https": server.base_url}
        session.verify = str(authority.folder / "ca.pem")
        Path(session.verify).write_bytes(authority.get_certificate_pem(T0))
        yield session


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_media_are_redirected_to_cdn_host_behind_proxy(media_client: requests.Session, scheme: str) -> None:
    sid = Mock(make_settings(count=64, mix="completed=1")).account(MOCK.demo.sid).corpus.get_sid(0)
    url = f"{scheme}://api.twilio.com/2010-04-01/Accounts/{MOCK.demo.sid}/Recordings/{sid}.mp3"
    answer = media_client.get(url, auth=(MOCK.demo.sid, "x"), timeout=10)
    assert answer.url.startswith(f"{scheme}://media-cdn.twilio.com/_mock/media/{MOCK.demo.sid}/{sid}.mp3?Expires=")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/mpeg")
    refused = media_client.get(answer.url, auth=(MOCK.demo.sid, "x"), timeout=10)
    assert (refused.status_code, "Only one auth mechanism allowed" in refused.text) == (400, True)


@pytest.mark.parametrize("path", [PATH, "/_mock/health", "/"])
def test_cdn_host_serves_nothing_but_media_links(media_client: requests.Session, path: str) -> None:
    answer = media_client.get(f"https://media-cdn.twilio.com{path}", timeout=10)
    assert (answer.status_code, answer.json()["message"]) == (404, "media-cdn.twilio.com is not emulated by recmock")


def test_twilios_host_has_no_dashboard(media_client: requests.Session) -> None:
    answer = media_client.get("https://api.twilio.com/", headers={"accept": "text/html"}, timeout=10)
    assert (answer.status_code, answer.json()["code"]) == (404, 20404)


def test_cdn_host_has_no_media_without_cdn(server: BackgroundServer, authority: CertificateAuthority) -> None:
    target = f"/_mock/media/{MOCK.demo.sid}/{MOCK.account(MOCK.demo.sid).corpus.get_sid(0)}.mp3"
    with wrap_in_tls(open_tunnel(server, "media-cdn.twilio.com:443"), authority, "media-cdn.twilio.com") as client:
        client.sendall(f"GET {target} HTTP/1.1\r\nHost: media-cdn.twilio.com\r\n{CLOSE_HEADERS}".encode())
        assert b"Media are at this path only with --media-redirect on or cdn." in read_to_end(client)


def test_many_requests_share_a_tls_connection(server: BackgroundServer, authority: CertificateAuthority) -> None:
    with requests.Session() as session:
        session.trust_env = False
        session.proxies = {"https": server.base_url}
        session.verify = str(authority.folder / "ca.pem")
        Path(session.verify).write_bytes(authority.get_certificate_pem(T0))
        url, auth = f"https://api.twilio.com{PATH}", (MOCK.demo.sid, "x")
        assert len({session.get(url, auth=auth, timeout=10).content for _ in range(5)}) == 1


def test_request_sent_with_end_of_handshake_is_answered(
    server: BackgroundServer, authority: CertificateAuthority
) -> None:
    context = ssl.create_default_context(cadata=authority.get_certificate_pem(T0).decode())
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = context.wrap_bio(incoming, outgoing, server_hostname="api.twilio.com")
    with open_tunnel(server, "api.twilio.com:443") as client:
        while True:
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                client.sendall(outgoing.read())
                incoming.write(client.recv(65536))
        tls.write(b"GET /_mock/health HTTP/1.0\r\n\r\n")
        client.sendall(outgoing.read())  # both at once
        found = b""
        while b"200 OK" not in found:
            incoming.write(client.recv(65536))
            with suppress(ssl.SSLWantReadError):
                found += tls.read(65536)
    assert found.startswith(b"HTTP/1.1 200 OK\r\n")


def test_client_disconnect_during_handshake_is_ignored() -> None:
    async def start_tls(
        transport: object, handshake_protocol: asyncio.Protocol, *_: object, **__: object
    ) -> asyncio.Transport:
        handshake_protocol.connection_lost(None)
        return asyncio.Transport()

    async def upgrade_to_tls(protocol: asyncio.Protocol) -> None:
        loop = cast("asyncio.AbstractEventLoop", SimpleNamespace(start_tls=start_tls))
        await start_server_tls(asyncio.Transport(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), protocol, loop)

    asyncio.run(upgrade_to_tls(cast("asyncio.Protocol", None)))  # it is not called


def test_connect_after_other_requests_is_answered(server: BackgroundServer, authority: CertificateAuthority) -> None:
    client = open_connection(server, b"GET /_mock/health HTTP/1.1\r\nHost: x\r\n\r\n")
    read_until(client, b"}")
    client.sendall(b"CONNECT api.twilio.com:443 HTTP/1.1\r\n\r\n")
    assert read_until(client, b"\r\n\r\n").startswith(b"HTTP/1.1 200 ")
    with wrap_in_tls(client, authority, "api.twilio.com") as client:
        client.sendall(b"GET /_mock/health HTTP/1.0\r\n\r\n")
        assert read_response(client)[1]["status"] == "ok"


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_absolute_url_is_answered_as_its_path(server: BackgroundServer, scheme: str) -> None:
    with open_connection(
        server, f"GET {scheme}://api.twilio.com{PATH} HTTP/1.1\r\nHost: other\r\n{CLOSE_HEADERS}".encode()
    ) as client:
        head, body = read_response(client)
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body["recordings"][0]["media_url"].startswith(f"{scheme}://api.twilio.com/2010-04-01/Accounts/")


def test_servers_own_absolute_url_is_answered(server: BackgroundServer) -> None:
    with open_connection(server, f"GET {server.base_url}{PATH} HTTP/1.1\r\n{CLOSE_HEADERS}".encode()) as client:
        assert read_response(client)[1]["recordings"][0]["media_url"].startswith(server.base_url)


@needs_ipv6
def test_absolute_url_of_the_other_loopback_is_answered(server: BackgroundServer) -> None:
    request = f"GET http://[::1]:{server.address.port}/_mock/health HTTP/1.0\r\n\r\n"
    with open_connection(server, request.encode()) as client:
        assert read_response(client)[1]["status"] == "ok"


def test_absolute_url_within_tls_is_answered(server: BackgroundServer, authority: CertificateAuthority) -> None:
    with wrap_in_tls(open_tunnel(server, "api.twilio.com:443"), authority, "api.twilio.com") as client:
        client.sendall(f"GET https://api.twilio.com{PATH} HTTP/1.1\r\n{CLOSE_HEADERS}".encode())
        assert read_response(client)[0].startswith(b"HTTP/1.1 200 OK")


def test_options_for_all_resources_is_answered(server: BackgroundServer) -> None:
    with open_connection(server, b"OPTIONS * HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n") as client:
        assert read_to_end(client).startswith(b"HTTP/1.1 204 ")


@pytest.mark.parametrize(
    ("host", "hint"), [("video.twilio.com", False), ("api.dublin.ie1.twilio.com", True), ("twilio.com", False)]
)
def test_other_twilio_hosts_return_404_with_reason(
    server: BackgroundServer, authority: CertificateAuthority, host: str, hint: bool
) -> None:
    with wrap_in_tls(open_tunnel(server, f"{host}:443"), authority, host) as client:
        client.sendall(b"GET /v1/Rooms HTTP/1.1\r\nConnection: close\r\n\r\n")
        head, body = read_response(client)
    assert head.startswith(b"HTTP/1.1 404 Not Found\r\n")
    assert b"X-Mock-Reason: This mock emulates api.twilio.com only" in head
    assert (b"unset TWILIO_REGION" in head) == hint
    assert (20404, f"{host} is not emulated by recmock") == (body["code"], body["message"])
    with open_connection(
        server, f"HEAD http://{host}/v1/Rooms HTTP/1.1\r\nConnection: close\r\n\r\n".encode()
    ) as client:
        assert read_to_end(client).startswith(b"HTTP/1.1 404 Not Found\r\n")


def test_request_to_other_twilio_host_is_in_the_journal_of_its_account(
    server: BackgroundServer, authority: CertificateAuthority
) -> None:
    account_sid = "AC" + "e" * 32
    credentials = b64encode(f"{account_sid}:x".encode()).decode()
    head = f"Host: verify.twilio.com\r\nAuthorization: Basic {credentials}\r\nConnection: close\r\n\r\n"
    with wrap_in_tls(open_tunnel(server, "verify.twilio.com:443"), authority, "verify.twilio.com") as client:
        client.sendall(f"GET /v2/Services HTTP/1.1\r\n{head}".encode())
        assert read_response(client)[0].startswith(b"HTTP/1.1 404 ")
    account = MOCK.account(account_sid)
    (finding,) = examine(account.journal).findings
    account.journal.clear()  # this test runs on each event loop
    assert finding.rule == "no_endpoint"
    assert "GET https://verify.twilio.com/v2/Services -> 404: This mock emulates api.twilio.com only" in finding.seen[0]


@pytest.mark.parametrize("method", ["CONNECT ", "GET http://", "POST https://"])
def test_unknown_host_is_refused_without_connecting(server: BackgroundServer, method: str) -> None:
    with Listener() as listener:
        with open_connection(
            server, f"{method}{listener.authority} HTTP/1.1\r\nConnection: close\r\n\r\n".encode()
        ) as client:
            head, body = read_response(client)
        reason = f"This proxy answers for api.twilio.com, and {listener.authority} is not a Twilio host. To let "
        phrase = reason if method == "CONNECT " else "Forbidden\r\n"  # the status line of HTTP is not for people
        assert head.startswith(f"HTTP/1.1 403 {phrase}".encode())
        assert f"\r\nX-Mock-Reason: {reason}programs on this machine".encode() in head
        assert body["reason"].startswith(reason)
        assert (body["code"], body["status"]) == (20006, 403)
    assert listener.connection_count == 0


def test_reason_of_refused_connect_reaches_user_of_requests(server: BackgroundServer) -> None:
    with requests.Session() as session:
        session.trust_env = False
        with pytest.raises(
            requests.exceptions.ProxyError, match=r"403 This proxy answers for api\.twilio\.com, and ot"
        ):
            session.get("https://other.example/", proxies={"https": server.base_url}, timeout=10)


def test_status_line_of_refused_connect_is_one_line_of_ascii() -> None:
    response = build_connect_refusal(TwilioError(20006, "a\r\nB: c \N{SNOWMAN}" + "x" * 1000))
    line = response.partition(b"\r\n")[0]
    assert line.startswith(b"HTTP/1.1 403 a\\r\\nB: c \\u2603xxx")
    assert len(line) == len("HTTP/1.1 403 ") + 500


@pytest.mark.parametrize("target", ["api.twilio.com", "/x", "*", "u@h:1", "h:99999", "api.twilio.com:80"])
def test_connect_to_invalid_authority_returns_400(server: BackgroundServer, target: str) -> None:
    with open_connection(server, f"CONNECT {target} HTTP/1.1\r\n\r\n".encode()) as client:
        head, body = read_response(client)
    assert head.startswith(f"HTTP/1.1 400 {body['reason']}\r\n".encode())
    assert b"X-Mock-Reason: Expected " in head
    assert (body["code"], body["message"]) == (20001, "Bad Request")


def test_other_url_schemes_return_400(server: BackgroundServer) -> None:
    with open_connection(server, b"GET ftp://api.twilio.com/ HTTP/1.1\r\nConnection: close\r\n\r\n") as client:
        assert read_response(client)[0].startswith(b"HTTP/1.1 400 Bad Request\r\n")


def test_tls_before_connect_response_returns_400(server: BackgroundServer) -> None:
    with open_connection(server, b"CONNECT api.twilio.com:443 HTTP/1.1\r\n\r\n\x16\x03\x01") as client:
        assert b"then a TLS handshake" in read_response(client)[0]


def test_connect_inside_tunnel_returns_400(server: BackgroundServer, authority: CertificateAuthority) -> None:
    with wrap_in_tls(open_tunnel(server, "api.twilio.com:443"), authority, "api.twilio.com") as client:
        client.sendall(b"CONNECT api.twilio.com:443 HTTP/1.1\r\n\r\n")
        assert read_response(client)[0].startswith(b"HTTP/1.1 400 Expected one CONNECT request, at the start")


def test_pipelined_connect_returns_400(server: BackgroundServer) -> None:
    data = b"GET /_mock/health HTTP/1.1\r\nHost: x\r\n\r\nCONNECT api.twilio.com:443 HTTP/1.1\r\n\r\n"
    with open_connection(server, data) as client:
        _, answered, refused = read_to_end(client).split(b"HTTP/1.1 ")
    assert answered.startswith(b"200 ")
    assert refused.startswith(b"400 Expected one CONNECT request")


@pytest.mark.parametrize("data", [b"garbage\r\n\r\n" * 100, b"", b"\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00"])
def test_invalid_handshake_does_not_affect_other_connections(
    server: BackgroundServer, authority: CertificateAuthority, data: bytes
) -> None:
    with open_tunnel(server, "api.twilio.com:443") as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            assert b"HTTP" not in read_to_end(client)
    with wrap_in_tls(open_tunnel(server, "api.twilio.com:443"), authority, "api.twilio.com") as client:
        client.sendall(b"GET /_mock/health HTTP/1.0\r\n\r\n")
        assert read_response(client)[1]["status"] == "ok"


def test_missing_handshake_does_not_block_shutdown(authority: CertificateAuthority) -> None:
    with BackgroundServer(create_app(MOCK), proxy=Proxy(authority.folder)) as server:
        client = open_tunnel(server, "api.twilio.com:443")
    with client, suppress(ConnectionResetError):
        assert client.recv(1) == b""


def send_connect_and_read_ca_error(folder: Path, caplog: pytest.LogCaptureFixture) -> bytes:
    """Return the head of the answer to CONNECT if the CA fails, and check that the log has one error."""
    with (
        BackgroundServer(create_app(MOCK), proxy=Proxy(folder)) as server,
        open_connection(server, b"CONNECT api.twilio.com:443 HTTP/1.1\r\n\r\n") as client,
    ):
        head, body = read_response(client)
    assert (body["status"], body["code"]) == (500, 20500)
    assert [record.levelno for record in caplog.records if record.name == "recmock"] == [logging.ERROR]
    return head


def test_broken_ca_is_reported_to_client_and_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "ca-key.pem").write_text("nonsense")
    head = send_connect_and_read_ca_error(tmp_path, caplog)
    assert head.startswith(b"HTTP/1.1 500 The local CA: expected the key and certificate of recmock's own CA in ")
    assert b"X-Mock-Reason: The local CA: expected the key and certificate of recmock's own CA in " in head


def test_unwritable_certificate_file_is_reported_to_client_and_log(
    authority: CertificateAuthority, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))

    authority.get_certificate_pem(wall_seconds())
    monkeypatch.setattr(Path, "write_bytes", refuse)
    head = send_connect_and_read_ca_error(authority.folder, caplog)
    assert b"X-Mock-Reason: The local CA: cannot write a temporary certificate: File too large. Make room" in head


def test_unexpected_error_is_logged_and_answered(
    server: BackgroundServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def raise_error(*_: object) -> None:
        raise RuntimeError("none of the failures that are foreseen")

    monkeypatch.setattr(CertificateAuthority, "create_context", raise_error)
    with open_connection(server, b"CONNECT api.twilio.com:443 HTTP/1.1\r\n\r\n") as client:
        head, body = read_response(client)
    assert (body["status"], body["code"]) == (500, 20500)
    assert b"X-Mock-Reason: The mock itself failed" in head
    assert [record.getMessage() for record in caplog.records if record.name == "recmock"] == [
        "CONNECT api.twilio.com:443 failed"
    ]


def test_unexpected_error_after_the_answer_is_logged_and_closes_connection(
    server: BackgroundServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def raise_error(*_: object) -> None:
        raise RuntimeError("none of the failures that are foreseen")

    monkeypatch.setattr("mockserver.proxy.dispatcher.start_server_tls", raise_error)
    with open_tunnel(server, "api.twilio.com:443") as client, suppress(ConnectionResetError):
        assert client.recv(1) == b""
    assert [record.getMessage() for record in caplog.records if record.name == "recmock"] == [
        "CONNECT api.twilio.com:443 failed"
    ]


@pytest.mark.parametrize(
    ("client", "is_allowed"),
    [(("127.0.0.1", 1), True), (("::1", 1), True), (("192.0.2.1", 1), False), (("relay", 1), False), (None, False)],
)
def test_only_loopback_clients_can_use_tunnel(client: tuple[str, int] | None, is_allowed: bool) -> None:
    proxy = Proxy(unknown_hosts=UnknownHosts.TUNNEL)
    app = proxy.choose_application(
        httptools.parse_url(b"http://example.test/"),
        ConnectionAddresses(client, ("127.0.0.1", 4010)),
        create_app(MOCK),
    )
    assert is_allowed == (not isinstance(app, RefusingApp))
