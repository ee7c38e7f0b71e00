import pytest

from mockserver.callbacks.delivery_settings import DeliverySettings
from mockserver.callbacks.request import CallbackRequest, UrlCredentials
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
        ("http://a:8080", "http://a:8080/"),
        ("nonsense", "nonsense"),
    ],
)
def test_signed_url_equals_requested_url(url: str, expected: str) -> None:
    found = make_callback_request("POST", url)
    assert found.url == expected
    assert found.signed_text.startswith(f"{expected}Empty")


@pytest.mark.parametrize(
    ("url", "requested", "signed"),
    [
        ("https://localhost:8443/hook", "https://localhost:8443/hook", "https://localhost/hook"),
        ("https://a:443", "https://a:443/", "https://a/"),
        ("HTTPS://a:1?b=c:2", "https://a:1/?b=c:2", "https://a/?b=c:2"),
        ("https://[::1]:8443/a:1", "https://[::1]:8443/a:1", "https://[::1]/a:1"),
        ("https://me:p%40ss@a:1/b", "https://a:1/b", "https://a/b"),
    ],
)
def test_https_url_is_signed_without_port(url: str, requested: str, signed: str) -> None:
    found = make_callback_request("POST", url)
    assert (requested, f"{signed}EmptyRecordingStatuscompletedStartWed, 20 Apr +0000") == (
        found.url,
        found.signed_text,
    )
    separator = "&" if "?" in signed else "?"
    found = make_callback_request("GET", url)
    assert (f"{requested}{separator}{ENCODED_FORM}", f"{signed}{separator}{ENCODED_FORM}") == (
        found.url,
        found.signed_text,
    )


@pytest.mark.parametrize(
    ("user", "credentials"),
    [
        ("me:p%40ss", UrlCredentials("me", "p@ss")),
        ("me:a:b", UrlCredentials("me", "a:b")),
        ("me", UrlCredentials("me", "")),
        ("a@b:c", UrlCredentials("a@b", "c")),
    ],
)
def test_url_credentials_are_neither_signed_nor_sent(user: str, credentials: UrlCredentials) -> None:
    found = make_callback_request("POST", f"http://{user}@a:1/b")
    assert (found.url, found.credentials) == ("http://a:1/b", credentials)
    assert found.signed_text.startswith("http://a:1/bEmpty")
    assert "authorization" not in dict(found.headers)


ROUTES = {"https://app.example.com": "http://127.0.0.1:8000", "http://b:8080": "http://127.0.0.1:9000"}


def make_routed_request(url: str) -> CallbackRequest:
    settings = DeliverySettings(routes=ROUTES)
    return CallbackRequest.build_signed(
        "POST", url, PARAMETERS, token="secret", idempotency_token="a-uuid", settings=settings
    )


@pytest.mark.parametrize(
    ("url", "route", "host", "port"),
    [
        ("https://app.example.com/hook?a=b", "http://127.0.0.1:8000", "app.example.com", "443"),
        ("https://APP.example.com:443/hook", "http://127.0.0.1:8000", "APP.example.com:443", "443"),
        ("https://me:pass@app.example.com", "http://127.0.0.1:8000", "app.example.com", "443"),
        ("http://b:8080/", "http://127.0.0.1:9000", "b:8080", "8080"),
    ],
)
def test_route_adds_headers_of_reverse_proxy(url: str, route: str, host: str, port: str) -> None:
    found, plain = make_routed_request(url), make_callback_request("POST", url)
    assert route == found.route
    assert found.headers == (
        *plain.headers,
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-host", host),
        ("x-forwarded-port", port),
        ("x-forwarded-proto", url.partition(":")[0]),
    )
    assert (plain.url, plain.signed_text) == (found.url, found.signed_text)


@pytest.mark.parametrize(
    "url",
    [
        *("http://app.example.com/", "https://app.example.com:8443/", "https://example.com/", "http://b/"),
        *("https://app.example.com:x/", "https://app.example.com.evil.test/", "nonsense"),
    ],
)
def test_other_origins_have_no_route(url: str) -> None:
    plain, found = make_callback_request("POST", url), make_routed_request(url)
    assert plain == found
    assert found.route is None


def test_earlier_attempts_shorten_total_timeout() -> None:
    found = CallbackRequest.build_signed(
        "POST", "http://a/#tt=9000", PARAMETERS, token="secret", idempotency_token="a-uuid", used_seconds=5.5
    )
    assert found.total_timeout == 3.5


def test_longer_time_limit_lengthens_read_timeout() -> None:
    found = CallbackRequest.build_signed(
        "POST",
        "http://a/",
        PARAMETERS,
        token="secret",
        idempotency_token="a-uuid",
        settings=DeliverySettings(max_seconds=40.0),
    )
    assert (found.read_timeout, found.total_timeout) == (40.0, 40.0)


def test_timeouts_are_twilios_defaults_unless_overridden() -> None:
    found = make_callback_request("POST", "http://a/#ct=100&tt=200")
    assert found.url == "http://a/"
    assert (found.connect_timeout, found.read_timeout, found.total_timeout) == (0.1, 15.0, 0.2)
    found = make_callback_request("POST", "http://a/")
    assert (found.connect_timeout, found.read_timeout, found.total_timeout) == (5.0, 15.0, 15.0)
