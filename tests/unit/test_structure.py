"""The bounds of the code: modules and functions that one can read at once, and one meaning for each name."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("generators", "mockserver", "scenarios")
MAX_MODULE_LINES = 250
MAX_FUNCTION_LINES = 40
MAX_MEDIAN_LINES = 6
MAX_ENTRIES = 18
"""The entries of `mockserver/` besides its README.md."""

MODULES = [file for package in PACKAGES for file in sorted((ROOT / package).rglob("*.py"))]
TREES = {file.relative_to(ROOT): ast.parse(file.read_bytes()) for file in MODULES}


def walk_functions() -> Iterator[tuple[str, int]]:
    """Yield the name and the number of lines of each function and method."""
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                yield f"{file}: {node.name}", node.end_lineno - node.lineno + 1


@pytest.mark.parametrize("package", PACKAGES)
def test_modules_are_short(package: str) -> None:
    lengths = {file.as_posix(): file.read_text("utf-8").count("\n") for file in (ROOT / package).rglob("*.py")}
    assert lengths
    assert {name: length for name, length in lengths.items() if length > MAX_MODULE_LINES} == {}


def test_functions_are_short() -> None:
    lengths = [*walk_functions()]
    assert [(name, length) for name, length in lengths if length > MAX_FUNCTION_LINES] == []
    assert median(length for _, length in lengths) <= MAX_MEDIAN_LINES


def test_public_classes_have_names_of_their_own() -> None:
    places = defaultdict(list)
    for file, tree in TREES.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(file)
    assert {name: files for name, files in places.items() if len(files) > 1} == {}


def test_mockserver_has_few_entries() -> None:
    entries = {path.name for path in (ROOT / "mockserver").iterdir()} - {"README.md", "__pycache__"}
    assert len(entries) <= MAX_ENTRIES, sorted(entries)
