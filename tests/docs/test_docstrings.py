"""Docstrings name the parameters and the errors that exist."""

import ast
import builtins
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TREES = [
    ast.parse(path.read_text())
    for room in ("generators", "scenarios", "mockserver", "tests")
    for path in (ROOT / room).rglob("*.py")
]
Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def find_documented() -> Iterator[tuple[Documented, str]]:
    for tree in TREES:
        for node in ast.walk(tree):
            if isinstance(node, Documented) and (text := ast.get_docstring(node)):
                yield node, text


def list_entries(text: str, section: str) -> list[str]:
    match = re.search(rf"^{section}:\n((?:    .*\n?|\n)*)", text, re.MULTILINE)
    return [] if match is None else re.findall(r"^    \*{0,2}(\w+): ", match[1], re.MULTILINE)


def list_parameters(node: Documented) -> set[str]:
    """Return a function's parameters, or those of a class: its constructor's, or the fields of a struct."""
    if not isinstance(node, ast.ClassDef):
        arguments = node.args
        extra = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
        return {argument.arg for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra)}
    constructors = [
        statement for statement in node.body if isinstance(statement, ast.FunctionDef) and statement.name == "__init__"
    ]
    if constructors:
        return list_parameters(constructors[0])
    return {
        statement.target.id
        for statement in node.body
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
    }


def test_docstrings_name_existing_parameters() -> None:
    unknown = [
        f"{node.name}: {name}"
        for node, text in find_documented()
        for name in list_entries(text, "Args")
        if name not in list_parameters(node)
    ]
    assert not unknown


def test_docstrings_name_existing_errors() -> None:
    error_names = set(dir(builtins))
    for tree in TREES:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                error_names.add(node.name)
            elif isinstance(node, ast.Import | ast.ImportFrom):
                error_names.update(alias.name for alias in node.names)
    assert not [
        f"{node.name}: {name}"
        for node, text in find_documented()
        for name in list_entries(text, "Raises")
        if name not in error_names
    ]
