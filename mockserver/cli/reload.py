"""Reloads scenario files when they change, unless they are invalid."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mockserver.account.time.clock import real_pause
from mockserver.cli.mock_setup import UNPLAYABLE, combine_scenarios, error_message
from mockserver.mock import Mock
from scenarios.model import Scenario
from scenarios.problems import ScenarioError

_PAUSE = 0.25
"""Real seconds between two checks."""
_SOUNDS = (".wav", ".mp3")

Timestamps = dict[Path, tuple[int, int] | None]
"""Modification time and size of each file; None for a missing file."""


class Reloader:
    """Watches the scenario files that a server plays. Bundled scenarios do not change.

    Create it before the scenarios are loaded, so that it sees every later change.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._own = _own_files(names)
        self._files = list(_watched_files(self._own))
        self._played = self._tried = self._seen = _read_timestamps(self._files)

    async def run(self, mock: Mock) -> None:
        """Watch the files for ever."""
        while self._own:
            await real_pause(_PAUSE)
            self._check(mock)

    def _check(self, mock: Mock) -> None:
        now = _read_timestamps(self._files)
        is_settled = now == self._seen  # an editor may remove a file for a moment, or write it in pieces
        self._seen = now
        if now != self._tried and is_settled:
            changed = [str(file) for file in self._files if now[file] != self._tried[file]]
            self._files = list(_watched_files(self._own))
            self._tried = self._seen = _read_timestamps(self._files)
            if self._tried != self._played:
                self._reload(mock, ", ".join(changed))

    def _reload(self, mock: Mock, changed: str) -> None:
        from scenarios.loading.load import load  # imports YAML: not before a file has changed

        scenario: Scenario | None = None
        try:
            scenario = combine_scenarios([load(name) for name in self._names])
            mock.replace_scenario(scenario)
        except UNPLAYABLE as wrong:
            _print_status(f"{error_message(wrong, mock.settings, scenario)} The previous scenario continues.")
        else:
            self._played = self._tried
            _print_status(f"{changed} changed: every account restarts with it.")


def _print_status(sentence: str) -> None:
    print(f"recmock: {sentence}", file=sys.stderr, flush=True)


def _own_files(names: Sequence[str]) -> list[str]:
    """Return the names that are not bundled."""
    if not names:
        return []
    from scenarios.loading.sources import find_bundled_files  # imports YAML: only needed if a scenario is played

    return [name for name in names if name not in find_bundled_files()]


def _watched_files(scenarios: Iterable[str]) -> Iterator[Path]:
    """Yield the files of scenarios and the files that they name, existing or not."""
    for name in scenarios:
        from scenarios.loading.sources import find_source

        path = Path(name)
        yield path
        try:
            value = find_source(name).read().value
        except ScenarioError:
            continue
        recordings = value.get("recordings") if isinstance(value, dict) else None
        if isinstance(recordings, str):
            yield path.parent / recordings
        for each in recordings if isinstance(recordings, list) else ():
            if isinstance(each, dict) and isinstance(each.get("media"), str):
                yield path.parent / each["media"]


def _read_timestamps(files: Iterable[Path]) -> Timestamps:
    return {file: _read_timestamp(file) for file in files}


def _read_timestamp(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except (OSError, ValueError):  # missing, or an impossible name
        return None
    if file.suffix.lower() in _SOUNDS:
        return 0, 0  # media are read when a client requests them, so only their existence matters
    return stat.st_mtime_ns, stat.st_size
