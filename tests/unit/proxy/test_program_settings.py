from pathlib import Path

import pytest

from mockserver.proxy.program_settings import build_php_files, build_wgetrc, find_wget_ca_files

OWN_LINES = b"ca_certificate = /d/all.pem\nuse_proxy = on\n"


def make_wgetrc(folder: Path, content: bytes) -> Path:
    file = folder / ".wgetrc"
    file.write_bytes(content)
    return file


def test_wgetrc_contains_own_lines_only_when_user_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "nobody")
    for environment in ({"HOME": str(tmp_path)}, {"WGETRC": str(tmp_path / "none")}, {"WGETRC": ""}, {}):
        assert build_wgetrc(Path("/d/all.pem"), environment) == OWN_LINES
        assert find_wget_ca_files(environment) == []


def test_wgetrc_keeps_users_lines_but_proxies_and_ca_file(tmp_path: Path) -> None:
    kept = b"# \xe4\ntries = 3\nheader = X-Https-Proxy: a=b\nca_directory = /certs\n"
    dropped = b"Use-Proxy=off\n  https_proxy = http://corp:1\nHTTP_PROXY=x\nno_proxy=*\nCA_Certificate = /corp.pem\n"
    file = make_wgetrc(tmp_path, dropped + kept)
    for environment in ({"HOME": str(tmp_path)}, {"HOME": "/nobody", "WGETRC": str(file)}):
        assert build_wgetrc(Path("/d/all.pem"), environment) == kept + OWN_LINES
        assert find_wget_ca_files(environment) == [Path("/corp.pem")]


def test_wgetrc_of_nested_exec_is_unchanged(tmp_path: Path) -> None:
    file = make_wgetrc(tmp_path, b"tries = 3\n" + OWN_LINES)
    assert build_wgetrc(Path("/d/all.pem"), {"WGETRC": str(file)}) == file.read_bytes()


def test_php_ini_names_bundle_and_prepended_file() -> None:
    files = build_php_files(Path("/d/php"), Path("/d/all.pem"))
    assert files[Path("/d/php/recmock.ini")] == (
        b'curl.cainfo="/d/all.pem"\nopenssl.cafile="/d/all.pem"\nauto_prepend_file="/d/php/prepend.php"\n'
    )
    assert files[Path("/d/php/prepend.php")].startswith(b"<?php\n")
