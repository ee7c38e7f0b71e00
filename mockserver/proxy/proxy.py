"""The proxy of a server, as the server knows it: all that it can do is imported when it is first asked."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self

from starlette.types import ASGIApp

from mockserver.proxy.connection import Connection, Ends
from mockserver.settings.settings import Settings, UnknownHosts

if TYPE_CHECKING:
    from httptools.parser.url_parser import URL

    from mockserver.proxy.dispatcher import Switchboard


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
    def of(cls, settings: Settings) -> Self:
        """Return the proxy that settings ask for."""
        return cls(settings.data_dir, settings.proxy_unknown)

    def application(self, url: "URL", ends: Ends) -> ASGIApp | None:
        """Return what answers a request for an absolute URL: None for the server's own application."""
        return self._switchboard.application(url, ends)

    def take(self, connection: Connection) -> None:
        """Answer CONNECT, and care for the connection from then on."""
        self._switchboard.take(connection)

    async def close(self) -> None:
        """Cut off what is tunnelled."""
        if "_switchboard" in vars(self):
            await self._switchboard.close()

    @cached_property
    def _switchboard(self) -> "Switchboard":
        from mockserver.proxy.certificate_authority import Authority
        from mockserver.proxy.dispatcher import Switchboard

        return Switchboard(Authority(self._folder), tunnels=self._unknown is UnknownHosts.TUNNEL)
