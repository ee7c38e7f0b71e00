from pathlib import Path

import pytest

import mockserver.settings.package_conflict
from mockserver.settings.package_conflict import find_package_conflict


def test_other_distribution_of_same_package_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert find_package_conflict() is None
    monkeypatch.setattr(
        mockserver.settings.package_conflict,
        "__file__",
        str(tmp_path / "mockserver" / "settings" / "package_conflict.py"),
    )
    assert find_package_conflict() is None
    (tmp_path / "mockserver_client-5.15.0.dist-info").mkdir()
    conflict = find_package_conflict()
    assert conflict is not None
    assert "mockserver-client is installed in this environment" in conflict
