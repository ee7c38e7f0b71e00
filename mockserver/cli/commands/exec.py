"""`recmock exec`: a program that only knows https://api.twilio.com, run against a server of its own."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple

from mockserver.app import create_app
from mockserver.cli.errors import CommandError
from mockserver.cli.mock_setup import load_scenarios, make_mock
from mockserver.cli.trust import trust_files
from mockserver.mock import Mock
from mockserver.proxy.certificate_authority import Authority
from mockserver.proxy.environment import variables
from mockserver.proxy.proxy import Proxy
from mockserver.server.listener import BackgroundServer
from mockserver.settings.settings import Settings
from scenarios.model import Scenario

_NOT_FOUND = 127
_NOT_EXECUTABLE = 126
"""As shells have it."""


def execute(settings: Settings, environment: Mapping[str, str], program: Sequence[str]) -> int:
    """Run a program and return its exit code, or 128 and the number of the signal that ended it, as shells do.

    Args:
        environment: the program's, but for what leads it to the server.
        program: its name and arguments.
    """
    check_program(program, "recmock exec")
    with serve_mock(settings, environment, load_scenarios(settings.scenario)) as served:
        return run_program(program, served.environment)


class Served(NamedTuple):
    """A mock that is served, and the environment that leads programs there."""

    mock: Mock
    environment: Mapping[str, str]


def check_program(program: Sequence[str], command: str) -> None:
    """Check that there is a program.

    Raises:
        CommandError: where there is none.
    """
    if not program:
        raise CommandError(f"expected a command after --, such as {command} -- python app.py, found none.")


@contextmanager
def serve_mock(
    settings: Settings, environment: Mapping[str, str], scenarios: Sequence[Scenario] = ()
) -> Iterator[Served]:
    """Serve a mock on a free port, for a program.

    Args:
        scenarios: what is played, instead of what the settings name.

    Raises:
        CommandError: where the settings allow no mock.
    """
    mock = make_mock(settings, scenarios=scenarios)
    files = trust_files(Authority(settings.data_dir), environment)
    server = BackgroundServer(create_app(mock), proxy=Proxy.of(settings))
    mock.serve_at(server.address)
    with server:
        changed = dict(variables(server.base_url, mock.demo, files, environment))
        yield Served(mock, {name: value for name, value in {**environment, **changed}.items() if value is not None})


def run_program(program: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a program to its end, and return its exit code as shells do.

    Raises:
        CommandError: where it cannot be run, with the exit code of shells.
    """
    with _signals_kept() as signals:
        try:
            process = subprocess.Popen(program, env=environment)
        except OSError as wrong:
            code = _NOT_FOUND if isinstance(wrong, FileNotFoundError) else _NOT_EXECUTABLE
            raise CommandError(f"cannot run {program[0]}: {wrong.strerror}.", code) from None
        signals.pass_to(process)
        code = process.wait()
    return code if code >= 0 else 128 - code


class _Signals:
    """Signals that are for the program, and not for us."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []

    def receive(self, number: int, frame: FrameType | None) -> None:
        if self._process is None:
            self._early.append(number)
        elif number != signal.SIGINT or not _is_in_foreground():
            self._process.send_signal(number)

    def pass_to(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        for number in self._early:
            process.send_signal(number)


@contextmanager
def _signals_kept() -> Iterator[_Signals]:
    signals = _Signals()
    before = {number: signal.signal(number, signals.receive) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_in_foreground() -> bool:
    """Whether SIGINT comes from a terminal, which sends it to the program too: twice would mean "at once" to many."""
    try:
        with open("/dev/tty", "rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
