import pytest

from mockserver.callbacks.routes import Route, build_routes

SOURCE = "https://app.example.com"


@pytest.mark.parametrize(
    ("text", "source", "target"),
    [
        (f"{SOURCE}=http://127.0.0.1:8000", SOURCE, "http://127.0.0.1:8000"),
        ("HTTPS://App.Example.com:443/=http://[::1]:80", SOURCE, "http://[::1]"),
        ("http://a:443=https://web:8443/", "http://a:443", "https://web:8443"),
    ],
)
def test_route_is_parsed_and_normalized(text: str, source: str, target: str) -> None:
    assert Route.parse(text) == (source, target)
    assert str(Route.parse(text)) == f"{source}={target}"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (SOURCE, f"expected ORIGIN=ORIGIN such as https://app.example.com=http://127.0.0.1:8000, found '{SOURCE}'"),
        (f"{SOURCE}=127.0.0.1:8000", "found '127.0.0.1:8000'"),
        (f"{SOURCE}/hook=http://127.0.0.1", f"found '{SOURCE}/hook'"),
        (f"{SOURCE}=http://127.0.0.1/hook", "without a path, found 'http://127.0.0.1/hook'"),
        (f"{SOURCE}=http://me:secret@127.0.0.1", "found 'http://me:secret@127.0.0.1'"),
        (f"{SOURCE}=http://127.0.0.1:99999", "found 'http://127.0.0.1:99999'"),
        (f"{SOURCE}=http://127.0.0.1:0", "found 'http://127.0.0.1:0'"),
        ("ftp://a=http://127.0.0.1", "found 'ftp://a'"),
        ("=", "found ''"),
    ],
)
def test_invalid_routes_are_refused(text: str, found: str) -> None:
    with pytest.raises(ValueError, match=r"^expected ") as caught:
        Route.parse(text)
    assert str(caught.value).endswith(found)


@pytest.mark.parametrize(
    "target",
    [
        *("http://127.0.0.1:8000", "https://10.0.0.7", "http://[::1]:8000", "http://[fd00::7]", "http://localhost:1"),
        *("http://web:8000", "http://app.test", "http://2130706433", "http://127.1"),
    ],
)
def test_target_may_be_local_or_a_name(target: str) -> None:
    assert build_routes("", [(SOURCE, target)]) == {SOURCE: target}


@pytest.mark.parametrize("target", ["http://8.8.8.8", "https://169.254.169.254:8000", "http://[2001:db8::1]:80"])
def test_target_must_be_an_allowed_host(target: str) -> None:
    with pytest.raises(ValueError, match="expected a route to a loopback, private or allowed host, found http"):
        build_routes("", [(SOURCE, target)])
    allowed = "8.8.8.8, 169.254.0.0/16, 2001:db8::/32"
    assert list(build_routes(allowed, [(SOURCE, target)])) == [SOURCE]


def test_last_group_has_the_route_of_a_source() -> None:
    groups: tuple[list[tuple[str, str]], ...] = (
        [(SOURCE, "http://a"), ("http://b", "http://b:1")],
        [(f"{SOURCE}:443", "http://c")],
        [],
    )
    assert build_routes("", *groups) == {SOURCE: "http://c", "http://b": "http://b:1"}


def test_source_has_one_target_within_a_group() -> None:
    assert build_routes("", [(SOURCE, "http://a"), (SOURCE, "http://a:80")]) == {SOURCE: "http://a"}
    with pytest.raises(ValueError, match=r"expected one route from https://app\.example\.com, found http://a and"):
        build_routes("", [(SOURCE, "http://a"), (f"{SOURCE}/", "http://b")])
