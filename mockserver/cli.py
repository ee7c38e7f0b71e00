"""The command `recmock`: what its flags mean, and how its errors look. What it does is in `commands`."""

import argparse
import os
import sys
from collections.abc import Collection, Sequence
from pathlib import Path

import mockserver
from generators.sids import Kind, is_sid
from mockserver.commands.errors import CommandError
from mockserver.settings import Settings, SettingsError, load, table

_COMMANDS = {
    "serve": "serve the mock (the default)",
    "generate": "write a corpus to a file or to the standard output",
    "sid": "say what a SID stands for, or which SID an index has",
    "check": "validate the recordings in a file against the contract",
    "keys": "print the test key pair of encrypted recordings, as PEM",
    "ready": "tell whether a server answers, for health checks",
    "exec": "run an unmodified program against a mock of its own",
    "env": "print the variables that lead unmodified programs to a running server",
    "ca": "print the path of the local CA's certificate",
}
_CORPUS = ("seed", "count", "span", "now", "profile", "mix")
_SETTINGS: dict[str, Collection[str]] = {
    "serve": [setting.name for setting in table()],
    "generate": (*_CORPUS, "wire", "public_url"),
    "sid": _CORPUS,
    "check": (),
    "keys": (),
    "ready": ("listen",),
    "exec": [setting.name for setting in table() if setting.name not in ("listen", "port_file")],
    "env": ("listen", "seed", "account", "data_dir"),
    "ca": ("data_dir",),
}
_DEFAULTS = {"exec": {"RECMOCK_WIRE": "twilio", "RECMOCK_PROXY_UNKNOWN": "tunnel"}}
"""What a command takes for settings that neither a flag nor the environment gives."""
_ENV_FORMATS = ("sh", "dotenv", "json", "github", "powershell")
_USAGE_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 well, 1 a negative finding, 2 wrong use or settings."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    clash = _clashing_distribution()
    if clash is not None:
        return _complain(clash)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help", "--version")):
        given.insert(0, "serve")
    given, program = _split(given)
    options = _parser().parse_args(given)
    options.program = program
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
    environment = _DEFAULTS.get(options.command, {}) | os.environ
    settings = load({name: vars(options).get(name) for name in _SETTINGS[options.command]}, environment)
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
        case "exec" | "env" | "ca":
            return _lead(options, settings)
        case _:
            from mockserver.commands.ready import ready

            return ready(settings, options.url)


def _lead(options: argparse.Namespace, settings: Settings) -> int:
    """Call the function of a command for unmodified programs."""
    match options.command:
        case "exec":
            from mockserver.commands.exec import execute

            return execute(settings, os.environ, options.program)
        case "env":
            from mockserver.commands.env import env

            return env(settings, os.environ, options.format, options.url)
        case _:
            from mockserver.commands.ca import ca

            return ca(settings, os.environ, pem=options.pem, bundle=options.bundle)


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
    for name in ("sid", "ready", "env"):
        made[name].add_argument("--url", metavar="URL", help="Ask a running server.")
    made["exec"].usage = "recmock exec [settings] -- COMMAND [ARGUMENT ...]"
    made["env"].add_argument("--format", choices=_ENV_FORMATS, default="sh", help="For whom; sh if left out.")
    printed = made["ca"].add_mutually_exclusive_group()
    printed.add_argument("--pem", action="store_true", help="Print the certificate itself.")
    printed.add_argument("--bundle", action="store_true", help="Print the path of it and all other trusted CAs.")
    made["check"].add_argument(
        "file", type=Path, metavar="FILE", help="JSON, JSON Lines or a list body; - for standard input."
    )
    return parser


def _split(given: list[str]) -> tuple[list[str], list[str]]:
    """Split what `exec` is given from what it is to run, whose own flags are nothing to us."""
    if given[0] != "exec" or "--" not in given:
        return given, []
    at = given.index("--")
    return given[:at], given[at + 1 :]


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
