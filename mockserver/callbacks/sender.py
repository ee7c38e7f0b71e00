"""Sends requests to receivers. It never leaves the machine but for where the host rules let it."""

import asyncio
import ssl
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockserver.callbacks.allowed_hosts import AllowedHosts
    from mockserver.callbacks.outcome import Outcome
    from mockserver.callbacks.request import CallbackRequest


class CallbackSender:
    """Sends each parcel over a connection of its own, so it may be used from one event loop after another.

    Redirects are not followed and the environment's proxies not used.

    Args:
        hosts: where it may go besides this machine and private networks; see `HostRules.parse`.
    """

    def __init__(self, hosts: str = "") -> None:
        self._hosts = hosts

    async def send(self, request: "CallbackRequest") -> "Outcome":
        """Send a parcel once and tell what came of it; nothing is raised but for being cancelled."""
        from mockserver.callbacks.attempt import AttemptConnection  # httpcore: not needed before the first parcel

        tls = self._tls if request.url[:6].lower() == "https:" else None
        exchange = AttemptConnection(request, self._rules, tls)
        try:
            async with asyncio.timeout(request.total_timeout):
                return await exchange.run()
        except Exception as wrong:
            return exchange.outcome_of_error(wrong)

    @cached_property
    def _rules(self) -> "AllowedHosts":
        from mockserver.callbacks.allowed_hosts import AllowedHosts

        return AllowedHosts.parse(self._hosts)

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """Whom this machine trusts, with the certificates of a company's or a test's own."""
        return ssl.create_default_context()
