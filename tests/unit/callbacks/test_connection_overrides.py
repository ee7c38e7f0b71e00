import pytest

from mockserver.callbacks.connection_overrides import ConnectionOverrides, parse_overrides


def test_all_overrides_are_parsed() -> None:
    url, overrides = parse_overrides("https://example.com/a?b=c#rc=2&rp=5xx,ct,rt&ct=2000&rt=15000&tt=250")
    assert url == "https://example.com/a?b=c"
    assert overrides == ConnectionOverrides(
        retries=2,
        retry_on=frozenset({"5xx", "ct", "rt"}),
        connect_timeout=2.0,
        read_timeout=15.0,
        total_timeout=0.25,
    )


@pytest.mark.parametrize("url", ["http://a/b", "http://a/b#"])
def test_url_without_fragment_has_no_overrides(url: str) -> None:
    assert parse_overrides(url) == ("http://a/b", ConnectionOverrides())


@pytest.mark.parametrize(
    "pair",
    [
        *("rc=", "rc=-1", "rc=6", "rc=two", "rc=٢", "rc=" + "9" * 5000, "rc", "=2", "zz=1"),
        *("ct=99", "ct=10001", "rt=15001", "tt=15001", "rt=1.5", "rp=", "rp=6xx", "rp=5xx,", "rp=5XX"),
    ],
)
def test_invalid_override_is_ignored_and_reported(pair: str) -> None:
    assert parse_overrides(f"http://a/#{pair}&ct=100") == (
        "http://a/",
        ConnectionOverrides(connect_timeout=0.1, ignored=(pair,)),
    )


def test_edge_and_sni_overrides_are_not_reported() -> None:
    assert parse_overrides("http://a/#e=ashburn&sni=y") == ("http://a/", ConnectionOverrides())


def test_last_of_repeated_overrides_applies() -> None:
    assert parse_overrides("http://a/#rc=1&rc=0")[1].retries == 0
