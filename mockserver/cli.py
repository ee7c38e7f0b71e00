"""The command `recmock`: what its flags mean, and how its errors look. What it does is in `commands`."""

import argparse
import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import mockserver
from generators.sids import Kind, is_sid
from mockserver.commands.errors import CommandError
from mockserver.settings import SettingsError, load, table

_COMMANDS = {
    "serve": "serve the mock (the default)",
    "generate": "write a corpus to a file or to the standard output",
    "sid": "say what a SID stands for, or which SID an index has",
    "check": "validate the recordings in a file against the contract",
    "keys": "print the test key pair of encrypted recordings, as PEM",
    "ready": "tell whether a server answers, for health checks",
}
_CORPUS = ("seed", "count", "span", "now", "profile", "mix")
_SETTINGS: dict[str, Collection[str]] = {
    "serve": [setting.name for setting in table()],
    "generate": (*_CORPUS, "wire", "public_url"),
    "sid": _CORPUS,
    "check": (),
    "keys": (),
    "ready": ("listen",),
}
_USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 well, 1 a negative finding, 2 wrong use or settings."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    clash = _clashing_distribution()
    if clash is not None:
        return _complain(clash)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help", "--version")):
        given.insert(0, "serve")
    options = _parser().parse_args(given)
    try:
        return _run(options)
    except SettingsError as wrong:
        return _complain(f"{wrong} See recmock {options.command} --help.")
    except CommandError as wrong:
        return _complain(str(wrong))
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


def _run(options: argparse.Namespace) -> int:
    """Call the command's function, imported only now: each starts as fast as it can."""
    settings = load({name: vars(options).get(name) for name in _SETTINGS[options.command]}, os.environ)
    match options.command:
        case "serve":
            from mockserver.commands.serve import serve

            return serve(settings)
        case "generate":
            from mockserver.commands.generate import generate

            return generate(settings, options.of_account, options.output, options.format)
        case "sid":
            from mockserver.commands.sid import sid

            return sid(settings, options.sid, options.index, options.of_account, options.url)
        case "check":
            from mockserver.commands.check import check

            return check(options.file)
        case "keys":
            from mockserver.commands.keys import keys

            return keys()
        case _:
            from mockserver.commands.ready import ready

            return ready(settings, options.url)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="recmock", description="An offline stand-in for Twilio's v2010 Recordings API."
    )
    parser.add_argument("--version", action="version", version=f"recmock {mockserver.__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    made = {}
    for name, about in _COMMANDS.items():
        made[name] = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        _add_settings(made[name], _SETTINGS[name])
    made["generate"].add_argument("--output", metavar="FILE", type=Path, help="Where to write; else standard output.")
    made["generate"].add_argument("--format", choices=("jsonl", "json", "csv"), help="Else by FILE's name, else jsonl.")
    made["sid"].add_argument("sid", nargs="*", metavar="SID", help="Any SID of the family.")
    made["sid"].add_argument("--index", type=int, action="append", default=[], metavar="N", help="A recording's index.")
    for name in ("generate", "sid"):
        made[name].add_argument(
            "--account", dest="of_account", metavar="AC...", type=_account_sid, help="Whose; else the demo account's."
        )
    for name in ("sid", "ready"):
        made[name].add_argument("--url", metavar="URL", help="Ask a running server.")
    made["check"].add_argument(
        "file", type=Path, metavar="FILE", help="JSON, JSON Lines or a list body; - for standard input."
    )
    return parser


def _add_settings(parser: argparse.ArgumentParser, names: Collection[str]) -> None:
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


def _clashing_distribution() -> str | None:
    """Say so where `mockserver-client` is installed, whose package has the same name as ours."""
    beside = Path(__file__).parent.parent
    if next(beside.glob("mockserver_client-*.dist-info"), None) is None:
        return None
    return (
        "mockserver-client is installed in this environment, and its package `mockserver` overwrites ours. "
        "Install twilio-recordings-mock into an environment of its own."
    )


def _complain(sentence: str) -> int:
    print(f"recmock: {sentence}", file=sys.stderr)
    return _USAGE_ERROR
