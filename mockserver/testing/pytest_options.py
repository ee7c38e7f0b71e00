"""Values of pytest options and marker arguments, and the settings, overrides and scenario that they give."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from generators.instants import EPOCH, SECOND
from mockserver.account.overrides import AccountOverrides
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.loading import get_all_settings
from mockserver.settings.machine_clock import wall_microseconds
from mockserver.settings.settings import SettingsError
from mockserver.testing.defaults import TEST_SCENARIO
from scenarios.problems import ScenarioError

if TYPE_CHECKING:
    from scenarios.model import Scenario


class OptionValue(NamedTuple):
    """The value of an option or of a marker argument."""

    value: Any
    source: str
    """The flag, ini option or marker argument, for messages."""
    setting: str | None = None
    """The setting of `recmock serve` that it sets."""
    choices: tuple[str, ...] = ()
    """The allowed values; empty if the setting checks the value, or if any text is allowed."""

    def parse(self) -> Any:
        """Return the value of the setting.

        Raises:
            SettingsError: if the value is invalid; the message starts with the source.
        """
        assert self.setting is not None
        return get_all_settings()[self.setting].read(str(self.value), self.source)

    def check_choice(self) -> None:
        """Raise SettingsError unless the value is one of the choices."""
        if self.choices and self.value not in self.choices:
            raise SettingsError(f"{self.source}: expected one of {', '.join(self.choices)}, found {self.value!r}.")


OptionValues = Mapping[str, OptionValue]
"""The values that the user has set, by the name of the option, such as `corpus`."""


def build_option_settings(options: OptionValues) -> dict[str, Any]:
    """Return the values of the settings that options set, by the name of the setting.

    Raises:
        SettingsError: if a value is invalid; the message names the option.
    """
    return {option.setting: option.parse() for option in options.values() if option.setting is not None}


def build_overrides(values: OptionValues) -> AccountOverrides:
    """Return the account overrides that options or marker arguments set.

    Raises:
        SettingsError: if a value is invalid.
    """
    return AccountOverrides(**{name: values[name].parse() for name in ("wire", "auth") if name in values})


def build_scenario(
    options: OptionValues, marked: OptionValues, folders: Sequence[Path], *, is_external: bool = False
) -> "Scenario":
    """Return the scenario of a test's account, with its corpus and clock.

    Marker arguments override options. A corpus or clock that comes from the same place as the scenario, or from a
    nearer one, overrides the corpus or clock of the scenario.

    Args:
        options: the values of flags and ini options.
        marked: the values of marker arguments.
        folders: the folders in which to look for the file of a scenario, nearest first.
        is_external: True if the server is external. The scenario then also contains the defaults of tests, because
            the settings of the server are unknown.

    Raises:
        SettingsError: if a value is invalid; the message names its source.
    """
    from scenarios.loading.scenario_input import load_any_scenario  # slow to import, and many tests need none

    chosen = marked.get("scenario") or options.get("scenario")
    values: dict[str, Any] = {"name": "pytest"} if chosen is None else msgspec.to_builtins(_load(chosen, folders))
    for plan in values.get("accounts") or [values]:
        _merge_defaults(plan, options, marked, is_external=is_external)
    try:
        return load_any_scenario(values)
    except ScenarioError as error:  # only a mapping in a marker can be wrong here: all other values are checked above
        raise SettingsError(f"@pytest.mark.recmock: {error}") from None


def _merge_defaults(values: dict[str, Any], options: OptionValues, marked: OptionValues, *, is_external: bool) -> None:
    """Set the corpus and the clock of what one account plays.

    Args:
        values: what the scenario says about the account. It is changed.
    """
    for name, default in TEST_SCENARIO.items():
        from_options, from_marker = (_list_scenario_parts(source, name) for source in (options, marked))
        from_scenario = [values[name]] if name in values else []
        base = [default] if is_external else []
        if "scenario" in marked:
            layers = [*base, *from_options, *from_scenario, *from_marker]
        else:
            layers = [*base, *from_scenario, *from_options, *from_marker]
        if name == "clock" and any("clock" in source for source in (options, marked)):
            layers = _with_real_start(layers, base)
        if merged := _merge(layers):
            values[name] = merged


def _load(option: OptionValue, folders: Sequence[Path]) -> "Scenario":
    from scenarios.accounts import refuse_fixed_sids
    from scenarios.loading.scenario_input import load_any_scenario

    try:
        scenario = load_any_scenario(option.value, folders=folders)
        refuse_fixed_sids(scenario)
        return scenario
    except ScenarioError as error:
        raise SettingsError(f"{option.source}: {error}") from None


def _list_scenario_parts(values: OptionValues, name: str) -> list[Mapping[str, Any]]:
    """Return what options or marker arguments set of the corpus or the clock. `now` sets the start of the clock."""
    parts: list[Mapping[str, Any]] = [_to_scenario_part(values[name])] if name in values else []
    if name == "clock" and "now" in values:
        parts.append({"start": _format_instant(values["now"].parse() * SECOND)})
    return parts


def _with_real_start(layers: list[Mapping[str, Any]], base: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Add the real now as the start of a clock in real time, unless the user has set a start.

    Args:
        base: the first of the layers, which has the default start; empty if there is no such layer.
    """
    chosen = _merge(layers[len(base) :])
    if chosen.get("mode") != "real" or chosen.get("start") is not None:
        return layers
    return [*layers, {"start": _format_instant(wall_microseconds())}]


def _format_instant(microseconds: int) -> str:
    return (EPOCH + timedelta(microseconds=microseconds)).isoformat()


def _to_scenario_part(option: OptionValue) -> dict[str, Any]:
    """Return the corpus or clock of a scenario from an option."""
    if isinstance(option.value, Mapping):
        return dict(option.value)
    value = option.parse()
    if not isinstance(value, ClockRate):
        return {"count": value}
    return {"mode": value.mode, "rate": value.rate if value.mode == "scaled" else None}


def _merge(layers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the keys of all layers. A later layer overrides an earlier one."""
    merged: dict[str, Any] = {}
    for layer in layers:
        if "count" in layer and merged.get("profile") == "empty":
            del merged["profile"]  # an empty profile has no recordings, even if a count is set
        if "mode" in layer:
            merged.pop("rate", None)  # the rate belongs to the mode of the layer below
        merged |= layer
    return merged
