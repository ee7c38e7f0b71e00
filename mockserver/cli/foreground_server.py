"""The server that `recmock serve` runs in the foreground."""

import asyncio
import secrets
from collections.abc import Sequence
from pathlib import Path

from mockserver import __version__
from mockserver.app import create_app
from mockserver.cli.errors import CommandError
from mockserver.cli.mock_setup import list_import_events, load_scenarios, make_mock
from mockserver.cli.reload import Watch
from mockserver.control.client.connection import ControlError
from mockserver.control.client.health import fetch_version
from mockserver.mock import Mock
from mockserver.proxy.proxy import Proxy
from mockserver.rest.representations.dates import format_iso8601
from mockserver.server.listener import run
from mockserver.server.listening_sockets import ListenError, bind_all
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings
from scenarios.model import Scenario

_BANNER = """\
recmock {version} listening on {url}

  account SID  {sid}
  auth token   {token}
  recordings   {count:,} in every account, seed {seed!r}, up to {t0}
{more}
Try it
  curl -u {sid}:{token} '{url}/2010-04-01/Accounts/{sid}/Recordings.json?PageSize=2'

Python
  from twilio.rest import Client
  client = Client("{sid}", "{token}"); client.api.base_url = "{url}"
  print([recording.sid for recording in client.recordings.list(limit=3)])

Node
  const client = require("twilio")("{sid}", "{token}"); client.api.baseUrl = "{url}"
  client.recordings.list({{limit: 3}}).then(found => console.log(found.map(recording => recording.sid)))

Ctrl-C stops it."""
_PROBE_TIMEOUT = 2.0
"""Real seconds in which a recmock that has the port may answer."""


def serve(settings: Settings) -> int:
    """Serve until the user interrupts the command, and return the exit code."""
    token = None if settings.listen.is_loopback else settings.control_token or secrets.token_urlsafe(24)
    watch = Watch(settings.scenario)
    scenarios = load_scenarios(settings.scenario)
    mock = make_mock(settings, scenarios=scenarios, instance=secrets.token_hex(8), control_token=token)
    app = create_app(mock)
    try:
        listening_sockets = bind_all(settings.listen)
    except ListenError as error:
        raise CommandError(f"--listen: {error}{_describe_other_server(error)}") from None
    address = listening_sockets.addresses[0]
    mock.set_address(address)

    def announce_ready() -> None:
        if settings.port_file is not None:
            _write_port(settings.port_file, address.port)
        print(_format_banner(mock, address, scenarios), flush=True)
        watching.append(asyncio.get_running_loop().create_task(watch.run(mock)))

    watching: list[asyncio.Task[None]] = []
    run(app, listening_sockets, announce_ready, Proxy.from_settings(settings))
    return 0


def _describe_other_server(error: ListenError) -> str:
    """Return a sentence about the server that has the port, or an empty text if no other server is the reason."""
    if error.address is None or not error.is_port_taken:
        return ""
    try:
        version = fetch_version(error.address.to_url(), _PROBE_TIMEOUT)
    except ControlError:
        return " No recmock answers there."
    return f" A recmock {version} answers there already: use it, or stop it."


def _write_port(file: Path, port: int) -> None:
    try:
        file.write_text(f"{port}\n", encoding="ascii")
    except OSError as error:
        raise CommandError(f"--port-file: cannot write {file}: {error.strerror}.") from None


def _format_banner(mock: Mock, address: Address, scenarios: Sequence[Scenario]) -> str:
    lines = [f"{scenario.name}: {scenario.about}" if scenario.about else scenario.name for scenario in scenarios]
    more = _format_row("scenario", lines) + _format_row("import", list_import_events(mock))
    if mock.control_token is not None:
        more += _format_row("control", [f"Authorization: Bearer {mock.control_token}"])
    account = mock.account(mock.demo.sid)
    return _BANNER.format(
        version=__version__,
        url=mock.settings.public_url or address.to_url(),
        sid=mock.demo.sid,
        token=mock.demo.token,
        count=account.corpus.count,
        seed=mock.settings.seed,
        t0=format_iso8601(account.corpus.spec.t0),
        more=more,
    )


def _format_row(name: str, values: Sequence[str]) -> str:
    """Return one line per value, with the name in front of the first."""
    return "".join(f"  {'' if number else name:12} {value}\n" for number, value in enumerate(values))
