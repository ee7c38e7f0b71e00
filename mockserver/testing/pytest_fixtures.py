"""The implementation of the pytest fixtures.

The plugin imports this module when a test uses a fixture.
"""

import os
import warnings
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import pytest

from generators.seeds import derive_bytes
from generators.suggestion import suggest
from mockserver.control.client.errors import ControlError
from mockserver.settings.machine_clock import wall_seconds
from mockserver.settings.package_conflict import find_package_conflict
from mockserver.settings.settings import SettingsError
from mockserver.testing.defaults import TEST_OVERRIDES, TEST_SCENARIO
from mockserver.testing.failures import fail_without_traceback, name_foreign_tool
from mockserver.testing.handles import MockServer, MockTwilio
from mockserver.testing.pytest_options import (
    OptionValue,
    OptionValues,
    build_option_settings,
    build_overrides,
    build_scenario,
)

if TYPE_CHECKING:
    from mockserver.proxy.trust_files import TrustFiles
    from scenarios.model import Scenario

_NO_PROXY = ("NO_PROXY", "no_proxy")


class _Session(NamedTuple):
    """What the fixtures of a session share."""

    options: OptionValues
    marker_arguments: Mapping[str, str | None]
    has_accounts: bool = False
    """True if the scenario of the session sets up accounts: each test has them for itself."""


_SESSION = pytest.StashKey[_Session]()


@contextmanager
def start_server(
    config: pytest.Config, options: OptionValues, marker_arguments: Mapping[str, str | None]
) -> Iterator[MockServer]:
    """Run the server of a session, or connect to an external server.

    Args:
        options: the values of flags and ini options.
        marker_arguments: the settings that marker arguments set, by the name of the argument.
    """
    conflict = find_package_conflict()
    if conflict is not None:
        pytest.fail(conflict, pytrace=False)
    with ExitStack() as stack:
        with fail_without_traceback():
            for option in options.values():
                option.check_choice()
            scenario = None if "url" in options else _load_scenario(options, config)
            has_accounts = scenario is not None and bool(scenario.accounts)
            config.stash[_SESSION] = _Session(options, marker_arguments, has_accounts)
            with name_foreign_tool():
                server = stack.enter_context(_make_server(options, None if has_accounts else scenario))
        yield server


@contextmanager
def prepare_account(server: MockServer, item: pytest.Item) -> Iterator[MockTwilio]:
    """Prepare the account of a test. Its SID is derived from the seed and from the node id of the test."""
    session = item.config.stash[_SESSION]
    sid = "AC" + derive_bytes(server.settings.seed, "account of test", _get_stable_node_id(item))[:16].hex()
    handle = server.account(sid)
    handle.folders = _list_folders(item)
    with _forgotten_at_end(handle):
        with fail_without_traceback():
            _prepare(handle, item, session)
        with handle:
            yield handle
            if "doctor" in session.options:
                _report_findings(handle, session.options["doctor"].value)


@contextmanager
def _forgotten_at_end(handle: MockTwilio) -> Iterator[None]:
    """Drop the account at the end of its test: a session may have any number of tests."""
    try:
        yield
    finally:
        if handle.server.is_external:
            with suppress(ControlError):  # a server that has stopped has nothing to drop
                handle.forget()
        else:
            handle.server.forget_soon(handle.account_sid)


@contextmanager
def patched_environment(handle: MockTwilio) -> Iterator[None]:
    """Set the environment variables that point new clients at an account, while the context is active."""
    from mockserver.proxy.environment import build_variables
    from mockserver.rest.auth import DeclaredAccount

    with fail_without_traceback():
        files = _write_trust(handle)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in list(build_variables(handle.base_url, DeclaredAccount(*handle.auth), files, os.environ)):
            if value is None:
                patch.delenv(name, raising=False)
            else:
                patch.setenv(name, value)
        yield


def bypass_proxies(handle: MockTwilio) -> dict[str, str | None]:
    """Exclude the server's host from the proxies of the environment, and return the changed variables' old values.

    Programs differ in which of the two spellings they read first, so both get the hosts of the other.
    """
    before = {name: os.environ.get(name) for name in _NO_PROXY}
    for name, hosts in zip(_NO_PROXY, _exclude_host(handle.base_url, *before.values()), strict=True):
        if hosts is not None:
            os.environ[name] = hosts
    return before


@lru_cache(maxsize=16)
def _exclude_host(url: str, *values: str | None) -> list[str | None]:
    """Return the new values of the variables, or None for each that stays. Cached: most tests change none of them."""
    host = urlsplit(url).hostname or ""
    changed: list[str | None] = []
    for value, other in zip(values, reversed(values), strict=True):
        hosts = value or other or ""
        is_excluded = hosts.strip() == "*" or host in hosts.split(",")  # `*` stands for all only if it is alone
        changed.append(None if is_excluded else f"{hosts},{host}" if hosts else host)
    return changed


def restore_environment(values: Mapping[str, str | None]) -> None:
    """Set variables to their old values. None stands for a variable that was not set."""
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _load_scenario(options: OptionValues, config: pytest.Config) -> "Scenario | None":
    return build_scenario(options, {}, [config.rootpath]) if "scenario" in options else None


def _make_server(options: OptionValues, scenario: "Scenario | None") -> MockServer:
    settings = build_option_settings(options)
    if "url" not in options:
        return MockServer(scenario=scenario, **settings)
    token = options.get("token")
    server = MockServer(url=options["url"].value, token=None if token is None else token.value, **settings)
    found, expected = server.account().corpus.spec.seed, server.settings.seed
    if found != expected:
        raise SettingsError(
            f"{options['url'].source}: expected a server with the seed {expected!r}, found {found!r}: its recordings "
            f"would be others. Serve with --seed {expected}, or test with --recmock-seed {found}."
        )
    return server


def _get_stable_node_id(item: pytest.Item) -> str:
    """Return the node id of a test without the suffix that xdist adds for a group of tests."""
    return item.nodeid if item.parent is None else f"{item.parent.nodeid}::{item.name}"


def _prepare(handle: MockTwilio, item: pytest.Item, session: _Session) -> None:
    """Give an account the corpus, clock, scenario and overrides that the test needs.

    Earlier sessions may have changed the accounts of an external server.
    """
    marked, is_external = _read_markers(item, session.marker_arguments), handle.server.is_external
    handles, values = [handle], {**_build_default_overrides(), **session.options, **marked} if is_external else marked
    if is_external or session.has_accounts or any(name in marked for name in ("scenario", "now", *TEST_SCENARIO)):
        scenario = build_scenario(session.options, marked, _list_folders(item), is_external=is_external)
        if scenario.accounts:
            handles = [*handle.set_up_accounts(scenario).values()]
        else:
            handle.scenario.arm(scenario)
        if is_external:
            for each in handles:
                each.requests.clear()
        if "auth" not in marked and any(plan.auth for plan in (scenario, *scenario.accounts)):
            values = {name: value for name, value in values.items() if name != "auth"}  # each account has its own
    overrides = build_overrides(values)
    if is_external or overrides.wire or overrides.auth:
        for each in handles:
            each.configure(wire=overrides.wire, auth=overrides.auth, routes=None)


def _list_folders(item: pytest.Item) -> list[Path]:
    """Return the folders in which a test's files are looked up, nearest first."""
    return [item.path.parent, item.config.rootpath]


def _build_default_overrides() -> OptionValues:
    """Return the wire and auth of tests, which an external server may not have."""
    return {name: OptionValue(value, name, name) for name, value in TEST_OVERRIDES.items()}


def _read_markers(item: pytest.Item, arguments: Mapping[str, str | None]) -> OptionValues:
    """Return the arguments of all markers of a test by name.

    The marker that is nearest to the test overrides the others.
    """
    values: dict[str, OptionValue] = {}
    for mark in reversed(list(item.iter_markers("recmock"))):
        unknown = [*map(repr, mark.args), *(name for name in mark.kwargs if name not in arguments)]
        if unknown:
            expected = f"expected any of {', '.join(f'{name}=' for name in arguments)}"
            hint = suggest(unknown[0], arguments)
            raise SettingsError(f"@pytest.mark.recmock: {expected}, found {', '.join(unknown)}.{hint}")
        for name, value in mark.kwargs.items():
            values[name] = OptionValue(value, f"@pytest.mark.recmock({name}=...)", arguments[name])
    return values


def _write_trust(handle: MockTwilio) -> "TrustFiles":
    """Return the CA files that clients must trust, and check that an external server has the same CA."""
    from mockserver.proxy.trust_files import write_trust  # most tests need no files

    files = write_trust(handle.server.proxy.authority, os.environ, wall_seconds())
    if handle.server.is_external:
        from mockserver.control.client.proxy_check import check_proxy_certificate

        check_proxy_certificate(handle.base_url, files.certificate)
    return files


def _report_findings(handle: MockTwilio, mode: str) -> None:
    """Examine the requests of a test, and warn or fail if the doctor has findings."""
    if mode == "off" or (report := handle.doctor.examine()).is_clean:
        return
    if mode == "error":
        pytest.fail(f"recmock doctor:\n{report}", pytrace=False)
    warnings.warn(pytest.PytestWarning(f"recmock doctor:\n{report}"), stacklevel=2)
