"""The work of the pytest fixtures, imported when a test uses one."""

import os
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import pytest

from generators.seeds import derive_bytes
from generators.suggestion import suggest
from mockserver.cli.errors import CommandError
from mockserver.cli.mock_setup import UNPLAYABLE
from mockserver.cli.package_conflict import find_package_conflict
from mockserver.control.client.connection import ControlError
from mockserver.settings.settings import SettingsError
from mockserver.testing.handles import MockServer, MockTwilio
from mockserver.testing.pytest_options import OptionValue, OptionValues, build_overrides, build_scenario, build_settings

if TYPE_CHECKING:
    from mockserver.proxy.trust_files import TrustFiles

_MARKER_ARGUMENTS = ("corpus", "scenario", "clock", "wire", "auth")
_DOCTOR = ("off", "warn", "error")
_SHOWN = 10
"""The number of requests in a failing test's report."""
_SETUP_ERRORS = (SettingsError, ControlError, CommandError, *UNPLAYABLE)
"""The errors that wrong options and markers cause."""
_OPTIONS = pytest.StashKey[OptionValues]()
_USED = pytest.StashKey[set[str]]()
"""The accounts that this session's tests have used."""


@contextmanager
def run_session_server(config: pytest.Config, options: OptionValues) -> Iterator[MockServer]:
    """Run the session's server, or use the one that runs elsewhere.

    Args:
        options: the values of flags and ini options.
    """
    clash = find_package_conflict()
    if clash is not None:
        pytest.fail(clash, pytrace=False)
    config.stash[_OPTIONS], config.stash[_USED] = options, set()
    with ExitStack() as stack:
        with _fail_without_traceback():
            doctor = options.get("doctor")
            if doctor is not None and doctor.value not in _DOCTOR:
                raise SettingsError(f"{doctor.source}: expected one of {', '.join(_DOCTOR)}, found {doctor.value!r}.")
            server = stack.enter_context(_create_server(options, config))
        yield server


@contextmanager
def open_test_account(server: MockServer, item: pytest.Item) -> Iterator[MockTwilio]:
    """Open the account of a test. Its SID comes from the seed and the test's node id, so no two tests share one."""
    options, used = item.config.stash[_OPTIONS], item.config.stash[_USED]
    sid = "AC" + derive_bytes(server.settings.seed, "account of test", _full_name(item))[:16].hex()
    handle = server.account(sid)
    with _fail_without_traceback():
        _prepare(handle, item, options, is_known=server.is_elsewhere or sid in used)
    used.add(sid)
    with handle:
        yield handle
        if "doctor" in options:
            _examine(handle, options["doctor"].value)


@contextmanager
def patched_environment(handle: MockTwilio) -> Iterator[None]:
    """Point every client that is created within this context at an account, by environment variables."""
    from mockserver.proxy.environment import build_variables
    from mockserver.rest.auth import DeclaredAccount

    with _fail_without_traceback():
        files = _write_trust_files(handle)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in list(build_variables(handle.base_url, DeclaredAccount(*handle.auth), files, os.environ)):
            if value is None:
                patch.delenv(name, raising=False)
            else:
                patch.setenv(name, value)
        yield


def add_report_section(handle: MockTwilio, report: pytest.TestReport) -> None:
    """Add an account's requests, timelines and callbacks to a failing test's report."""
    from mockserver.cli import output as printing

    try:
        state = handle.state()
        pending = [each for each in handle.callbacks if each.state != "delivered"]
        told = {
            "clock": printing.format_clock(state.clock),
            "last requests": "\n".join(map(printing.format_request, handle.requests.listed(_SHOWN).requests)) or "none",
            "waiting timelines": printing.format_timelines(state.timelines),
            "timers": "\n".join(f"{each.due} {each.what}" for each in state.timers) or "no timers",
            "callbacks not delivered": printing.format_callbacks(pending),
        }
    except ControlError as wrong:
        told = {"the server": str(wrong)}
    text = "\n".join(f"{name}: {what}" if "\n" not in what else f"{name}:\n{what}" for name, what in told.items())
    report.sections.append((f"recmock account {handle.account_sid}", text))


def _create_server(options: OptionValues, config: pytest.Config) -> MockServer:
    asked = build_settings(options)
    if "url" not in options:
        scenario = build_scenario(options, {}, [config.rootpath]) if "scenario" in options else None
        return MockServer(scenario=scenario, **asked)
    token = options.get("token")
    server = MockServer(url=options["url"].value, token=None if token is None else token.value, **asked)
    its, ours = server.account().corpus.spec.seed, server.settings.seed
    if its != ours:
        raise SettingsError(
            f"{options['url'].source}: expected a server with the seed {ours!r}, found {its!r}: "
            f"the recordings would differ. Serve with --seed {ours}, or test with --recmock-seed {its}."
        )
    return server


def _full_name(item: pytest.Item) -> str:
    """Return a test's node id without the group that xdist appends."""
    return item.nodeid if item.parent is None else f"{item.parent.nodeid}::{item.name}"


def _prepare(handle: MockTwilio, item: pytest.Item, options: OptionValues, *, is_known: bool) -> None:
    """Set up an account as options and markers ask for.

    Args:
        is_known: True if the account may have been used before.
    """
    marked, is_elsewhere = _read_markers(item), handle.server.is_elsewhere
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
    """Return the default overrides: our own server has them as settings, a running server needs them per account."""
    return {"wire": OptionValue("twilio", "wire"), "auth": OptionValue("any", "auth"), **options}


def _read_markers(item: pytest.Item) -> OptionValues:
    """Return the arguments of the test's markers. The nearest marker wins."""
    said: dict[str, OptionValue] = {}
    for mark in reversed(list(item.iter_markers("recmock"))):
        unknown = [*map(repr, mark.args), *(name for name in mark.kwargs if name not in _MARKER_ARGUMENTS)]
        if unknown:
            expected = f"expected any of {', '.join(f'{name}=' for name in _MARKER_ARGUMENTS)}"
            meant = suggest(unknown[0], _MARKER_ARGUMENTS)
            raise SettingsError(f"@pytest.mark.recmock: {expected}, found {', '.join(unknown)}.{meant}")
        said |= {name: OptionValue(value, f"@pytest.mark.recmock({name}=...)") for name, value in mark.kwargs.items()}
    return said


def _write_trust_files(handle: MockTwilio) -> "TrustFiles":
    """Return the trust files, after checking that a server elsewhere has the same CA."""
    from mockserver.cli.commands.env import check_authority
    from mockserver.cli.trust import trust_files
    from mockserver.proxy.certificate_authority import CertificateAuthority

    files = trust_files(CertificateAuthority(handle.server.settings.data_dir), os.environ)
    if handle.server.is_elsewhere:
        check_authority(handle.base_url, files.certificate)
    return files


def _examine(handle: MockTwilio, how: str) -> None:
    """Warn about the doctor's findings in a test's requests, or fail the test."""
    report = handle.doctor.examine() if how != "off" else None
    if report is None or report.is_clean:
        return
    if how == "error":
        pytest.fail(f"recmock doctor:\n{report}", pytrace=False)
    warnings.warn(pytest.PytestWarning(f"recmock doctor:\n{report}"), stacklevel=2)


@contextmanager
def _fail_without_traceback() -> Iterator[None]:
    """Turn a user's mistake into a test failure with one sentence, without a traceback."""
    try:
        yield
    except _SETUP_ERRORS as wrong:
        raise pytest.fail.Exception(f"recmock: {wrong}", pytrace=False) from None
