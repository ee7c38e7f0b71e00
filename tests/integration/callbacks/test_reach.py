"""The hosts that callbacks may reach. The tests resolve the names."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.callbacks.sender import CallbackSender
from mockserver.testing.sink import Sink
from tests.receivers import make_callback_request, read_request, run_receiver, send_callback
from tests.sockets import LOOP_FACTORIES, LOOPS


def test_sender_ignores_proxy_environment(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    assert send_callback(make_callback_request(sink.url)).status == 204


def test_unknown_host_name_is_connection_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    def raise_unknown_host(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", raise_unknown_host)
    outcome = send_callback(make_callback_request("http://receiver.test/"))
    assert outcome.failure is Failure.CONNECTION
    assert "Name or service not known" in outcome.detail


@pytest.mark.parametrize(
    "url",
    [
        *("", "nonsense", "/path", "ftp://127.0.0.1/", "http://", "http:///a", "http://[::1/", "http://127.0.0.1:x/"),
        *("http://bücher.test/", "http://127.0.0.1:99999/", f"http://{'a' * 64}.test/"),
    ],
)
def test_invalid_url_is_bad_url_failure(connections: list[str], url: str) -> None:
    outcome = send_callback(make_callback_request(url))
    assert (outcome.status, outcome.failure) == (None, Failure.BAD_URL)
    assert outcome.detail
    assert connections == []


@pytest.mark.parametrize(
    ("url", "addresses", "found"),
    [
        ("http://receiver.test/", ["93.184.216.34"], r"receiver.test (93.184.216.34)"),
        ("http://receiver.test/", ["::ffff:8.8.8.8", "2001:db8::1"], r"receiver.test (::ffff:8.8.8.8, 2001:db8::1)"),
        ("http://2852039166/", ["169.254.169.254"], "2852039166 (169.254.169.254)"),
        ("http://0.0.0.0/", ["0.0.0.0"], "0.0.0.0"),
    ],
)
def test_public_address_is_refused_without_connecting(
    connections: list[str], resolve_to: Callable[..., None], url: str, addresses: list[str], found: str
) -> None:
    resolve_to(*addresses)
    detail = f"expected a loopback, private or allowed host, found {found}"
    assert send_callback(make_callback_request(url)) == Outcome(None, Failure.REFUSED_HOST, detail)
    assert connections == []


def test_only_allowed_addresses_are_tried_until_one_connects(
    sink: Sink, connections: list[str], resolve_to: Callable[..., None]
) -> None:
    resolve_to("93.184.216.34", "127.0.0.2", "127.0.0.1", "127.0.0.1")
    assert send_callback(make_callback_request(sink.url.replace("127.0.0.1", "receiver.test"))).status == 204
    assert connections == ["127.0.0.2", "127.0.0.1"]
    assert sink.received[0].headers["host"].startswith("receiver.test:")


def test_allowed_host_name_can_resolve_to_any_address(
    sink: Sink, connections: list[str], resolve_to: Callable[..., None]
) -> None:
    resolve_to("0.0.0.0")  # this machine, but not an allowed address
    url = sink.url.replace("127.0.0.1", "receiver.test")
    assert send_callback(make_callback_request(url)).failure is Failure.REFUSED_HOST
    assert send_callback(make_callback_request(url), rules="*.test").status == 204
    assert connections == ["0.0.0.0"]


def test_ipv6_address_is_in_brackets_in_host_header(sink: Sink, resolve_to: Callable[..., None]) -> None:
    resolve_to("127.0.0.1")  # a machine without IPv6 can run this test too
    assert send_callback(make_callback_request(sink.url.replace("127.0.0.1", "[::1]"))).status == 204
    (found,) = sink.received
    assert found.headers["host"].startswith("[::1]:")
    assert found.signature_ok


def test_https_to_plain_http_receiver_is_connection_failure(sink: Sink) -> None:
    outcome = send_callback(make_callback_request(sink.url.replace("http:", "https:")))
    assert (outcome.status, outcome.failure) == (None, Failure.CONNECTION)
    assert outcome.detail.endswith(". The other side may not use TLS: try http instead of https.")


@pytest.mark.parametrize(
    ("host", "is_trusted", "expected", "advice"),
    [
        ("receiver.test", True, (204, None), ""),
        (
            "other.test",
            True,
            (None, Failure.CONNECTION),
            "must name the host of the URL as a subject alternative name.",
        ),
        (
            "receiver.test",
            False,
            (None, Failure.CONNECTION),
            "set SSL_CERT_FILE to a file with its CA, or with itself ",
        ),
    ],
)
def test_tls_verifies_host_name_of_url(
    certificate: Path,
    resolve_to: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    host: str,
    is_trusted: bool,
    expected: tuple[int | None, Failure | None],
    advice: str,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    def serve_tls(connection: socket.socket) -> None:
        with (
            suppress(OSError),
            context.wrap_socket(connection, server_side=True) as tls_connection,
        ):  # the client may not trust it
            read_request(tls_connection)
            tls_connection.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    with run_receiver(serve_tls) as url:
        resolve_to("127.0.0.1")
        outcome = send_callback(make_callback_request(url.replace("http://127.0.0.1", f"https://{host}")))
    assert expected == (outcome.status, outcome.failure)
    assert advice in outcome.detail


@pytest.mark.parametrize("loop", LOOPS)
def test_every_event_loop_checks_and_connects_alike(sink: Sink, connections: list[str], loop: str) -> None:
    async def main() -> list[Outcome]:
        sender = CallbackSender()
        port = sink.url.split(":")[2]
        return [
            await sender.send(make_callback_request(f"http://{host}:{port}")) for host in ("8.8.8.8", "0", "2130706433")
        ]

    with asyncio.Runner(loop_factory=LOOP_FACTORIES[loop]) as runner:
        found = runner.run(main())
    assert [outcome.failure for outcome in found] == [Failure.REFUSED_HOST, Failure.REFUSED_HOST, None]
    assert connections == ["127.0.0.1"]
