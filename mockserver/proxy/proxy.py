"""The proxy of a server, as the server knows it: all that it can do is imported when it is first asked."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from starlette.types import ASGIApp

from mockserver.proxy.connection import Connection, Ends
from mockserver.settings.settings import Settings, UnknownHosts

if TYPE_CHECKING:
    from httptools.parser.url_parser import URL

    from mockserver.proxy.dispatcher import Dispatcher


class Proxy:
    """The proxy of one server. It does nothing, and makes no CA, until it is asked.

    Args:
        folder: where the CA is that signs certificates; the user's data directory where it is None.
        unknown: what becomes of hosts that are not Twilio's.
    """

    def __init__(self, folder: Path | None = None, unknown: UnknownHosts = UnknownHosts.REFUSE) -> None:
        self._folder = folder
        self._unknown = unknown

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """Return the proxy that settings ask for."""
        return cls(settings.data_dir, settings.proxy_unknown)

    def choose_application(self, url: "URL", ends: Ends) -> ASGIApp | None:
        """Return what answers a request for an absolute URL: None for the server's own application."""
        return self._dispatcher.choose_application(url, ends)

    def handle(self, connection: Connection) -> None:
        """Answer CONNECT, and care for the connection from then on."""
        self._dispatcher.handle(connection)

    async def close(self) -> None:
        """Cut off what is tunnelled."""
        if "_switchboard" in vars(self):
            await self._dispatcher.close()

    @cached_property
    def _dispatcher(self) -> "Dispatcher":
        from mockserver.proxy.certificate_authority import CertificateAuthority
        from mockserver.proxy.dispatcher import Dispatcher

        return Dispatcher(CertificateAuthority(self._folder), tunnels=self._unknown is UnknownHosts.TUNNEL)
