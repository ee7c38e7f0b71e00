from pathlib import Path

import pytest

import mockserver.clash
from mockserver.clash import clashing_distribution


def test_another_distribution_of_the_same_package_is_told_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert clashing_distribution() is None
    monkeypatch.setattr(mockserver.clash, "__file__", str(tmp_path / "mockserver" / "clash.py"))
    assert clashing_distribution() is None
    (tmp_path / "mockserver_client-5.15.0.dist-info").mkdir()
    told = clashing_distribution()
    assert told is not None
    assert "mockserver-client is installed in this environment" in told
