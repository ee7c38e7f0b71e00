"""The proxy of one server. The other modules of this folder are imported with the first proxy request."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from starlette.types import ASGIApp

from mockserver.proxy.connection import Connection, ConnectionAddresses
from mockserver.settings.choices import UnknownHosts
from mockserver.settings.settings import Settings

if TYPE_CHECKING:
    from httptools.parser.url_parser import URL

    from mockserver.proxy.certificate_authority import CertificateAuthority
    from mockserver.proxy.dispatcher import Dispatcher


class Proxy:
    """The proxy of one server. It creates no CA before its first request.

    Args:
        folder: the folder of the CA; None for the default folder.
        unknown_hosts: the treatment of hosts other than Twilio's.
    """

    def __init__(self, folder: Path | None = None, unknown_hosts: UnknownHosts = UnknownHosts.REFUSE) -> None:
        self._folder = folder
        self._unknown_hosts = unknown_hosts
        self.own_addresses: frozenset[tuple[str, int]] = frozenset()
        """The addresses that the server listens on. The server sets them before the first request."""

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return the proxy for the settings."""
        return cls(settings.data_dir, settings.proxy_unknown)

    def choose_application(self, url: "URL", addresses: ConnectionAddresses, own_application: ASGIApp) -> ASGIApp:
        """Return the application for an absolute URL."""
        return self._dispatcher.choose_application(url, addresses, own_application)

    def handle_connect(self, connection: Connection) -> None:
        """Answer a CONNECT request, and own the connection from then on."""
        self._dispatcher.handle_connect(connection)

    async def close(self) -> None:
        """Close all tunnels."""
        if "_dispatcher" in vars(self):
            await self._dispatcher.close()

    @cached_property
    def authority(self) -> "CertificateAuthority":
        """The CA that signs the certificates of this proxy."""
        from mockserver.proxy.certificate_authority import CertificateAuthority

        return CertificateAuthority(self._folder)

    @cached_property
    def _dispatcher(self) -> "Dispatcher":
        from mockserver.proxy.dispatcher import Dispatcher

        return Dispatcher(
            self.authority,
            allows_tunnels=self._unknown_hosts is UnknownHosts.TUNNEL,
            own_addresses=self.own_addresses,
        )
