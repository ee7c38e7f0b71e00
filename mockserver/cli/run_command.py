"""Runs a command with its settings, and prints its errors."""

import gc
import os
from argparse import Namespace

from generators.setup_error import MockSetupError
from mockserver.cli.command import Invocation, load_command
from mockserver.cli.errors import CommandError, print_error
from mockserver.cli.listen_parts import combine_listen_parts
from mockserver.cli.running_server import URL_VARIABLE
from mockserver.control.client.errors import ControlError, NoServerError, TokenError
from mockserver.settings.loading import load_settings
from mockserver.settings.settings import SettingsError

_HINTS = {
    NoServerError: " Start a server with recmock serve, or give its address with --url.",
    TokenError: " Set --control-token or RECMOCK_CONTROL_TOKEN.",
}


def run_command(options: Namespace) -> int:
    """Run the command, print its error, and return its exit code."""
    command = load_command(options.command)
    try:
        _warn_of_unknown_variables()
        if "listen" in command.settings:
            combine_listen_parts(options, os.environ)
        flags = {name: vars(options).get(name) for name in command.settings}
        settings = load_settings(flags, os.environ, command.defaults)
        if not command.is_server:
            gc.enable()
        return command.run(Invocation(settings, options, os.environ))
    except SettingsError as error:
        return print_error(f"{error} See recmock {options.command} --help.")
    except ControlError as error:
        return print_error(f"{error}{_find_hint(error)}")
    except CommandError as error:
        return print_error(str(error), error.code)
    except MockSetupError as error:
        return print_error(str(error))
    except UnicodeEncodeError as error:  # Python decodes arguments that are not text to lone surrogates
        return print_error(f"expected text, found {error.object[error.start : error.end]!a}: {error.reason}.")
    except KeyboardInterrupt:
        return 130


def _find_hint(error: ControlError) -> str:
    """Return what to try. A variable may still name a server that has stopped."""
    url = os.environ.get(URL_VARIABLE)
    is_named = isinstance(error, NoServerError) and url and f" {url.rstrip('/')}," in str(error)
    stale = f" {URL_VARIABLE} names this one." if is_named else ""
    return f"{stale}{_HINTS.get(type(error), '')}"


def _warn_of_unknown_variables() -> None:
    if any(name.startswith("RECMOCK_") for name in os.environ):
        from mockserver.settings.unknown_variables import describe_unknown_variables  # not needed otherwise

        for sentence in describe_unknown_variables(os.environ):
            print_error(sentence)
