"""The lines of the values of a JSON text, which Python's parser does not tell."""

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from scenarios.problems import LocatedError, ScenarioError, ValuePath

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{},]|[^\s\[\]{},:"]+|\n')


class JsonLine(NamedTuple):
    """The path of a value, and the line of its key, or of the value itself in a list."""

    path: ValuePath
    line: int


class _Container:
    """A list or an object that is not closed yet.

    Args:
        key: the position in a list, or the key in an object; None before a key.
    """

    def __init__(self, path: ValuePath, *, is_list: bool, key: str | int | None) -> None:
        self.path = path
        self.is_list = is_list
        self.key = key

    def advance(self) -> None:
        """Go on to the next value of a list, or to the next key of an object."""
        self.key = self.key + 1 if isinstance(self.key, int) else None


def find_json_lines(text: str) -> dict[ValuePath, int]:
    """Return the line of each value, counted from 1.

    Args:
        text: valid JSON. Of a key that an object has twice, the first counts.
    """
    lines: dict[ValuePath, int] = {}
    for path, line in iterate_json_lines(text):
        lines.setdefault(path, line)
    return lines


def iterate_json_lines(text: str) -> Iterator[JsonLine]:
    """Yield each value in the order of the text, and a key that an object has twice each time."""
    line, open_containers = 1, [_Container((), is_list=False, key="")]
    yield JsonLine((), 1 + text[: len(text) - len(text.lstrip())].count("\n"))
    for match in _TOKEN.finditer(text):
        token, inside = match[0], open_containers[-1]
        if token == "\n":
            line += 1
        elif token in "}]":
            open_containers.pop()
        elif token == ",":
            inside.advance()
        elif inside.key is None:
            inside.key = json.loads(token)
            yield JsonLine((*inside.path, inside.key), line)
        else:
            path = (*inside.path, inside.key) if len(open_containers) > 1 else ()
            if inside.is_list:
                yield JsonLine(path, line)
            if token in "{[":
                is_list = token == "["
                open_containers.append(_Container(path, is_list=is_list, key=0 if is_list else None))


def find_duplicate_keys(text: str, name: str) -> Iterator[LocatedError]:
    """Yield an error for each key that an object of a valid JSON text has already."""
    lines: dict[ValuePath, int] = {}
    for path, line in iterate_json_lines(text):
        if path and isinstance(path[-1], str) and path in lines:
            sentence = f"expected JSON: each key once, found {path[-1]!r} again; the first is on line {lines[path]}."
            yield LocatedError(line, None, ScenarioError(f"{name}:{line}: {sentence}"))
        lines.setdefault(path, line)
