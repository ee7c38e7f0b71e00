import sys
from types import ModuleType

import pytest

from mockserver.testing import hidden_packages
from mockserver.testing.hidden_packages import find_hidden_package


def test_own_packages_are_not_hidden() -> None:
    assert find_hidden_package() is None


def test_module_without_a_file_hides_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "generators", ModuleType("generators"))
    assert "expected the package `generators` of twilio-recordings-mock, found none:" in str(find_hidden_package())


def test_folder_with_the_name_of_a_missing_package_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("path") / "no_such_package"
    folder.mkdir()
    monkeypatch.setattr(hidden_packages, "OUR_PACKAGES", ("no_such_package",))
    monkeypatch.syspath_prepend(str(folder.parent))
    assert f"found {folder}:" in str(find_hidden_package())
