"""The server that `recmock serve` runs in the foreground."""

import asyncio
import gc
import secrets
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple, TextIO

from mockserver import __version__
from mockserver.app import create_app
from mockserver.cli.banner import Banner, choose_style
from mockserver.cli.errors import CommandError
from mockserver.cli.listening import bind_or_explain, choose_control_token
from mockserver.cli.mock_setup import list_import_events, load_scenarios, make_mock
from mockserver.cli.reload import Watch
from mockserver.mock import Mock
from mockserver.proxy.proxy import Proxy
from mockserver.rest.representations.dates import format_iso8601
from mockserver.server.listener import run
from mockserver.server.listening_sockets import ListeningSockets, bind_all
from mockserver.server.request_log import log_requests
from mockserver.settings.choices import LogFormat
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings

if TYPE_CHECKING:
    from mockserver.account.export.reading import Export
    from mockserver.cli.worker_pipes import WorkerPipes
    from scenarios.model import Scenario


def serve(
    settings: Settings,
    environment: Mapping[str, str] = MappingProxyType({}),
    *,
    bind: Callable[[Address], ListeningSockets] = bind_all,
    change_banner: Callable[[Banner], Banner] = lambda banner: banner,
    run_beside: Callable[[Mock, str], AbstractContextManager[object]] = lambda mock, url: nullcontext(),
    export: "Export | None" = None,
    pipes: "WorkerPipes | None" = None,
) -> int:
    """Serve until the user interrupts the command, and return the exit code.

    Args:
        environment: the environment variables, which may forbid colour.
        bind: returns the listening sockets of an address.
        change_banner: returns the banner to print.
        run_beside: returns what is active while the server runs, given the mock and the URL of the server. When it
            begins, the server takes connections, and answers them soon.
        export: the account to serve instead of new ones.
        pipes: what this process has from its parent, if it is one of several workers.
    """
    token = choose_control_token(settings)
    watch, scenarios = Watch(settings.scenario), load_scenarios(settings.scenario)
    mock = _make_mock(settings, scenarios, export, token)
    listening_sockets = bind_or_explain(settings.listen, bind) if pipes is None else pipes.adopt_sockets()
    address = listening_sockets.addresses[0]

    def announce_ready() -> None:
        if pipes is None or pipes.is_first:
            _announce(settings, environment, change_banner(_make_banner(mock, address, scenarios, export)), address)
        if pipes is not None:
            pipes.say_ready()
        gc.freeze()  # what exists now stays, so no later collection visits it
        gc.enable()

    with run_beside(mock, address.to_url()):
        serve_on = _run_alone if settings.store.is_memory else _run_shared
        serve_on(_Start(mock, listening_sockets, watch, environment, announce_ready))
    return 0


class _Start(NamedTuple):
    """A server that is about to run."""

    mock: Mock
    listening_sockets: ListeningSockets
    watch: Watch
    environment: Mapping[str, str]
    announce_ready: Callable[[], object]


def _run_alone(start: _Start) -> None:
    """Serve with accounts in memory."""
    mock, watching = start.mock, []

    def announce_ready() -> None:
        watching.append(asyncio.get_running_loop().create_task(start.watch.run(mock)))
        start.announce_ready()

    mock.set_address(start.listening_sockets.addresses[0])
    with log_requests(mock, sys.stdout, start.environment):
        run(create_app(mock), start.listening_sockets, announce_ready, Proxy.from_settings(mock.settings))


def _run_shared(start: _Start) -> None:
    """Serve with a store, which other processes may share."""
    from mockserver.cli.shared_server import share_store  # most servers keep accounts in memory

    sockets, use_mock = start.listening_sockets, partial(_use_mock, start.watch, start.environment)
    secret = secrets.token_hex(16)
    with share_store(start.mock, sockets.addresses[0], use_mock, sockets.close, secret) as app:
        run(app, sockets, start.announce_ready, Proxy.from_settings(start.mock.settings))


def _announce(settings: Settings, environment: Mapping[str, str], banner: Banner, address: Address) -> None:
    """Say that the server accepts connections."""
    if settings.port_file is not None:
        _write_port(settings.port_file, address.port)
    stream = choose_stream(settings)
    style = choose_style(is_terminal=stream.isatty(), environment=environment)
    print(banner.format(style), file=stream, flush=True)


@contextmanager
def _use_mock(watch: Watch, environment: Mapping[str, str], mock: Mock) -> Iterator[None]:
    """Log the requests to a mock, and reload its scenario, while it has the store."""
    watching = asyncio.get_running_loop().create_task(watch.run(mock))
    try:
        with log_requests(mock, sys.stdout, environment):
            yield
    finally:
        watching.cancel()


def _make_mock(settings: Settings, scenarios: "Sequence[Scenario]", export: "Export | None", token: str | None) -> Mock:
    """Return a mock of new accounts, or of the account of an export."""
    instance = secrets.token_hex(8)
    if export is None:
        return make_mock(settings, scenarios=scenarios, instance=instance, control_token=token)
    from mockserver.cli.replayed_account import make_replayed_mock  # few servers replay

    return make_replayed_mock(export, settings, instance=instance, control_token=token)


def choose_stream(settings: Settings) -> TextIO:
    """Return the output of text for people: not the standard output if a program parses each of its lines."""
    return sys.stderr if settings.log is LogFormat.JSON else sys.stdout


def _write_port(file: Path, port: int) -> None:
    try:
        file.write_text(f"{port}\n", encoding="ascii")
    except OSError as error:
        raise CommandError(f"--port-file: cannot write {file}: {error.strerror}.") from None


def _make_banner(
    mock: Mock, address: Address, scenarios: "Sequence[Scenario]", export: "Export | None" = None
) -> Banner:
    spec = mock.account(mock.demo.sid).corpus.spec
    up_to = format_iso8601(spec.t0)
    members = mock.groups.list_group(mock.demo.sid.lower())
    where = "this account" if members else "every account"
    rows = {
        "recordings": [f"{spec.listed:,} in {where}, seed {mock.settings.seed!r}, up to {up_to}"],
        "scenario": [
            f"{scenario.name}: {scenario.about}" if scenario.about else scenario.name for scenario in scenarios
        ],
        "accounts": [
            f"{member.name_in_scenario}: {member.declared.sid}, token {member.declared.token}"
            for member in members
            if export is None
        ],
        "replay": [] if export is None else [_describe_replay(export)],
        "import": list_import_events(mock),
        "control": [] if mock.control_token is None else [f"Authorization: Bearer {mock.control_token}"],
    }
    return Banner(
        version=__version__,
        url=mock.settings.public_url or address.to_url(),
        sid=mock.demo.sid,
        token=mock.demo.token,
        rows=[(name, sentences) for name, sentences in rows.items() if sentences],
    )


def _describe_replay(export: "Export") -> str:
    last, requests = export.commands[-1].number, len(export.items) - len(export.commands)
    return (
        f"up to command {last}, {requests:,} requests; nothing is sent; the clock stands still until recmock clock run"
    )
