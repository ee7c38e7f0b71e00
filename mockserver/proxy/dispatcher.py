"""The dispatcher of proxy requests."""

import asyncio
import logging
from collections.abc import Collection

from httptools.parser.url_parser import URL
from starlette.types import ASGIApp

from mockserver.proxy.certificate_authority import AuthorityError, CertificateAuthority
from mockserver.proxy.connection import Connection, ConnectionAddresses, SocketAddress
from mockserver.proxy.destination import BadDestinationError, Destination
from mockserver.proxy.forwarding import ForwardingApp
from mockserver.proxy.refusals import (
    MediaHostApp,
    RefusingApp,
    build_raw_response,
    make_bad_request_error,
    make_not_emulated_error,
    make_refused_error,
)
from mockserver.proxy.streams import open_streams, relay, wrap_transport
from mockserver.proxy.tls import start_server_tls
from mockserver.proxy.transports import abort
from mockserver.rest.errors import TwilioError
from mockserver.settings.machine_clock import wall_seconds
from mockserver.settings.parsing import Address

_CONNECTION_ESTABLISHED = b"HTTP/1.1 200 Connection established\r\n\r\n"
"""PHP's SDK reads any other status line as the API's response (WIRE §13)."""

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
        try:
            destination = Destination.from_connect(connection.target)
            if destination.is_twilio:
                await self._answer_as_host(connection, destination)
            elif self._may_tunnel(connection.addresses):
                await _tunnel(connection, destination, self._get_own_addresses(connection.addresses))
            else:
                raise make_refused_error(destination)
        except BadDestinationError as error:
            _refuse(connection, make_bad_request_error(str(error)))
        except TwilioError as refusal:
            _refuse(connection, refusal)
        except AuthorityError as error:
            logger.error("The local CA: %s", error)
            _refuse(connection, TwilioError(20500, f"The local CA: {error}"))
        except OSError as error:
            logger.info("A client left the proxy at %s: %s", connection.target.decode("latin-1"), error)
        except Exception:  # log the traceback, and do not let the client wait for ever
            logger.exception("CONNECT %s failed", connection.target.decode("latin-1"))
            abort(connection.transport)

    async def _answer_as_host(self, connection: Connection, destination: Destination) -> None:
        """Answer as the host that the client wants to reach."""
        if destination.port != 443 or connection.early_bytes:
            raise make_bad_request_error("Expected CONNECT HOST:443, and then a TLS handshake.")
        context = await asyncio.to_thread(self._authority.create_context, destination.host, wall_seconds())
        app = _choose_twilio_application(destination, connection.own_application)
        connection.transport.write(_CONNECTION_ESTABLISHED)
        await start_server_tls(
            connection.transport, context, connection.create_protocol(app), asyncio.get_running_loop()
        )

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
    refusing_app = RefusingApp(make_not_emulated_error(destination.host))
    return MediaHostApp(own_application, refusing_app) if destination.is_media else refusing_app


def _refuse(connection: Connection, error: TwilioError) -> None:
    connection.transport.write(build_raw_response(error))
    connection.transport.close()


async def _tunnel(connection: Connection, destination: Destination, own_addresses: Collection[SocketAddress]) -> None:
    upstream = await open_streams(destination, own_addresses)
    client = wrap_transport(connection.transport, asyncio.get_running_loop())
    connection.transport.write(_CONNECTION_ESTABLISHED)
    upstream[1].write(connection.early_bytes)
    connection.transport.resume_reading()
    await relay(client, upstream)
