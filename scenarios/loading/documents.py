"""Scenario files as plain values: YAML, TOML and JSON give the same mappings, lists, texts and numbers."""

import json
import math
import re
import tomllib
from collections.abc import Iterable, Iterator
from datetime import date, time
from enum import StrEnum
from typing import Any, NamedTuple

from scenarios.loading.json_lines import find_duplicate_keys, find_json_lines
from scenarios.loading.lines import LinesOnDemand
from scenarios.loading.toml_lines import find_toml_lines
from scenarios.problems import (
    MAX_DEPTH,
    LocatedError,
    Origin,
    Problem,
    ScenarioError,
    ValuePath,
    build_location_error,
    describe_value,
)

_MIB = 1 << 20
_NON_TEXT = re.compile("[^\t\n\r -~\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_TOML_LOCATION = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


class FileFormat(StrEnum):
    """The format of a scenario file."""

    YAML = "yaml"
    TOML = "toml"
    JSON = "json"


FORMATS_BY_EXTENSION = {
    ".yaml": FileFormat.YAML,
    ".yml": FileFormat.YAML,
    ".toml": FileFormat.TOML,
    ".json": FileFormat.JSON,
}
"""The format by file extension."""

MAX_SIZES = {FileFormat.YAML: _MIB, FileFormat.TOML: _MIB, FileFormat.JSON: 64 * _MIB}
"""The largest size in bytes. Exports are JSON and may be large; a scenario written by hand stays below a megabyte."""


class ParsedDocument(NamedTuple):
    """The value of a file, and its origin."""

    value: Any
    origin: Origin


def parse_document(
    data: bytes, file_format: FileFormat, name: str, errors: list[LocatedError] | None = None
) -> ParsedDocument:
    """Parse a document.

    Args:
        errors: gets the errors after which parsing can continue; None to raise the first.

    Raises:
        ScenarioError: if it is too large, not text, or malformed.
    """
    if len(data) > MAX_SIZES[file_format]:
        raise ScenarioError(
            f"{name}: expected at most {MAX_SIZES[file_format] // _MIB} MiB of {file_format.upper()}, found more."
        )
    text = _decode_text(data, name)
    if not text.strip():
        raise ScenarioError(f"{name}: expected a scenario, found an empty file.")
    document = _READERS[file_format](text, name, errors)
    return check_document(document) if errors is None else document


def check_document(document: ParsedDocument) -> ParsedDocument:
    """Return the document if a file could hold its values: finite numbers, valid text, at most 60 levels.

    Raises:
        ScenarioError: for any other value, such as an object of another class, or a list that contains itself.
    """
    for problem in find_impossible_values(document.value):
        raise document.origin.build_error(*problem)
    return document


def find_impossible_values(value: Any, path: ValuePath = ()) -> Iterator[Problem]:
    """Yield the values that no scenario can have: infinite numbers, objects of other classes, more than 60 levels."""
    if len(path) > MAX_DEPTH:
        yield Problem(path[:3], f"expected values at most {MAX_DEPTH} deep, found deeper ones.")
    elif isinstance(value, (dict, list, tuple)):
        for key, inside in _iterate_items(value):
            if isinstance(key, (str if isinstance(value, dict) else int)):
                yield from find_impossible_values(inside, (*path, key))
            else:
                yield Problem(path, f"expected text as a key, found {describe_value(key)}.")
    elif isinstance(value, str):
        if _SURROGATE.search(value):
            yield Problem(path, f"expected text, found half of a surrogate pair in {describe_value(value)}.")
    elif isinstance(value, (int, float)):
        if abs(value) >= 1 << 63 or not math.isfinite(value):
            yield Problem(path, f"expected a number of at most 18 digits, found {describe_value(value)}.")
    elif value is not None and not isinstance(value, (date, time)):
        yield Problem(path, f"expected text, a number, a list or a mapping, found {describe_value(value)}.")


def _iterate_items(value: dict[Any, Any] | list[Any] | tuple[Any, ...]) -> Iterable[tuple[Any, Any]]:
    return value.items() if isinstance(value, dict) else enumerate(value)


def _decode_text(data: bytes, name: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line, column = _find_line_and_column(data[: error.start].decode("utf-8", "replace"), error.start)
        raise build_location_error(
            name, line, column, f"expected text in UTF-8, found the byte 0x{data[error.start]:02x}."
        ) from None


def _find_line_and_column(text: str, position: int) -> tuple[int, int]:
    before = text[:position]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def _read_yaml(text: str, name: str, errors: list[LocatedError] | None) -> ParsedDocument:
    from scenarios.loading import yaml  # PyYAML takes long to import, and few runs need it

    stranger = _NON_TEXT.search(text)  # the parsers of the other formats check this themselves
    if stranger:
        line, column = _find_line_and_column(text, stranger.start())
        raise build_location_error(
            name, line, column, f"expected text, found the control character U+{ord(stranger[0]):04X}."
        )
    parsed = yaml.parse_yaml(text, name, errors)
    return ParsedDocument(parsed.value, Origin(name, parsed.lines))


def _read_toml(text: str, name: str, errors: list[LocatedError] | None) -> ParsedDocument:
    try:
        return ParsedDocument(tomllib.loads(text), Origin(name, LinesOnDemand(text, find_toml_lines)))
    except tomllib.TOMLDecodeError as error:
        message = str(error)
        place = _TOML_LOCATION.search(message)
        line, column = (int(place[1]), int(place[2])) if place and place[1] else _find_line_and_column(text, len(text))
        problem = _TOML_LOCATION.sub("", message)
        raise build_location_error(name, line, column, f"expected TOML: {problem[:1].lower()}{problem[1:]}.") from None
    except (ValueError, RecursionError):  # numbers with thousands of digits, thousands of nested lists
        raise ScenarioError(f"{name}: expected TOML with smaller numbers or fewer levels.") from None


def _read_json(text: str, name: str, errors: list[LocatedError] | None) -> ParsedDocument:
    has_duplicates: list[bool] = []

    def build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(pairs)
        if len(made) < len(pairs):
            has_duplicates.append(True)
            made = dict(reversed(pairs))  # the first of each key counts, as in YAML
        return made

    try:
        value = json.loads(text, object_pairs_hook=build_object)
    except json.JSONDecodeError as error:
        problem = f"{error.msg[:1].lower()}{error.msg[1:]}"
        raise build_location_error(name, error.lineno, error.colno, f"expected JSON: {problem}.") from None
    except RecursionError:
        raise ScenarioError(f"{name}: expected values at most {MAX_DEPTH} deep, found deeper ones.") from None
    except ValueError:
        raise ScenarioError(f"{name}: expected JSON: found a number of thousands of digits.") from None
    for duplicate in find_duplicate_keys(text, name) if has_duplicates else ():
        if errors is None:
            raise duplicate.error
        errors.append(duplicate)
    return ParsedDocument(value, Origin(name, LinesOnDemand(text, find_json_lines)))


_READERS = {FileFormat.YAML: _read_yaml, FileFormat.TOML: _read_toml, FileFormat.JSON: _read_json}
