"""What a test chooses of its server: settings by name, and a scenario in any form."""

from pathlib import Path
from typing import Any

import msgspec

from generators.suggestion import suggestion
from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.loading import load_settings, all_settings
from mockserver.settings.parsing import ClockRate, parse_instant
from mockserver.settings.settings import Settings, SettingsError
from scenarios.model import Scenario

AnyScenario = Scenario | dict[str, Any] | str | Path

TEST_SETTINGS = Settings(now=parse_instant("2026-01-01T00:00:00Z"), clock=ClockRate(0.0), wire=WireSetting.TWILIO)
"""The settings of tests: T0 is 2026-01-01, time stands still until it is moved, and SDKs read every answer."""


def build_settings(changes: dict[str, Any]) -> Settings:
    """Return the settings of tests with changes: values, or texts as flags have them."""
    known = all_settings()
    for name in changes:
        if name not in known:
            raise SettingsError(f"expected a setting of `recmock serve`, found {name!r}.{suggestion(name, known)}")
    read = {name: known[name].read(value, name) if isinstance(value, str) else value for name, value in changes.items()}
    kept = {} if "data_dir" in read else {"data_dir": load_settings({"data_dir": None}).data_dir}
    return msgspec.structs.replace(TEST_SETTINGS, **kept, **read)


def scenario_of(scenario: AnyScenario | None) -> Scenario | None:
    """Return a scenario that is one already, or read it by its name, from its file, or from its objects."""
    if scenario is None or isinstance(scenario, Scenario):
        return scenario
    from scenarios.loading.load import from_objects, load  # brings YAML: only where there is something to load

    return load(str(scenario)) if isinstance(scenario, str | Path) else from_objects(scenario)
