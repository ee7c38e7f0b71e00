"""The sender of callback requests. It sends to allowed hosts only."""

import asyncio
import errno
import ssl
from collections.abc import Awaitable, Callable
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from mockserver.callbacks.allowed_hosts import AllowedHosts
    from mockserver.callbacks.attempt import AttemptConnection
    from mockserver.callbacks.outcome import Outcome
    from mockserver.callbacks.request import CallbackRequest
    from mockserver.callbacks.response import ReceivedResponse

_DESCRIPTOR_PAUSE_SECONDS = 0.05


class CallbackReceiver(Protocol):
    """What callbacks, and requests for documents, are handed to."""

    async def send(self, request: "CallbackRequest") -> "Outcome":
        """Hand over a callback once, and return the outcome."""
        ...

    async def fetch(self, request: "CallbackRequest") -> "ReceivedResponse":
        """Hand over a request for a document once, and return the response."""
        ...


class CallbackSender:
    """Sends each request over a new connection, so several event loops may use it in turn.

    It follows no redirects, and ignores the proxy variables of the environment.

    Args:
        hosts: allowed hosts besides this machine and private networks; see `AllowedHosts.parse`.
        pause: waits for a number of real seconds, for a file descriptor; None to report that there is none.
    """

    def __init__(self, hosts: str = "", pause: Callable[[float], Awaitable[None]] | None = None) -> None:
        self._hosts = hosts
        self._pause = pause
        self.own_ports: frozenset[int] = frozenset()
        """The ports of this machine where the server itself listens. A call that got documents there could loop."""

    async def send(self, request: "CallbackRequest") -> "Outcome":
        """Send a callback once and return the outcome. It raises nothing but a cancellation."""
        return (await self._attempt(request, frozenset())).outcome

    async def fetch(self, request: "CallbackRequest") -> "ReceivedResponse":
        """Send a request for a document once, but never to this server. It raises nothing but a cancellation."""
        return await self._attempt(request, self.own_ports)

    async def _attempt(self, request: "CallbackRequest", refused_ports: frozenset[int]) -> "ReceivedResponse":
        # This imports httpcore, which is not needed before the first callback.
        from mockserver.callbacks.attempt import AttemptConnection

        ssl_context = self._ssl_context if (request.route or request.url)[:6].lower() == "https:" else None
        attempt = AttemptConnection(request, self._allowed_hosts, ssl_context, refused_ports)
        try:
            async with asyncio.timeout(request.total_timeout):
                return await self._run(attempt)
        except Exception as error:
            return attempt.build_error_response(error)
        finally:
            await attempt.close()

    async def _run(self, attempt: "AttemptConnection") -> "ReceivedResponse":
        """Run an attempt. If this process has no file descriptor left, wait for one: the receiver is not at fault."""
        while True:
            try:
                return await attempt.run()
            except Exception as error:
                if self._pause is None or not _has_no_descriptor_left(error):
                    raise
            await self._pause(_DESCRIPTOR_PAUSE_SECONDS)

    @cached_property
    def _allowed_hosts(self) -> "AllowedHosts":
        from mockserver.callbacks.allowed_hosts import AllowedHosts

        return AllowedHosts.parse(self._hosts)

    @cached_property
    def _ssl_context(self) -> ssl.SSLContext:
        """The machine's trusted certificates, including those that a company or a test added."""
        return ssl.create_default_context()


def _has_no_descriptor_left(error: BaseException) -> bool:
    while error.__cause__ is not None:
        error = error.__cause__
    return isinstance(error, OSError) and error.errno in (errno.EMFILE, errno.ENFILE)
