import pytest

from mockserver.callbacks.connection_overrides import ConnectionOverrides, parse_overrides
from mockserver.callbacks.outcome import Failure, Outcome


def answered(status: int) -> Outcome:
    return Outcome(status, None, "")


def failed(failure: Failure, status: int | None = None) -> Outcome:
    return Outcome(status, failure, "")


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
    assert overrides.attempts == 3


@pytest.mark.parametrize("url", ["http://a/b", "http://a/b#"])
def test_url_without_fragment_has_no_overrides(url: str) -> None:
    assert parse_overrides(url) == ("http://a/b", ConnectionOverrides())
    assert ConnectionOverrides().attempts == 4


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
    assert parse_overrides("http://a/#rc=1&rc=0")[1].attempts == 1


@pytest.mark.parametrize(
    ("retried", "outcome"),
    [
        *((False, answered(status)) for status in (200, 204, 302, 400, 404, 429)),
        *((True, answered(status)) for status in (500, 503, 599)),
        (True, failed(Failure.CONNECTION)),
        (True, failed(Failure.CONNECT_TIMEOUT)),
        (True, failed(Failure.READ_TIMEOUT)),
        (True, failed(Failure.READ_TIMEOUT, status=200)),
        (False, failed(Failure.PROTOCOL)),
        (False, failed(Failure.BAD_URL)),
        (False, failed(Failure.REFUSED_HOST)),
    ],
)
def test_server_errors_and_connection_failures_are_retried_by_default(retried: bool, outcome: Outcome) -> None:
    assert retried is ConnectionOverrides().retries_on(outcome)


@pytest.mark.parametrize(
    ("policy", "retried"),
    [
        ("4xx", {answered(404)}),
        ("5xx", {answered(500)}),
        ("ct", {failed(Failure.CONNECTION), failed(Failure.CONNECT_TIMEOUT)}),
        ("rt", {failed(Failure.READ_TIMEOUT)}),
        (
            "all",
            {
                *(answered(404), answered(500), failed(Failure.CONNECTION), failed(Failure.CONNECT_TIMEOUT)),
                *(failed(Failure.READ_TIMEOUT), failed(Failure.PROTOCOL)),
            },
        ),
    ],
)
def test_retry_policy_replaces_default_policy(policy: str, retried: set[Outcome]) -> None:
    outcomes = {*map(failed, Failure), *map(answered, (200, 302, 404, 500))}
    overrides = parse_overrides(f"http://a/#rp={policy}")[1]
    assert retried == {outcome for outcome in outcomes if overrides.retries_on(outcome)}
