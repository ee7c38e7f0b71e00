"""The command `recmock`: where it begins, and how its errors look. What it does is in `commands`."""

import os
import sys
from collections.abc import Sequence

from mockserver.cli.dispatch import run
from mockserver.cli.errors import CommandError
from mockserver.cli.package_conflict import clashing_distribution
from mockserver.cli.parser import DEFAULTS, SETTINGS, make_parser
from mockserver.control.client.connection import ControlError, NoServerError, TokenError
from mockserver.settings.loading import load_settings, all_settings
from mockserver.settings.settings import SettingsError
from scenarios.problems import ScenarioError

_USAGE_ERROR = 2
_HINTS = {
    NoServerError: " Start one with recmock serve, or say with --url where it is.",
    TokenError: " Give it as --control-token or RECMOCK_CONTROL_TOKEN.",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 well, 1 a negative finding, 2 wrong use or settings."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    clash = clashing_distribution()
    if clash is not None:
        return _complain(clash)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help", "--version")):
        given.insert(0, "serve")
    given, program = _split(given)
    options = make_parser().parse_args(given)
    options.program = program
    try:
        defaults = {all_settings()[name].variable: text for name, text in DEFAULTS.get(options.command, {}).items()}
        named = {name: vars(options).get(name) for name in SETTINGS[options.command]}
        code = run(options, load_settings(named, defaults | os.environ), os.environ)
        sys.stdout.flush()
        return code
    except SettingsError as wrong:
        return _complain(f"{wrong} See recmock {options.command} --help.")
    except ControlError as wrong:
        return _complain(f"{wrong}{_HINTS.get(type(wrong), '')}")
    except CommandError as wrong:
        return _complain(str(wrong), wrong.code)
    except ScenarioError as wrong:
        return _complain(str(wrong))
    except UnicodeEncodeError as wrong:  # arguments that are no text come as lone surrogates
        return _complain(f"expected text, found {wrong.object[wrong.start : wrong.end]!a}: {wrong.reason}.")
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _split(given: list[str]) -> tuple[list[str], list[str]]:
    """Split what a command is given from what it is to run, whose own flags are nothing to us."""
    if "--" not in given or (given[0] != "exec" and given[:2] != ["scenario", "run"]):
        return given, []
    at = given.index("--")
    return given[:at], given[at + 1 :]


def _complain(sentence: str, code: int = _USAGE_ERROR) -> int:
    print(f"recmock: {sentence}", file=sys.stderr)
    return code
