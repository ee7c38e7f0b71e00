"""The hosts that callbacks may go to: by default this machine and private networks."""

import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Self

import msgspec

_Network = IPv4Network | IPv6Network

_LOCAL_NETWORKS: tuple[_Network, ...] = (
    *map(IPv4Network, ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")),
    *map(IPv6Network, ("::1/128", "fc00::/7", "fe80::/10")),
)
"""Loopback, private and IPv6 link-local networks. `is_private` covers more, and differs between Python versions.

IPv4 link-local (169.254.0.0/16) is left out: clouds serve a machine's credentials there.
"""
_METADATA_NETWORKS: tuple[_Network, ...] = (IPv6Network("fd00:ec2::/32"), IPv6Network("fd20:ce::/32"))
"""The metadata services of Amazon's and Google's clouds, which the private range fc00::/7 contains."""

_LABEL_PATTERN = "[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
_HOST_NAME_PATTERN = re.compile(rf"(?:{_LABEL_PATTERN}\.)*(?![0-9]+\Z|0x[0-9a-f]*\Z){_LABEL_PATTERN}")
"""A host name. A name that ends in a number would be an address (WHATWG URL §3.5)."""


class AllowedHosts(msgspec.Struct, frozen=True):
    """Hosts that are allowed in addition to loopback and private addresses."""

    allows_any_host: bool = False
    names: frozenset[str] = frozenset()
    suffixes: tuple[str, ...] = ()
    """The ends of allowed names, such as `.example.com`."""
    networks: tuple[_Network, ...] = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse entries such as `hooks.example.com, *.test, 203.0.113.7, 198.51.100.0/24`, or `*` for any host.

        Raises:
            ValueError: if an entry has none of these forms. The message is a sentence.
        """
        entries = [entry.strip().lower() for entry in text.split(",")] if text.strip() else []
        names = [entry for entry in entries if _is_name_or_wildcard(entry)]
        return cls(
            allows_any_host="*" in entries,
            names=frozenset(entry for entry in names if not entry.startswith("*")),
            suffixes=tuple(entry[1:] for entry in names if entry.startswith("*")),
            networks=tuple(_parse_network(entry) for entry in entries if entry != "*" and entry not in names),
        )

    def allows_name(self, host: str) -> bool:
        """Return True if the host is allowed, whatever address its name resolves to."""
        name = host.lower().removesuffix(".")
        return self.allows_any_host or name in self.names or name.endswith(self.suffixes)

    def allows_address(self, address: str) -> bool:
        """Return True if the IP address is allowed. An IPv4 address within IPv6 counts as IPv4.

        Raises:
            ValueError: if the text is not an address.
        """
        ip = _without_ipv4_mapping(ip_address(address))
        if self.allows_any_host or _is_within(ip, self.networks):
            return True
        return _is_within(ip, _LOCAL_NETWORKS) and not _is_within(ip, _METADATA_NETWORKS)


def _is_name_or_wildcard(entry: str) -> bool:
    return _HOST_NAME_PATTERN.fullmatch(entry.removeprefix("*.")) is not None


def _parse_network(entry: str) -> _Network:
    try:
        network = ip_network(entry)
    except ValueError as error:
        expected = "a host name, *.example.com, an IP address, a network such as 203.0.113.0/24, or *"
        raise ValueError(f"expected {expected}, found {entry!r}: {error}.") from None
    return ip_network(_without_ipv4_mapping(network.network_address)) if network.num_addresses == 1 else network


def _is_within(address: IPv4Address | IPv6Address, networks: tuple[_Network, ...]) -> bool:
    return any(address in network for network in networks)


def _without_ipv4_mapping(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
