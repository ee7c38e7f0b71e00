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
def test_connect_names_a_host_and_a_port(target: bytes, expected: Destination) -> None:
    assert expected == Destination.from_connect(target)
    assert target.decode().lower().replace(".:", ":") == str(expected)


@pytest.mark.parametrize(
    "target",
    [
        *(b"", b"/x", b"*", b"api.twilio.com", b"api.twilio.com:", b"api.twilio.com:0", b"api.twilio.com:65536"),
        *(b"u@api.twilio.com:443", b"http://api.twilio.com:443", b"::1:443", b"[]:1", b"\xff:1", b"a" * 300 + b":1"),
    ],
)
def test_what_names_none_is_refused(target: bytes) -> None:
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
def test_twilios_hosts_are_told_from_others(host: str, is_api: bool, is_twilio: bool) -> None:
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
def test_a_url_has_a_destination_and_an_origin_form(
    url: bytes, destination: Destination, target: bytes, host: bytes
) -> None:
    parsed = httptools.parse_url(url)
    assert destination == Destination.from_url(parsed)
    assert (target, host) == to_origin_form(parsed)


def test_other_schemes_are_refused() -> None:
    with pytest.raises(BadDestinationError, match="a URL of http or https, found 'ftp'"):
        Destination.from_url(httptools.parse_url(b"ftp://api.twilio.com/"))


def test_an_end_of_a_socket_is_recognised() -> None:
    assert Destination("127.0.0.1", 4010).is_at(("127.0.0.1", 4010))
    assert Destination("localhost", 4010).is_at(("127.0.0.1", 4010))
    assert not Destination("127.0.0.1", 4011).is_at(("127.0.0.1", 4010))
    assert not Destination("example.test", 4010).is_at(("127.0.0.1", 4010))
    assert not Destination("127.0.0.1", 4010).is_at(None)
