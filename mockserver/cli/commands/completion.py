"""`recmock completion`: print a script that lets a shell complete the command line."""

from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation

_SHELLS = ("bash", "zsh", "fish", "powershell")


def _add_arguments(parser: Parser) -> None:
    parser.add_argument("shell", choices=_SHELLS, help="The shell. The first lines of the script say how to load it.")


def _run(invocation: Invocation) -> int:
    from mockserver.cli.completion_scripts import SHELLS  # it reads the arguments of all commands
    from mockserver.cli.completion_words import list_places

    print(SHELLS[invocation.options.shell](list_places()), end="")
    return 0


COMMAND = Command(_run, _add_arguments)
