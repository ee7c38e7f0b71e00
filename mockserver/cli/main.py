"""The entry point of the command `recmock`.

It pauses the garbage collector before it imports the rest: the objects of modules stay, and the collector would visit
them again and again. That takes a tenth of the start of a server.
"""

import gc
import sys
from collections.abc import Sequence

from mockserver.cli.errors import print_error
from mockserver.settings.package_conflict import find_package_conflict


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code.

    Exit codes: 0 for success, 1 for a negative result, 2 for wrong arguments or settings, or for output that cannot be
    written.
    """
    conflict = find_package_conflict()
    if conflict is not None:
        return print_error(conflict)
    gc.disable()
    try:
        return _run(list(sys.argv[1:] if arguments is None else arguments))
    finally:
        gc.unfreeze()
        gc.enable()


def _run(words: list[str]) -> int:
    """Parse the command line, and run the command."""
    from mockserver.cli.standard_output import OutputError, StandardOutput, redirect_to

    output = StandardOutput(sys.stdout)
    try:
        with redirect_to(output):
            from mockserver.cli.parser import parse_arguments

            options = parse_arguments(words)  # it ends the process for --help, --version and mistakes
            from mockserver.cli.run_command import run_command

            return run_command(options)
    except BrokenPipeError:  # the reader of the output, such as `head`, has closed the pipe
        output.discard()
        return 0
    except OutputError as error:
        output.discard()
        return print_error(str(error))
