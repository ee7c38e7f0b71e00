"""The dispatcher of proxy requests."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from functools import partial

from httptools.parser.url_parser import URL
from starlette.types import ASGIApp

from mockserver.proxy.certificate_authority import AuthorityError, CertificateAuthority
from mockserver.proxy.connection import Connection, ConnectionAddresses, SocketAddress
from mockserver.proxy.destination import BadDestinationError, Destination
from mockserver.proxy.forwarding import ForwardingApp
from mockserver.proxy.refusals import (
    OtherHostApp,
    RefusingApp,
    build_connect_refusal,
    make_bad_request_error,
    make_not_emulated_error,
    make_refused_error,
)
from mockserver.proxy.streams import StreamPair, open_streams, relay, wrap_transport
from mockserver.proxy.tls import start_server_tls
from mockserver.proxy.transports import abort
from mockserver.rest.errors import TwilioError
from mockserver.settings.machine_clock import wall_seconds
from mockserver.settings.parsing import Address

_CONNECTION_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
"""PHP's SDK reads any other status line as the API's response (WIRE §13)."""

_Service = Callable[[], Awaitable[None]]

logger = logging.getLogger("recmock")


class Dispatcher:
    """Handles each proxy request: answers, refuses or tunnels it.

    Args:
        authority: signs the certificates.
        allows_tunnels: True if clients on loopback may reach hosts other than Twilio's.
        own_addresses: the addresses that the server listens on.
    """

    def __init__(
        self,
        authority: CertificateAuthority,
        *,
        allows_tunnels: bool,
        own_addresses: frozenset[tuple[str, int]] = frozenset(),
    ) -> None:
        self._authority = authority
        self._allows_tunnels = allows_tunnels
        self._own_addresses = own_addresses
        self._tasks: set[asyncio.Task[None]] = set()

    def choose_application(self, url: URL, addresses: ConnectionAddresses, own_application: ASGIApp) -> ASGIApp:
        """Return the application for an absolute URL.

        Args:
            own_application: the server's own application.
        """
        try:
            destination = Destination.from_url(url)
        except BadDestinationError as error:
            return RefusingApp(make_bad_request_error(str(error)))
        own_addresses = self._get_own_addresses(addresses)
        if any(map(destination.is_at, own_addresses)):
            return own_application
        if destination.is_twilio:
            return _choose_twilio_application(destination, own_application)
        return (
            ForwardingApp(destination, own_addresses)
            if self._may_tunnel(addresses)
            else RefusingApp(make_refused_error(destination))
        )

    def handle_connect(self, connection: Connection) -> None:
        """Answer a CONNECT request, and own the connection from then on."""
        task = asyncio.get_running_loop().create_task(self._connect(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Close all tunnels."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _connect(self, connection: Connection) -> None:
        target = connection.target.decode("latin-1")
        serve = await self._prepare_or_refuse(connection, target)
        if serve is None:
            return
        try:
            connection.transport.write(_CONNECTION_ESTABLISHED)
            await serve()
        except OSError as error:
            logger.info("A client left the proxy at %s: %s", target, error)
            abort(connection.transport)
        except Exception:  # log the traceback, and do not let the client wait for ever
            logger.exception("CONNECT %s failed", target)
            abort(connection.transport)

    async def _prepare_or_refuse(self, connection: Connection, target: str) -> _Service | None:
        """Return what serves the connection, or None if the client got an error: it must not wait for ever."""
        try:
            return await self._prepare(connection)
        except BadDestinationError as error:
            refusal = make_bad_request_error(str(error))
        except TwilioError as error:
            refusal = error
        except AuthorityError as error:
            logger.error("The local CA: %s", error)
            refusal = TwilioError(20500, f"The local CA: {error}")
        except asyncio.CancelledError:  # the server stops
            abort(connection.transport)
            raise
        except Exception:  # the client gets no traceback
            logger.exception("CONNECT %s failed", target)
            refusal = TwilioError(20500, "The mock itself failed: please report the traceback in its log.")
        connection.transport.write(build_connect_refusal(refusal))
        connection.transport.close()
        return None

    async def _prepare(self, connection: Connection) -> _Service:
        """Return what serves the connection after the response to CONNECT."""
        destination = Destination.from_connect(connection.target)
        if destination.is_twilio:
            return await self._prepare_host(connection, destination)
        if not self._may_tunnel(connection.addresses):
            raise make_refused_error(destination)
        upstream = await open_streams(destination, self._get_own_addresses(connection.addresses))
        return partial(_tunnel, connection, upstream)

    async def _prepare_host(self, connection: Connection, destination: Destination) -> _Service:
        """Return what answers as the host that the client wants to reach."""
        if destination.port != 443 or connection.early_bytes:
            raise make_bad_request_error("Expected CONNECT HOST:443, and then a TLS handshake.")
        context = await asyncio.to_thread(self._authority.create_context, destination.host, wall_seconds())
        protocol = connection.create_protocol(_choose_twilio_application(destination, connection.own_application))
        return partial(start_server_tls, connection.transport, context, protocol, asyncio.get_running_loop())

    def _get_own_addresses(self, addresses: ConnectionAddresses) -> Collection[SocketAddress]:
        """Return every known address of this server. One that listens on a wildcard has more than it binds."""
        return self._own_addresses | {addresses.server}

    def _may_tunnel(self, addresses: ConnectionAddresses) -> bool:
        client = addresses.client
        return self._allows_tunnels and client is not None and Address(client[0], client[1] or 0).is_loopback


def _choose_twilio_application(destination: Destination, own_application: ASGIApp) -> ASGIApp:
    """Return the application for one of Twilio's hosts."""
    if destination.is_api:
        return own_application
    return OtherHostApp(own_application, make_not_emulated_error(destination.host), serves_media=destination.is_media)


async def _tunnel(connection: Connection, upstream: StreamPair) -> None:
    client = wrap_transport(connection.transport, asyncio.get_running_loop())
    upstream[1].write(connection.early_bytes)
    connection.transport.resume_reading()
    await relay(client, upstream)
