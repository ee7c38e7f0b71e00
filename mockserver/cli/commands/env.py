"""`recmock env`: prints the environment variables that point programs at a running server."""

import json
import shlex
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from mockserver.cli.commands.ready import PATIENCE
from mockserver.cli.errors import CommandError
from mockserver.cli.mock_setup import make_mock
from mockserver.cli.trust import trust_files
from mockserver.control.client.connection import ControlConnection
from mockserver.proxy.certificate_authority import CertificateAuthority
from mockserver.proxy.destination import API_HOST
from mockserver.proxy.environment import build_variables
from mockserver.settings.settings import Settings

Values = Mapping[str, str | None]


def print_environment(settings: Settings, environment: Mapping[str, str], form: str, url: str | None) -> int:
    """Print the variables, after checking that the server runs and has the same CA.

    Args:
        environment: the present variables, to which some values are appended.
        form: the output format; `github` appends to the file that $GITHUB_ENV names.
        url: the server's URL; None for the address in the settings.
    """
    where = (url or f"http://{settings.listen.reachable()}").rstrip("/")
    ControlConnection(where).request("GET", "/health", dict[str, str], patience=PATIENCE)
    files = trust_files(CertificateAuthority(settings.data_dir), environment)
    check_authority(where, files.certificate)
    values = dict(build_variables(where, make_mock(settings).demo, files, environment))
    print(_WRITERS[form](values))
    if form in ("dotenv", "github"):
        for name in (name for name, value in values.items() if value is None and environment.get(name)):
            print(f"recmock: {name} is set, and this format cannot unset it: unset it yourself.", file=sys.stderr)
    return 0


def check_authority(url: str, certificate: Path) -> None:
    """Request the server's health again over https, as programs will reach it.

    Raises:
        CommandError: if the server's certificate was not signed by the CA that programs will trust.
    """
    import requests

    try:
        with requests.Session() as session:
            session.trust_env = False
            session.get(
                f"https://{API_HOST}/_mock/health", proxies={"https": url}, verify=str(certificate), timeout=PATIENCE
            )
    except requests.exceptions.SSLError:
        again = "give this command the --data-dir of the server"
        raise CommandError(
            f"expected the server at {url} to use the CA of {certificate}, found another CA: {again}."
        ) from None
    except requests.RequestException as wrong:
        raise CommandError(f"expected a proxy at {url}, found none: {type(wrong).__name__}.") from None


def _write_sh(values: Values) -> str:
    return "\n".join(
        f"unset {name}" if value is None else f"export {name}={shlex.quote(value)}" for name, value in values.items()
    )


def _write_dotenv(values: Values) -> str:
    return "\n".join(f"{name}={_quote_for_dotenv(value)}" for name, value in values.items() if value is not None)


def _quote_for_dotenv(value: str) -> str:
    """Quote without expansion if possible: within single quotes, dotenv has no escape that all readers know."""
    if "'" not in value:
        return f"'{value}'"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


def _write_json(values: Values) -> str:
    return json.dumps(values, indent=2)


def _write_github(values: Values) -> str:
    return "\n".join(f"{name}={value}" for name, value in values.items() if value is not None)


def _write_powershell(values: Values) -> str:
    lines = []
    for name, value in values.items():
        if value is None:
            lines.append(f"Remove-Item Env:{name} -ErrorAction SilentlyContinue")
        else:
            lines.append("$env:{} = '{}'".format(name, value.replace("'", "''")))
    return "\n".join(lines)


_WRITERS: dict[str, Callable[[Values], str]] = {
    "sh": _write_sh,
    "dotenv": _write_dotenv,
    "json": _write_json,
    "github": _write_github,
    "powershell": _write_powershell,
}
