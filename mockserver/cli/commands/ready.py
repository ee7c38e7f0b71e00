"""`recmock ready`: check whether a server answers. The container image uses it as its health check."""

from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.options import add_settings, add_url
from mockserver.control.client.connection import ControlError
from mockserver.control.client.health import fetch_health
from mockserver.settings.settings import Settings

_SETTINGS = ("listen",)


def check_ready(settings: Settings, url: str | None) -> int:
    """Print whether a server answers, and return 0 if it does, else 1.

    Args:
        url: the server, or None for the address of the settings.
    """
    base_url = url or settings.listen.to_url()
    try:
        health = fetch_health(base_url)
    except ControlError as error:
        print(f"not ready: {error}")
        return 1
    print(f"ready: recmock {health['version']} at {base_url}")
    return 0


def _add_arguments(parser: Parser) -> None:
    add_settings(parser, _SETTINGS)
    add_url(parser)


def _run(invocation: Invocation) -> int:
    return check_ready(invocation.settings, invocation.options.url)


COMMAND = Command(_run, _add_arguments, settings=_SETTINGS)
