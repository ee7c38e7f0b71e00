"""Network connections to allowed hosts only. Import this module late: it imports httpcore."""

import asyncio
import socket
from collections.abc import Iterable
from contextlib import suppress

import httpcore

from mockserver.callbacks.allowed_hosts import AllowedHosts
from mockserver.callbacks.own_addresses import OwnPortError, is_own_address


class RefusedHostError(Exception):
    """The host is not allowed. The message is a sentence."""


class CheckedNetwork(httpcore.AsyncNetworkBackend):
    """Resolves names itself, so that the checked address is the connected one. TLS still verifies the name.

    Args:
        refused_ports: the ports of this machine that must not be connected to.
    """

    def __init__(self, allowed_hosts: AllowedHosts, refused_ports: frozenset[int] = frozenset()) -> None:
        self._allowed_hosts = allowed_hosts
        self._refused_ports = refused_ports
        self._backend = httpcore.AnyIOBackend()
        self._streams: list[httpcore.AsyncNetworkStream] = []

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first allowed address that accepts. The time-out is for all addresses together.

        Raises:
            RefusedHostError: if no address is allowed.
            OwnPortError: if an address with the port is this server itself.
            httpcore.ConnectTimeout, httpcore.ConnectError: if no address accepts.
        """
        try:
            async with asyncio.timeout(timeout):
                *others, last = await self._resolve_allowed(host, port)
                for address in others:
                    with suppress(httpcore.ConnectError):
                        return self._register(await self._backend.connect_tcp(address, port))
                return self._register(await self._backend.connect_tcp(last, port))
        except TimeoutError as error:
            raise httpcore.ConnectTimeout from error
        except OSError as error:
            raise httpcore.ConnectError from error

    async def close(self) -> None:
        """Close all connections. httpcore leaves one open if it is cancelled within a TLS handshake."""
        for stream in self._streams:
            await stream.aclose()

    def _register(self, stream: httpcore.AsyncNetworkStream) -> httpcore.AsyncNetworkStream:
        self._streams.append(stream)
        return stream

    async def _resolve_allowed(self, host: str, port: int) -> list[str]:
        """Return the allowed addresses of a host, at least one."""
        results = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(address_tuple[0]) for *_, address_tuple in results))
        if port in self._refused_ports and any(map(is_own_address, addresses)):
            raise OwnPortError(f"expected a URL of an application, found {host}:{port}, where recmock itself listens")
        if self._allowed_hosts.allows_name(host):
            return addresses
        allowed = [address for address in addresses if self._allowed_hosts.allows_address(address)]
        if not allowed:
            described_host = host if addresses == [host] else f"{host} ({', '.join(addresses)})"
            raise RefusedHostError(f"expected a loopback, private or allowed host, found {described_host}")
        return allowed
