"""Triggers as people write them: `12s` stands for `{time: 12s}`."""

import re
from typing import Any

from scenarios.durations import DURATION_PATTERN


def write_out_durations(trigger: Any) -> Any:
    """Return the value of a trigger in a file with `{time: 12s}` in place of `12s`. Other values stay unchanged."""
    if isinstance(trigger, str) and re.fullmatch(DURATION_PATTERN, trigger):
        return {"time": trigger}
    if not isinstance(trigger, dict):
        return trigger
    return {
        kind: list(map(write_out_durations, value))
        if kind in ("any", "all") and isinstance(value, list | tuple)
        else value
        for kind, value in trigger.items()
    }
