"""The cost of followers of the event stream: a request with ten of them, and with one that does not read."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from statistics import median
from threading import Thread

from tests.benchmarks.load import measure_load
from tests.benchmarks.servers import MeasuredServer, run_mock, wait_for_first_response

_FOLLOWERS = 10
_RECEIVE_BUFFER = 4096
"""The receive buffer of a follower that does not read, in bytes: it is full as soon as possible."""


def print_followers_cost(list_path: str, auth: tuple[str, str], rounds: int, seconds: float) -> None:
    """Compare the processor time of a request with followers of the account with that of one without, in pairs.

    The followers' own share is in it: the server writes their notices meanwhile.
    """
    costs: dict[str, list[float]] = {"none": [], "ten": [], "silent": []}
    with run_mock() as server:
        wait_for_first_response(server, list_path, auth)
        for _ in range(rounds):
            costs["none"].append(_measure(server, list_path, auth, seconds))
            with _follow(server, _FOLLOWERS, reads=True):
                costs["ten"].append(_measure(server, list_path, auth, seconds))
            with _follow(server, 1, reads=False):
                costs["silent"].append(_measure(server, list_path, auth, seconds))
    for kind, name in (("ten", f"{_FOLLOWERS} followers"), ("silent", "a follower that does not read")):
        ratio = median(followed / alone for followed, alone in zip(costs[kind], costs["none"], strict=True))
        print(
            f"warm list of 50 with {name}: {ratio:.2f} of one without "
            f"(CPU {median(costs[kind]):.0f} against {median(costs['none']):.0f} us a request)"
        )


def _measure(server: MeasuredServer, path: str, auth: tuple[str, str], seconds: float) -> float:
    """Return the processor time of a request, in microseconds."""
    before = server.get_cpu_seconds()
    _, total = measure_load(server.base_url, path, auth, seconds)
    return (server.get_cpu_seconds() - before) / total * 1e6


@contextmanager
def _follow(server: MeasuredServer, count: int, *, reads: bool) -> Iterator[None]:
    """Follow the demo account over connections of their own."""
    connections = [_open_stream(server) for _ in range(count)]
    readers = [Thread(target=_read_to_the_end, args=(connection,)) for connection in connections if reads]
    for reader in readers:
        reader.start()
    try:
        yield
    finally:
        for connection in connections:
            connection.shutdown(socket.SHUT_RDWR)
        for reader in readers:
            reader.join()
        for connection in connections:
            connection.close()


def _open_stream(server: MeasuredServer) -> socket.socket:
    """Open a stream, and return its connection after the head of the response."""
    connection = socket.socket()
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    connection.connect(("127.0.0.1", server.port))
    connection.sendall(b"GET /_mock/accounts/demo/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    head = b""
    while b"\r\n\r\n" not in head:
        head += connection.recv(_RECEIVE_BUFFER)
    assert head.startswith(b"HTTP/1.1 200 "), head
    return connection


def _read_to_the_end(connection: socket.socket) -> None:
    with suppress(ConnectionError):  # the server ends first
        while connection.recv(_RECEIVE_BUFFER):
            pass
