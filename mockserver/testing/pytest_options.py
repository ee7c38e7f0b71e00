"""Turns pytest options and markers into settings and a scenario."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from mockserver.account.overrides import AccountOverrides
from mockserver.settings.loading import all_settings
from mockserver.settings.parsing import ClockRate
from mockserver.settings.settings import SettingsError
from mockserver.testing.defaults import TEST_SETTINGS
from scenarios.model import Scenario
from scenarios.problems import ScenarioError


class OptionValue(NamedTuple):
    """A value and its source: a flag, an ini option or a marker."""

    value: Any
    source: str


OptionValues = Mapping[str, OptionValue]
"""Values by name: corpus, scenario, clock, wire, auth, seed. Missing names were not given."""

_FIELDS = {"corpus": "count", "clock": "clock", "wire": "wire", "auth": "auth", "seed": "seed"}
"""The options that are settings."""
_PLANNED = ("corpus", "clock")
_DEFAULT_PLANS: dict[str, dict[str, Any]] = {
    "corpus": {"count": TEST_SETTINGS.count, "span": "90d", "profile": TEST_SETTINGS.profile.value, "mix": {}},
    "clock": {"mode": "frozen", "start": "2026-01-01T00:00:00Z"},
}
"""The defaults that our own server has as settings, and a server elsewhere needs in a scenario."""


def build_settings(options: OptionValues) -> dict[str, Any]:
    """Return the settings that options give, by name.

    Raises:
        SettingsError: if a value is invalid; the message names the option.
    """
    return {field: _parse(field, options[name]) for name, field in _FIELDS.items() if name in options}


def build_overrides(options: OptionValues) -> AccountOverrides:
    """Return the overrides of an account.

    Raises:
        SettingsError: if a value is invalid.
    """
    return AccountOverrides(**{name: _parse(name, options[name]) for name in ("wire", "auth") if name in options})


def build_scenario(
    options: OptionValues, marked: OptionValues, folders: Sequence[Path], *, is_elsewhere: bool = False
) -> Scenario:
    """Return the scenario of a test's account.

    Corpus and clock win over those of a scenario from the same source or a more general one: an option's over an
    option's scenario, a marker's over any. A marker's scenario replaces an option's.

    Args:
        folders: the folders in which scenario files are searched.
        is_elsewhere: True for a running server, whose settings are unknown.

    Raises:
        SettingsError: if a value is invalid; the message names its source.
    """
    from scenarios.loading.load import from_objects  # imports YAML, which is not needed without a scenario

    named = marked.get("scenario") or options.get("scenario")
    plain: dict[str, Any] = {"name": "pytest"} if named is None else msgspec.to_builtins(_load_scenario(named, folders))
    for name in _PLANNED:
        asked, wished = ([_parse_plan(name, each[name])] if name in each else [] for each in (options, marked))
        own = [plain[name]] if name in plain else []
        known = [_DEFAULT_PLANS[name]] if is_elsewhere else []
        plans = [*asked, *own, *wished] if "scenario" in marked else [*own, *asked, *wished]
        if merged := _merge([*known, *plans]):
            plain[name] = merged
    try:
        return from_objects(plain)
    except ScenarioError as wrong:  # options were checked before, so a marker's mapping is wrong
        raise SettingsError(f"@pytest.mark.recmock: {wrong}") from None


def _load_scenario(wish: OptionValue, folders: Sequence[Path]) -> Scenario:
    from scenarios.loading.load import from_objects, load
    from scenarios.loading.sources import find_bundled_files

    named = wish.value
    try:
        if isinstance(named, Mapping | Scenario):
            return from_objects(named if isinstance(named, Scenario) else dict(named), folder=folders[0])
        if not isinstance(named, str | Path):
            raise SettingsError(
                f"{wish.source}: expected a bundled scenario's name, a path, a mapping or a Scenario, found {named!r}."
            )
        if str(named) in find_bundled_files():
            return load(str(named))
        found = (folder / named for folder in folders)
        return load(str(next((path for path in found if path.exists()), named)))
    except ScenarioError as wrong:
        raise SettingsError(f"{wish.source}: {wrong}") from None


def _parse_plan(name: str, wish: OptionValue) -> dict[str, Any]:
    if isinstance(wish.value, Mapping):
        return dict(wish.value)
    read = _parse(_FIELDS[name], wish)
    return _to_clock_plan(read) if isinstance(read, ClockRate) else {"count": read}


def _to_clock_plan(pace: ClockRate) -> dict[str, Any]:
    mode = {0.0: "frozen", 1.0: "real"}.get(pace.rate, "scaled")
    return {"mode": mode, "rate": pace.rate if mode == "scaled" else None}


def _merge(plans: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Merge plans. Later ones win."""
    merged: dict[str, Any] = {}
    for plan in plans:
        if "count" in plan and merged.get("profile") == "empty":
            del merged["profile"]  # the profile `empty` would contradict a count
        if "mode" in plan:
            merged.pop("rate", None)  # the rate belongs to the mode that is replaced
        merged |= plan
    return merged


def _parse(field: str, wish: OptionValue) -> Any:
    return all_settings()[field].read(str(wish.value), wish.source)
