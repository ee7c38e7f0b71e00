"""Writes scenarios as YAML that `scenarios.loading` reads, with comments."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_MAX_LINE = 110
"""The longest text of a mapping or list on one line."""
_INDENT = "  "
_PLAIN_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*|(?:[0-9]+(?:\.[0-9]+)?(?:ms|s|m|h|d|w))+")
"""Texts that need no quotes, unless they are words of YAML."""
_YAML_WORDS = frozenset({"null", "true", "false", "yes", "no", "on", "off", "y", "n"})
_UNSAFE = re.compile("[\x7f-\xa0\u2028\u2029\ufeff\ufffe\uffff]")
"""Characters that YAML forbids, or takes for line breaks, and JSON does not escape."""
_PLACES = {"id": -3, "sid": -2, "when": -1, "timeline": 1}
"""The places of keys before or after the others of their mapping."""
_TRIGGER_KEYS = ("after", "until")


def write_yaml(value: Mapping[str, Any], comments: Iterable[str] = ()) -> str:
    """Return a scenario as a file in YAML.

    Args:
        value: the scenario as plain values.
        comments: lines that follow it.
    """
    lines = list(_iter_entries(value))
    notes = [f"# {_to_printable(line)}".rstrip() for comment in comments for line in comment.splitlines()]
    return "\n".join([*lines, *([""] if notes else []), *notes, ""])


def _iter_entries(value: Mapping[str, Any]) -> Iterator[str]:
    """Yield the lines of a mapping."""
    for key, content in _sort_entries(value):
        name, inline = _to_inline(key), _to_inline(content)
        if not content or not isinstance(content, Mapping | list) or len(name) + len(inline) < _MAX_LINE - 2:
            yield f"{name}: {inline}"
        else:
            yield f"{name}:"
            yield from (f"{_INDENT}{line}" for line in _iter_lines(content))


def _iter_lines(content: Mapping[str, Any] | list[Any]) -> Iterator[str]:
    """Yield the lines of a mapping or list that is too long for one."""
    if isinstance(content, Mapping):
        yield from _iter_entries(content)
        return
    for item in content:
        inline = _to_inline(item)
        if not item or not isinstance(item, Mapping | list) or len(inline) < _MAX_LINE:
            yield f"- {inline}"
        else:
            first, *others = _iter_lines(item)
            yield f"- {first}"
            yield from (f"{_INDENT}{line}" for line in others)


def _sort_entries(value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield the entries of a mapping in the order of a file. A trigger of time alone has its short form."""
    for key in sorted(value, key=lambda key: _PLACES.get(key, 0)):
        content = value[key]
        is_time = key in _TRIGGER_KEYS and isinstance(content, Mapping) and [*content] == ["time"]
        yield key, content["time"] if is_time else content


def _to_inline(value: Any) -> str:
    """Return a value on one line."""
    if isinstance(value, Mapping):
        entries = (f"{_to_inline(key)}: {_to_inline(content)}" for key, content in _sort_entries(value))
        return f"{{{', '.join(entries)}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_to_inline, value))}]"
    if isinstance(value, str) and _PLAIN_TEXT.fullmatch(value) and value.lower() not in _YAML_WORDS:
        return value
    text = json.dumps(value, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _to_printable(text: str) -> str:
    """Return a text in which characters that YAML forbids in comments are escaped."""
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode() for character in text
    )
