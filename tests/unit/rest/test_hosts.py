import pytest

from mockserver.rest.hosts import choose_media_base_url, is_origin_trusted


@pytest.mark.parametrize(
    ("base_url", "is_proxied", "server_host", "expected"),
    [
        ("https://api.twilio.com", True, "127.0.0.1", "https://media-cdn.twilio.com"),
        ("http://API.twilio.com:80", True, "127.0.0.1", "http://media-cdn.twilio.com:80"),
        ("https://api.twilio.com", False, "127.0.0.1", "https://api.twilio.com"),
        ("http://localhost:4010", True, "127.0.0.1", "http://127.0.0.1:4010"),
        ("http://localhost:4010", False, "::1", "http://[::1]:4010"),
        ("http://localhost:4010", False, "", "http://127.0.0.1:4010"),
        ("http://127.0.0.1:4010", False, "127.0.0.1", "http://localhost:4010"),
        ("https://mock.example.com", False, "10.0.0.1", "https://mock.example.com"),
    ],
)
def test_media_host_is_another_name_of_this_server(
    base_url: str, is_proxied: bool, server_host: str, expected: str
) -> None:
    assert expected == choose_media_base_url(base_url, is_proxied=is_proxied, server_host=server_host)


@pytest.mark.parametrize(
    ("origin", "server_host", "is_trusted"),
    [
        (b"http://192.168.1.5:4010", "192.168.1.5", True),
        (b"http://[fd00::1]:4010", "fd00::1", True),
        (b"http://192.168.1.6:4010", "192.168.1.5", False),
        (b"http://evil.example", "evil.example", False),
        (b"http://192.168.1.5", "", False),
        (b"null", "", False),
    ],
)
def test_origin_at_address_of_server_is_trusted(origin: bytes, server_host: str, is_trusted: bool) -> None:
    assert is_origin_trusted(origin, None, server_host) == is_trusted
