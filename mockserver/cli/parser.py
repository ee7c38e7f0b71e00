"""The parser of the command line: every command, and the arguments of the one that is used."""

from argparse import Namespace
from functools import partial

import mockserver
from mockserver.cli.argument_parser import Parser, add_command
from mockserver.cli.command import COMMANDS, load_command

_DESCRIPTION = "An offline stand-in for Twilio's v2010 Recordings API. Without a command it serves."


def parse_arguments(words: list[str]) -> Namespace:
    """Return the options of the command line, with the program after `--` in `program`.

    Raises:
        SystemExit: for help, the version, or a mistake, which is printed.
    """
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words = ["serve", *words]
    words, program = _split_program(words)
    options: Namespace = make_parser().parse_args(words)
    options.program = program
    return options


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


def _split_program(words: list[str]) -> tuple[list[str], list[str]]:
    """Return the arguments of the command, and the program after `--` with its own arguments."""
    if "--" not in words or (words[0] != "exec" and words[:2] != ["scenario", "run"]):
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]
