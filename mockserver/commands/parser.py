"""What can be written behind `recmock`: commands, their arguments, and the settings that each takes."""

import argparse
from collections.abc import Callable, Collection
from pathlib import Path

import mockserver
from generators.sids import Kind, is_sid
from mockserver.settings import table

COMMANDS = {
    "serve": "serve the mock (the default)",
    "exec": "run an unmodified program against a mock of its own",
    "env": "print the variables that lead unmodified programs to a running server",
    "ca": "print the path of the local CA's certificate",
    "scenario": "list, show, validate, explain or run scenarios, or arm one on a running server",
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
_SERVED = [setting.name for setting in table()]
_OWN_SERVER = [name for name in _SERVED if name not in ("listen", "port_file", "control_token")]
_CONTROLLED = ("listen", "control_token")
SETTINGS: dict[str, Collection[str]] = {
    "serve": _SERVED,
    "exec": _OWN_SERVER,
    "env": ("listen", "seed", "account", "data_dir"),
    "ca": ("data_dir",),
    "scenario": [*_OWN_SERVER, *_CONTROLLED],
    "clock": _CONTROLLED,
    "signal": _CONTROLLED,
    "faults": _CONTROLLED,
    "callbacks": _CONTROLLED,
    "doctor": _CONTROLLED,
    "generate": (*_CORPUS, "wire", "public_url"),
    "sid": _CORPUS,
    "check": (),
    "keys": (),
    "ready": ("listen",),
}
"""Settings by command."""
_ENV_FORMATS = ("sh", "dotenv", "json", "github", "powershell")

Parser = argparse.ArgumentParser


def make_parser() -> Parser:
    """Return the parser; what it finds has the command in `command`, and where that has parts, in `action`."""
    parser = Parser(prog="recmock", description="An offline stand-in for Twilio's v2010 Recordings API.")
    parser.add_argument("--version", action="version", version=f"recmock {mockserver.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, about in COMMANDS.items():
        made = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        if name not in _ACTIONS:
            _add_settings(made, SETTINGS[name])
        _ARGUMENTS.get(name, _no_arguments)(made)
    return parser


def _no_arguments(parser: Parser) -> None:
    pass


def _add_exec(parser: Parser) -> None:
    parser.usage = "recmock exec [settings] -- COMMAND [ARGUMENT ...]"


def _add_env(parser: Parser) -> None:
    _add_url(parser)
    parser.add_argument("--format", choices=_ENV_FORMATS, default="sh", help="For whom; sh if left out.")


def _add_ca(parser: Parser) -> None:
    printed = parser.add_mutually_exclusive_group()
    printed.add_argument("--pem", action="store_true", help="Print the certificate itself.")
    printed.add_argument("--bundle", action="store_true", help="Print the path of it and all other trusted CAs.")


def _add_scenario(parser: Parser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    _json(actions.add_parser("list", help="list the bundled scenarios"))
    actions.add_parser("show", help="print a scenario's file").add_argument("scenario", metavar="NAME|FILE")
    validate = actions.add_parser("validate", help="say what is wrong with scenarios")
    validate.add_argument("scenarios", nargs="+", metavar="NAME|FILE")
    explain = _json(actions.add_parser("explain", help="print what a scenario will play"))
    explain.add_argument("scenario", metavar="NAME|FILE")
    run = actions.add_parser("run", help="play a scenario around a program, and judge what it expects")
    run.usage = "recmock scenario run [settings] NAME|FILE -- COMMAND [ARGUMENT ...]"
    run.add_argument("scenario_file", metavar="NAME|FILE")
    _add_settings(run, [name for name in _OWN_SERVER if name != "scenario"])
    arm = _remote(actions.add_parser("arm", help="play a scenario in an account of a running server"))
    arm.add_argument("scenario_file", metavar="NAME|FILE")
    _remote(actions.add_parser("next", help="tell what the timelines of an account wait for"))
    step = _remote(actions.add_parser("step", help="take the next step of a recording's timeline now"))
    step.add_argument("recording", metavar="HANDLE|SID")


def _add_clock(parser: Parser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    _remote(parser)
    _remote(actions.add_parser("advance", help="move on")).add_argument("by", metavar="DURATION", help="Such as 30s.")
    move = _remote(actions.add_parser("move-to", help="move on to an instant"))
    move.add_argument("instant", metavar="INSTANT", help="Such as 2026-03-01T09:00:00Z.")
    _remote(actions.add_parser("freeze", help="let time stand still"))
    run = _remote(actions.add_parser("run", help="let time pass"))
    run.add_argument("rate", nargs="?", type=float, default=1.0, metavar="RATE", help="Seconds in one; 1 if left out.")


def _add_signal(parser: Parser) -> None:
    parser.add_argument("name", metavar="NAME", help="The signal that timelines wait for.")
    parser.add_argument("recording", nargs="?", metavar="HANDLE|SID", help="Whose timeline; all if left out.")
    _remote(parser, with_settings=False)


def _add_faults(parser: Parser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    _remote(parser)
    add = _remote(actions.add_parser("add", help="add a fault"))
    add.add_argument("fault", metavar="JSON", help='As in a scenario: {"when": {...}, "then": {"status": 500}}.')
    remove = _remote(actions.add_parser("remove", help="remove a fault, or all"))
    remove.add_argument("number", nargs="?", type=int, metavar="N")


def _add_callbacks(parser: Parser) -> None:
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    _remote(parser)
    redeliver = _remote(actions.add_parser("redeliver", help="deliver one again"))
    redeliver.add_argument("number", type=int, metavar="N")


def _add_doctor(parser: Parser) -> None:
    _remote(parser, with_settings=False)


def _add_generate(parser: Parser) -> None:
    parser.add_argument("--output", metavar="FILE", type=Path, help="Where to write; else standard output.")
    parser.add_argument("--format", choices=("jsonl", "json", "csv"), help="Else by FILE's name, else jsonl.")
    _add_account(parser)


def _add_sid(parser: Parser) -> None:
    parser.add_argument("sid", nargs="*", metavar="SID", help="Any SID of the family.")
    parser.add_argument("--index", type=int, action="append", default=[], metavar="N", help="A recording's index.")
    _add_account(parser)
    _add_url(parser)


def _add_check(parser: Parser) -> None:
    parser.add_argument(
        "file", type=Path, metavar="FILE", help="JSON, JSON Lines or a list body; - for standard input."
    )


def _add_url(parser: Parser) -> None:
    parser.add_argument("--url", metavar="URL", help="Ask a running server.")


def _add_account(parser: Parser) -> None:
    parser.add_argument(
        "--account", dest="of_account", metavar="AC...", type=_account_sid, help="Whose; else the demo account's."
    )


def _json(parser: Parser) -> Parser:
    parser.add_argument("--json", action="store_true", help="Print JSON.")
    return parser


def _remote(parser: Parser, *, with_settings: bool = True) -> Parser:
    """Add what every command needs that asks a running server."""
    _add_url(parser)
    _add_account(parser)
    if with_settings:
        _add_settings(parser, _CONTROLLED)
    return _json(parser)


_ARGUMENTS: dict[str, Callable[[Parser], None]] = {
    "exec": _add_exec,
    "env": _add_env,
    "ca": _add_ca,
    "scenario": _add_scenario,
    "clock": _add_clock,
    "signal": _add_signal,
    "faults": _add_faults,
    "callbacks": _add_callbacks,
    "doctor": _add_doctor,
    "generate": _add_generate,
    "sid": _add_sid,
    "check": _add_check,
    "ready": _add_url,
}
_ACTIONS = ("scenario", "clock", "faults", "callbacks")
"""Commands whose actions take the settings."""


def _add_settings(parser: Parser, names: Collection[str]) -> None:
    if not names:
        return
    group = parser.add_argument_group("settings", "Each is also an environment variable, such as RECMOCK_COUNT.")
    for setting in table():
        if setting.name in names:
            group.add_argument(
                setting.flag,
                dest=setting.name,
                metavar=setting.option.metavar,
                action="append" if setting.option.repeatable else "store",
                help=setting.option.help.replace("%", "%%"),
            )


def _account_sid(text: str) -> str:
    if not is_sid(text, Kind.ACCOUNT):
        raise argparse.ArgumentTypeError(f"expected AC and 32 hexadecimal digits, found {text!r}")
    return text
