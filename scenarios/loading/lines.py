"""The lines of the values of a document, found when an error first needs one."""

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from scenarios.problems import ValuePath

_MAX_CHARACTERS = 1 << 23
"""The longest text that is scanned. Errors in a longer one, which is an export, name the path only."""


class LinesOnDemand(Mapping[ValuePath, int]):
    """The lines of a text's values, by their paths.

    Args:
        text: a document without syntax errors.
        find_lines: returns the line of each path in a text, counted from 1.
    """

    def __init__(self, text: str, find_lines: Callable[[str], Mapping[ValuePath, int]]) -> None:
        self._text = text
        self._find_lines = find_lines

    @cached_property
    def _lines(self) -> Mapping[ValuePath, int]:
        return self._find_lines(self._text) if len(self._text) <= _MAX_CHARACTERS else {}

    def __getitem__(self, path: ValuePath) -> int:
        return self._lines[path]

    def __iter__(self) -> Iterator[ValuePath]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


class LinesBelow(Mapping[ValuePath, int]):
    """The lines of a document that becomes a part of another one, by the paths in that.

    Args:
        prefix: the path of the document in the other one.
    """

    def __init__(self, prefix: ValuePath, lines: Mapping[ValuePath, int]) -> None:
        self._prefix = prefix
        self._lines = lines

    def __getitem__(self, path: ValuePath) -> int:
        if path[: len(self._prefix)] != self._prefix:
            raise KeyError(path)
        return self._lines[path[len(self._prefix) :]]

    def __iter__(self) -> Iterator[ValuePath]:
        return ((*self._prefix, *path) for path in self._lines)

    def __len__(self) -> int:
        return len(self._lines)
