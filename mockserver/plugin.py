"""What the pytest plugin does once a fixture is asked for."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from generators.keys import derive
from mockserver.clash import clashing_distribution
from mockserver.client.line import ControlError
from mockserver.rest.auth import DeclaredAccount
from mockserver.settings import Settings, SettingsError, table
from mockserver.settings import load as load_settings
from mockserver.testing import TEST_SETTINGS, MockServer, MockTwilio
from scenarios.complaints import ScenarioError
from scenarios.model import Scenario

Given = Mapping[str, Any]
"""What flags, ini options and markers say, by name; None where they say nothing."""

_FIELDS = {"corpus": "count", "clock": "clock", "wire": "wire", "auth": "auth", "seed": "seed"}
"""Options of the plugin, and the settings that they are."""
_SHOWN = 10
"""How many of the last requests a failing test's report shows."""


def start(given: Given, root: Path) -> MockServer:
    """Return the server of a session, not yet running.

    Args:
        root: where paths of scenarios begin.
    """
    clash = clashing_distribution()
    if clash is not None:
        pytest.fail(clash, pytrace=False)
    try:
        scenario = None if given["scenario"] is None else _scenario(given["scenario"], [root])
        return MockServer(_settings(given), scenario=scenario, url=given["url"], token=given["token"])
    except (ScenarioError, SettingsError) as wrong:
        raise pytest.fail.Exception(f"recmock: {wrong}", pytrace=False) from None


def account_of(server: MockServer, item: pytest.Item, marked: Given, given: Given, *, is_used: bool) -> MockTwilio:
    """Return the account of a test: its SID comes from the test's node id, so its world is its own.

    Args:
        marked: what the test's markers say.
        given: what flags and ini options say: the server knows it, unless it is elsewhere.
        is_used: whether the test has run before in this session.
    """
    sid = "AC" + derive("pytest", "account of test", item.nodeid)[:16].hex()
    handle = server.account(sid)
    said = {**given, **marked} if server.is_elsewhere else dict(marked)
    try:
        if server.is_elsewhere or any(said.get(name) is not None for name in ("corpus", "scenario", "clock")):
            folders = [item.path.parent, item.config.rootpath]
            handle.scenario.arm(_world(said, given, folders, is_elsewhere=server.is_elsewhere))
        elif is_used:
            handle.reset()
        if server.is_elsewhere or said.get("wire") or said.get("auth"):
            handle.treat(wire=said.get("wire") or TEST_SETTINGS.wire.value, auth=said.get("auth"))
    except (ScenarioError, ControlError) as wrong:
        raise pytest.fail.Exception(f"recmock: {wrong}", pytrace=False) from None
    return handle


def lead(handle: MockTwilio, environment: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the environment lead every client that a test makes to its account."""
    from mockserver.clock import wall_seconds
    from mockserver.proxy.authority import Authority
    from mockserver.proxy.environment import variables
    from mockserver.proxy.trust import write_trust

    authority = Authority(handle.server.settings.data_dir)
    files = write_trust(authority, environment, wall_seconds())
    account = DeclaredAccount(*handle.auth)
    for name, value in list(variables(handle.base_url, account, files, environment)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)


def examine(handle: MockTwilio, how: str) -> None:
    """Warn of what a test's requests say of its client, or let the test fail.

    Args:
        how: `warn` or `error`.
    """
    if how not in ("warn", "error"):
        raise pytest.fail.Exception(f"recmock_doctor: expected off, warn or error, found {how!r}", pytrace=False)
    report = handle.doctor.examine()
    if report.is_clean:
        return
    if how == "error":
        raise pytest.fail.Exception(f"recmock doctor:\n{report}", pytrace=False)
    warnings.warn(pytest.PytestWarning(f"recmock doctor:\n{report}"), stacklevel=2)


def report_on(handle: MockTwilio, report: pytest.TestReport) -> None:
    """Add to a failing test's report what its account has seen and what it waits for."""
    if not report.failed or report.when == "teardown":
        return
    from mockserver.commands import printing

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


def _settings(given: Given) -> Settings:
    known = {setting.name: setting for setting in table()}
    said = {name: field for name, field in _FIELDS.items() if given[name] is not None}
    changes = {field: known[field].read(given[name], f"recmock_{name}") for name, field in said.items()}
    return msgspec.structs.replace(TEST_SETTINGS, data_dir=load_settings({"data_dir": None}).data_dir, **changes)


def _world(said: Given, given: Given, folders: Sequence[Path], *, is_elsewhere: bool) -> Scenario:
    """Return the scenario of a test: what it says of corpus and clock stands above the scenario's own."""
    from scenarios.loading import from_objects

    named = said.get("scenario") or given.get("scenario")
    scenario = Scenario(name="pytest") if named is None else _scenario(named, folders)
    plain: dict[str, Any] = msgspec.to_builtins(scenario)
    if is_elsewhere:
        ours = {"mode": "frozen", "start": "2026-01-01T00:00:00Z"}
        plain["clock"] = ours | plain.get("clock", {})
    for name, plan in (("corpus", _corpus_plan), ("clock", _clock_plan)):
        if said.get(name) is not None:
            plain[name] = {**plain.get(name, {}), **plan(said[name])}
    return from_objects(plain)


def _scenario(named: Any, folders: Sequence[Path]) -> Scenario:
    from scenarios.loading import from_objects, load
    from scenarios.sources import bundled

    if not isinstance(named, str | Path):
        return from_objects(named)
    if str(named) in bundled():
        return load(str(named))
    found = (folder / named for folder in folders)
    return load(str(next((path for path in found if path.exists()), named)))


def _corpus_plan(said: Any) -> dict[str, Any]:
    if isinstance(said, Mapping):
        return dict(said)
    digits = str(said).replace("_", "")
    return {"count": int(digits) if digits.isdigit() else said}


def _clock_plan(said: Any) -> dict[str, Any]:
    if isinstance(said, Mapping):
        return dict(said)
    text = str(said)
    if text.endswith("x"):
        return {"mode": "scaled", "rate": _number(text[:-1])}
    return {"mode": text, "rate": None}


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
