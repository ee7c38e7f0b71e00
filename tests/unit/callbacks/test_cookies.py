"""The cookies of a call, by RFC 6265."""

from collections.abc import Iterable

import msgspec
import pytest

from mockserver.callbacks.cookie_dates import parse_cookie_date
from mockserver.callbacks.cookies import MAX_COOKIES, Cookie, build_cookie_header, store_cookies

URL = "https://app.example.com/voice/menu"
NOW = 1_000
INSTANT = 1_623_233_894
"""Wed, 09 Jun 2021 10:18:14 GMT."""


def store(*values: str, url: str = URL, cookies: Iterable[Cookie] = (), date: str | None = None) -> tuple[Cookie, ...]:
    headers = [("set-cookie", value) for value in values]
    if date is not None:
        headers.append(("date", date))
    return store_cookies(cookies, tuple(headers), url, NOW)


def send(cookies: Iterable[Cookie], url: str = URL, now: int = NOW) -> str | None:
    return build_cookie_header(cookies, url, now)


def test_cookie_is_sent_back_to_its_folder() -> None:
    (cookie,) = store("session=a=b; HttpOnly; SameSite=Lax")
    assert cookie == Cookie("session", "a=b", "app.example.com", "/voice")
    assert send([cookie]) == "session=a=b"
    for path in ("/voice", "/voice/", "/voice/other?x=1"):
        assert send([cookie], f"https://app.example.com{path}") == "session=a=b"
    for path in ("", "/", "/voicemail", "/Voice/menu"):
        assert send([cookie], f"https://app.example.com{path}") is None


@pytest.mark.parametrize(
    ("path", "expected"), [("/", "/"), ("/a/", "/a/"), ("a", "/voice"), ("", "/voice"), ("/a", "/a")]
)
def test_path_of_a_cookie(path: str, expected: str) -> None:
    assert [expected] == [cookie.path for cookie in store(f"a=b; Path={path}")]


@pytest.mark.parametrize("url", ["http://a.test", "http://a.test/", "http://a.test/x"])
def test_default_path_of_a_file_at_the_top_is_the_root(url: str) -> None:
    assert [cookie.path for cookie in store("a=b", url=url)] == ["/"]


def test_cookie_of_a_folder_with_a_slash_belongs_to_what_is_below() -> None:
    cookies = store("a=b; Path=/x/")
    assert [send(cookies, f"https://app.example.com{path}") for path in ("/x/", "/x/y", "/x")] == ["a=b", "a=b", None]


def test_cookies_are_ordered_by_path_and_then_by_age() -> None:
    cookies = store("a=1; Path=/", "b=2; Path=/voice", "c=3; Path=/", "a=4; Path=/")
    assert send(cookies) == "b=2; a=4; c=3"


@pytest.mark.parametrize(
    ("domain", "hosts"),
    [
        ("", ["app.example.com"]),
        ("app.example.com", ["app.example.com", "x.app.example.com"]),
        (".Example.COM", ["app.example.com", "x.app.example.com", "example.com", "other.example.com"]),
        ("com", []),
        ("example.org", []),
        ("x.app.example.com", []),
    ],
)
def test_domain_of_a_cookie(domain: str, hosts: list[str]) -> None:
    cookies = store(f"a=b; Path=/; Domain={domain}")
    candidates = ["app.example.com", "x.app.example.com", "example.com", "other.example.com", "notexample.com"]
    assert hosts == [host for host in candidates if send(cookies, f"https://{host}/")]


def test_domain_may_be_an_address_or_a_single_name_only_of_the_host_itself() -> None:
    for host in ("127.0.0.1", "localhost"):
        (cookie,) = store(f"a=b; Domain={host}", url=f"http://{host}:5000/")
        assert send([cookie], f"http://{host}:6000/") == "a=b"
    assert store("a=b; Domain=0.0.1", url="http://127.0.0.1/") == ()
    (cookie,) = store("a=b; Domain=127.0.0.1", url="http://127.0.0.1/")
    assert cookie.is_host_only


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://app.example.com/", "a=b"),
        ("http://app.example.com/", None),
    ],
)
def test_secure_cookie_needs_https(url: str, expected: str | None) -> None:
    assert expected == send(store("a=b; Secure; Path=/"), url)


@pytest.mark.parametrize("host", ["127.0.0.1:5000", "localhost", "[::1]"])
def test_secure_cookie_is_sent_to_this_machine(host: str) -> None:
    assert send(store("a=b; Secure", url=f"http://{host}/"), f"http://{host}/") == "a=b"


@pytest.mark.parametrize(
    ("attributes", "expires"),
    [
        ("", None),
        ("Max-Age=60", NOW + 60),
        ("Max-Age=60; Expires=Wed, 09 Jun 2021 10:18:14 GMT", NOW + 60),
        ("Expires=Wed, 09 Jun 2021 10:18:14 GMT", NOW + 14),
        ("Max-Age=soon", None),
        ("Expires=tomorrow", None),
    ],
)
def test_cookie_ends_on_the_clock_of_the_account(attributes: str, expires: int | None) -> None:
    (cookie,) = store(f"a=b; {attributes}", date="Wed, 09 Jun 2021 10:18:00 GMT")
    assert expires == cookie.expires
    assert send([cookie], now=NOW + 13) == "a=b"
    assert send([cookie], now=NOW + 60) == (None if expires else "a=b")


@pytest.mark.parametrize(
    ("attributes", "date"),
    [
        ("Max-Age=0", None),
        ("Max-Age=-1", None),
        ("Expires=Thu, 01 Jan 1970 00:00:00 GMT", None),
        ("Expires=Wed, 09 Jun 2021 10:18:14 GMT", "Wed, 09 Jun 2021 10:18:14 GMT"),
    ],
)
def test_cookie_is_deleted_by_an_end_in_the_past(attributes: str, date: str | None) -> None:
    kept = store("a=b", "c=d")
    assert store(f"a=; {attributes}", cookies=kept, date=date) == kept[1:]


def test_expires_without_a_date_outlasts_the_call() -> None:
    (cookie,) = store("a=b; Expires=Wed, 09 Jun 2021 10:18:14 GMT")
    assert send([cookie], now=NOW + 14_400) == "a=b"


@pytest.mark.parametrize("text", ["", "=", "; Path=/", "a=\x00", f"a={'x' * 4096}"])
def test_malformed_cookies_are_ignored(text: str) -> None:
    assert store(text) == ()


def test_cookie_without_a_name_is_sent_as_its_value() -> None:
    assert send(store("alone")) == "alone"


def test_oldest_cookies_make_room() -> None:
    cookies = store(*(f"c{number}=x" for number in range(MAX_COOKIES + 2)))
    assert [cookies[0].name, cookies[-1].name, len(cookies)] == ["c2", f"c{MAX_COOKIES + 1}", MAX_COOKIES]


def test_cookies_are_plain_values() -> None:
    cookies = store("a=b; Max-Age=5; Secure", "c=d")
    assert cookies == msgspec.json.decode(msgspec.json.encode(cookies), type=tuple[Cookie, ...])


@pytest.mark.parametrize(
    "text",
    [
        "Wed, 09 Jun 2021 10:18:14 GMT",
        "Wednesday, 09-Jun-21 10:18:14 GMT",
        "Wed Jun  9 10:18:14 2021",
        "09 June 2021 10:18:14",
        "2021 jun 9 10:18:14",
    ],
)
def test_dates_are_read_in_all_forms(text: str) -> None:
    assert parse_cookie_date(text) == INSTANT


@pytest.mark.parametrize(
    "text",
    [
        *("", "Wed, 09 Jun 2021", "09 2021 10:18:14", "Jun 2021 10:18:14", "09 Jun 10:18:14", "32 Jun 2021 10:18:14"),
        *("0 Jun 2021 10:18:14", "09 Jun 1600 10:18:14", "09 Jun 2021 24:18:14", "09 Jun 2021 10:60:14"),
        *("09 Jun 2021 10:18:60", "09 Jun 2021 10:18", "9 Jun 20211 10:18:14"),
    ],
)
def test_other_texts_are_no_dates(text: str) -> None:
    assert parse_cookie_date(text) is None


@pytest.mark.parametrize(("year", "full"), [("70", 1970), ("99", 1999), ("00", 2000), ("69", 2069)])
def test_short_years_are_completed(year: str, full: int) -> None:
    assert parse_cookie_date(f"01 Jan {year} 00:00:00") == parse_cookie_date(f"01 Jan {full} 00:00:00") is not None
