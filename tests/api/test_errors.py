from typing import Any

import pytest

from generators.model import Status
from mockserver.server.routes.table import RESOURCE_ROUTES
from tests.harness import Api, parse_error

UNKNOWN_SID = "RE" + "0" * 32


def assert_error(response: Any, status: int, code: int) -> None:
    """Assert that an error has Twilio's form (WIRE §9), in the representation that the path asks for."""
    body = parse_error(response)
    assert (response.status_code, body["code"], body["status"]) == (status, str(code), str(status))
    assert set(body) - {"detail"} == {"code", "message", "moreinfo", "status"}
    assert body["moreinfo"] == f"https://www.twilio.com/docs/errors/{code}"
    assert response.headers["x-mock-reason"]


@pytest.mark.parametrize(
    ("query", "code", "found"),
    [
        ("PageSize=abc", 20001, "'abc'"),
        ("PageSize=0", 20001, "'0'"),
        ("PageSize=-1", 20001, "'-1'"),
        ("PageSize=1.5", 20001, "'1.5'"),
        ("PageSize=%D9%A3", 20001, "PageSize: expected a whole number from 1"),
        (f"PageSize=-{'9' * 5000}", 20001, "99..."),
        (f"Page={'9' * 5000}", 20001, "99..."),
        ("Page=-1", 20001, "'-1'"),
        ("Page=x", 20001, "'x'"),
        ("Page=1", 70002, "Follow next_page_uri"),
        ("PageToken=xyz", 20001, "'xyz'"),
        (f"PageToken=PA{UNKNOWN_SID}", 20001, "the SID of a record of this list"),
        (f"PageToken=PC{UNKNOWN_SID}", 20001, "PA or PB and a SID"),
        (f"PageToken=PACA{'0' * 32}", 20001, "the SID of a record"),
        ("DateCreated=tomorrow", 20001, "'tomorrow'"),
        ("DateCreated%3C=2026-13-01", 20001, "DateCreated<: expected a date"),
        ("CallSid=CA1", 20001, "CA and 32 hexadecimal digits"),
        ("ConferenceSid=x", 20001, "CF and 32 hexadecimal digits"),
        ("IncludeSoftDeleted=yes", 20001, "true or false"),
    ],
)
def test_invalid_list_parameters_are_rejected(api: Api, query: str, code: int, found: str) -> None:
    answer = api.get(f"{api.list_path}?{query}")
    assert_error(answer, 400, code)
    assert found in answer.headers["x-mock-reason"]


def test_page_token_of_another_account_is_rejected(api: Api) -> None:
    foreign_sid = api.mock.account("AC" + "1" * 32).corpus.get_sid(10)
    assert_error(api.get(f"{api.list_path}?PageToken=PA{foreign_sid}"), 400, 20001)


def test_unknown_recording_returns_404(api: Api) -> None:
    answer = api.get(api.get_recording_path(UNKNOWN_SID))
    assert_error(answer, 404, 20404)
    assert answer.json()["message"] == f"The requested resource {api.get_recording_path(UNKNOWN_SID)} was not found"
    assert "does not belong to this account" in answer.headers["x-mock-reason"]


def test_recording_sid_beyond_corpus_returns_404(api: Api) -> None:
    corpus = api.get_account().corpus
    answer = api.get(api.get_recording_path(corpus.get_sid(corpus.count)))
    assert_error(answer, 404, 20404)
    assert (
        f"stands for recording {corpus.count + 1}, but this account has only {corpus.count}"
        in answer.headers["x-mock-reason"]
    )


def test_invalid_include_soft_deleted_is_rejected(api: Api) -> None:
    assert_error(api.get(f"{api.get_recording_path(UNKNOWN_SID)}?IncludeSoftDeleted=2"), 400, 20001)


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/favicon.ico", "/2010-04-01", "/2010-04-01/Accounts.json/", "/_mocks", "//", "/%00", "/a%0Ab"),
        *("{root}/", "{root}/Recordings.json/", "{root}/Recordings/", "{root}/Queues.json", "{root}.txt"),
        *("{root}/Recordings/RE.txt", "{root}/Recordings/a/b.json", "{root}/a.json", "/2010-04-01/Accounts/"),
        *("{root}/Recordings/%0a%00.json", "{root}/Recordings/%E2%98%83.json", "{root}/Recordings/%ff.json"),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "PUT", "BREW"])
def test_unknown_paths_return_twilio_error(api: Api, path: str, method: str) -> None:
    if method == "GET" and path in ("/", "//"):
        return  # leads to the dashboard
    answer = api.request(method, path.format(root=api.root))
    status = 405 if method in ("POST", "PUT", "BREW") and path.endswith(("%00.json", "83.json", "ff.json")) else 404
    assert_error(answer, status, {404: 20404, 405: 20004}[status])


@pytest.mark.parametrize("resource", RESOURCE_ROUTES, ids=lambda resource: resource.path)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE"])
def test_unsupported_methods_return_405_with_allow_header(api: Api, resource: Any, method: str) -> None:
    if method in resource.operations_by_method or method in resource.not_emulated:
        return
    sids = {
        "call_sid": "CA" + "0" * 32,
        "conference_sid": "CF" + "0" * 32,
        "recording_sid": UNKNOWN_SID,
        "result_sid": "XR" + "0" * 32,
        "conference": "CF" + "0" * 32,
        "participant": "CA" + "0" * 32,
    }
    path = resource.path.format(account_sid=api.mock.demo.sid, sid=UNKNOWN_SID, **sids)
    answer = api.request(method, f"{path}.json")
    assert_error(answer, 405, 20004)
    assert answer.headers["allow"] == ", ".join([*resource.operations_by_method, "OPTIONS"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/2010-04-01/Accounts.json"),
        ("POST", "{root}.json"),
        ("GET", "{root}/Queues.json"),
    ],
)
def test_operations_that_are_not_emulated_return_404(api: Api, method: str, path: str) -> None:
    answer = api.request(method, path.format(root=api.root, zeros="0" * 32))
    assert_error(answer, 404, 20404)
    assert answer.headers["x-mock-reason"].startswith("Not emulated")
    assert "allow" not in answer.headers


@pytest.mark.parametrize("sid", ["AC1", "ac" + "0" * 32, "AC" + "g" * 32, "AC" + "0" * 33, "%00"])
def test_malformed_account_sid_returns_404(api: Api, sid: str) -> None:
    answer = api.get(f"/2010-04-01/Accounts/{sid}/Recordings.json")
    assert_error(answer, 404, 20404)
    assert "Expected an AccountSid (AC and 32 hexadecimal digits)" in answer.headers["x-mock-reason"]


def test_target_of_16_kilobytes_is_too_long(api: Api) -> None:
    query_length = 16 * 1024 - len(api.list_path)
    assert api.get(f"{api.list_path}?{'a' * (query_length - 1)}").status_code == 200
    answer = api.get(f"{api.list_path}?{'a' * query_length}")
    assert_error(answer, 414, 20001)


def test_unhandled_exception_returns_twilios_500(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(api.mock), "account", lambda *_: 1 / 0)
    answer = api.get(api.list_path)
    assert_error(answer, 500, 20500)
    assert "division" not in answer.text


def test_route_without_response_returns_500(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    async def skip_response(*_: object) -> None: ...

    monkeypatch.setattr("mockserver.server.routes.resource_route.ResourceRoute.handle", skip_response)
    assert_error(api.get(api.list_path), 500, 20500)


def test_head_returns_headers_of_get_without_body(api: Api) -> None:
    answer = api.request("HEAD", api.list_path)
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["content-length"] == str(len(api.get(api.list_path).content))


@pytest.mark.parametrize("path", ["/2010-04-01/Accounts/x/Recordings.json", "/nothing"])
def test_options_requires_no_credentials(api: Api, path: str) -> None:
    api.auth = None
    answer = api.request("OPTIONS", path)
    assert (answer.status_code, answer.content) == (204, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "GET, POST, DELETE, OPTIONS"


def test_mock_reason_escapes_control_characters(api: Api) -> None:
    answer = api.get(f"{api.list_path}?PageToken=%0d%0aX:%20y%E2%98%83")
    assert_error(answer, 400, 20001)
    assert "\\r\\n" in answer.headers["x-mock-reason"]
    assert answer.headers["x-mock-reason"].isascii()


def test_last_value_of_repeated_parameter_counts(api: Api) -> None:
    page = api.get_page("PageSize=2&PageSize=3")
    assert (page["page_size"], len(page["recordings"])) == (3, 3)


def test_responses_without_body_have_no_content_length(api: Api) -> None:
    sid = api.find_sid(Status.COMPLETED)
    etag = api.request("HEAD", f"{api.root}/Recordings/{sid}.wav").headers["etag"]
    for status, answer in (
        (204, api.request("OPTIONS", api.list_path)),
        (304, api.get_in_account(f"Recordings/{sid}.wav", if_none_match=etag)),
        (204, api.request("DELETE", api.get_recording_path(sid))),
    ):
        assert (status, answer.content) == (answer.status_code, b"")
        assert "content-length" not in answer.headers
        assert "content-type" not in answer.headers
