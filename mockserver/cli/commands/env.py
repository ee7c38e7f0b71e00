"""`recmock env`: print the environment variables that point programs at a running server."""

import json
import shlex
import sys
from collections.abc import Callable, Mapping

from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.errors import CommandError
from mockserver.cli.mock_setup import make_mock
from mockserver.cli.options import REMOTE_SETTINGS, add_server, add_settings
from mockserver.cli.running_server import connect_server
from mockserver.cli.trust import prepare_trust_files
from mockserver.control.client.account import AccountClient
from mockserver.control.client.connection import ControlConnection
from mockserver.control.client.errors import ControlError
from mockserver.control.client.health import fetch_health
from mockserver.control.client.proxy_check import check_proxy_certificate
from mockserver.proxy.environment import build_removals, build_variables
from mockserver.rest.auth import DeclaredAccount

Values = Mapping[str, str | None]
"""The variables; None for one that must not be set."""

_OWN_SETTINGS = ("seed", "account", "data_dir")
_HAS_NO_ACCESS = (401, 403)
_TOKEN_VARIABLE = "RECMOCK_CONTROL_TOKEN"


def _add_arguments(parser: Parser) -> None:
    add_settings(parser, _OWN_SETTINGS)
    add_server(parser)
    parser.add_argument("--unset", action="store_true", help="Print what undoes the variables. Needs no server.")
    parser.add_argument("--format", choices=tuple(_FORMATS), default="sh", help="The output format. Default: sh.")


def _run(invocation: Invocation) -> int:
    """Print the variables, or what undoes them."""
    return _print_removals(invocation) if invocation.options.unset else _print_variables(invocation)


def _print_removals(invocation: Invocation) -> int:
    if invocation.options.format in _SETTING_FORMATS:
        others = ", ".join(name for name in _FORMATS if name not in _SETTING_FORMATS)
        raise CommandError(
            f"--unset: expected a format that can unset variables ({others}), found {invocation.options.format!r}."
        )
    values = {**dict(build_removals(invocation.environment)), _TOKEN_VARIABLE: None}
    print(_FORMATS[invocation.options.format](values))
    return 0


def _print_variables(invocation: Invocation) -> int:
    """Print the variables, after a check that the server runs and that its proxy has the same CA."""
    settings, options, environment = invocation
    connection = connect_server(invocation)
    base_url = connection.url
    fetch_health(base_url)
    files = prepare_trust_files(settings.data_dir, environment)
    check_proxy_certificate(base_url, files.certificate)
    values = dict(build_variables(base_url, _find_account(invocation, connection), files, environment))
    if options.control_token is not None:  # the commands in the environment need it too
        values[_TOKEN_VARIABLE] = options.control_token
    print(_FORMATS[options.format](values))
    if options.format in _SETTING_FORMATS:
        for name in (name for name, value in values.items() if value is None and environment.get(name)):
            print(f"recmock: {name} is set, and this format cannot unset it. Unset it yourself.", file=sys.stderr)
    return 0


def _find_account(invocation: Invocation, connection: ControlConnection) -> DeclaredAccount:
    """Return the demo account of the server, or that of the flags `--seed` and `--account`."""
    settings, options, _ = invocation
    if options.seed is None and options.account is None:
        try:
            state = AccountClient(connection).state()
        except ControlError as error:
            if error.status not in _HAS_NO_ACCESS:
                raise
            print(
                "recmock: the server does not show its account, so the variables have that of --seed and --account: "
                f"{error}",
                file=sys.stderr,
            )
        else:
            return DeclaredAccount(sid=state.account_sid, token=state.auth_token)
    return make_mock(settings).demo


def _format_sh(values: Values) -> str:
    return "\n".join(
        f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}" for name, value in values.items()
    )


def _format_dotenv(values: Values) -> str:
    return "\n".join(f"{name}={_quote_for_dotenv(value)}" for name, value in values.items() if value is not None)


def _quote_for_dotenv(value: str) -> str:
    """Quote a value so that dotenv readers do not expand it.

    A single quote in the value needs double quotes: not all readers know an escape inside single quotes.
    """
    if "'" not in value:
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


def _format_json(values: Values) -> str:
    return json.dumps(values, indent=2)


def _format_github(values: Values) -> str:
    return "\n".join(f"{name}={value}" for name, value in values.items() if value is not None)


def _format_powershell(values: Values) -> str:
    lines = []
    for name, value in values.items():
        if value is None:
            lines.append(f"Remove-Item Env:{name} -ErrorAction SilentlyContinue")
        else:
            lines.append("$env:{} = '{}'".format(name, value.replace("'", "''")))
    return "\n".join(lines)


_FORMATS: dict[str, Callable[[Values], str]] = {
    "sh": _format_sh,
    "dotenv": _format_dotenv,
    "json": _format_json,
    "github": _format_github,
    "powershell": _format_powershell,
}
_SETTING_FORMATS = ("dotenv", "github")
"""The formats that can set variables only."""

COMMAND = Command(_run, _add_arguments, settings=[*_OWN_SETTINGS, *REMOTE_SETTINGS])
