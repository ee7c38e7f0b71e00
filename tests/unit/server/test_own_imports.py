import sys
from importlib.machinery import ModuleSpec

import pytest

from mockserver.server.own_imports import OwnImportsFinder, prepare_imports

SEARCH_PATH = tuple(sys.path)


def find_spec_from(module: str, name: str, path: list[str] | None = None) -> ModuleSpec | None:
    """Search for a module as the code of another module does."""
    namespace = {"__name__": module, "finder": OwnImportsFinder(SEARCH_PATH)}
    exec("def find(name, path): return finder.find_spec(name, path)", namespace)
    found: ModuleSpec | None = namespace["find"](name, path)  # type: ignore[operator]
    return found


@pytest.mark.parametrize("module", ["generators.x", "mockserver.server.x", "scenarios"])
def test_modules_are_found_for_own_code(module: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    spec = find_spec_from(module, "yaml")
    assert spec is not None
    assert spec.name == "yaml"
    assert find_spec_from(module, "no_such_module") is None


def test_modules_are_not_found_for_other_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test may empty `sys.path` to see what its own code does without a package."""
    monkeypatch.setattr(sys, "path", [])
    assert find_spec_from("mockserver_of_somebody", "yaml") is None
    assert find_spec_from("mockserver.server.own_imports", "yaml") is None


def test_modules_of_packages_are_left_to_the_package() -> None:
    assert find_spec_from("mockserver.x", "yaml.reader", []) is None


def test_finder_is_added_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys, "meta_path", [finder for finder in sys.meta_path if not isinstance(finder, OwnImportsFinder)]
    )
    before = len(sys.meta_path)
    prepare_imports()
    prepare_imports()
    assert len(sys.meta_path) == before + 1
