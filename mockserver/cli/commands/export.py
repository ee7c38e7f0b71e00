"""`recmock export`: write an account of a running server as lines of JSON, which `recmock serve --replay` serves."""

import sys

from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.named_account import connect_named_account
from mockserver.cli.options import REMOTE_SETTINGS, add_server


def _add_arguments(parser: Parser) -> None:
    parser.add_argument(
        "account_name",
        nargs="?",
        default="demo",
        metavar="ACCOUNT",
        help="An AccountSid, a name, or demo (the default).",
    )
    parser.add_argument(
        "--scrub", action="store_true", help="Also replace the texts and phone numbers of imported recordings."
    )
    add_server(parser)


def _run(invocation: Invocation) -> int:
    options = invocation.options
    text = connect_named_account(invocation, options.account_name).export(scrub=options.scrub)
    sys.stdout.write(text)
    return 0


COMMAND = Command(_run, _add_arguments, settings=REMOTE_SETTINGS)
