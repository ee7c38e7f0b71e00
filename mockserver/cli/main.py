"""The command `recmock`: its entry point, and the format of its errors."""

import os
import sys
from collections.abc import Sequence

from mockserver.cli.dispatch import dispatch
from mockserver.cli.errors import CommandError
from mockserver.cli.package_conflict import find_package_conflict
from mockserver.cli.parser import DEFAULTS, SETTINGS, make_parser
from mockserver.control.client.connection import ControlError, NoServerError, TokenError
from mockserver.settings.loading import all_settings, load
from mockserver.settings.settings import SettingsError
from scenarios.problems import ScenarioError

_USAGE_ERROR = 2
_HINTS = {
    NoServerError: " Start one with recmock serve, or give its URL with --url.",
    TokenError: " Give it as --control-token or RECMOCK_CONTROL_TOKEN.",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 success, 1 a negative result, 2 wrong usage or settings."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    clash = find_package_conflict()
    if clash is not None:
        return _print_error(clash)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help", "--version")):
        given.insert(0, "serve")
    given, program = _split_program(given)
    options = make_parser().parse_args(given)
    options.program = program
    try:
        defaults = {all_settings()[name].variable: text for name, text in DEFAULTS.get(options.command, {}).items()}
        named = {name: vars(options).get(name) for name in SETTINGS[options.command]}
        code = dispatch(options, load(named, defaults | os.environ), os.environ)
        sys.stdout.flush()
        return code
    except SettingsError as wrong:
        return _print_error(f"{wrong} See recmock {options.command} --help.")
    except ControlError as wrong:
        return _print_error(f"{wrong}{_HINTS.get(type(wrong), '')}")
    except CommandError as wrong:
        return _print_error(str(wrong), wrong.code)
    except ScenarioError as wrong:
        return _print_error(str(wrong))
    except UnicodeEncodeError as wrong:  # arguments that are not valid text contain lone surrogates
        return _print_error(f"expected text, found {wrong.object[wrong.start : wrong.end]!a}: {wrong.reason}.")
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader closed the pipe
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _split_program(given: list[str]) -> tuple[list[str], list[str]]:
    """Separate the command's own arguments from the program to run, whose flags are its own."""
    if "--" not in given or (given[0] != "exec" and given[:2] != ["scenario", "run"]):
        return given, []
    at = given.index("--")
    return given[:at], given[at + 1 :]


def _print_error(sentence: str, code: int = _USAGE_ERROR) -> int:
    print(f"recmock: {sentence}", file=sys.stderr)
    return code
