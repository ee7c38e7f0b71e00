"""The sink alone, with requests as any client sends them."""

import http.client
import socket
from urllib.parse import urlsplit

import pytest
import requests

from mockserver.callbacks.signature import build_signed_text, compute_signature
from mockserver.testing.sink import Headers, Received, Sink


def post_form(url: str, data: str = "RecordingStatus=completed", **headers: str) -> int:
    headers["Content-Type"] = "application/x-www-form-urlencoded"
    return requests.post(url, data=data.encode(), headers=headers, timeout=10).status_code


def test_sink_records_received_request(sink: Sink) -> None:
    assert post_form(f"{sink.url}?a=b", "X=1%202&Y=&Z=%C3%BC", **{"X-Thing": "Here"}) == 204
    (found,) = sink.received
    assert (found.method, found.path, found.parameters) == ("POST", "/callback?a=b", {"X": "1 2", "Y": "", "Z": "ü"})
    assert found.headers["x-thing"] == "Here"
    assert found.signature_ok is None


def test_get_parameters_are_read_from_query(sink: Sink) -> None:
    requests.get(f"{sink.url}/deeper?X=1&Y=", timeout=10)
    (found,) = sink.received
    assert (found.method, found.parameters) == ("GET", {"X": "1", "Y": ""})


def test_queued_statuses_are_answered_in_order_then_204(sink: Sink) -> None:
    sink.answer_with(418, 418, 418)
    sink.answer_with(500, 200)
    assert [post_form(sink.url) for _ in range(3)] == [500, 200, 204]


def test_signature_is_checked_with_current_token(sink: Sink) -> None:
    text = build_signed_text(sink.url, [("RecordingStatus", "completed")])
    for sink.token, headers in (
        ("secret", {"X-Twilio-Signature": compute_signature("secret", text)}),
        ("other", {"X-Twilio-Signature": compute_signature("secret", text)}),
        ("secret", {}),
        ("secret", {"X-Twilio-Signature": "\xe9"}),
    ):
        post_form(sink.url, **headers)
    assert [request.signature_ok for request in sink.received] == [True, False, False, False]


def test_get_signature_covers_only_url() -> None:
    with Sink(token="secret") as sink:
        url = f"{sink.url}?A=1"
        requests.get(url, headers={"X-Twilio-Signature": compute_signature("secret", url)}, timeout=10)
        assert [request.signature_ok for request in sink.received] == [True]


def test_forwarded_signature_covers_public_url() -> None:
    with Sink(token="secret") as sink:
        for public, host, scheme in (
            ("https://app.example.com/callback", "app.example.com", "https"),
            ("https://app.example.com/callback", "app.example.com:8443", "https"),
            ("http://app.example.com:8080/callback", "app.example.com:8080", "http"),
            ("http://app.example.com/callback", "app.example.com:8080", "http"),
        ):
            text = build_signed_text(public, [("RecordingStatus", "completed")])
            signature = compute_signature("secret", text)
            post_form(sink.url, **{"X-Twilio-Signature": signature, "Host": host, "X-Forwarded-Proto": scheme})
        assert [each.signature_ok for each in sink.received] == [True, True, True, False]
        assert f"{sink.origin}/callback" == sink.url


def test_401_challenges_the_sender(sink: Sink) -> None:
    sink.answer_with(401)
    assert requests.get(sink.url, timeout=10).headers["www-authenticate"] == 'Basic realm="sink"'


def test_wait_for_returns_all_received_requests(sink: Sink) -> None:
    post_form(sink.url)
    post_form(sink.url)
    assert len(sink.wait_for()) == 2
    assert sink.received == sink.wait_for(2)


def test_wait_for_timeout_lists_received_requests(sink: Sink) -> None:
    with pytest.raises(TimeoutError, match=r"expected 1 requests within 0.01 s, found none"):
        sink.wait_for(timeout=0.01)
    post_form(sink.url)
    requests.get(sink.url, timeout=10)
    with pytest.raises(TimeoutError, match=r"found POST /callback \(completed\), GET /callback$"):
        sink.wait_for(3, timeout=0.01)


def test_clearing_removes_received_requests(sink: Sink) -> None:
    post_form(sink.url)
    sink.clear()
    assert sink.received == []


def test_delayed_response_is_recorded_first_and_ended_by_closing() -> None:
    with Sink() as sink:
        sink.delay(600)
        client = http.client.HTTPConnection(sink.url.split("/")[2], timeout=10)
        client.request("GET", "/callback")
        assert len(sink.wait_for()) == 1
    assert client.getresponse().status == 204
    client.close()


def test_malformed_request_prints_nothing(sink: Sink, capsys: pytest.CaptureFixture[str]) -> None:
    client = http.client.HTTPConnection(sink.url.split("/")[2], timeout=10)
    client.request("POST", "/callback", headers={"Content-Length": "many"})
    with pytest.raises(http.client.RemoteDisconnected):
        client.getresponse()
    client.close()
    assert capsys.readouterr() == ("", "")
    assert sink.received == []


def test_closed_sink_has_no_url_and_can_be_reopened() -> None:
    sink = Sink()
    for _ in range(2):
        with pytest.raises(RuntimeError, match="the sink is not running"):
            assert sink.url
        with sink:
            assert post_form(sink.url) == 204
    assert len(sink.received) == 2


def test_received_request_formats_as_one_line() -> None:
    assert str(Received("GET", "/a", {}, Headers(), None, "http://127.0.0.1/a")) == "GET /a"


def test_request_that_ends_before_its_body_is_not_recorded(sink: Sink) -> None:
    address = urlsplit(sink.url)
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(b"POST /callback HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf")
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    assert sink.received == []
