"""The entry point of the command `recmock`.

It parses the command line, runs a command and prints its errors.
"""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress

from mockserver.cli.command import Invocation, load_command
from mockserver.cli.errors import CommandError
from mockserver.cli.listen_parts import combine_listen_parts
from mockserver.cli.parser import make_parser
from mockserver.cli.running_server import URL_VARIABLE
from mockserver.cli.standard_output import OutputError, StandardOutput, redirect_to
from mockserver.control.client.errors import ControlError, NoServerError, TokenError
from mockserver.settings.loading import load_settings
from mockserver.settings.package_conflict import find_package_conflict
from mockserver.settings.settings import SettingsError
from scenarios.problems import ScenarioError

_USAGE_ERROR = 2
_HINTS = {
    NoServerError: " Start a server with recmock serve, or give its address with --url.",
    TokenError: " Set --control-token or RECMOCK_CONTROL_TOKEN.",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command, and return its exit code.

    Exit codes: 0 for success, 1 for a negative result, 2 for wrong arguments or settings, or for output that cannot be
    written.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    conflict = find_package_conflict()
    if conflict is not None:
        return _print_error(conflict)
    output = StandardOutput(sys.stdout)
    try:
        with redirect_to(output):
            return _run(words)
    except BrokenPipeError:  # the reader of the output, such as `head`, has closed the pipe
        output.discard()
        return 0
    except OutputError as error:
        output.discard()
        return _print_error(str(error))


def _run(words: list[str]) -> int:
    """Run the command, print its error, and return its exit code."""
    if not words or (words[0].startswith("-") and words[0] not in ("-h", "--help", "--version")):
        words.insert(0, "serve")
    words, program = _split_program(words)
    options = make_parser().parse_args(words)
    options.program = program
    command = load_command(options.command)
    try:
        _warn_of_unknown_variables()
        if "listen" in command.settings:
            combine_listen_parts(options, os.environ)
        flags = {name: vars(options).get(name) for name in command.settings}
        settings = load_settings(flags, os.environ, command.defaults)
        return command.run(Invocation(settings, options, os.environ))
    except SettingsError as error:
        return _print_error(f"{error} See recmock {options.command} --help.")
    except ControlError as error:
        return _print_error(f"{error}{_find_hint(error)}")
    except CommandError as error:
        return _print_error(str(error), error.code)
    except ScenarioError as error:
        return _print_error(str(error))
    except UnicodeEncodeError as error:  # Python decodes arguments that are not text to lone surrogates
        return _print_error(f"expected text, found {error.object[error.start : error.end]!a}: {error.reason}.")
    except KeyboardInterrupt:
        return 130


def _find_hint(error: ControlError) -> str:
    """Return what to try. A variable may still name a server that has stopped."""
    url = os.environ.get(URL_VARIABLE)
    is_named = isinstance(error, NoServerError) and url and f" {url.rstrip('/')}," in str(error)
    stale = f" {URL_VARIABLE} names this one." if is_named else ""
    return f"{stale}{_HINTS.get(type(error), '')}"


def _split_program(words: list[str]) -> tuple[list[str], list[str]]:
    """Return the arguments of the command, and the program after `--` with its own arguments."""
    if "--" not in words or (words[0] != "exec" and words[:2] != ["scenario", "run"]):
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


def _warn_of_unknown_variables() -> None:
    if any(name.startswith("RECMOCK_") for name in os.environ):
        from mockserver.settings.unknown_variables import describe_unknown_variables  # not needed otherwise

        for sentence in describe_unknown_variables(os.environ):
            _print_error(sentence)


def _print_error(message: str, code: int = _USAGE_ERROR) -> int:
    with suppress(OSError):  # the exit code still reports the error
        print(f"recmock: {message}", file=sys.stderr)
    return code
