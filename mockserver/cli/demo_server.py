"""The server that `recmock demo` runs in the foreground, with its receiver and its calls."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import TextIO

import msgspec

from mockserver.cli.banner import Banner, choose_style
from mockserver.cli.demo_calls import DemoCalls
from mockserver.cli.demo_receiver import DemoReceiver
from mockserver.cli.foreground_server import choose_stream, serve
from mockserver.control.client.account import AccountClient
from mockserver.control.client.connection import ControlConnection
from mockserver.mock import Mock
from mockserver.server.listening_sockets import ListeningSockets, bind_next_free
from mockserver.server.log_output import LogOutput, describe_missing, find_descriptor
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings


def serve_demo(
    settings: Settings, environment: Mapping[str, str], pace: float, open_page: Callable[[str], object]
) -> int:
    """Serve a living account until the user interrupts the command, and return the exit code.

    Args:
        pace: seconds of the account's clock per real second.
        open_page: opens the page of the server at a URL.
    """
    stream = choose_stream(settings)
    style = choose_style(is_terminal=stream.isatty(), environment=environment)
    with DemoReceiver(_make_printer(stream), style) as receiver:
        demo = _Demo(receiver, pace, open_page)
        changed = msgspec.structs.replace(
            settings, clock=ClockRate(pace), status_callback=settings.status_callback or f"{receiver.url}/callback"
        )
        return serve(changed, environment, bind=demo.bind, change_banner=demo.change_banner, run_beside=demo.run_beside)


class _Demo:
    """What differs from `recmock serve`."""

    def __init__(self, receiver: DemoReceiver, pace: float, open_page: Callable[[str], object]) -> None:
        self._receiver = receiver
        self._pace = pace
        self._open_page = open_page
        self._rows = [("callbacks", [f"received at {receiver.url} and shown below"]), ("pace", [f"{pace:g}x"])]

    def bind(self, address: Address) -> ListeningSockets:
        """Return the listening sockets of an address, or of the next free port."""
        listening_sockets = bind_next_free(address)
        port = listening_sockets.addresses[0].port
        if address.port not in (0, port):
            self._rows.append(("port", [f"{address.port} is in use, {port} is free"]))
        return listening_sockets

    def change_banner(self, banner: Banner) -> Banner:
        """Return the banner with what the demo adds, and with programs of one line each."""
        return msgspec.structs.replace(banner, rows=[*banner.rows, *self._rows], has_short_programs=True)

    @contextmanager
    def run_beside(self, mock: Mock, url: str) -> Iterator[None]:
        """Let people call while the context is active."""
        self._receiver.token = mock.demo.token
        account = AccountClient(ControlConnection(url, mock.control_token))
        with DemoCalls(account.calls, self._receiver.url, self._pace, lambda: self._open_page(url)):
            yield


def _make_printer(stream: TextIO) -> Callable[[str], object]:
    """Return a function that prints a line. It does not wait for a reader that is slow or gone."""
    descriptor = find_descriptor(stream)
    if descriptor is None:
        return lambda line: None
    output = LogOutput(descriptor, stream.encoding, describe_missing)
    return lambda line: output.write([line])
