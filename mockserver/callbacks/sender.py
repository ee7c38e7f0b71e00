"""The sender of callback requests. It sends to allowed hosts only."""

import asyncio
import ssl
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mockserver.callbacks.allowed_hosts import AllowedHosts
    from mockserver.callbacks.outcome import Outcome
    from mockserver.callbacks.request import CallbackRequest


class CallbackSender:
    """Sends each request over a new connection, so several event loops may use it in turn.

    It follows no redirects, and ignores the proxy variables of the environment.

    Args:
        hosts: allowed hosts besides this machine and private networks; see `AllowedHosts.parse`.
    """

    def __init__(self, hosts: str = "") -> None:
        self._hosts = hosts

    async def send(self, request: "CallbackRequest") -> "Outcome":
        """Send a request once and return the outcome. It raises nothing but a cancellation."""
        # This imports httpcore, which is not needed before the first callback.
        from mockserver.callbacks.attempt import AttemptConnection

        ssl_context = self._ssl_context if (request.route or request.url)[:6].lower() == "https:" else None
        attempt = AttemptConnection(request, self._allowed_hosts, ssl_context)
        try:
            async with asyncio.timeout(request.total_timeout):
                return await attempt.run()
        except Exception as error:
            return attempt.build_error_outcome(error)
        finally:
            await attempt.close()

    @cached_property
    def _allowed_hosts(self) -> "AllowedHosts":
        from mockserver.callbacks.allowed_hosts import AllowedHosts

        return AllowedHosts.parse(self._hosts)

    @cached_property
    def _ssl_context(self) -> ssl.SSLContext:
        """The machine's trusted certificates, including those that a company or a test added."""
        return ssl.create_default_context()
