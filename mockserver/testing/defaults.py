"""The defaults of tests: their settings, and loading a scenario in any form."""

from pathlib import Path
from typing import Any

import msgspec

from generators.suggestion import suggest
from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.loading import all_settings, load
from mockserver.settings.parsing import ClockRate, parse_instant
from mockserver.settings.settings import Settings, SettingsError
from scenarios.model import Scenario

AnyScenario = Scenario | dict[str, Any] | str | Path

TEST_SETTINGS = Settings(now=parse_instant("2026-01-01T00:00:00Z"), clock=ClockRate(0.0), wire=WireSetting.TWILIO)
"""The settings of tests: T0 is 2026-01-01, the clock is frozen, and the wire is Twilio's."""


def build_settings(changes: dict[str, Any]) -> Settings:
    """Return the test settings with changes, which are values or texts as flags take them."""
    known = all_settings()
    for name in changes:
        if name not in known:
            raise SettingsError(f"expected a setting of `recmock serve`, found {name!r}.{suggest(name, known)}")
    read = {name: known[name].read(value, name) if isinstance(value, str) else value for name, value in changes.items()}
    kept = {} if "data_dir" in read else {"data_dir": load({"data_dir": None}).data_dir}
    return msgspec.structs.replace(TEST_SETTINGS, **kept, **read)


def load_scenario(scenario: AnyScenario | None) -> Scenario | None:
    """Return a scenario given as a name, a file, plain objects or a `Scenario`."""
    if scenario is None or isinstance(scenario, Scenario):
        return scenario
    from scenarios.loading.load import from_objects, load  # imports YAML, which is not needed without a scenario

    return load(str(scenario)) if isinstance(scenario, str | Path) else from_objects(scenario)
