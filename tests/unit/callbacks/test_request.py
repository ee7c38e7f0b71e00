import pytest

from mockserver.callbacks.request import CallbackRequest
from mockserver.callbacks.signature import compute_signature

PARAMETERS = (("RecordingStatus", "completed"), ("Start", "Wed, 20 Apr +0000"), ("Empty", ""))
ENCODED_FORM = "RecordingStatus=completed&Start=Wed%2C%2020%20Apr%20%2B0000&Empty="


def make_callback_request(method: str, url: str) -> CallbackRequest:
    return CallbackRequest.build_signed(method, url, PARAMETERS, token="secret", idempotency_token="a-uuid")


def test_post_sends_parameters_as_form() -> None:
    found = make_callback_request("POST", "http://127.0.0.1:4000/hook?a=1")
    assert ("POST", "http://127.0.0.1:4000/hook?a=1", ENCODED_FORM.encode()) == (found.method, found.url, found.body)
    assert found.signed_text == f"{found.url}EmptyRecordingStatuscompletedStartWed, 20 Apr +0000"
    assert found.headers == (
        ("content-type", "application/x-www-form-urlencoded; charset=UTF-8"),
        ("i-twilio-idempotency-token", "a-uuid"),
        ("x-twilio-signature", compute_signature("secret", found.signed_text)),
        ("accept", "*/*"),
        ("x-home-region", "us1"),
        ("user-agent", "TwilioProxy/1.1"),
    )


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a/hook", f"http://a/hook?{ENCODED_FORM}"),
        ("http://a/hook?", f"http://a/hook?{ENCODED_FORM}"),
        ("http://a/hook?b=c", f"http://a/hook?b=c&{ENCODED_FORM}"),
        ("http://a/hook?b=c&", f"http://a/hook?b=c&{ENCODED_FORM}"),
        ("http://a#rc=1", f"http://a/?{ENCODED_FORM}"),
    ],
)
def test_get_sends_and_signs_parameters_in_query(url: str, expected: str) -> None:
    found = make_callback_request("GET", url)
    assert (expected, expected, b"") == (found.url, found.signed_text, found.body)
    assert "content-type" not in dict(found.headers)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a", "https://a/"),
        ("HTTPS://A?b=c", "https://A/?b=c"),
        ("http://a/b?", "http://a/b"),
        ("http://[::1]:80/a", "http://[::1]:80/a"),
        ("http://a/bücher und%20mehr?q=%C3%A9ü'", "http://a/b%C3%BCcher%20und%20mehr?q=%C3%A9%C3%BC'"),
        ("http://a/?at=me@home", "http://a/?at=me@home"),
        ("nonsense", "nonsense"),
    ],
)
def test_signed_url_equals_requested_url(url: str, expected: str) -> None:
    found = make_callback_request("POST", url)
    assert found.url == expected
    assert found.signed_text.startswith(f"{expected}Empty")


def test_url_credentials_become_authorization_header() -> None:
    found = make_callback_request("POST", "http://me:p%40ss@a:1/b")
    assert found.url == "http://a:1/b"
    assert dict(found.headers)["authorization"] == "Basic bWU6cEBzcw=="


def test_timeouts_are_twilios_defaults_unless_overridden() -> None:
    found = make_callback_request("POST", "http://a/#ct=100&tt=200")
    assert found.url == "http://a/"
    assert (found.connect_timeout, found.read_timeout, found.total_timeout) == (0.1, 15.0, 0.2)
    found = make_callback_request("POST", "http://a/")
    assert (found.connect_timeout, found.read_timeout, found.total_timeout) == (5.0, 15.0, 15.0)
