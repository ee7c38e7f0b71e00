"""Scenario files that are being edited: played anew whenever they change, unless they are wrong."""

import sys
from collections.abc import Sequence
from pathlib import Path

from generators.rhythm import SpanTooShortError
from mockserver.arming import ArmingError
from mockserver.clock import real_pause
from mockserver.mock import Mock
from scenarios.combination import combine
from scenarios.complaints import ScenarioError
from scenarios.loading import load
from scenarios.sources import bundled

_PAUSE = 0.5
"""Real seconds between two looks at the files."""

Stamps = list[tuple[int, int] | None]


async def watch(mock: Mock, names: Sequence[str]) -> None:
    """Look after the scenarios of a mock for ever.

    Args:
        names: bundled ones, which do not change, and files.
    """
    files = [Path(name) for name in names if name not in bundled()]
    before = _stamps(files)
    while files:
        await real_pause(_PAUSE)
        now = _stamps(files)
        if now != before:
            before = now
            _reload(mock, names)


def _reload(mock: Mock, names: Sequence[str]) -> None:
    try:
        mock.replace_scenario(combine([load(name) for name in names]))
    except (ScenarioError, ArmingError, SpanTooShortError) as wrong:
        print(f"recmock: {wrong} What was played before goes on.", file=sys.stderr, flush=True)
    else:
        print(f"recmock: {', '.join(names)} changed: every account begins anew.", file=sys.stderr, flush=True)


def _stamps(files: Sequence[Path]) -> Stamps:
    return [_stamp(file) for file in files]


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        stat = file.stat()
    except OSError:  # gone for a moment, as editors do
        return None
    return stat.st_mtime_ns, stat.st_size
