"""What can be written behind `recmock`: commands, their arguments, and the settings that each takes."""

from collections.abc import Callable, Collection, Mapping
from functools import partial
from pathlib import Path

import mockserver
from mockserver.cli import argument_types as words
from mockserver.cli.options import REMOTE, Parser, add_account, add_command, add_remote, add_settings, add_url
from mockserver.cli.subcommands import add_callbacks, add_clock, add_faults, add_scenario, add_signal
from mockserver.settings.loading import all_settings

_ABOUT = "An offline stand-in for Twilio's v2010 Recordings API. Without a command it serves."
COMMANDS = {
    "serve": "serve the mock (the default)",
    "exec": "run an unmodified program against a mock of its own",
    "env": "print the variables that lead programs to a running server",
    "ca": "print the path of the local CA's certificate",
    "scenario": "list, explain, validate or run scenarios, or arm one on a server",
    "clock": "tell or move the time of an account on a running server",
    "signal": "send a signal to timelines on a running server",
    "faults": "list, add or remove faults on a running server",
    "callbacks": "list callbacks of a running server, or deliver one again",
    "doctor": "say what the requests to a running server say of their client",
    "generate": "write a corpus to a file or to the standard output",
    "sid": "say what a SID stands for, or which SID an index has",
    "check": "validate the recordings in a file against the contract",
    "keys": "print the test key pair of encrypted recordings, as PEM",
    "ready": "tell whether a server answers, for health checks",
}
_CORPUS = ("seed", "count", "span", "now", "profile", "mix")
_SERVED = [*all_settings()]
_OWN_SERVER = [name for name in _SERVED if name not in ("listen", "port_file", "control_token")]
_AROUND_PROGRAM = [name for name in _OWN_SERVER if name != "scenario"]
SETTINGS: dict[str, Collection[str]] = {
    "serve": _SERVED,
    "exec": _OWN_SERVER,
    "env": ("listen", "seed", "account", "data_dir"),
    "ca": ("data_dir",),
    "scenario": [*_AROUND_PROGRAM, *REMOTE],
    "clock": REMOTE,
    "signal": REMOTE,
    "faults": REMOTE,
    "callbacks": REMOTE,
    "doctor": REMOTE,
    "generate": (*_CORPUS, "wire", "public_url"),
    "sid": (*_CORPUS, "control_token"),
    "check": (),
    "keys": (),
    "ready": ("listen",),
}
"""Settings by command."""
_FOR_PROGRAMS = {"wire": "twilio", "proxy_unknown": "tunnel"}
DEFAULTS: dict[str, Mapping[str, str]] = {"exec": _FOR_PROGRAMS, "scenario": _FOR_PROGRAMS}
"""What a command takes for settings that neither a flag nor the environment gives: these run programs."""
_WITHOUT_GROUP = ("scenario", "clock", "signal", "faults", "callbacks", "doctor")
"""Commands that show settings among other flags, or in their actions."""
_ENV_FORMATS = ("sh", "dotenv", "json", "github", "powershell")


def make_parser() -> Parser:
    """Return the parser; what it finds has the command in `command`, and where that has parts, in `action`."""
    parser = Parser(prog="recmock", description=_ABOUT)
    parser.add_argument("--version", action="version", version=f"recmock {mockserver.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, about in COMMANDS.items():
        add_command(commands, name, about, filling=partial(_fill, name))
    return parser


def _fill(name: str, parser: Parser) -> None:
    if name not in _WITHOUT_GROUP:
        add_settings(parser, SETTINGS[name], DEFAULTS.get(name, {}), is_asking=name != "serve")
    _ARGUMENTS.get(name, _no_arguments)(parser)


def _no_arguments(parser: Parser) -> None:
    pass


def _add_exec(parser: Parser) -> None:
    parser.usage = "recmock exec [settings] -- COMMAND [ARGUMENT ...]"


def _add_env(parser: Parser) -> None:
    add_url(parser)
    parser.add_argument("--format", choices=_ENV_FORMATS, default="sh", help="For whom; sh if left out.")


def _add_ca(parser: Parser) -> None:
    printed = parser.add_mutually_exclusive_group()
    printed.add_argument("--pem", action="store_true", help="Print the certificate itself.")
    printed.add_argument("--bundle", action="store_true", help="Print the path of it and all other trusted CAs.")


def _add_scenario(parser: Parser) -> None:
    add_scenario(parser, _AROUND_PROGRAM, DEFAULTS["scenario"])


def _add_generate(parser: Parser) -> None:
    parser.add_argument("--output", metavar="FILE", type=Path, help="Where to write; else standard output.")
    parser.add_argument("--format", choices=("jsonl", "json", "csv"), help="Else by FILE's name, else jsonl.")
    add_account(parser)


def _add_sid(parser: Parser) -> None:
    parser.add_argument("sid", nargs="*", metavar="SID", help="Any SID of the family.")
    parser.add_argument(
        "--index", type=words.index, action="append", default=[], metavar="N", help="A recording's index."
    )
    add_account(parser)
    add_url(parser)


def _add_check(parser: Parser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="JSON, JSON Lines or a list body; - for standard input."
    )


_ARGUMENTS: dict[str, Callable[[Parser], None]] = {
    "exec": _add_exec,
    "env": _add_env,
    "ca": _add_ca,
    "scenario": _add_scenario,
    "clock": add_clock,
    "signal": add_signal,
    "faults": add_faults,
    "callbacks": add_callbacks,
    "doctor": add_remote,
    "generate": _add_generate,
    "sid": _add_sid,
    "check": _add_check,
    "ready": add_url,
}
