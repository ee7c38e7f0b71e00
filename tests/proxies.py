"""A proxy client that works byte by byte, and destinations on loopback."""

import json
import socket
import ssl
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

from mockserver.proxy.certificate_authority import CertificateAuthority
from mockserver.server.listener import BackgroundServer
from mockserver.settings.machine_clock import wall_seconds


def read_to_end(client: socket.socket) -> bytes:
    """Read to the end."""
    found = b""
    while chunk := client.recv(65536):
        found += chunk
    return found


def read_until(client: socket.socket, end: bytes) -> bytes:
    """Read until the given bytes have arrived."""
    found = b""
    while not found.endswith(end):
        chunk = client.recv(65536)
        assert chunk, found
        found += chunk
    return found


def read_response(client: socket.socket) -> tuple[bytes, Any]:
    """Read to the end, and return the head and the JSON body."""
    head, _, body = read_to_end(client).partition(b"\r\n\r\n")
    return head, json.loads(body)


def open_connection(server: BackgroundServer, data: bytes = b"") -> socket.socket:
    """Return a connection over which bytes were sent."""
    client = socket.create_connection(server.address, timeout=10)
    client.sendall(data)
    return client


def open_tunnel(server: BackgroundServer, target: str) -> socket.socket:
    """Return a connection with a successful CONNECT."""
    client = open_connection(server, f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n\r\n".encode())
    expected = b"HTTP/1.1 200 Connection established\r\n\r\n"
    assert expected == client.recv(len(expected), socket.MSG_WAITALL)
    return client


def wrap_in_tls(client: socket.socket, authority: CertificateAuthority, host: str) -> ssl.SSLSocket:
    """Do a TLS handshake as a strict client that trusts this authority only."""
    context = ssl.create_default_context(cadata=authority.get_certificate_pem(wall_seconds()).decode())
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context.wrap_socket(client, server_hostname=host)


class Listener:
    """A destination on loopback. It passes each connection to a function in a thread, and counts them."""

    def __init__(self, handler: Callable[[socket.socket], None] = lambda connection: None) -> None:
        self._handler = handler
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.authority = "{}:{}".format(*self._socket.getsockname())
        self.connection_count = 0
        self._thread = threading.Thread(target=self._accept)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)  # this also ends a blocking accept()
        self._thread.join(10)
        self._socket.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connection_count += 1
            with connection:
                connection.settimeout(10)
                self._handler(connection)
