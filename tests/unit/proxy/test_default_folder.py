import os
import pwd
import tempfile
from pathlib import Path

import pytest

from mockserver.proxy.atomic_files import StorageError
from mockserver.proxy.certificate_authority import AuthorityError, CertificateAuthority
from mockserver.proxy.default_folder import find_default_folder
from mockserver.proxy.trust_files import write_trust
from tests.harness import T0


@pytest.fixture(autouse=True)
def temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder for temporary files. No home is set."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    for name in ("HOME", "XDG_DATA_HOME", "WGETRC"):
        monkeypatch.delenv(name, raising=False)

    def find_nobody(_: int) -> None:
        raise KeyError("uid not found")

    monkeypatch.setattr(pwd, "getpwuid", find_nobody)
    return folder


@pytest.fixture
def unwritable_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set a home to which even root cannot write."""
    home = tmp_path / "file"
    home.touch()
    monkeypatch.setenv("HOME", str(home))
    return home


def test_default_folder_is_in_writable_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert find_default_folder() == tmp_path / "home" / ".local" / "share" / "recmock"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert find_default_folder() == tmp_path / "data" / "recmock"
    assert list(find_default_folder().iterdir()) == []


@pytest.mark.usefixtures("unwritable_home")
def test_unwritable_home_gives_private_folder_for_temporary_files(temporary_folder: Path) -> None:
    assert find_default_folder() == temporary_folder / f"recmock-{os.getuid()}"
    assert find_default_folder().stat().st_mode & 0o777 == 0o700


def test_missing_home_gives_folder_for_temporary_files(temporary_folder: Path) -> None:
    folder = temporary_folder / f"recmock-{os.getuid()}"
    files = write_trust(CertificateAuthority(), {}, T0)
    assert {file.parent for file in (files.certificate, files.bundle, files.wgetrc)} == {folder}
    assert not Path("~").exists()


def test_path_that_platformdirs_cannot_expand_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_data_path", lambda name, appauthor: Path("~/.local/share", name))
    assert find_default_folder().name == f"recmock-{os.getuid()}"


def test_two_authorities_without_home_are_the_same() -> None:
    assert CertificateAuthority().get_certificate_pem(T0) == CertificateAuthority().get_certificate_pem(T0)


@pytest.mark.parametrize("kind", ["open", "link"])
def test_folder_that_another_user_can_change_is_refused(temporary_folder: Path, kind: str) -> None:
    folder = temporary_folder / f"recmock-{os.getuid()}"
    if kind == "open":
        folder.mkdir()
        folder.chmod(0o777)
    else:
        (temporary_folder / "other").mkdir()
        folder.symlink_to(temporary_folder / "other")
    with pytest.raises(StorageError, match=r"other users have access to .* Choose a folder with --data-dir"):
        find_default_folder()


def test_folder_of_another_user_is_refused(temporary_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = os.getuid()
    (temporary_folder / f"recmock-{own + 1}").mkdir(0o700)
    monkeypatch.setattr(os, "getuid", lambda: own + 1)
    with pytest.raises(StorageError, match="other users have access"):
        find_default_folder()


def test_no_writable_folder_at_all_is_one_sentence(
    unwritable_home: Path, temporary_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (temporary_folder / f"recmock-{os.getuid()}").touch()
    with pytest.raises(AuthorityError, match=rf"found {unwritable_home}/.* unwritable, and {temporary_folder}/.*"):
        CertificateAuthority().get_certificate_pem(T0)

    def find_none() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(tempfile, "gettempdir", find_none)
    with pytest.raises(AuthorityError, match=r"and no folder for temporary files\. Choose a folder with --data-dir"):
        CertificateAuthority().get_certificate_pem(T0)
