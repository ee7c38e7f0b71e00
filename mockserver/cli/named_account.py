"""The account that an operand names: by AccountSid, by its friendly name, or as `demo`."""

from argparse import ArgumentTypeError
from typing import TYPE_CHECKING

from generators.suggestion import suggest
from mockserver.cli import argument_types
from mockserver.cli.command import Invocation
from mockserver.cli.errors import CommandError
from mockserver.cli.running_server import connect_server

if TYPE_CHECKING:
    from mockserver.control.client.account import AccountClient


def connect_named_account(invocation: Invocation, text: str) -> "AccountClient":
    """Return a client of an account of a running server.

    Raises:
        CommandError: if no account has this name.
    """
    from mockserver.control.client.account import AccountClient  # slow to import
    from mockserver.control.views.account_list import AccountListView

    connection = connect_server(invocation)
    try:
        return AccountClient(connection, argument_types.account_sid(text) or "demo")
    except ArgumentTypeError:
        rows = connection.request("GET", "/accounts", AccountListView).accounts
    sids = {row.name: row.account_sid for row in rows if row.name is not None}
    if text not in sids:
        raise CommandError(
            f"expected an AccountSid, demo, or the name of an account of the server, found {text[:80]!r}."
            f"{suggest(text, sids)}"
        )
    return AccountClient(connection, sids[text])
