"""`recmock env`: print the environment variables that point programs at a running server."""

import json
import shlex
import sys
from collections.abc import Callable, Mapping

from mockserver.cli.argument_parser import Parser
from mockserver.cli.command import Command, Invocation
from mockserver.cli.mock_setup import make_mock
from mockserver.cli.options import add_settings, add_url
from mockserver.cli.trust import prepare_trust_files
from mockserver.control.client.health import fetch_health
from mockserver.control.client.proxy_check import check_proxy_certificate
from mockserver.proxy.environment import build_variables

Values = Mapping[str, str | None]
"""The variables; None for one that must not be set."""

_SETTINGS = ("listen", "seed", "account", "data_dir")


def _add_arguments(parser: Parser) -> None:
    add_settings(parser, _SETTINGS)
    add_url(parser)
    parser.add_argument("--format", choices=tuple(_FORMATS), default="sh", help="The output format. Default: sh.")


def _run(invocation: Invocation) -> int:
    """Print the variables, after a check that the server runs and that its proxy has the same CA."""
    settings, options, environment = invocation
    base_url = (options.url or settings.listen.to_url()).rstrip("/")
    fetch_health(base_url)
    files = prepare_trust_files(settings.data_dir, environment)
    check_proxy_certificate(base_url, files.certificate)
    values = dict(build_variables(base_url, make_mock(settings).demo, files, environment))
    print(_FORMATS[options.format](values))
    if options.format in ("dotenv", "github"):
        for name in (name for name, value in values.items() if value is None and environment.get(name)):
            print(f"recmock: {name} is set, and this format cannot unset it. Unset it yourself.", file=sys.stderr)
    return 0


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

COMMAND = Command(_run, _add_arguments, settings=_SETTINGS)
