import time

import pytest

from mockserver.callbacks.routes import Route
from mockserver.rest.auth import DeclaredAccount, DeclaredApiKey
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.declared_accounts import parse_account, parse_api_key
from mockserver.settings.parsing import (
    Address,
    BadValueError,
    parse_base_url,
    parse_count,
    parse_hosts,
    parse_instant,
    parse_path,
    parse_retries,
    parse_retry_policy,
    parse_route,
    parse_span,
    parse_url,
)
from mockserver.settings.settings import Settings, SettingsError


@pytest.mark.parametrize(
    ("text", "host", "port", "formatted_text"),
    [
        ("127.0.0.1:4010", "127.0.0.1", 4010, "127.0.0.1:4010"),
        (":0", "127.0.0.1", 0, "127.0.0.1:0"),
        ("localhost:80", "localhost", 80, "localhost:80"),
        ("[::1]:0", "::1", 0, "[::1]:0"),
        ("5000", "localhost", 5000, "localhost:5000"),
    ],
)
def test_addresses_are_parsed_and_formatted(text: str, host: str, port: int, formatted_text: str) -> None:
    address = Address.parse(text)
    assert (host, port, formatted_text) == (address.host, address.port, str(address))


def test_wildcard_address_is_reachable_by_loopback() -> None:
    assert Address("0.0.0.0", 1).to_reachable() == Address("127.0.0.1", 1)
    assert Address("::", 1).to_reachable() == Address("::1", 1)
    assert Address("localhost", 1).to_reachable() == Address("localhost", 1)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (Address("localhost", 1), "http://127.0.0.1:1"),
        (Address("127.0.0.2", 1), "http://127.0.0.2:1"),
        (Address("0.0.0.0", 1), "http://127.0.0.1:1"),
        (Address("::1", 1), "http://[::1]:1"),
        (Address("mock.test", 1), "http://mock.test:1"),
    ],
)
def test_url_of_address_is_reachable_on_this_machine(address: Address, url: str) -> None:
    assert url == address.to_url()


@pytest.mark.parametrize(
    ("host", "is_loopback"),
    [("localhost", True), ("LOCALHOST.", True), ("::1", True), ("0.0.0.0", False), ("localhost.test", False)],
)
def test_only_loopback_needs_no_token(host: str, is_loopback: bool) -> None:
    assert Address(host, 1).is_loopback == is_loopback


def test_setting_values_are_parsed() -> None:
    assert parse_count("1_000_000") == 1_000_000
    assert parse_span("90d") == 90 * 86400
    assert parse_span("2w") == 14 * 86400
    assert parse_span("45 s") == 45
    assert parse_span("5min") == 300
    assert parse_span("90 days") == 90 * 86400
    assert parse_instant("2026-01-01") == 1_767_225_600
    assert parse_instant("2026-01-01T01:00:00.9+01:00") == 1_767_225_600
    assert parse_base_url("https://mock.example.com/") == "https://mock.example.com"
    assert str(parse_path("a/b")) == "a/b"
    assert parse_url("http://127.0.0.1:8000/hook") == "http://127.0.0.1:8000/hook"
    assert parse_base_url("HTTPS://Mock.example.com/") == "https://Mock.example.com"
    assert parse_url("HTTP://127.0.0.1:8000/hook") == "HTTP://127.0.0.1:8000/hook"
    assert parse_hosts("hooks.example.com, 203.0.113.0/24") == "hooks.example.com, 203.0.113.0/24"
    assert [str(ClockRate.parse(text)) for text in ("real", "frozen", "60x", "1x", "60")] == [
        *("real", "frozen", "60x", "real", "60x")
    ]


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_instant_without_zone_is_in_utc(zone: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as environment:
        environment.setenv("TZ", zone)
        time.tzset()
        found = [parse_instant(text) for text in ("2026-01-01T00:00:00", "2026-01-01")]
    time.tzset()
    assert found == [1_767_225_600, 1_767_225_600]


def test_declared_accounts_are_parsed() -> None:
    sid, parent = "AC" + "1" * 32, "AC" + "2" * 32
    assert (parse_account(f"{sid}:to:ken").token, parse_account(f"{sid}:x").parent) == ("to:ken", None)
    child = parse_account(f"{sid}:to@ken@{parent}")
    assert (child.sid, child.token, child.parent) == (sid, "to@ken", parent)


def test_declared_accounts_have_names() -> None:
    sid = "AC" + "1" * 32
    assert parse_account(f"a=b & c={sid}:to=ken") == DeclaredAccount(sid, "to=ken", name="a=b & c")
    assert parse_account(f"{'n' * 64}={sid}:x").name == "n" * 64
    assert parse_account(f"{sid}:x").name is None


@pytest.mark.parametrize("text", ["={sid}:x", "n={sid}", "n=AC1:x", f"{'n' * 65}={{sid}}:x"])
def test_invalid_names_of_accounts_raise_bad_value_error(text: str) -> None:
    with pytest.raises(BadValueError, match=r"after NAME= of at most 64 characters"):
        parse_account(text.format(sid="AC" + "1" * 32))


def test_api_keys_are_parsed() -> None:
    sid, account_sid = "SK" + "1" * 32, "AC" + "2" * 32
    assert parse_api_key(f"{sid}:se:c@ret@{account_sid}") == DeclaredApiKey(sid, "se:c@ret", account_sid)


@pytest.mark.parametrize(
    "text",
    ["", "SK1:x@AC1", f"SK{'1' * 32}:x", f"SK{'1' * 32}:@AC{'2' * 32}", f"AC{'1' * 32}:x@AC{'2' * 32}"],
)
def test_invalid_api_keys_raise_bad_value_error(text: str) -> None:
    with pytest.raises(BadValueError, match=r"expected SK\.\.\.:SECRET@AC"):
        parse_api_key(text)


@pytest.mark.parametrize("text", ["", "1d2h", "1y", "20001d", "-1d", "999999999w"])
def test_invalid_spans_raise_bad_value_error(text: str) -> None:
    with pytest.raises(BadValueError, match="expected a duration such as 90d"):
        parse_span(text)


def test_callback_settings_are_parsed() -> None:
    assert [parse_retries(str(number)) for number in range(6)] == list(range(6))
    assert [parse_retry_policy(text) for text in ("ct", "5xx, CT,rt", "all")] == ["ct", "5xx,ct,rt", "all"]
    assert parse_route("https://a=http://127.0.0.1:8000") == ("https://a", "http://127.0.0.1:8000")


@pytest.mark.parametrize("text", ["", "-1", "6", "1.0", "²", " 1"])
def test_invalid_retries_raise_bad_value_error(text: str) -> None:
    with pytest.raises(BadValueError, match="expected a whole number from 0 to 5, found "):
        parse_retries(text)


@pytest.mark.parametrize("text", ["", "5xx,", "500", "ct rt", "none"])
def test_invalid_retry_policy_raises_bad_value_error(text: str) -> None:
    with pytest.raises(BadValueError, match="expected one or more of 4xx, 5xx, ct, rt, all, separated by commas"):
        parse_retry_policy(text)


def test_invalid_route_raises_bad_value_error() -> None:
    with pytest.raises(BadValueError, match=r"expected ORIGIN=ORIGIN such as .*, found 'https://a'\.$"):
        parse_route("https://a")


@pytest.mark.parametrize(
    ("routes", "sentence"),
    [
        ([("https://a", "http://8.8.8.8")], "expected a route to a loopback, private or allowed host, found http://8"),
        ([("https://a", "http://b"), ("https://a", "http://c")], "expected one route from https://a, found http://b"),
    ],
)
def test_contradictory_routes_raise_settings_error(routes: list[tuple[str, str]], sentence: str) -> None:
    with pytest.raises(SettingsError, match=f"--route: {sentence}"):
        Settings(route=tuple(Route(*route) for route in routes))
    assert Settings(route=(Route("https://a", "http://8.8.8.8"),), callback_hosts="8.8.8.8").route


def test_invalid_urls_hosts_and_clock_rates_raise_bad_value_error() -> None:
    with pytest.raises(BadValueError, match="expected a URL such as http"):
        parse_url("127.0.0.1/hook")
    with pytest.raises(BadValueError, match=r"expected .*, found '999.1.1.1/8'"):
        parse_hosts("999.1.1.1/8")
    for text in ("fast", "0x", "2000000x"):
        with pytest.raises(BadValueError, match="expected real, frozen, or a rate"):
            ClockRate.parse(text)
