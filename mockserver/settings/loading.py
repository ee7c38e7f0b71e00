"""Reads settings: one table that gives the flags, the environment variables and the README's table."""

import os
from collections.abc import Mapping
from functools import cache
from typing import Any, NamedTuple, get_type_hints

import msgspec

from generators.corpus.weekly_rhythm import SECOND
from mockserver.settings.parsing import BadValueError, parse_span
from mockserver.settings.settings import Option, Settings, SettingsError
from scenarios.durations import spelled


class Setting(NamedTuple):
    """A row of the table."""

    name: str
    default: Any
    option: Option

    @property
    def flag(self) -> str:
        """The flag of the command line."""
        return f"--{self.name.replace('_', '-')}"

    @property
    def variable(self) -> str:
        """The environment variable."""
        return f"RECMOCK_{self.name.upper()}"

    @property
    def default_text(self) -> str:
        """The default as its flag would have it; empty where there is none."""
        if isinstance(self.default, bool):
            return "on" if self.default else "off"
        if self.option.parse is parse_span:
            return spelled(self.default * SECOND)
        return "" if self.default in (None, ()) else str(self.default)

    def read(self, raw: str | list[str], source: str) -> Any:
        """Read the setting's value from text.

        Args:
            given: of a repeatable setting a list of texts, or all of them separated by spaces.

        Raises:
            SettingsError: where it cannot be one; `source` says where the text came from.
        """
        if self.option.repeatable:
            texts = raw if isinstance(raw, list) else raw.split()
            return tuple(self._read(text, source) for text in texts)
        return self._read(str(raw), source)

    def _read(self, text: str, source: str) -> Any:
        try:
            return self.option.parse(text)
        except BadValueError as wrong:
            raise SettingsError(f"{source}: {wrong}") from None


@cache
def all_settings() -> Mapping[str, Setting]:
    """Return every setting by its name, in the order in which they are documented."""
    hints = get_type_hints(Settings, include_extras=True)
    fields = msgspec.structs.fields(Settings)
    return {field.name: Setting(field.name, field.default, hints[field.name].__metadata__[0]) for field in fields}


def load_settings(flags: Mapping[str, str | list[str] | None], environment: Mapping[str, str] = os.environ) -> Settings:
    """Return the settings that flags and environment give; a flag stands above a variable.

    Args:
        flags: texts by the name of each setting that matters; a list of them for a repeatable one, None
            where not given. What is not named here keeps its default, whatever the environment says.
        environment: variables; a repeatable one holds its values separated by spaces.

    Raises:
        SettingsError: for a value that cannot be.
    """
    values: dict[str, Any] = {}
    for setting in all_settings().values():
        if setting.name not in flags:
            continue
        given = flags[setting.name]
        source = setting.flag
        if given is None:
            given, source = environment.get(setting.variable), setting.variable
        if given is not None:
            values[setting.name] = setting.read(given, source)
    return Settings(**values)
