"""The lines of the values of a TOML text, which Python's parser does not tell."""

import re
import tomllib
from typing import NamedTuple

from scenarios.problems import ValuePath

_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\''
    r"|#[^\n]*|\n|\[\[|\]\]|[\[\]{},=.]|[^\s\[\]{},=.\"'#]+",
    re.DOTALL,
)


class _Token(NamedTuple):
    text: str
    line: int


def find_toml_lines(text: str) -> dict[ValuePath, int]:
    """Return the line of each key, and of each item of a list, counted from 1.

    Args:
        text: valid TOML.
    """
    return _Scanner(text).scan()


class _Scanner:
    """Reads a document token by token. It needs to know keys and brackets only: the document is valid."""

    def __init__(self, text: str) -> None:
        self._tokens: list[_Token] = []
        self._position = 0
        self._lines: dict[ValuePath, int] = {(): 1}
        self._table_counts: dict[ValuePath, int] = {}
        """The number of tables of each `[[array]]` so far."""
        line = 1
        for match in _TOKEN.finditer(text):
            if not match[0].startswith("#"):
                self._tokens.append(_Token(match[0], line))
            line += match[0].count("\n")

    def scan(self) -> dict[ValuePath, int]:
        """Return the line of each path."""
        table: ValuePath = ()
        while self._position < len(self._tokens):
            token = self._tokens[self._position]
            if token.text in ("[", "[["):
                table = self._read_header()
            elif token.text == "\n":
                self._position += 1
            else:
                self._read_pair(table)
        return self._lines

    def _read_header(self) -> ValuePath:
        """Read the header of a table, and return the table's path."""
        is_array = self._take().text == "[["
        line = self._tokens[self._position].line
        path: ValuePath = ()
        *parents, name = self._read_key()
        for parent in parents:
            path = self._enter((*path, parent), line)
        path = (*path, name)
        self._lines.setdefault(path, line)
        if is_array:
            self._table_counts[path] = self._table_counts.get(path, 0) + 1
        self._take()
        return self._enter(path, line)

    def _enter(self, path: ValuePath, line: int) -> ValuePath:
        """Return the path of a table, which is the last one if the path is an array of tables."""
        self._lines.setdefault(path, line)
        if path in self._table_counts:
            path = (*path, self._table_counts[path] - 1)
            self._lines.setdefault(path, line)
        return path

    def _read_pair(self, table: ValuePath) -> None:
        """Read a key and its value."""
        line, path = self._tokens[self._position].line, table
        for name in self._read_key():
            path = (*path, name)
            self._lines.setdefault(path, line)
        self._take()
        self._read_value(path)

    def _read_key(self) -> list[str]:
        """Read a key, and return its parts."""
        parts = []
        while self._tokens[self._position].text not in ("=", "]", "]]"):
            text = self._take().text
            if text != ".":
                parts.append(tomllib.loads(f"key = {text}")["key"] if text[0] in "\"'" else text)
        return parts

    def _read_value(self, path: ValuePath) -> None:
        """Read a list, an inline table, or anything else up to its end."""
        text = self._tokens[self._position].text
        if text in ("[", "[["):
            self._read_list(path)
        elif text == "{":
            self._take()
            while self._peek() != "}":
                if self._peek() in (",", "\n"):
                    self._take()
                else:
                    self._read_pair(path)
            self._take()
        else:
            while self._peek() not in (",", "\n", "]", "]]", "}", ""):
                self._take()

    def _read_list(self, path: ValuePath) -> None:
        self._take_bracket()
        number = 0
        while self._peek() not in ("]", "]]"):
            if self._peek() in (",", "\n"):
                self._take()
                continue
            self._lines[*path, number] = self._tokens[self._position].line
            self._read_value((*path, number))
            number += 1
        self._take_bracket()

    def _take_bracket(self) -> None:
        """Take one bracket. Two of them are one token in a header only."""
        token = self._tokens[self._position]
        if token.text in ("[[", "]]"):
            self._tokens[self._position] = _Token(token.text[0], token.line)
        else:
            self._position += 1

    def _peek(self) -> str:
        """Return the text of the next token, or nothing at the end."""
        return self._tokens[self._position].text if self._position < len(self._tokens) else ""

    def _take(self) -> _Token:
        self._position += 1
        return self._tokens[self._position - 1]
