"""Settings from flags and environment variables.

The table of settings also produces the table in the README.
"""

import os
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, get_type_hints

import msgspec

from generators.instants import SECOND
from mockserver.settings.parsing import BadValueError, Option, parse_span
from mockserver.settings.settings import Settings, SettingsError
from scenarios.durations import format_duration


class Setting(msgspec.Struct, frozen=True):
    """One setting of the table."""

    name: str
    default: Any
    option: Option

    @property
    def flag(self) -> str:
        """The command line flag, such as `--media-auth`."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """The environment variable, such as `RECMOCK_MEDIA_AUTH`."""
        return f"RECMOCK_{self.name.upper()}"

    @property
    def default_text(self) -> str:
        """The default as the flag would write it, or an empty text if there is no default."""
        if self.option.parse is parse_span:
            return format_duration(self.default * SECOND)
        return "" if self.default in (None, ()) else str(self.default)

    def read(self, raw: str | list[str], source: str) -> Any:
        """Parse the value of the setting.

        Args:
            raw: the text; for a repeatable setting a list of texts, or one text with spaces between the values.
            source: the flag or variable that the text comes from.

        Raises:
            SettingsError: if the text is not a valid value; the message starts with `source`.
        """
        if self.option.repeatable:
            texts = raw if isinstance(raw, list) else raw.split()
            return tuple(self._parse(text, source) for text in texts)
        return self._parse(str(raw), source)

    def _parse(self, text: str, source: str) -> Any:
        try:
            return self.option.parse(text)
        except BadValueError as error:
            raise SettingsError(f"{source}: {error}") from None


@cache
def get_all_settings() -> Mapping[str, Setting]:
    """Return all settings by name, in the order of the documentation."""
    hints = get_type_hints(Settings, include_extras=True)
    fields = msgspec.structs.fields(Settings)
    return {field.name: Setting(field.name, field.default, hints[field.name].__metadata__[0]) for field in fields}


def load_settings(
    flags: Mapping[str, str | list[str] | None],
    environment: Mapping[str, str] = os.environ,
    defaults: Mapping[str, str] = MappingProxyType({}),
) -> Settings:
    """Return the settings from flags and environment variables. A flag overrides a variable.

    A variable that is empty counts as not set: Compose passes `${COUNT:-}` so.

    Args:
        flags: the text of each flag by the name of its setting: a list of texts if the setting is repeatable, None
            if the user did not give the flag. A setting that is missing here keeps its default, even if the
            environment has its variable.
        environment: the environment variables. The values of a repeatable setting are separated by spaces.
        defaults: texts that replace the default of a setting, by name.

    Raises:
        SettingsError: if a value is invalid.
    """
    values: dict[str, Any] = {}
    for setting in get_all_settings().values():
        if setting.name not in flags:
            continue
        raw, source = flags[setting.name], setting.flag
        if raw is None:
            raw, source = environment.get(setting.variable) or defaults.get(setting.name), setting.variable
        if raw is not None:
            values[setting.name] = setting.read(raw, source)
    return Settings(**values)
