import httptools
import pytest

from mockserver.proxy.destination import BadDestinationError, Destination, to_origin_form


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (b"api.twilio.com:443", Destination("api.twilio.com", 443)),
        (b"API.Twilio.COM.:443", Destination("api.twilio.com", 443)),
        (b"[::1]:8080", Destination("::1", 8080)),
        (b"127.0.0.1:1", Destination("127.0.0.1", 1)),
        (b"a_b:65535", Destination("a_b", 65535)),
    ],
)
def test_connect_target_is_parsed_to_host_and_port(target: bytes, expected: Destination) -> None:
    assert expected == Destination.from_connect(target)
    assert target.decode().lower().replace(".:", ":") == str(expected)


@pytest.mark.parametrize(
    "target",
    [
        *(b"", b"/x", b"*", b"api.twilio.com", b"api.twilio.com:", b"api.twilio.com:0", b"api.twilio.com:65536"),
        *(b"u@api.twilio.com:443", b"http://api.twilio.com:443", b"::1:443", b"[]:1", b"\xff:1", b"a" * 300 + b":1"),
    ],
)
def test_invalid_connect_target_raises_error(target: bytes) -> None:
    with pytest.raises(BadDestinationError, match=r"Expected HOST:PORT such as api.twilio.com:443, found "):
        Destination.from_connect(target)


@pytest.mark.parametrize(
    ("host", "is_api", "is_twilio"),
    [
        ("api.twilio.com", True, True),
        ("video.twilio.com", False, True),
        ("twilio.com", False, True),
        ("api.twilio.com.evil.test", False, False),
        ("eviltwilio.com", False, False),
        ("-.twilio.com", False, False),
        ("a_b.twilio.com", False, False),
        (".twilio.com", False, False),
    ],
)
def test_twilio_hosts_are_recognized(host: str, is_api: bool, is_twilio: bool) -> None:
    destination = Destination(host, 443)
    assert (is_api, is_twilio) == (destination.is_api, destination.is_twilio)


@pytest.mark.parametrize(
    ("url", "destination", "target", "host"),
    [
        (b"http://api.twilio.com", Destination("api.twilio.com", 80), b"/", b"api.twilio.com"),
        (
            b"HTTPS://u:p@API.twilio.com/a%20b?c=d#e",
            Destination("api.twilio.com", 443),
            b"/a%20b?c=d",
            b"API.twilio.com",
        ),
        (b"http://[::1]:4010?x", Destination("::1", 4010), b"/?x", b"[::1]:4010"),
    ],
)
def test_url_is_parsed_to_destination_and_origin_form(
    url: bytes, destination: Destination, target: bytes, host: bytes
) -> None:
    parsed = httptools.parse_url(url)
    assert destination == Destination.from_url(parsed)
    assert (target, host) == to_origin_form(parsed)


def test_other_url_schemes_are_rejected() -> None:
    with pytest.raises(BadDestinationError, match="a URL of http or https, found 'ftp'"):
        Destination.from_url(httptools.parse_url(b"ftp://api.twilio.com/"))


def test_is_at_recognizes_socket_address() -> None:
    assert Destination("127.0.0.1", 4010).is_at(("127.0.0.1", 4010))
    assert Destination("localhost", 4010).is_at(("127.0.0.1", 4010))
    assert not Destination("127.0.0.1", 4011).is_at(("127.0.0.1", 4010))
    assert not Destination("example.test", 4010).is_at(("127.0.0.1", 4010))
    assert not Destination("127.0.0.1", 4010).is_at(None)
