"""`mockserver/README.md` shows the real rooms and layers."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROOMS_README = (ROOT / "mockserver" / "README.md").read_text()
TREE, LAYERS = re.findall(r"^```\n(.*?)^```", ROOMS_README, re.DOTALL | re.MULTILINE)


def test_tree_equals_the_folder() -> None:
    listed = re.findall(r"^  ([\w.]+/?) ", TREE, re.MULTILINE)
    found = {
        f"{path.name}/" if path.is_dir() else path.name
        for path in (ROOT / "mockserver").iterdir()
        if path.name not in ("README.md", "__pycache__")
    }
    assert sorted(listed) == sorted(found)
    assert len(found) <= 18


def test_layers_equal_the_import_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (layers,) = (contract["layers"] for contract in contracts if contract.get("containers") == ["mockserver"])
    assert layers == LAYERS.splitlines()


def test_glossary_has_at_most_twelve_words() -> None:
    words = re.findall(r"^\| (\w[\w ]*) \|", ROOMS_README.partition("## Words")[2], re.MULTILINE)[1:]
    assert 1 <= len(words) <= 12
