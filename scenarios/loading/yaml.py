"""YAML with the rules of the 1.2 core schema, based on PyYAML, which implements 1.1 only.

Under 1.1 `on:` is True, `no` is False, 12:30:00 is 45000 and 0o14 is text. Plain text under 1.2 stays text here,
dates included. The line of every value is known, so errors can name it.

Merge keys (`<<`) are rejected: YAML 1.2 dropped them, and editors that use the schema would call them unknown.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

from yaml.composer import Composer
from yaml.error import MarkedYAMLError
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from scenarios.problems import (
    LEFT_OUT,
    MAX_DEPTH,
    LocatedError,
    ScenarioError,
    ValuePath,
    build_location_error,
    describe_value,
)

_MAX_VALUES = 20_000
"""The largest number of values in a file, and of values behind aliases: PyYAML takes seconds for more."""

_PREFIX = "tag:yaml.org,2002:"
_CORE_PATTERNS = {
    "null": re.compile(r"null|Null|NULL|~|"),
    "bool": re.compile(r"true|True|TRUE|false|False|FALSE"),
    "int": re.compile(r"[-+]?[0-9]{1,4000}|0o[0-7]+|0x[0-9a-fA-F]+"),
    "float": re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)"),
    "str": re.compile(r".*", re.DOTALL),
}
_CONVERTERS: dict[str, Callable[[str], Any]] = {
    "null": lambda text: None,
    "bool": lambda text: text.lower() == "true",
    "int": lambda text: int(text, {"0o": 8, "0x": 16}.get(text[:2], 10)),
    "float": lambda text: float(text.lower().replace(".inf", "inf").replace(".nan", "nan")),
    "str": str,
}


class ParsedYaml(NamedTuple):
    """The value of a document, and the line of every path in it, counted from 1."""

    value: Any
    lines: dict[ValuePath, int]


def parse_yaml(text: str, name: str = "", errors: list[LocatedError] | None = None) -> ParsedYaml:
    """Parse one document.

    Args:
        text: YAML without control characters.
        name: the file's name, for errors.
        errors: gets the errors after which parsing can continue; None to raise the first.

    Raises:
        ScenarioError: for malformed YAML, several documents, duplicate keys, keys that are not text, tags outside of
            the core schema, values that contain themselves, more than 60 levels, more than 20,000 values, or aliases
            that stand for more.
    """
    try:
        node = _Loader(text).get_single_node()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise build_location_error(name, line, column, f"expected YAML: {error.problem}.") from None
    except (ValueError, OverflowError):  # an escape such as "\UFFFFFFFF", a directive with thousands of digits
        raise ScenarioError(f"{name}: expected YAML, found a meaningless escape or directive.") from None
    if node is None:
        return ParsedYaml(None, {})
    construction = _ValueBuilder(name, errors)
    construction.lines[()] = node.start_mark.line + 1
    return ParsedYaml(construction.build_value(node, ()), construction.lines)


class _Loader(Reader, Scanner, Parser, Composer, BaseResolver):
    """PyYAML's loader up to the graph of nodes, with the tags of the core schema."""

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text)
        Scanner.__init__(self)
        Parser.__init__(self)
        Composer.__init__(self)
        BaseResolver.__init__(self)
        self._depth = 0
        self._node_count = 0

    def compose_node(self, parent: Node | None, index: int) -> Node | None:
        self._depth += 1
        self._node_count += 1
        if self._depth > MAX_DEPTH or self._node_count > _MAX_VALUES:
            too_deep = self._depth > MAX_DEPTH
            problem = (
                f"values are nested more than {MAX_DEPTH} deep" if too_deep else f"more than {_MAX_VALUES:,} values"
            )
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise MarkedYAMLError(problem=problem, problem_mark=mark)
        node = super().compose_node(parent, index)
        self._depth -= 1
        return node

    def resolve(self, kind: type[Node], value: Any, implicit: Any) -> str:
        if kind is ScalarNode and implicit[0]:
            return _PREFIX + next(tag for tag, shape in _CORE_PATTERNS.items() if shape.fullmatch(value))
        return _PREFIX + {ScalarNode: "str", SequenceNode: "seq", MappingNode: "map"}[kind]


class _ValueBuilder:
    """Builds values from nodes. An alias gives a new value at each place, because each place has its own path."""

    def __init__(self, name: str, errors: list[LocatedError] | None) -> None:
        self.lines: dict[ValuePath, int] = {}
        self._name = name
        self._errors = errors
        self._known_nodes: set[int] = set()
        self._open_nodes: set[int] = set()
        self._alias_count = 0

    def build_value(self, node: Node, path: ValuePath) -> Any:
        """Return the value of the node at a path."""
        self._check_node(node, path)
        self._open_nodes.add(id(node))
        if isinstance(node, MappingNode):
            made: Any = self._build_mapping(node, path)
        elif isinstance(node, SequenceNode):
            made = self._build_sequence(node, path)
        else:
            made = self._build_scalar(node, path)
        self._open_nodes.discard(id(node))
        return made

    def _check_node(self, node: Node, path: ValuePath) -> None:
        if id(node) in self._open_nodes:
            raise self._build_node_error(node, "expected values that end, found a value that contains itself.")
        if len(path) >= MAX_DEPTH:
            raise self._build_node_error(
                node, f"expected values at most {MAX_DEPTH} deep, found deeper ones behind aliases."
            )
        if id(node) in self._known_nodes:
            self._alias_count += 1
            if self._alias_count > _MAX_VALUES:
                raise self._build_node_error(
                    node, f"expected aliases that stand for at most {_MAX_VALUES:,} values, found more."
                )
        self._known_nodes.add(id(node))

    def _build_sequence(self, node: SequenceNode, path: ValuePath) -> list[Any]:
        self._check_tag(node, None, "seq")
        items = []
        for position, item in enumerate(node.value):
            self.lines[*path, position] = item.start_mark.line + 1
            items.append(self.build_value(item, (*path, position)))
        return items

    def _build_mapping(self, node: MappingNode, path: ValuePath) -> dict[str, Any]:
        self._check_tag(node, None, "map")
        made: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = self._build_key(key_node, (*path, LEFT_OUT))
            if key is None:
                continue
            if key in made:
                first = self.lines[*path, key]
                sentence = f"expected each key once, found {key!r} again; the first is on line {first}."
                self._report(key_node, None, sentence)
                continue
            self.lines[*path, key] = key_node.start_mark.line + 1
            made[key] = self.build_value(value_node, (*path, key))
        return made

    def _build_key(self, node: Node, path: ValuePath) -> str | None:
        """Return a key, or None if it is reported and left out. The path is that of its value."""
        key = self._build_scalar(node, path) if isinstance(node, ScalarNode) else node.value
        if not isinstance(key, str):
            self._report(node, None, f"expected text as a key, found {describe_value(key)}: put it in quotes.")
            return None
        if key == "<<":
            self._report(node, path, "expected keys written out, found the merge key <<: YAML 1.2 has none.")
            return None
        return key

    def _build_scalar(self, node: Node, path: ValuePath) -> Any:
        tag = self._check_tag(node, path, *_CORE_PATTERNS)
        if tag is None:
            return str(node.value)
        if not _CORE_PATTERNS[tag].fullmatch(node.value):
            self._report(node, path, f"expected a value for the tag !!{tag}, found {describe_value(node.value)}.")
            return str(node.value)
        return _CONVERTERS[tag](node.value)

    def _check_tag(self, node: Node, path: ValuePath | None, *expected: str) -> str | None:
        """Return the tag of a node, or None if it is reported."""
        tag = node.tag.removeprefix(_PREFIX)
        if tag in expected:
            return tag
        shown = f"!!{tag}" if node.tag.startswith(_PREFIX) else node.tag
        self._report(node, path, f"expected a value without a tag of its own, found the tag {shown}.")
        return None

    def _report(self, node: Node, path: ValuePath | None, sentence: str) -> None:
        """Raise an error, or add it to the list of errors."""
        error = self._build_node_error(node, sentence)
        if self._errors is None:
            raise error
        self._errors.append(LocatedError(node.start_mark.line + 1, path, error))

    def _build_node_error(self, node: Node, sentence: str) -> ScenarioError:
        return build_location_error(self._name, node.start_mark.line + 1, node.start_mark.column + 1, sentence)
