"""The account on a running server that a command works on."""

from argparse import ArgumentTypeError

from mockserver.cli import argument_types
from mockserver.cli.command import Invocation
from mockserver.cli.errors import CommandError
from mockserver.control.client.account import AccountClient
from mockserver.control.client.connection import ControlConnection

_URL_VARIABLE = "RECMOCK_URL"
"""`recmock exec` and `recmock env` set it for the program."""


def connect_account(invocation: Invocation) -> AccountClient:
    """Return a client of the account that `--account` names.

    The server is that of `--url`, else of `--listen`, else of the variable RECMOCK_URL, else of RECMOCK_LISTEN.

    Raises:
        CommandError: if RECMOCK_URL is not a URL.
    """
    options, settings = invocation.options, invocation.settings
    url = options.url
    if url is None and options.listen is None and _URL_VARIABLE in invocation.environment:
        try:
            url = argument_types.url(invocation.environment[_URL_VARIABLE])
        except ArgumentTypeError as error:
            raise CommandError(f"{_URL_VARIABLE}: {error}") from None
    url = url or settings.listen.to_url()
    return AccountClient(ControlConnection(url, settings.control_token), options.of_account or "demo")
