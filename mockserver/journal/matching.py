"""Request patterns: which requests match, and how a request differs from a pattern."""

from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta

from mockserver.journal import redaction
from mockserver.journal.journal import Entry
from scenarios.numbers import MAX_NAMES
from scenarios.operations import Operation
from scenarios.rules import HeaderName
from scenarios.shell_patterns import ShellPattern, matches_pattern

ValuesByName = Mapping[str, list[str]]
ExpectedValue = str | list[str] | None
"""One value of a parameter; a list of all its values, in order; None if the parameter must be missing."""


class RequestPattern(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Conditions for requests, named like those of a scenario's rules. All of them must hold."""

    op: Operation | None = None
    """The operation, such as `list_recordings`."""
    method: str | None = None
    path: ShellPattern | None = None
    """A shell pattern for the path, such as `*/Recordings/*.mp3`."""
    sid: str | None = None
    """A SID that the path names, or the id of a recording of the scenario."""
    status: Annotated[int, Meta(ge=100, le=599)] | None = None
    """The status of the response."""
    header: Annotated[dict[HeaderName, ShellPattern | None], Meta(max_length=MAX_NAMES)] = {}
    """Shell patterns for request headers, by name. None requires that the header is missing."""
    query: Annotated[dict[str, ExpectedValue], Meta(max_length=MAX_NAMES)] = {}
    """Values of query parameters, by name. A list holds all values of a parameter that is sent several times. None
    requires that the parameter is missing.
    """
    form: Annotated[dict[str, ExpectedValue], Meta(max_length=MAX_NAMES)] = {}
    """Values of form parameters, like those of the query."""
    body: ShellPattern | None = None
    """A shell pattern for the body, as text."""

    def with_resolved_sid(self, resolve_handle: Callable[[str], str]) -> "RequestPattern":
        """Return the pattern with its handle replaced by the SID.

        Args:
            resolve_handle: returns the SID for a handle, and any other text unchanged.
        """
        return self if self.sid is None else msgspec.structs.replace(self, sid=resolve_handle(self.sid))

    def __str__(self) -> str:
        """Describe the pattern, such as `list_recordings with PageSize 50`, with secrets hidden."""
        values = [(field.name, getattr(self, field.name)) for field in _SINGLE_FIELDS if field.name != "op"]
        words = [f"{name} {value}" for name, value in values if value is not None]
        for multi_field in _MULTI_FIELDS:
            for name, value in getattr(self, multi_field.name).items():
                text = "absent" if value is None else multi_field.format_expected(name, value)
                words.append(f"{multi_field.label}{name} {text}")
        subject = self.op or "a request"
        return f"{subject} with {', '.join(words)}" if words else subject


class Mismatch(NamedTuple):
    """One difference between a request and a pattern."""

    weight: int
    """How much the difference counts when near misses are sorted."""
    text: str
    """Such as `PageSize: expected 50, found 20`; secrets are hidden."""


def find_mismatches(pattern: RequestPattern, entry: Entry) -> Iterator[Mismatch]:
    """Yield the differences between a request and a pattern."""
    for field in _SINGLE_FIELDS:
        expected = getattr(pattern, field.name)
        if expected is not None:
            found = field.get_value(entry)
            if not field.matches(found, expected):
                yield Mismatch(field.weight, f"{field.name}: expected {expected}, found {field.format(found)}")
    for multi_field in _MULTI_FIELDS:
        expected_values: Mapping[str, ExpectedValue] = getattr(pattern, multi_field.name)
        if expected_values:
            yield from _find_multi_field_mismatches(multi_field, expected_values, multi_field.get_values(entry))


def matches(pattern: RequestPattern, entry: Entry) -> bool:
    """Return True if the request matches the pattern."""
    return next(find_mismatches(pattern, entry), None) is None


class _SingleField(NamedTuple):
    """A field of the pattern that a request has once, such as its path."""

    name: str
    weight: int
    get_value: Callable[[Entry], Any]
    matches: Callable[[Any, Any], bool]
    format: Callable[[Any], str] = str


class _MultiField(NamedTuple):
    """A field of the pattern that holds values by name, such as the headers."""

    name: str
    label: str
    get_values: Callable[[Entry], ValuesByName]
    matches: Callable[[str, str], bool]
    normalize_name: Callable[[str], str]
    format: Callable[[str, str], str]

    def accepts(self, values: list[str], expected: ExpectedValue) -> bool:
        """Return True if the values of a request are the expected ones."""
        if expected is None:
            return not values
        if isinstance(expected, list):
            return values == expected
        return any(self.matches(value, expected) for value in values)

    def format_expected(self, name: str, expected: str | list[str]) -> str:
        """Describe what a pattern expects, with secrets hidden."""
        return ", ".join(self.format(name, value) for value in ([expected] if isinstance(expected, str) else expected))


def _find_multi_field_mismatches(
    field: _MultiField, expected_values: Mapping[str, ExpectedValue], found_values: ValuesByName
) -> Iterator[Mismatch]:
    for name, expected in expected_values.items():
        values = found_values.get(field.normalize_name(name), [])
        if field.accepts(values, expected):
            continue
        expected_text = "none" if expected is None or expected == [] else field.format_expected(name, expected)
        found_text = ", ".join(field.format(name, value) or "''" for value in values) or "none"
        yield Mismatch(1, f"{field.label}{name}: expected {expected_text}, found {found_text}")


def _is_equal(found: Any, expected: Any) -> bool:
    return bool(found == expected)


def _contains_sid(path: str, sid: str) -> bool:
    return sid.lower() in path.lower()


def _parse_values(raw: bytes) -> ValuesByName:
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(raw.decode("latin-1"), keep_blank_values=True, errors="replace"):
        values.setdefault(name, []).append(value)
    return values


def _collect_headers(entry: Entry) -> ValuesByName:
    values: dict[str, list[str]] = {}
    for name, value in entry.headers:
        values.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))
    return values


def _format_header(name: str, value: str) -> str:
    return redaction.redact_header(name.encode("latin-1"), value.encode("latin-1", "replace"))


_SINGLE_FIELDS = (
    _SingleField(
        "op", 4, lambda entry: entry.operation, _is_equal, lambda found: "none" if found is None else str(found)
    ),
    _SingleField("method", 2, lambda entry: entry.method, lambda found, expected: found == expected.upper()),
    _SingleField("path", 3, lambda entry: entry.path, matches_pattern),
    _SingleField("sid", 2, lambda entry: entry.path, _contains_sid),
    _SingleField("status", 1, lambda entry: entry.response.status, _is_equal),
    _SingleField("body", 1, lambda entry: entry.body.decode("latin-1"), matches_pattern, lambda found: "another one"),
)
_MULTI_FIELDS = (
    _MultiField("header", "header ", _collect_headers, matches_pattern, str.lower, _format_header),
    _MultiField("query", "", lambda entry: _parse_values(entry.query), _is_equal, str, redaction.redact_parameter),
    _MultiField("form", "form ", lambda entry: _parse_values(entry.form), _is_equal, str, redaction.redact_parameter),
)
