"""What the pytest plugin does once a fixture is asked for."""

import os
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from generators.seeds import derive
from generators.suggestion import suggestion
from mockserver.cli.errors import CommandError
from mockserver.cli.mock_setup import UNPLAYABLE
from mockserver.cli.package_conflict import clashing_distribution
from mockserver.control.client.connection import ControlError
from mockserver.settings.settings import SettingsError
from mockserver.testing.handles import MockServer, MockTwilio
from mockserver.testing.pytest_options import (
    OptionValue,
    OptionValues,
    build_overrides,
    option_settings,
    build_scenario,
)

if TYPE_CHECKING:
    from mockserver.proxy.trust_files import TrustFiles

_OF_MARKERS = ("corpus", "scenario", "clock", "wire", "auth")
_DOCTOR = ("off", "warn", "error")
_SHOWN = 10
"""How many of the last requests a failing test's report shows."""
_MISTAKES = (SettingsError, ControlError, CommandError, *UNPLAYABLE)
"""What goes wrong through what options and markers say."""
_OPTIONS = pytest.StashKey[OptionValues]()
_USED = pytest.StashKey[set[str]]()
"""The accounts that tests of this session have had."""


@contextmanager
def start_server(config: pytest.Config, options: OptionValues) -> Iterator[MockServer]:
    """Serve for a session, or find the server that runs elsewhere.

    Args:
        options: what flags and ini options say.
    """
    clash = clashing_distribution()
    if clash is not None:
        pytest.fail(clash, pytrace=False)
    config.stash[_OPTIONS], config.stash[_USED] = options, set()
    with ExitStack() as stack:
        with _fail_without_traceback():
            doctor = options.get("doctor")
            if doctor is not None and doctor.value not in _DOCTOR:
                raise SettingsError(f"{doctor.source}: expected one of {', '.join(_DOCTOR)}, found {doctor.value!r}.")
            server = stack.enter_context(_server(options, config))
        yield server


@contextmanager
def prepared_account(server: MockServer, item: pytest.Item) -> Iterator[MockTwilio]:
    """Give a test its account, whose SID comes from the seed and the test's node id: its world is its own."""
    options, used = item.config.stash[_OPTIONS], item.config.stash[_USED]
    sid = "AC" + derive(server.settings.seed, "account of test", _name(item))[:16].hex()
    handle = server.account(sid)
    with _fail_without_traceback():
        _prepare(handle, item, options, is_known=server.is_external or sid in used)
    used.add(sid)
    with handle:
        yield handle
        if "doctor" in options:
            _examine(handle, options["doctor"].value)


@contextmanager
def patched_environment(handle: MockTwilio) -> Iterator[None]:
    """Let the environment lead every client that is made meanwhile to an account."""
    from mockserver.proxy.environment import variables
    from mockserver.rest.auth import DeclaredAccount

    with _fail_without_traceback():
        files = _trust(handle)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in list(variables(handle.base_url, DeclaredAccount(*handle.auth), files, os.environ)):
            if value is None:
                patch.delenv(name, raising=False)
            else:
                patch.setenv(name, value)
        yield


def add_report_section(handle: MockTwilio, report: pytest.TestReport) -> None:
    """Add to a failing test's report what its account has seen and what it waits for."""
    from mockserver.cli import output as printing

    try:
        state = handle.state()
        pending = [each for each in handle.callbacks if each.state != "delivered"]
        told = {
            "clock": printing.clock(state.clock),
            "last requests": "\n".join(map(printing.request, handle.requests.listed(_SHOWN).requests)) or "none",
            "waiting timelines": printing.timelines(state.timelines),
            "timers": "\n".join(f"{each.due} {each.what}" for each in state.timers) or "no timers",
            "callbacks not delivered": printing.callbacks(pending),
        }
    except ControlError as wrong:
        told = {"the server": str(wrong)}
    text = "\n".join(f"{name}: {what}" if "\n" not in what else f"{name}:\n{what}" for name, what in told.items())
    report.sections.append((f"recmock account {handle.account_sid}", text))


def _server(options: OptionValues, config: pytest.Config) -> MockServer:
    asked = option_settings(options)
    if "url" not in options:
        scenario = build_scenario(options, {}, [config.rootpath]) if "scenario" in options else None
        return MockServer(scenario=scenario, **asked)
    token = options.get("token")
    server = MockServer(url=options["url"].value, token=None if token is None else token.value, **asked)
    its, ours = server.account().corpus.spec.seed, server.settings.seed
    if its != ours:
        raise SettingsError(
            f"{options['url'].source}: expected a server with the seed {ours!r}, found {its!r}: "
            f"its recordings would be others. Serve with --seed {ours}, or test with --recmock-seed {its}."
        )
    return server


def _name(item: pytest.Item) -> str:
    """Return a test's node id without what others add to it: xdist appends a test's group."""
    return item.nodeid if item.parent is None else f"{item.parent.nodeid}::{item.name}"


def _prepare(handle: MockTwilio, item: pytest.Item, options: OptionValues, *, is_known: bool) -> None:
    """Give an account the world that is wished for.

    Args:
        is_known: whether it may have another already.
    """
    marked, is_elsewhere = _marked(item), handle.server.is_external
    if is_elsewhere or any(name in marked for name in ("corpus", "scenario", "clock")):
        folders = [item.path.parent, item.config.rootpath]
        handle.scenario.arm(build_scenario(options, marked, folders, is_elsewhere=is_elsewhere))
        if is_known:
            handle.requests.clear()
    elif is_known:
        handle.reset()
    wished = build_overrides({**_default_overrides(options), **marked} if is_elsewhere else marked)
    if is_known or wished.wire or wished.auth:
        handle.configure(wire=wished.wire, auth=wished.auth)


def _default_overrides(options: OptionValues) -> OptionValues:
    """Return how accounts are treated by default: our own server does so anyway, others have to be told."""
    return {"wire": OptionValue("twilio", "wire"), "auth": OptionValue("any", "auth"), **options}


def _marked(item: pytest.Item) -> OptionValues:
    """Return what markers say, the nearest standing above the others."""
    said: dict[str, OptionValue] = {}
    for mark in reversed(list(item.iter_markers("recmock"))):
        unknown = [*map(repr, mark.args), *(name for name in mark.kwargs if name not in _OF_MARKERS)]
        if unknown:
            expected = f"expected any of {', '.join(f'{name}=' for name in _OF_MARKERS)}"
            meant = suggestion(unknown[0], _OF_MARKERS)
            raise SettingsError(f"@pytest.mark.recmock: {expected}, found {', '.join(unknown)}.{meant}")
        said |= {name: OptionValue(value, f"@pytest.mark.recmock({name}=...)") for name, value in mark.kwargs.items()}
    return said


def _trust(handle: MockTwilio) -> "TrustFiles":
    """Return what clients have to trust, once a server elsewhere has shown that it has the same CA."""
    from mockserver.cli.commands.env import check_authority
    from mockserver.cli.trust import trust_files
    from mockserver.proxy.certificate_authority import Authority

    files = trust_files(Authority(handle.server.settings.data_dir), os.environ)
    if handle.server.is_external:
        check_authority(handle.base_url, files.certificate)
    return files


def _examine(handle: MockTwilio, how: str) -> None:
    """Warn of what a test's requests say of its client, or let the test fail."""
    report = handle.doctor.examine() if how != "off" else None
    if report is None or report.is_clean:
        return
    if how == "error":
        pytest.fail(f"recmock doctor:\n{report}", pytrace=False)
    warnings.warn(pytest.PytestWarning(f"recmock doctor:\n{report}"), stacklevel=2)


@contextmanager
def _fail_without_traceback() -> Iterator[None]:
    """Let a user's mistakes fail a test in a sentence, without a traceback of ours."""
    try:
        yield
    except _MISTAKES as wrong:
        raise pytest.fail.Exception(f"recmock: {wrong}", pytrace=False) from None
