"""Broken answers and request matchers: one sentence each, with path, expected, found and what to do instead."""

from typing import Any

import pytest

from scenarios.loading.load import from_objects
from scenarios.problems import ScenarioError

OK = {"status": 200}


def get_error_message(when: dict[str, Any], then: dict[str, Any]) -> str:
    with pytest.raises(ScenarioError) as error:
        from_objects({"faults": [{"when": when, "then": then}]})
    return str(error.value).removeprefix("faults[0].")


@pytest.mark.parametrize(
    ("then", "message"),
    [
        ({"status": 199}, "then.status: expected an HTTP status from 200 to 599, found 199."),
        ({"status": 600}, "then.status: expected an HTTP status from 200 to 599, found 600."),
        ({"status": 0}, "then.status: expected an HTTP status from 200 to 599, found 0."),
        ({"status": "200"}, "then.status: expected an HTTP status from 200 to 599, found '200'."),
        ({"status": 200.5}, "then.status: expected an HTTP status from 200 to 599, found 200.5."),
        ({"status": True}, "then.status: expected an HTTP status from 200 to 599, found true."),
        ({"status": [200]}, "then.status: expected an HTTP status from 200 to 599, found a list."),
        (
            {"status": 302, "code": 20001},
            "then.code: expected a status from 400 on beside code, found 302. Use body for an answer of your own.",
        ),
        (
            {"status": 200, "message": "Fine"},
            "then.message: expected a status from 400 on beside message, found 200. "
            "Use body for an answer of your own.",
        ),
        (
            {"status": 204, "body": "x"},
            "then.body: expected no body, which a response with 204 never has, found one.",
        ),
        (
            {"status": 304, "body": "x"},
            "then.body: expected no body, which a response with 304 never has, found one.",
        ),
        ({"headers": {"X-A": "b"}}, "then: expected an effect: a status, fault, delay or chunked_dribble."),
        ({"delay": "1s", "headers": {"X-A": "b"}}, "then.headers: expected status beside headers, found none."),
        ({**OK, "headers": ["X-A"]}, "then.headers: expected a mapping, found a list."),
        ({**OK, "headers": {"X A": "b"}}, "then.headers.X A: expected the name of a header, such as User-Agent, found"),
        ({**OK, "headers": {"X-A": "b\r\nX-B: c"}}, "then.headers.X-A: expected the value of a header, without a line"),
        (
            {**OK, "headers": {"X-A": "b\n"}},
            "then.headers.X-A: expected the value of a header, without a line break, f",
        ),
        (
            {**OK, "headers": {"X-A": "\u20ac"}},
            "then.headers.X-A: expected the value of a header, without a line break",
        ),
        (
            {**OK, "headers": {"X-A": 5}},
            "then.headers.X-A: expected the value of a header, without a line break, found",
        ),
        ({**OK, "headers": {"X-A": "b" * 8001}}, "then.headers.X-A: expected the value of a header, without a line br"),
        (
            {**OK, "headers": {f"X-{number}": "b" for number in range(51)}},
            "then.headers: expected at most 50 values, found 51.",
        ),
        (
            {**OK, "headers": {"Content-Length": "5"}},
            "then.headers.Content-Length: expected a header that a rule can set, found Content-Length. "
            "The server computes it from the body.",
        ),
        (
            {**OK, "headers": {"transfer-encoding": "chunked"}},
            "then.headers.transfer-encoding: expected a header that a rule can set, found transfer-encoding. "
            "Use chunked_dribble to send a body in chunks.",
        ),
        (
            {**OK, "headers": {"CONNECTION": "close"}},
            "then.headers.CONNECTION: expected a header that a rule can set, found CONNECTION. "
            "Use fault to close the connection.",
        ),
        (
            {**OK, "headers": {"Content-Type": "text/css"}},
            "then.headers.Content-Type: expected a header that a rule can set, found Content-Type. Use media_type.",
        ),
        (
            {"status": 429, "retry_after": 1, "headers": {"Retry-After": "2"}},
            "then.retry_after: expected retry_after or the header Retry-After, found both.",
        ),
        ({**OK, "header": {"X-A": "b"}}, "then.header: expected a known key, found 'header'. Did you mean headers?"),
    ],
    ids=str,
)
def test_broken_answer_is_refused_with_one_sentence(then: dict[str, Any], message: str) -> None:
    assert get_error_message({}, then).startswith(message)


@pytest.mark.parametrize(
    ("when", "message"),
    [
        ({"method": "get"}, "when.method: expected one of GET, HEAD, POST, DELETE, found 'get'."),
        ({"method": "PUT"}, "when.method: expected one of GET, HEAD, POST, DELETE, found 'PUT'."),
        ({"method": "PATCH"}, "when.method: expected one of GET, HEAD, POST, DELETE, found 'PATCH'."),
        ({"method": ["GET"]}, "when.method: expected one of GET, HEAD, POST, DELETE, found a list."),
        ({"method": 5}, "when.method: expected one of GET, HEAD, POST, DELETE, found 5."),
        ({"method": ""}, "when.method: expected one of GET, HEAD, POST, DELETE, found ''."),
        ({"methods": "GET"}, "when.methods: expected a known key, found 'methods'. Did you mean method?"),
        (
            {"op": "list_recordings", "method": "POST"},
            "when.method: expected GET or HEAD, which list_recordings is requested with, found POST.",
        ),
        (
            {"op": "delete_recording", "method": "GET"},
            "when.method: expected DELETE, which delete_recording is requested with, found GET.",
        ),
        (
            {"op": "update_call_recording", "method": "HEAD"},
            "when.method: expected POST, which update_call_recording is requested with, found HEAD.",
        ),
        *(
            (when, message.replace("KEY", key))
            for key in ("query", "body")
            for when, message in (
                ({key: "PageSize=5"}, "when.KEY: expected a mapping, found 'PageSize=5'."),
                ({key: ["PageSize"]}, "when.KEY: expected a mapping, found a list."),
                ({key: 5}, "when.KEY: expected a mapping, found 5."),
                ({key: True}, "when.KEY: expected a mapping, found true."),
                ({key: {"PageSize": 5}}, "when.KEY.PageSize: expected text, found 5."),
                ({key: {"PageSize": True}}, "when.KEY.PageSize: expected text, found true."),
                ({key: {"PageSize": None}}, "when.KEY.PageSize: expected text, found nothing."),
                ({key: {"PageSize": ["5"]}}, "when.KEY.PageSize: expected text, found a list."),
                (
                    {key: {"PageSize": "5" * 1001}},
                    "when.KEY.PageSize: expected a shell pattern of at most 1000 characters, found 1001.",
                ),
                (
                    {key: {f"P{number}": "5" for number in range(51)}},
                    "when.KEY: expected at most 50 values, found 51.",
                ),
            )
        ),
        (
            {"op": "list_recordings", "body": {"Status": "x"}},
            "when.body: expected an operation with a form in its body, which POST sends, found list_recordings.",
        ),
        (
            {"method": "DELETE", "body": {"Status": "x"}},
            "when.body: expected an operation with a form in its body, which POST sends, found method DELETE.",
        ),
    ],
    ids=lambda value: str(value)[:80],
)
def test_broken_matcher_is_refused_with_one_sentence(when: dict[str, Any], message: str) -> None:
    assert get_error_message(when, OK) == message


@pytest.mark.parametrize("name", ["method", "query", "body"])
def test_page_drift_has_no_other_matchers(name: str) -> None:
    value: Any = "GET" if name == "method" else {"a": "b"}
    with pytest.raises(ScenarioError, match=f"^page_drift\\[0\\].when.{name}: expected op and page only"):
        from_objects({"page_drift": [{"when": {name: value}, "insert": 1}]})
