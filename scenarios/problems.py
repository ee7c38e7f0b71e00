"""What is wrong with a scenario, said so that it can be mended: where, what was expected, what was found."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, NamedTuple

from generators.setup_error import MockSetupError

Path = tuple[str | int, ...]
"""The keys and positions that lead to a value, from the document's root."""

MAX_DEPTH = 60
"""How deep a document's values may be nested."""

_LONGEST = 60


class ScenarioError(MockSetupError):
    """A scenario that cannot be played; the message is one sentence for its author."""


class Complaint(NamedTuple):
    """What is wrong with a value of a document."""

    path: Path
    sentence: str


class Origin(NamedTuple):
    """Where a document came from, as its author knows it."""

    name: str = ""
    """The file; empty for objects."""
    lines: Mapping[Path, int] = {}
    """The lines of its values, where they are known."""

    def error(self, path: Path, sentence: str) -> ScenarioError:
        """Return an error about the value at a path, or about the nearest one above it that has a line."""
        line = next((self.lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self.lines), None)
        place = f"{self.name}:{line}" if line else self.name
        return ScenarioError(": ".join(filter(None, (place, spelled(path), sentence))))


def at(name: str, line: int, column: int, sentence: str) -> ScenarioError:
    """Return an error about a place in a text, counted from 1."""
    return ScenarioError(f"{name}:{line}:{column}: {sentence}" if name else f"{line}:{column}: {sentence}")


def spelled(path: Path) -> str:
    """Return a path as text, such as `recordings[0].timeline[1].after.time`."""
    text = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return text.removeprefix(".")


def found(value: Any) -> str:
    """Say what a value is, in the words of the files."""
    if isinstance(value, str):
        shown = repr(value[:_LONGEST])
        return f"{shown} and more" if len(value) > _LONGEST else shown
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (dict, list, tuple)):
        noun = "mapping" if isinstance(value, dict) else "list"
        return f"a {noun}" if value else f"an empty {noun}"
    if value is None or isinstance(value, bool):
        return {None: "nothing", True: "true", False: "false"}[value]
    if isinstance(value, int) and abs(value) >= 1 << 64:
        return "a number of more than 64 bits"  # one of thousands of digits cannot even be spelled
    return str(value) if isinstance(value, (int, float)) else f"an object of class {type(value).__name__}"
