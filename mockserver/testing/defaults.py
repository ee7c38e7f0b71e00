"""Defaults of the servers and accounts that tests use."""

from datetime import date
from typing import Any

import msgspec

from generators.instants import SECOND
from generators.suggestion import suggest
from mockserver.rest.representations.wires import WireSetting
from mockserver.settings.choices import LogFormat
from mockserver.settings.clock_rate import ClockRate
from mockserver.settings.loading import Setting, get_all_settings, load_settings
from mockserver.settings.parsing import parse_instant
from mockserver.settings.settings import Settings, SettingsError
from scenarios.durations import format_duration

__tracebackhide__ = True
_T0 = "2026-01-01T00:00:00Z"
TEST_SETTINGS = Settings(now=parse_instant(_T0), clock=ClockRate(0.0), wire=WireSetting.TWILIO, log=LogFormat.OFF)
"""T0 is 2026-01-01, the clock is frozen, the wire is Twilio's because SDKs read responses, and nothing is logged."""

TEST_SCENARIO: dict[str, dict[str, Any]] = {
    "corpus": {
        "count": TEST_SETTINGS.count,
        "span": format_duration(TEST_SETTINGS.span * SECOND),
        "profile": TEST_SETTINGS.profile.value,
        "mix": {},
    },
    "clock": {"mode": TEST_SETTINGS.clock.mode, "start": _T0},
}
"""The same defaults as parts of a scenario, for accounts of an external server, which has other settings."""
TEST_OVERRIDES = {"wire": TEST_SETTINGS.wire.value, "auth": TEST_SETTINGS.auth.value}
"""The same defaults as account overrides, for accounts of an external server."""


def build_settings(changes: dict[str, Any]) -> Settings:
    """Return the settings of tests with changes.

    Args:
        changes: values by the name of the setting; a text is parsed like a flag of `recmock serve`, and a list of
            texts like a repeated flag.

    Raises:
        SettingsError: if a name is unknown or a text is invalid.
    """
    known = get_all_settings()
    for name in changes:
        if name not in known:
            raise SettingsError(f"expected a setting of `recmock serve`, found {name!r}.{suggest(name, known)}")
    values = {
        name: known[name].read(_to_text(value), name) if _is_text(value, known[name]) else value
        for name, value in changes.items()
    }
    if values.get("clock") == ClockRate(1.0):
        values.setdefault("now", None)  # real time starts at the real now
    # Tests and `recmock` share the local CA, so RECMOCK_DATA_DIR holds for tests too.
    shared = {} if "data_dir" in values else {"data_dir": load_settings({"data_dir": None}).data_dir}
    return msgspec.structs.replace(TEST_SETTINGS, **shared, **values)


def _is_text(value: Any, setting: Setting) -> bool:
    if isinstance(value, list) and setting.option.repeatable:
        return all(isinstance(item, str) for item in value)
    return isinstance(value, str | date)


def _to_text(value: Any) -> Any:
    """Return a date or an instant as text; any other value as it is."""
    return value.isoformat() if isinstance(value, date) else value
