import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import recmock_entry
from recmock_entry import find_hidden_package


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
    monkeypatch.setattr(recmock_entry, "OUR_PACKAGES", ("no_such_package",))
    monkeypatch.syspath_prepend(str(folder.parent))
    assert f"found {folder}:" in str(find_hidden_package())


def test_command_explains_a_package_of_the_users_project(tmp_path: Path) -> None:
    (tmp_path / "mockserver.py").write_text("")
    program = "import sys, recmock_entry; sys.exit(recmock_entry.run_command())"
    process = subprocess.run(
        [sys.executable, "-c", program, "--version"],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert process.returncode == 2
    assert process.stderr.startswith("recmock: expected the package `mockserver` of twilio-recordings-mock, found ")
    assert process.stderr.count("\n") == 1
