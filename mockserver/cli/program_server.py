"""A program that runs against a temporary server, for the commands `exec` and `scenario run`."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NamedTuple

from mockserver.app import create_app
from mockserver.cli.errors import CommandError
from mockserver.cli.mock_setup import make_mock, print_import_events, use_store
from mockserver.cli.trust import prepare_trust_files
from mockserver.mock import Mock
from mockserver.proxy.environment import build_variables
from mockserver.proxy.proxy import Proxy
from mockserver.server.listener import BackgroundServer
from mockserver.server.request_log import log_requests
from mockserver.settings.settings import Settings
from scenarios.model import Scenario

_NOT_FOUND = 127
_NOT_EXECUTABLE = 126
"""The exit codes of shells for these errors."""


class Served(NamedTuple):
    """A mock with a running server, and the environment that points programs at the server."""

    mock: Mock
    environment: Mapping[str, str]


def check_program(program: Sequence[str], command: str) -> None:
    """Raise unless the user gave a program after `--`.

    Raises:
        CommandError: if the program is missing.
    """
    if not program:
        raise CommandError(f"expected a command after --, such as {command} -- python app.py, found none.")


@contextmanager
def serve_mock(
    settings: Settings, environment: Mapping[str, str], scenarios: Sequence[Scenario] = ()
) -> Iterator[Served]:
    """Serve a mock on a free port while the context is active.

    Args:
        environment: the environment of this command. The program gets a changed copy.
        scenarios: the scenarios of every account, which replace those that the settings name.

    Raises:
        CommandError: if the settings or the scenarios are invalid.
    """
    mock = make_mock(settings, scenarios=scenarios)
    files = prepare_trust_files(settings.data_dir, environment)
    server = BackgroundServer(create_app(mock), proxy=Proxy.from_settings(settings))
    with use_store(mock, server.address, server.discard), log_requests(mock, sys.stderr, environment), server:
        print_import_events(mock)
        changed = dict(build_variables(server.base_url, mock.demo, files, environment))
        yield Served(mock, {name: value for name, value in {**environment, **changed}.items() if value is not None})


def run_program(program: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a program until it exits, and return its exit code.

    If a signal ended the program, the exit code is 128 plus the number of the signal, as in shells.

    Raises:
        CommandError: if the program cannot be started. The error has the exit code of shells.
    """
    with _forward_signals() as signals:
        try:
            process = subprocess.Popen(program, env=environment)
        except OSError as error:
            code = _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_EXECUTABLE
            raise CommandError(f"cannot run {program[0]}: {error.strerror}.", code) from None
        signals.attach(process)
        code = process.wait()
    return code if code >= 0 else 128 - code


class _SignalForwarder:
    """Passes signals that this process receives on to the program."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._early: list[int] = []

    def receive(self, number: int, frame: FrameType | None) -> None:
        if self._process is None:
            self._early.append(number)
        elif number != signal.SIGINT or not _is_in_foreground():
            self._process.send_signal(number)

    def attach(self, process: "subprocess.Popen[bytes]") -> None:
        self._process = process
        for number in self._early:
            process.send_signal(number)


@contextmanager
def _forward_signals() -> Iterator[_SignalForwarder]:
    signals = _SignalForwarder()
    before = {number: signal.signal(number, signals.receive) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield signals
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _is_in_foreground() -> bool:
    """Return True if this process is in the foreground of a terminal.

    The terminal then sends SIGINT to the program too. Many programs exit at once at the second SIGINT.
    """
    try:
        with open("/dev/tty", "rb") as terminal:
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False
