"""The running server that a command works on, its control token, and an account on it.

All commands find them by the same rules.
"""

from argparse import ArgumentTypeError
from typing import TYPE_CHECKING

from mockserver.cli import argument_types
from mockserver.cli.command import Invocation
from mockserver.cli.errors import CommandError

if TYPE_CHECKING:
    from mockserver.control.client.account import AccountClient
    from mockserver.control.client.connection import ControlConnection

URL_VARIABLE = "RECMOCK_URL"
"""`recmock exec` and `recmock env` set it for the program."""


def find_server_url(invocation: Invocation) -> str:
    """Return the URL of the server: that of `--url`, else of `--listen`, else of RECMOCK_URL, else of RECMOCK_LISTEN.

    Raises:
        CommandError: if RECMOCK_URL is not a URL.
    """
    options = invocation.options
    if options.url is not None:
        return str(options.url)
    text = invocation.environment.get(URL_VARIABLE)
    if options.listen is not None or not text:
        return invocation.settings.listen.to_url()
    try:
        return argument_types.url(text)
    except ArgumentTypeError as error:
        raise CommandError(f"{URL_VARIABLE}: {error}") from None


def connect_server(invocation: Invocation) -> "ControlConnection":
    """Return a connection to the server, with its control token."""
    from mockserver.control.client.connection import ControlConnection  # slow to import

    return ControlConnection(find_server_url(invocation), invocation.settings.control_token)


def connect_account(invocation: Invocation) -> "AccountClient":
    """Return a client of the account that `--account` names.

    Raises:
        CommandError: if RECMOCK_URL is not a URL.
    """
    from mockserver.control.client.account import AccountClient  # like the connection

    return AccountClient(connect_server(invocation), invocation.options.of_account or "demo")
