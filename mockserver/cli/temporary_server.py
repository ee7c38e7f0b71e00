"""A server that a command starts if no server runs and the user names none."""

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from mockserver.cli.command import Invocation
from mockserver.cli.running_server import URL_VARIABLE, find_server_url
from mockserver.control.client.errors import ControlError
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.parsing import Address

TEMPORARY_SETTINGS = ("callback_hosts", "channel_order", "route", "scenario", "seed", "transcribe_callback")
"""The settings of a temporary server that the user may set."""
_LISTEN_VARIABLE = "RECMOCK_LISTEN"


def needs_temporary_server(invocation: Invocation) -> bool:
    """Return True if the user names no server, and none runs at the default address."""
    options, environment = invocation.options, invocation.environment
    if options.url or options.listen or environment.get(URL_VARIABLE) or environment.get(_LISTEN_VARIABLE):
        return False
    from mockserver.control.client.health import fetch_version  # slow to import

    try:
        fetch_version(find_server_url(invocation))
    except ControlError:
        return True
    return False


@contextmanager
def serve_temporarily(invocation: Invocation) -> Iterator[str]:
    """Serve on a free port while the context is active, with a frozen clock, and yield the URL."""
    from mockserver.app import create_app  # slow to import, and --help needs none of these
    from mockserver.cli.mock_setup import load_scenarios, make_mock
    from mockserver.server.listener import BackgroundServer

    settings = msgspec.structs.replace(invocation.settings, listen=Address("127.0.0.1", 0), clock=ClockRate(0.0))
    mock = make_mock(settings, scenarios=load_scenarios(settings.scenario))
    server = BackgroundServer(create_app(mock))
    mock.set_address(server.address)
    with server:
        yield server.base_url
