"""Routes: requests to a public origin go to another one, as behind a reverse proxy."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, Self

from scenarios.origins import normalize_origin

if TYPE_CHECKING:
    from mockserver.callbacks.allowed_hosts import AllowedHosts

NO_ROUTES: Mapping[str, str] = MappingProxyType({})
_ADDRESS_PATTERN = r"[0-9.]+|.*:.*"


class Route(NamedTuple):
    """One route. Both origins are normalized."""

    source: str
    """The origin in URLs, such as `https://app.example.com`."""
    target: str
    """The origin that requests are sent to, such as `http://127.0.0.1:8000`."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Parse `https://app.example.com=http://127.0.0.1:8000`.

        Raises:
            ValueError: if the text is not two origins. The message is a sentence.
        """
        source, equals, target = text.partition("=")
        if not equals:
            raise ValueError(f"expected ORIGIN=ORIGIN such as {_EXAMPLE}, found {text!r}")
        return cls(normalize_origin(source), normalize_origin(target))

    def __str__(self) -> str:
        return f"{self.source}={self.target}"


_EXAMPLE = Route("https://app.example.com", "http://127.0.0.1:8000")


def build_routes(callback_hosts: str, *groups: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the targets by source, both normalized.

    A target that is a name may resolve to any address: it is checked again before each connection.

    Args:
        callback_hosts: the hosts that are allowed besides this machine and private networks.
        groups: pairs of a source and a target. If two groups have a route from one source, the last group's counts.

    Raises:
        ValueError: if an origin is invalid, a source has two targets, or a target is not an allowed host.
            The message is a sentence.
    """
    from mockserver.callbacks.allowed_hosts import AllowedHosts  # most servers have no routes

    allowed_hosts, built = AllowedHosts.parse(callback_hosts), dict[str, str]()
    for group in groups:
        built |= _build_group(group, allowed_hosts)
    return built


def _build_group(routes: Iterable[tuple[str, str]], allowed_hosts: "AllowedHosts") -> dict[str, str]:
    built: dict[str, str] = {}
    for route in routes:
        source, target = map(normalize_origin, route)
        if built.setdefault(source, target) != target:
            raise ValueError(f"expected one route from {source}, found {built[source]} and {target}")
        host = target.partition("://")[2]
        host = host[1 : host.index("]")] if host.startswith("[") else host.partition(":")[0]
        if not _may_be_allowed(host, allowed_hosts):
            raise ValueError(
                f"expected a route to a loopback, private or allowed host, found {target}. "
                "--callback-hosts allows other hosts"
            )
    return built


def _may_be_allowed(host: str, allowed_hosts: "AllowedHosts") -> bool:
    if allowed_hosts.allows_name(host) or re.fullmatch(_ADDRESS_PATTERN, host) is None:
        return True
    try:
        return allowed_hosts.allows_address(host)
    except ValueError:  # an address in an unusual form: its form is resolved before the connection
        return True
