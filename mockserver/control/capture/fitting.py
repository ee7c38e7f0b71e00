"""Fits a captured scenario to what a file can hold, and removes what it cannot say."""

from pathlib import Path
from typing import Any

import msgspec

from scenarios.loading.load import decode_scenario
from scenarios.problems import ValuePath, format_path
from scenarios.validation.scenario_checks import check_scenario
from scenarios.validation.type_errors import find_type_errors

MAX_VALUES = 18_000
"""The largest number of keys and values: a file in YAML may have 20,000."""
MAX_CHARACTERS = 700_000
"""The largest number of characters: a file in YAML may have 1 MB."""
_LIST_ITEM = 2
"""The length of the path of an item of a list, such as `faults[0]`."""


def keep_newest(value: dict[str, Any]) -> list[str]:
    """Remove the oldest recordings if a file cannot hold all of them, and return a note about it."""
    recordings = value.get("recordings", [])
    others = {key: content for key, content in value.items() if key != "recordings"}
    values, characters = _measure(others)
    kept: list[Any] = []
    for recording in reversed(recordings):
        more_values, more_characters = _measure(recording)
        values, characters = values + more_values, characters + more_characters
        if values > MAX_VALUES or characters > MAX_CHARACTERS:
            break
        kept.insert(0, recording)
    if len(kept) == len(recordings):
        return []
    value["recordings"] = kept
    return [f"A file can hold the {len(kept):,} newest of the {len(recordings):,} recordings only."]


def remove_problems(value: dict[str, Any]) -> list[str]:
    """Remove what a scenario cannot say, and return a note about each removed part."""
    notes: list[str] = []
    while problems := _find_problems(value):
        for path in sorted({path[:_LIST_ITEM] for path, _ in problems}, key=_get_position, reverse=True):
            sentence = next(sentence for found, sentence in problems if found[:_LIST_ITEM] == path)
            notes.append(f"{_describe(value, path)} is left out: {sentence}")
            _remove(value, path)
    return notes


def _find_problems(value: dict[str, Any]) -> list[tuple[ValuePath, str]]:
    found = [(problem.path, problem.sentence) for problem in find_type_errors(value)]
    if found:
        return found
    return [(problem.path, problem.sentence) for problem in check_scenario(decode_scenario(value), Path())]


def _get_position(path: ValuePath) -> int:
    """Return the position of an item of a list: the last items are removed first."""
    return next((key for key in path if isinstance(key, int)), 0)


def _describe(value: dict[str, Any], path: ValuePath) -> str:
    """Return the name of a part, such as `recording late`."""
    part = _get(value, path)
    name = part.get("id") or part.get("sid") if isinstance(part, dict) else None
    return format_path(path) if name is None else f"{path[0]} {name}"


def _get(value: dict[str, Any], path: ValuePath) -> Any:
    part: Any = value
    for key in path:
        part = part[key]
    return part


def _remove(value: dict[str, Any], path: ValuePath) -> None:
    container = _get(value, path[:-1])
    del container[path[-1]]


def _measure(value: Any) -> tuple[int, int]:
    """Return how many values a value consists of, and how many characters it takes."""
    return _count(value), len(msgspec.json.encode(value))


def _count(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + sum(1 + _count(item) for item in value.values())
    return 1 + sum(map(_count, value)) if isinstance(value, list | tuple) else 1
