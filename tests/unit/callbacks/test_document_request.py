"""The way to one document: redirects, retries and cookies, with a receiver that answers by a table."""

import asyncio
import gzip
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from mockserver.callbacks.app_request import AppAnswer, AppRequest
from mockserver.callbacks.cookies import Cookie
from mockserver.callbacks.delivery_settings import DeliverySettings
from mockserver.callbacks.document_request import MAX_DOCUMENT_BYTES, request_document
from mockserver.callbacks.outcome import Failure, Outcome
from mockserver.callbacks.request import CallbackRequest, Pairs, UrlCredentials
from mockserver.callbacks.response import ReceivedResponse

URL = "http://app.test/voice"
PARAMETERS = (("CallSid", "CA1"), ("Digits", "1#"))
Answers = dict[str, list[ReceivedResponse]]


class TableReceiver:
    """Answers each URL without its query with the responses of a table, and then with the last of them again."""

    def __init__(self, answers: Answers) -> None:
        self.answers = answers
        self.requests: list[CallbackRequest] = []
        self.seconds_per_request = 0.0

    async def fetch(self, request: CallbackRequest) -> ReceivedResponse:
        self.requests.append(request)
        responses = self.answers[request.url.partition("?")[0]]
        return responses.pop(0) if len(responses) > 1 else responses[0]

    async def send(self, request: CallbackRequest) -> Outcome:
        raise AssertionError

    def read_stopwatch(self) -> float:
        return len(self.requests) * self.seconds_per_request

    @property
    def places(self) -> list[tuple[str, str]]:
        return [(request.method, request.url.partition("?")[0]) for request in self.requests]


def respond(status: int = 200, body: bytes = b"<Response/>", **headers: str) -> ReceivedResponse:
    pairs: Pairs = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return ReceivedResponse(Outcome(status, None, ""), pairs, body)


def fail(failure: Failure, detail: str = "it failed", code: int | None = None) -> ReceivedResponse:
    return ReceivedResponse(Outcome(None, failure, detail), code=code)


def ask(receiver: TableReceiver, url: str = URL, settings: DeliverySettings | None = None, **changes: Any) -> AppAnswer:
    values: dict[str, Any] = {"method": "POST", "parameters": PARAMETERS, "token": "t", "idempotency_token": "i"}
    request = AppRequest(url=url, **values | changes)
    return asyncio.run(request_document(request, settings or DeliverySettings(), receiver, receiver.read_stopwatch))


def read_query(request: CallbackRequest) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(request.url).query)


def test_document_is_the_answer() -> None:
    receiver = TableReceiver({URL: [respond(content_type="text/xml", set_cookie="a=b")]})
    assert ask(receiver) == AppAnswer(
        status=200,
        content_type="text/xml",
        body=b"<Response/>",
        url=URL,
        headers=(("content-type", "text/xml"), ("set-cookie", "a=b")),
        cookies=(Cookie("a", "b", "app.test"),),
    )
    (request,) = receiver.requests
    assert (request.method, request.body) == ("POST", b"CallSid=CA1&Digits=1%23")
    assert "cookie" not in dict(request.headers)


@pytest.mark.parametrize(("method", "sent"), [("get", "GET"), ("post", "POST"), ("PUT", "POST")])
def test_method_is_read_in_any_case(method: str, sent: str) -> None:
    receiver = TableReceiver({URL: [respond()]})
    assert ask(receiver, method=method).method == sent
    assert receiver.places == [(sent, URL)]


@pytest.mark.parametrize("status", [301, 302, 303])
def test_redirect_of_a_post_becomes_a_get_with_the_parameters_in_the_query(status: int) -> None:
    target = "http://app.test/next"
    receiver = TableReceiver({URL: [respond(status, location="/next?a=b")], target: [respond()]})
    answer = ask(receiver)
    assert receiver.places == [("POST", URL), ("GET", target)]
    assert read_query(receiver.requests[1]) == [("a", "b"), *PARAMETERS]
    assert (receiver.requests[1].body, receiver.requests[1].signed_text) == (b"", receiver.requests[1].url)
    assert (answer.status, answer.url, answer.method) == (200, f"{target}?a=b", "GET")


@pytest.mark.parametrize("status", [307, 308])
def test_redirect_keeps_method_and_body(status: int) -> None:
    target = "http://other.test/next"
    receiver = TableReceiver({URL: [respond(status, location=target)], target: [respond()]})
    assert ask(receiver).method == "POST"
    assert receiver.places == [("POST", URL), ("POST", target)]
    assert receiver.requests[0].body == receiver.requests[1].body
    assert receiver.requests[1].signed_text.startswith(target)


def test_parameters_that_the_app_redirects_with_are_not_sent_twice() -> None:
    receiver = TableReceiver({URL: [respond(301, location="/voice/?CallSid=CA1&Digits=2")], f"{URL}/": [respond()]})
    ask(receiver, method="GET")
    assert read_query(receiver.requests[1]) == [("CallSid", "CA1"), ("Digits", "2"), ("Digits", "1#")]


@pytest.mark.parametrize("location", ["/bücher".encode().decode("latin-1"), "/bücher", "/b%C3%BCcher"])
def test_redirect_need_not_be_ascii(location: str) -> None:
    target = "http://app.test/b%C3%BCcher"
    receiver = TableReceiver({URL: [respond(302, location=location)], target: [respond()]})
    assert ask(receiver).code is None


def test_last_of_ten_redirects_is_followed() -> None:
    receiver = TableReceiver({URL: [*(respond(302, location="voice") for _ in range(10)), respond()]})
    assert ask(receiver).code is None
    assert len(receiver.requests) == 11


def test_endless_redirects_are_an_error() -> None:
    receiver = TableReceiver({URL: [respond(302, location="")]})
    answer = ask(receiver)
    assert (answer.status, answer.code, answer.detail, answer.body) == (302, 11215, "more than 10 redirects", b"")
    assert len(receiver.requests) == 11


@pytest.mark.parametrize("status", [300, 302, 304, 400, 404, 500, 503])
def test_other_status_is_retrieval_failure(status: int) -> None:
    receiver = TableReceiver({URL: [respond(status, b"oops")]})
    answer = ask(receiver)
    assert (answer.status, answer.code, answer.failure) == (status, 11200, None)
    assert (answer.detail, answer.body) == (f"the app answered {status}", b"oops")
    assert len(receiver.requests) == 1


def test_refused_signature_names_the_origin_that_is_signed() -> None:
    url = "https://ann:secret@app.test:8443/voice?a=b#rc=0"
    answer = ask(TableReceiver({"https://app.test:8443/voice": [respond(403)]}), url)
    assert (answer.code, answer.detail) == (
        11200,
        "the app answered 403. If it checks signatures, compare the URL that it uses: "
        "this request is signed for https://app.test:8443",
    )


@pytest.mark.parametrize(
    ("headers", "detail"),
    [({"allow": "GET, HEAD"}, "the app answered 405: expected GET, HEAD, found POST"), ({}, "the app answered 405")],
)
def test_wrong_method_is_named(headers: dict[str, Any], detail: str) -> None:
    assert ask(TableReceiver({URL: [respond(405, **headers)]})).detail == detail


@pytest.mark.parametrize(
    ("location", "credentials"),
    [
        ("/next", True),
        ("http://app.test:80/next", False),
        ("http://app.test/next", True),
        ("http://you:x@app.test/next", False),
        ("https://app.test/next", False),
        ("http://other.test/next", False),
    ],
)
def test_credentials_stay_at_their_origin(location: str, credentials: bool) -> None:
    answers: Answers = {URL: [respond(302, location=location)]}
    for origin in ("http://app.test", "http://app.test:80", "https://app.test", "http://other.test"):
        answers[f"{origin}/next"] = [respond()]
    receiver = TableReceiver(answers)
    ask(receiver, url="http://me:secret@app.test/voice")
    found = receiver.requests[1].credentials
    assert (found == UrlCredentials("me", "secret")) is credentials


@pytest.mark.parametrize("location", ["http://[::1/", "http://app.test:x/"])
def test_unreadable_redirect_is_requested_as_it_is(location: str) -> None:
    receiver = TableReceiver({URL: [respond(302, location=location)], location: [fail(Failure.BAD_URL)]})
    assert ask(receiver).code == 11100


@pytest.mark.parametrize(
    ("failure", "requests"),
    [
        (Failure.CONNECTION, 2),
        (Failure.CONNECT_TIMEOUT, 2),
        (Failure.READ_TIMEOUT, 1),
        (Failure.DISCONNECTED, 1),
        (Failure.REFUSED_HOST, 1),
    ],
)
def test_only_a_failed_connection_is_tried_again(failure: Failure, requests: int) -> None:
    receiver = TableReceiver({URL: [fail(failure)]})
    answer = ask(receiver)
    assert (len(receiver.requests), answer.failure, answer.status) == (requests, failure, None)
    assert len({dict(request.headers)["i-twilio-idempotency-token"] for request in receiver.requests}) == 1


def test_second_attempt_can_succeed() -> None:
    receiver = TableReceiver({URL: [fail(Failure.CONNECTION), respond()]})
    assert (ask(receiver).code, len(receiver.requests)) == (None, 2)


def test_fragment_overrides_the_retry_policy_also_after_a_redirect() -> None:
    target = "http://app.test/next"
    receiver = TableReceiver({URL: [respond(302, location="/next")], target: [respond(503)]})
    answer = ask(receiver, url=f"{URL}#rc=2&rp=5xx&rt=700")
    assert receiver.places == [("POST", URL), ("GET", target), ("GET", target)]
    assert {request.read_timeout for request in receiver.requests} == {0.7}
    assert answer.url == f"{target}#rc=2&rp=5xx&rt=700"


def test_redirect_with_a_fragment_of_its_own_keeps_it() -> None:
    receiver = TableReceiver({URL: [respond(302, location="/next#ct=900")], "http://app.test/next": [respond()]})
    assert ask(receiver, url=f"{URL}#ct=800").url == "http://app.test/next#ct=900"
    assert [request.connect_timeout for request in receiver.requests] == [0.8, 0.9]


def test_time_is_for_all_requests_together() -> None:
    receiver = TableReceiver({URL: [respond(302, location="voice")]})
    receiver.seconds_per_request = 4.0
    ask(receiver, settings=DeliverySettings(max_seconds=9.0))
    assert [request.total_timeout for request in receiver.requests[:3]] == [9.0, 5.0, 1.0]


@pytest.mark.parametrize(
    ("seconds", "failure", "detail"),
    [
        (15.0, Failure.READ_TIMEOUT, "not complete within 15 s in total"),
        (15.0, Failure.CONNECT_TIMEOUT, "not complete within 15 s in total"),
        (1.0, Failure.READ_TIMEOUT, "it failed"),
        (15.0, Failure.DISCONNECTED, "it failed"),
    ],
)
def test_time_limit_is_named_as_a_whole(seconds: float, failure: Failure, detail: str) -> None:
    receiver = TableReceiver({URL: [fail(failure)]})
    receiver.seconds_per_request = seconds
    assert ask(receiver).detail == detail


@pytest.mark.parametrize(("code", "expected"), [(11210, 11210), (None, 11205)])
def test_failure_has_the_code_of_its_cause_or_of_its_kind(code: int | None, expected: int) -> None:
    assert expected == ask(TableReceiver({URL: [fail(Failure.CONNECTION, code=code)]})).code


@pytest.mark.parametrize(
    ("code", "detail"),
    [
        (11205, "it failed. Start the app, or correct the host and port of the URL"),
        (11210, "it failed. If the app has a public name and runs here, --route or RECMOCK_ROUTE leads to it"),
        (11220, "it failed"),
    ],
)
def test_failed_connection_says_what_helps(code: int, detail: str) -> None:
    assert ask(TableReceiver({URL: [fail(Failure.CONNECTION, code=code)]})).detail == detail


def test_refused_host_names_the_settings_that_help() -> None:
    answer = ask(TableReceiver({URL: [fail(Failure.REFUSED_HOST, "found app.test")]}))
    assert answer.code == 11200
    assert answer.detail == (
        "found app.test. --callback-hosts allows other hosts, and --route sends requests for a public origin to "
        "another one"
    )


def test_cookies_are_sent_with_every_request_of_the_call() -> None:
    target = "http://app.test/next"
    redirect = respond(302, location="/next", set_cookie="b=2; Path=/")
    receiver = TableReceiver({URL: [redirect], target: [respond(set_cookie="a=; Max-Age=0; Path=/")]})
    answer = ask(receiver, cookies=(Cookie("a", "1", "app.test"),), now=77)
    assert [dict(request.headers)["cookie"] for request in receiver.requests] == ["a=1", "a=1; b=2"]
    assert answer.cookies == (Cookie("b", "2", "app.test"),)


def test_body_is_decoded_within_the_bound() -> None:
    receiver = TableReceiver({URL: [respond(body=gzip.compress(b"x" * 100_000, mtime=0), content_encoding="gzip")]})
    answer = ask(receiver)
    assert (answer.body, answer.code) == (b"x" * (MAX_DOCUMENT_BYTES + 1), None)


def test_body_that_cannot_be_decoded_is_retrieval_failure() -> None:
    answer = ask(TableReceiver({URL: [respond(content_encoding="br")]}))
    assert (answer.status, answer.code, answer.body) == (200, 11200, b"")
    assert answer.detail.endswith("found 'br'")


@pytest.mark.parametrize(
    ("response", "code"),
    [
        (respond(body=b"", transfer_encoding="Chunked"), 11770),
        (respond(transfer_encoding="chunked"), None),
        (respond(body=b""), None),
        (respond(204, b""), None),
    ],
)
def test_empty_chunked_body_is_an_error(response: ReceivedResponse, code: int | None) -> None:
    assert code == ask(TableReceiver({URL: [response]})).code


def test_note_about_credentials_is_no_error() -> None:
    response = ReceivedResponse(Outcome(200, None, "with Basic credentials after a 401"))
    answer = ask(TableReceiver({URL: [response]}))
    assert (answer.code, answer.detail) == (None, "with Basic credentials after a 401")


def test_route_is_chosen_for_each_hop() -> None:
    routes = {"https://app.test": "http://127.0.0.1:1"}
    target = "https://app.test/next"
    receiver = TableReceiver({URL: [respond(307, location=target)], target: [respond()]})
    ask(receiver, settings=DeliverySettings(routes=routes))
    assert [request.route for request in receiver.requests] == [None, "http://127.0.0.1:1"]
