"""The commands of `recmock`: their names and help texts, and the row that each command's module exports."""

import argparse
from collections.abc import Callable, Collection, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from mockserver.cli.argument_parser import Parser

if TYPE_CHECKING:
    from mockserver.settings.settings import Settings

COMMANDS = {
    "serve": "serve the mock (the default)",
    "open": "print the address of a running server's dashboard, and open it",
    "demo": "serve an account that lives: recordings arrive, calls are recorded, callbacks are shown",
    "exec": "run an unmodified program against a temporary mock",
    "env": "print the variables that point programs at a running server",
    "ca": "print the path of the local CA's certificate",
    "scenario": "list, explain, validate or run scenarios, or start one on a server",
    "clock": "show or move the time of an account on a running server",
    "signal": "send a signal to timelines on a running server",
    "recordings": "add, show or change recordings on a running server",
    "faults": "list, add or remove faults on a running server",
    "requests": "list or follow the requests to a running server",
    "callbacks": "list callbacks of a running server, send one by hand, or deliver one again",
    "call": "call a voice app as a person would, and print the conversation",
    "debugger": "list the errors and warnings of calls on a running server",
    "doctor": "report bad habits of the client of a running server",
    "export": "write an account of a running server, or of a store, as lines of JSON, to replay it",
    "history": "list or follow the commands and requests of an account, on a running server or in an export",
    "generate": "write the recordings of an account to a file or to the standard output",
    "sid": "explain a SID, or print the SID of an index",
    "check": "validate the recordings in a file against the contract",
    "keys": "print the test key pair of encrypted recordings, as PEM",
    "completion": "print a script that completes command lines in a shell",
    "store": "empty a store of accounts",
    "ready": "check whether a server answers, for health checks",
}
"""The help text of each command. The module `commands/<name>.py` has the rest in its `COMMAND`."""


class Invocation(NamedTuple):
    """What a command runs with."""

    settings: "Settings"
    options: argparse.Namespace
    environment: Mapping[str, str]


class Command(NamedTuple):
    """A command of `recmock`."""

    run: Callable[[Invocation], int]
    """Runs the command and returns its exit code."""
    add_arguments: Callable[[Parser], None] = lambda parser: None
    settings: Collection[str] = ()
    """Names of the settings that the command reads from flags and the environment."""
    defaults: Mapping[str, str] = {}
    """Values of settings, by name, that the command uses if neither a flag nor a variable sets them."""
    is_server: bool = False
    """True if the command serves until the user stops it: it resumes the garbage collector when it is ready."""


def load_command(name: str) -> Command:
    """Import the module of a command, and return its row."""
    command: Command = import_module(f"mockserver.cli.commands.{name}").COMMAND
    return command
