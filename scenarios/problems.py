"""Problems of a scenario: where, what was expected, what was found."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

import msgspec

from generators.setup_error import MockSetupError

ValuePath = tuple[str | int, ...]
"""The keys and positions that lead to a value, from the document's root."""

MAX_DEPTH = 60
"""The deepest nesting of a document's values."""

LEFT_OUT = "<<"
"""Stands for a key that the parser leaves out, in the path of its value."""

_MAX_SHOWN_CHARACTERS = 60


class ScenarioError(MockSetupError):
    """A scenario that cannot be played. The message is one sentence for its author."""


class Problem(NamedTuple):
    """A problem with one value of a document."""

    path: ValuePath
    sentence: str


class LocatedError(msgspec.Struct, frozen=True):
    """An error about one place in a document. The parser continued after it."""

    line: int
    path: ValuePath | None
    """The value that the document lacks because of it; None if it lacks none."""
    error: ScenarioError


class Origin(msgspec.Struct, frozen=True):
    """The origin of a document, as its author knows it."""

    name: str = ""
    """The file; empty for objects."""
    lines: Mapping[ValuePath, int] = {}
    """The lines of the values, if known."""

    def find_line(self, path: ValuePath) -> int | None:
        """Return the line of the value at a path, or of its nearest parent; None if it is unknown."""
        return next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), None)

    def build_error(self, path: ValuePath, sentence: str) -> ScenarioError:
        """Return an error about the value at a path. It names the line of the value or of its nearest parent."""
        line = self.find_line(path)
        place = f"{self.name}:{line}" if line else self.name
        return ScenarioError(": ".join(filter(None, (place, format_path(path), sentence))))


def build_location_error(name: str, line: int, column: int, sentence: str) -> ScenarioError:
    """Return an error about a place in a text, counted from 1."""
    return ScenarioError(f"{name}:{line}:{column}: {sentence}" if name else f"{line}:{column}: {sentence}")


def format_path(path: ValuePath) -> str:
    """Return a path as text, such as `recordings[0].timeline[1].after.time`."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".")


def describe_value(value: Any) -> str:
    """Describe a value in the words of the file formats."""
    if isinstance(value, str):
        shown = repr(value[:_MAX_SHOWN_CHARACTERS])
        return f"{shown} and more" if len(value) > _MAX_SHOWN_CHARACTERS else shown
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (dict, list, tuple)):
        noun = "mapping" if isinstance(value, dict) else "list"
        return f"a {noun}" if value else f"an empty {noun}"
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, int) and abs(value) >= 1 << 64:
        return "a number of more than 64 bits"  # a number with thousands of digits cannot be converted to text
    return str(value) if isinstance(value, (int, float)) else f"an object of class {type(value).__name__}"
