"""Scenario files that are being edited: played anew whenever they change, unless they are wrong."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from mockserver.account.time.clock import real_pause
from mockserver.cli.mock_setup import UNPLAYABLE, combined, error_message
from mockserver.mock import Mock
from scenarios.model import Scenario
from scenarios.problems import ScenarioError

_PAUSE = 0.25
"""Real seconds between two looks at the files."""
_SOUNDS = (".wav", ".mp3")

Stamps = dict[Path, tuple[int, int] | None]
"""When files changed, and their sizes; None where there is none."""


class Watch:
    """Looks after the scenarios that a server plays: bundled ones, which do not change, and files.

    It is made before they are loaded: what is changed from then on is seen.
    """

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._own = _own(names)
        self._files = list(_files(self._own))
        self._played = self._tried = self._seen = _stamps(self._files)

    async def run(self, mock: Mock) -> None:
        """Look after them for ever."""
        while self._own:
            await real_pause(_PAUSE)
            self._look(mock)

    def _look(self, mock: Mock) -> None:
        now = _stamps(self._files)
        is_settled = now == self._seen  # an editor may take a file away for a moment, or write it in pieces
        self._seen = now
        if now != self._tried and is_settled:
            changed = [str(file) for file in self._files if now[file] != self._tried[file]]
            self._files = list(_files(self._own))
            self._tried = self._seen = _stamps(self._files)
            if self._tried != self._played:
                self._reload(mock, ", ".join(changed))

    def _reload(self, mock: Mock, changed: str) -> None:
        from scenarios.loading.load import load  # brings YAML: not before there is something to load

        scenario: Scenario | None = None
        try:
            scenario = combined([load(name) for name in self._names])
            mock.replace_scenario(scenario)
        except UNPLAYABLE as wrong:
            _say(f"{error_message(wrong, mock.settings, scenario)} What was played before goes on.")
        else:
            self._played = self._tried
            _say(f"{changed} changed: every account begins anew.")


def _say(sentence: str) -> None:
    print(f"recmock: {sentence}", file=sys.stderr, flush=True)


def _own(names: Sequence[str]) -> list[str]:
    """Return those that are not bundled."""
    if not names:
        return []
    from scenarios.loading.sources import bundled  # brings YAML: only where there is something to watch

    return [name for name in names if name not in bundled()]


def _files(scenarios: Iterable[str]) -> Iterator[Path]:
    """Yield the files of scenarios, and those that they name, whether or not these are there."""
    for name in scenarios:
        from scenarios.loading.sources import find

        path = Path(name)
        yield path
        try:
            value = find(name).read().value
        except ScenarioError:
            continue
        recordings = value.get("recordings") if isinstance(value, dict) else None
        if isinstance(recordings, str):
            yield path.parent / recordings
        for each in recordings if isinstance(recordings, list) else ():
            if isinstance(each, dict) and isinstance(each.get("media"), str):
                yield path.parent / each["media"]


def _stamps(files: Iterable[Path]) -> Stamps:
    return {file: _stamp(file) for file in files}


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except (OSError, ValueError):  # none, or a name that none can have
        return None
    if file.suffix.lower() in _SOUNDS:
        return 0, 0  # it is read when it is asked for: all that matters is that it is there
    return stat.st_mtime_ns, stat.st_size
