"""`recmock ready`: check whether a server answers. The container image uses it as its health check."""

from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.options import REMOTE_SETTINGS, add_server
from mockserver.cli.running_server import find_server_url
from mockserver.control.client.errors import ControlError
from mockserver.control.client.health import fetch_version


def check_ready(url: str) -> int:
    """Print whether the server at a URL answers, and return 0 if it does, else 1."""
    try:
        version = fetch_version(url)
    except ControlError as error:
        print(f"not ready: {error}")
        return 1
    print(f"ready: recmock {version} at {url}")
    return 0


def _add_arguments(parser: Parser) -> None:
    add_server(parser)


def _run(invocation: Invocation) -> int:
    return check_ready(find_server_url(invocation))


COMMAND = Command(_run, _add_arguments, settings=REMOTE_SETTINGS)
