"""The pytest plugin of the built wheel, in a new environment and an empty folder."""

import json
import os
import site
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import pytest

from tests.harness import FIVE_LINE_TEST

ROOT = Path(__file__).parent.parent.parent
MANY_TESTS = """
import json, pathlib, pytest

@pytest.mark.parametrize("number", range(40))
def test_one(recmock, number):
    page = [recording.sid for recording in recmock.client().recordings.page(page_size=10)]
    (pathlib.Path(__file__).parent / "seen" / f"{number}.json").write_text(json.dumps(page))
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Yield an interpreter with the wheel, and with the dependencies of the tests' environment."""
    folder = tmp_path_factory.mktemp("installed")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True, timeout=300)
    venv.create(folder / "venv", symlinks=os.name != "nt")
    names = {"base": str(folder / "venv"), "platbase": str(folder / "venv")}
    site_packages = Path(sysconfig.get_path("purelib", "venv", vars=names))
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(site_packages)
    other_folders = [path for path in site.getsitepackages() if Path(path).is_dir()]
    (site_packages / "others.pth").write_text(
        "\n".join(other_folders)
    )  # not as a site directory: that would include the editable install
    return Path(sysconfig.get_path("scripts", "venv", vars=names)) / "python"


def run_pytest(python: Path, folder: Path, *arguments: str) -> str:
    command = [str(python), "-m", "pytest", "-p", "no:cacheprovider", "-q", *arguments]
    process = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


def test_five_line_test_passes_in_empty_folder(python: Path, tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(FIVE_LINE_TEST)
    assert "1 passed" in run_pytest(python, tmp_path, "-W", "error")
    process = subprocess.run(
        [str(python), "-c", "import mockserver; print(mockserver.__file__)"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert str(python.parent.parent) in process.stdout


def test_account_data_is_equal_in_any_order_and_on_workers(python: Path, tmp_path: Path) -> None:
    (tmp_path / "test_many.py").write_text(MANY_TESTS)
    (tmp_path / "seen").mkdir()

    def take_pages() -> dict[str, list[str]]:
        found = {file.name: json.loads(file.read_text()) for file in (tmp_path / "seen").iterdir()}
        for name in found:
            (tmp_path / "seen" / name).unlink()
        return found

    assert "40 passed" in run_pytest(python, tmp_path, "-p", "no:randomly")
    pages_in_order = take_pages()
    assert len({tuple(page) for page in pages_in_order.values()}) == 40
    for arguments in ([], ["-n", "2"]):
        assert "40 passed" in run_pytest(python, tmp_path, *arguments)
        assert pages_in_order == take_pages()
    run_pytest(python, tmp_path, "test_many.py::test_one[17]")
    assert take_pages() == {"17.json": pages_in_order["17.json"]}
