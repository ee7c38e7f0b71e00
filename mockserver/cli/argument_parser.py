"""The argument parser of `recmock`, of each command and of each action."""

import argparse
import re
from collections.abc import Callable
from typing import Any, NoReturn, Self

from generators.suggestion import suggest

_COMMAND_WIDTH = 13
_INVALID_CHOICE = r"invalid choice: '(.*)' \(choose from (.*)\)"
"""argparse's message. Python versions differ in whether the choices are in quotes."""


class _HelpFormatter(argparse.HelpFormatter):
    """Prints each command and its help text on one line if they fit.

    The formatter of argparse reserves no space for the indentation of commands.
    """

    def __init__(self, prog: str, **options: Any) -> None:
        super().__init__(prog, **options)
        self._action_max_length = _COMMAND_WIDTH


class Parser(argparse.ArgumentParser):
    """A parser of a command or of an action.

    Args:
        add_arguments: adds the arguments and flags. The parser calls it when it first parses or prints help, because
            a run of `recmock` needs the arguments of one command only.
    """

    _width = 1000
    """The width of a text that is not for the terminal."""

    def __init__(self, *, add_arguments: Callable[[Self], None] | None = None, **options: Any) -> None:
        # The start of a flag is no flag: `--port` would be `--port-file`, and a new flag would change its meaning.
        super().__init__(formatter_class=self._make_formatter, allow_abbrev=False, **options)
        self._add_arguments = add_arguments

    def _make_formatter(self, prog: str) -> _HelpFormatter:
        return _HelpFormatter(prog, width=self._width)

    def format_help(self) -> str:
        """Return the help text, as wide as the terminal.

        argparse makes a formatter for each argument, to check it: only a help text needs the width.
        """
        import shutil  # slow to import

        self._width = shutil.get_terminal_size().columns - 2
        return super().format_help()

    def with_arguments(self) -> Self:
        """Add the arguments if they are not there yet, and return the parser."""
        add_arguments, self._add_arguments = self._add_arguments, None
        if add_arguments is not None:
            add_arguments(self)
        return self

    def parse_known_args(self, *arguments: Any, **options: Any) -> Any:
        self.with_arguments()
        namespace, unknown = super().parse_known_args(*arguments, **options)
        if unknown:  # argparse would report them later, without the name of the command
            flags = [flag for action in self._actions for flag in action.option_strings]
            self.error(f"does not take {' '.join(unknown)}.{suggest(unknown[0].partition('=')[0], flags)}")
        return namespace, unknown

    def error(self, message: str) -> NoReturn:
        """Print the message in one line, without the usage text, and exit with code 2."""
        invalid = re.search(_INVALID_CHOICE, message)
        hint = "" if invalid is None else suggest(invalid[1], re.findall(r"[\w-]+", invalid[2]))
        sentence = message if message.endswith((".", "?")) else f"{message}."
        syntax = "" if self.usage is None else f" The syntax is: {self.usage}."
        self.exit(2, f"{self.prog}: {sentence}{hint}{syntax} See {self.prog} --help.\n")


def add_command(commands: Any, name: str, description: str, **options: Any) -> Parser:
    """Add a command to the parser of `recmock`, or an action to a command, and return its parser."""
    parser: Parser = commands.add_parser(
        name, help=description, description=f"{description[0].upper()}{description[1:]}.", **options
    )
    return parser


def add_optional_actions(parser: Parser, without_action: str) -> Any:
    """Add a group of actions to a command that also runs without an action.

    Args:
        without_action: what the command does then, for its help text.
    """
    parser.description = f"{parser.description} Without an action: {without_action}."
    return parser.add_subparsers(dest="action", metavar="[ACTION]")
