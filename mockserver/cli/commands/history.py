"""`recmock history`: list or follow the commands and requests of an account, on a running server or in an export."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.errors import CommandError
from mockserver.cli.named_account import connect_named_account
from mockserver.cli.options import REMOTE_SETTINGS, add_json, add_server

if TYPE_CHECKING:
    from mockserver.account.export.lines import JournaledRequest
    from mockserver.account.export.reading import NumberedCommand

_SUFFIX = ".jsonl"


def _add_arguments(parser: Parser) -> None:
    parser.add_argument(
        "account_name",
        nargs="?",
        default="demo",
        metavar="ACCOUNT|FILE",
        help="An AccountSid, a name, or demo (the default); or a file that recmock export wrote.",
    )
    parser.add_argument("--follow", action="store_true", help="Print what comes next, too, until Ctrl-C.")
    add_json(parser)
    add_server(parser)


def _run(invocation: Invocation) -> int:
    options = invocation.options
    name = options.account_name
    if name.endswith(_SUFFIX) or Path(name).is_file():
        if options.follow:
            raise CommandError(f"--follow: expected with an account of a running server only, found with {name}.")
        from mockserver.cli.replayed_account import load_export  # slow to import

        return _print_each(load_export(name).items, as_json=options.json)
    from mockserver.cli.followed_history import iter_history  # slow to import

    return _print_each(
        iter_history(connect_named_account(invocation, name), is_endless=options.follow), as_json=options.json
    )


def _print_each(items: "Iterable[NumberedCommand | JournaledRequest]", *, as_json: bool) -> int:
    """Print a line for each command and request, and return exit code 0."""
    from mockserver.account.export.descriptions import describe_item, to_json_line

    for item in items:
        print(to_json_line(item) if as_json else describe_item(item), flush=True)
    return 0


COMMAND = Command(_run, _add_arguments, settings=REMOTE_SETTINGS)
