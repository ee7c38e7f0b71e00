"""Reloading of scenario files that change while the server runs."""

import asyncio
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generators.setup_error import MockSetupError
from mockserver.account.gradual import without_full_collections
from mockserver.cli.mock_setup import combine_scenarios, describe_error, print_import_events
from mockserver.mock import Mock
from mockserver.settings.machine_clock import real_pause

if TYPE_CHECKING:
    from scenarios.model import Scenario

_PAUSE = 0.25
"""Real seconds between two checks of the files."""
_MEDIA_SUFFIXES = (".wav", ".mp3")

Stamps = dict[Path, tuple[int, int] | None]
"""The modification time in nanoseconds and the size in bytes of each file, or None if the file is missing."""


class Watch:
    """Watches the scenario files of a server, and reloads the scenarios when a file changes.

    Create it before the scenarios are loaded, so that it sees every later change.

    Args:
        names: the scenarios of the server. Bundled scenarios do not change, so only the files are watched.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._paths = _without_bundled(names)
        self._files = list(_find_files(self._paths))
        self._loaded = self._tried = self._seen = _read_stamps(self._files)

    async def run(self, mock: Mock) -> None:
        """Check the files again and again, until the task is cancelled."""
        while self._paths:
            await real_pause(_PAUSE)
            await self._check(mock)

    async def _check(self, mock: Mock) -> None:
        stamps = _read_stamps(self._files)
        is_stable = stamps == self._seen  # an editor may remove a file for a moment, or write it in parts
        self._seen = stamps
        if stamps != self._tried and is_stable:
            changed = [str(file) for file in self._files if stamps[file] != self._tried[file]]
            self._files = list(_find_files(self._paths))
            self._tried = self._seen = _read_stamps(self._files)
            if self._tried != self._loaded:
                await self._reload(mock, ", ".join(changed))

    async def _reload(self, mock: Mock, changed: str) -> None:
        from scenarios.loading.scenario_input import load_any_scenario  # slow to import, and rarely needed

        scenario: Scenario | None = None
        try:
            with without_full_collections():
                scenarios = [await asyncio.to_thread(load_any_scenario, name) for name in self._names]
            scenario = combine_scenarios(scenarios)
            await mock.replace_scenario_gradually(scenario)
        except MockSetupError as error:
            _log(f"{describe_error(error, mock.settings, scenario)} The server keeps the scenario that it has.")
        else:
            self._loaded = self._tried
            _log(f"{changed} changed: every account restarts.")
            print_import_events(mock)


def _log(message: str) -> None:
    with suppress(OSError):  # a server whose log has no reader still reloads
        print(f"recmock: {message}", file=sys.stderr, flush=True)


def _without_bundled(names: Sequence[str]) -> list[str]:
    """Return the names that are paths, not bundled scenarios."""
    if not names:
        return []
    from scenarios.loading.sources import find_bundled_files  # slow to import, and not needed above

    return [name for name in names if name not in find_bundled_files()]


def _find_files(scenarios: Iterable[str]) -> Iterator[Path]:
    """Yield the scenario files and the files that they name. Some of them may be missing."""
    for name in scenarios:
        from scenarios.loading.sources import find_source

        path = Path(name)
        yield path
        try:
            value = find_source(name).read().value
        except MockSetupError:
            continue
        accounts = value.get("accounts") if isinstance(value, dict) else None
        for plan in (value, *(accounts if isinstance(accounts, list) else ())):
            if isinstance(plan, dict):
                yield from (path.parent / file for file in _find_named_files(plan))


def _find_named_files(plan: Mapping[str, Any]) -> Iterator[str]:
    """Yield the files that a scenario names for one account."""
    if isinstance(plan.get("recordings"), str):
        yield plan["recordings"]
    groups = chain(_find_objects(plan, "calls"), _find_objects(plan, "conferences"))
    for owner in (plan, *groups):
        for recording in _find_objects(owner, "recordings"):
            if isinstance(recording.get("media"), str):
                yield recording["media"]


def _find_objects(plan: Mapping[str, Any], key: str) -> Iterator[Mapping[str, Any]]:
    """Yield the objects in a list that a scenario has under a key. The file may be invalid."""
    values = plan.get(key)
    yield from (value for value in values if isinstance(value, dict)) if isinstance(values, list) else ()


def _read_stamps(files: Iterable[Path]) -> Stamps:
    return {file: _read_stamp(file) for file in files}


def _read_stamp(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except (OSError, ValueError):  # the file is missing, or its name is not possible
        return None
    if file.suffix.lower() in _MEDIA_SUFFIXES:
        return 0, 0  # media is read at each request, so only its existence matters here
    return stat.st_mtime_ns, stat.st_size
