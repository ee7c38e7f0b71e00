"""Scenarios in every form that users and programs give them in: a name, a path, plain values or a `Scenario`."""

from collections.abc import Mapping, Sequence
from os.path import exists  # Path.exists raises for names that are too long
from pathlib import Path
from typing import Any

from scenarios.files import find_file
from scenarios.loading.load import from_objects, load
from scenarios.loading.sources import find_bundled_files
from scenarios.model import Scenario
from scenarios.problems import ScenarioError
from scenarios.recording_groups import GROUP_KEYS, change_group_values

AnyScenario = Scenario | Mapping[str, Any] | list[Any] | str | Path
"""A `Scenario`, plain values, the name of a bundled scenario or the path of a file."""


def load_any_scenario(scenario: AnyScenario, *, folders: Sequence[Path] = (), may_name_files: bool = True) -> Scenario:
    """Return the scenario that was given in any form, checked like a scenario file.

    Args:
        scenario: a bundled name, a path, a mapping as a file holds it, a list of saved recordings, or a `Scenario`.
        folders: where to look for a relative path before the working directory. Files that a mapping names are looked
            up there too.
        may_name_files: False if plain values come from another machine, and must not name files of this one.

    Raises:
        ScenarioError: if the scenario is invalid or cannot be found. The message says where, and what was expected.
    """
    if isinstance(scenario, str | Path):
        return load(_locate(scenario, folders))
    if not isinstance(scenario, Scenario | Mapping | list):
        raise ScenarioError(f"expected a bundled scenario's name, a path, a mapping or a Scenario, found {scenario!r}.")
    if not may_name_files:
        return from_objects(dict(scenario) if isinstance(scenario, Mapping) else scenario, folder=None)
    value = _with_found_files(scenario, folders) if isinstance(scenario, Mapping) else scenario
    return from_objects(value, folder=folders[0] if folders else Path())


def _with_found_files(scenario: Mapping[str, Any], folders: Sequence[Path]) -> dict[str, Any]:
    """Return a mapping in which the paths of saved recordings and of media files are absolute."""
    value, recordings, accounts = dict(scenario), scenario.get("recordings"), scenario.get("accounts")
    if not folders:
        return value
    if isinstance(accounts, list | tuple):
        value["accounts"] = [
            _with_found_files(account, folders) if isinstance(account, Mapping) else account for account in accounts
        ]
    if isinstance(recordings, str):
        value["recordings"] = str(find_file(recordings, folders))
    elif isinstance(recordings, list | tuple):
        value["recordings"] = [_with_found_media(recording, folders) for recording in recordings]
    for key in GROUP_KEYS:
        if key in value:
            value[key] = change_group_values(value[key], lambda recording: _with_found_media(recording, folders))
    return value


def _with_found_media(recording: Any, folders: Sequence[Path]) -> Any:
    if not isinstance(recording, Mapping) or not isinstance(recording.get("media"), str):
        return recording
    return {**recording, "media": str(find_file(recording["media"], folders))}


def _locate(name_or_path: str | Path, folders: Sequence[Path]) -> str:
    name = str(name_or_path)
    if name in find_bundled_files():
        return name
    return next((str(path) for path in (folder / name for folder in folders) if exists(path)), name)
