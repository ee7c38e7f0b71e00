import pytest

from mockserver.callbacks.allowed_hosts import AllowedHosts

LOCAL_ADDRESSES = (
    "127.0.0.1",
    "127.9.9.9",
    "::1",
    "10.0.0.1",
    "172.31.255.254",
    "192.168.1.1",
    "fd12::1",
    "fe80::1%eth0",
)
OTHER_ADDRESSES = (
    *("8.8.8.8", "172.32.0.1", "2001:4860:4860::8888", "100.64.0.1", "192.0.2.1", "198.18.0.1"),
    *("169.254.169.254", "fd00:ec2::254", "fd20:ce::254"),
    *("0.0.0.0", "::", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1"),
    *("::127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::"),
)


@pytest.mark.parametrize("address", [*LOCAL_ADDRESSES, "::ffff:127.0.0.1", "::ffff:192.168.0.1"])
def test_loopback_and_private_addresses_are_allowed(address: str) -> None:
    assert AllowedHosts.parse("").allows_address(address)


@pytest.mark.parametrize("address", [*OTHER_ADDRESSES, "::ffff:8.8.8.8", "::ffff:169.254.169.254", "::ffff:0.0.0.0"])
def test_other_addresses_are_refused(address: str) -> None:
    assert not AllowedHosts.parse("").allows_address(address)


@pytest.mark.parametrize("host", ["localhost", "example.com", "127.0.0.1", ""])
def test_host_names_are_refused_by_default(host: str) -> None:
    assert not AllowedHosts.parse(" ").allows_name(host)


def test_allowed_names_ignore_case_and_final_dot() -> None:
    rules = AllowedHosts.parse("Hooks.Example.com, receiver")
    assert [rules.allows_name(host) for host in ("hooks.example.COM", "hooks.example.com.", "receiver")] == [True] * 3
    assert not any(map(rules.allows_name, ("example.com", "a.hooks.example.com", "hooks.example.com.evil.test")))


def test_wildcard_allows_subdomains_only() -> None:
    rules = AllowedHosts.parse("*.example.com")
    assert [rules.allows_name(host) for host in ("a.example.com", "a.b.Example.com")] == [True, True]
    assert not any(map(rules.allows_name, ("example.com", "notexample.com", "a.example.com.test")))


def test_listed_addresses_and_networks_are_allowed() -> None:
    rules = AllowedHosts.parse(
        "203.0.113.7,198.51.100.0/24, 2001:db8::/32,::ffff:192.0.2.1, 169.254.0.0/16, fd00:ec2::254"
    )
    addresses = ("203.0.113.7", "198.51.100.200", "2001:db8::5", "192.0.2.1", "169.254.169.254", "fd00:ec2::254")
    assert all(map(rules.allows_address, (*addresses, *LOCAL_ADDRESSES)))
    assert not any(map(rules.allows_address, ("203.0.113.8", "198.51.101.0", "2001:db9::", "8.8.8.8")))


def test_asterisk_allows_every_host() -> None:
    rules = AllowedHosts.parse("*")
    assert all(map(rules.allows_address, (*LOCAL_ADDRESSES, *OTHER_ADDRESSES)))
    assert rules.allows_name("example.com")


@pytest.mark.parametrize(
    "entry",
    [
        *("http://a", "a:80", "a b", "a..b", "-a", "a-", "*.", "**", "*a.com", "a.*.com", "bücher.example"),
        *("10.0.0.1/8", "300.1.1.1", "10.1", "2130706433", "0x7f000001", "a.0x7f", "[::1]", "1.2.3.4/33", "a,,b", ","),
    ],
)
def test_invalid_entry_raises_value_error(entry: str) -> None:
    with pytest.raises(ValueError, match=r"^expected a host name, .* or \*, found '.*[^.]\.$"):
        AllowedHosts.parse(f"good.example,{entry}")
