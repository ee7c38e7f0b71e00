"""The parser of the command line: every command, and the arguments of the one that is used."""

from functools import partial

import mockserver
from mockserver.cli.argument_parser import Parser, add_command
from mockserver.cli.command import COMMANDS, load_command

_DESCRIPTION = "An offline stand-in for Twilio's v2010 Recordings API. Without a command it serves."


def make_parser() -> Parser:
    """Return the parser of the command line.

    The namespace has the name of the command in `command`, and of its action in `action`.
    """
    parser = Parser(prog="recmock", description=_DESCRIPTION)
    parser.add_argument("--version", action="version", version=f"recmock {mockserver.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, help_text in COMMANDS.items():
        add_command(commands, name, help_text, add_arguments=partial(_add_arguments, name))
    return parser


def _add_arguments(name: str, parser: Parser) -> None:
    load_command(name).add_arguments(parser)
