"""What options and markers of pytest wish for, and the world and settings that come of it."""

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
    """A value, and who wishes for it: a flag, an ini option or a marker."""

    value: Any
    source: str


OptionValues = Mapping[str, OptionValue]
"""By name: corpus, scenario, clock, wire, auth, seed; what nobody wishes for is not in it."""

_FIELDS = {"corpus": "count", "clock": "clock", "wire": "wire", "auth": "auth", "seed": "seed"}
"""The settings that options are."""
_PLANNED = ("corpus", "clock")
_DEFAULT_PLANS: dict[str, dict[str, Any]] = {
    "corpus": {"count": TEST_SETTINGS.count, "span": "90d", "profile": TEST_SETTINGS.profile.value, "mix": {}},
    "clock": {"mode": "frozen", "start": "2026-01-01T00:00:00Z"},
}
"""What our own server has anyway, and one that runs elsewhere has to be told."""


def option_settings(options: OptionValues) -> dict[str, Any]:
    """Return the settings that options ask for, by name.

    Raises:
        SettingsError: for a value that cannot be, naming the option.
    """
    return {field: _read(field, options[name]) for name, field in _FIELDS.items() if name in options}


def build_overrides(wishes: OptionValues) -> AccountOverrides:
    """Return how an account is to be treated.

    Raises:
        SettingsError: for a value that cannot be.
    """
    return AccountOverrides(**{name: _read(name, wishes[name]) for name in ("wire", "auth") if name in wishes})


def build_scenario(
    options: OptionValues, marked: OptionValues, folders: Sequence[Path], *, is_elsewhere: bool = False
) -> Scenario:
    """Return the world of a test as a scenario.

    Corpus and clock stand above those of a scenario that is wished for as far away or farther: an option's above an
    option's, a marker's above any. A marker's scenario stands above options.

    Args:
        folders: where paths of scenarios may begin.
        is_elsewhere: whether a server is meant whose own settings are not known.

    Raises:
        SettingsError: for a value that cannot be, naming who wishes for it.
    """
    from scenarios.loading.load import from_objects  # brings YAML: only where there is something to load

    named = marked.get("scenario") or options.get("scenario")
    plain: dict[str, Any] = {"name": "pytest"} if named is None else msgspec.to_builtins(_scenario(named, folders))
    for name in _PLANNED:
        asked, wished = ([_plan(name, each[name])] if name in each else [] for each in (options, marked))
        own = [plain[name]] if name in plain else []
        known = [_DEFAULT_PLANS[name]] if is_elsewhere else []
        plans = [*asked, *own, *wished] if "scenario" in marked else [*own, *asked, *wished]
        if merged := _merged([*known, *plans]):
            plain[name] = merged
    try:
        return from_objects(plain)
    except ScenarioError as wrong:  # all else was looked at before: what a marker's mappings say
        raise SettingsError(f"@pytest.mark.recmock: {wrong}") from None


def _scenario(wish: OptionValue, folders: Sequence[Path]) -> Scenario:
    from scenarios.loading.load import from_objects, load
    from scenarios.loading.sources import bundled

    named = wish.value
    try:
        if isinstance(named, Mapping | Scenario):
            return from_objects(named if isinstance(named, Scenario) else dict(named), folder=folders[0])
        if not isinstance(named, str | Path):
            raise SettingsError(
                f"{wish.source}: expected a bundled scenario's name, a path, a mapping or a Scenario, found {named!r}."
            )
        if str(named) in bundled():
            return load(str(named))
        found = (folder / named for folder in folders)
        return load(str(next((path for path in found if path.exists()), named)))
    except ScenarioError as wrong:
        raise SettingsError(f"{wish.source}: {wrong}") from None


def _plan(name: str, wish: OptionValue) -> dict[str, Any]:
    if isinstance(wish.value, Mapping):
        return dict(wish.value)
    read = _read(_FIELDS[name], wish)
    return _clock_plan(read) if isinstance(read, ClockRate) else {"count": read}


def _clock_plan(pace: ClockRate) -> dict[str, Any]:
    mode = {0.0: "frozen", 1.0: "real"}.get(pace.rate, "scaled")
    return {"mode": mode, "rate": pace.rate if mode == "scaled" else None}


def _merged(plans: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Lay plans above each other, the last at the top."""
    merged: dict[str, Any] = {}
    for plan in plans:
        if "count" in plan and merged.get("profile") == "empty":
            del merged["profile"]  # which would have none, however many are wished for
        if "mode" in plan:
            merged.pop("rate", None)  # which is of the mode below
        merged |= plan
    return merged


def _read(field: str, wish: OptionValue) -> Any:
    return all_settings()[field].read(str(wish.value), wish.source)
