"""The contents of the wheel and the source distribution, and the effects of imports."""

import email
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from mockserver.dashboard.files import list_names
from scenarios.loading.sources import find_bundled_files

ROOT = Path(__file__).parent.parent.parent
DATA_FILES = {
    "generators/recording.schema.json",
    "generators/test_private_key.pem",
    "generators/content/word_pools.json",
    "generators/py.typed",
    "scenarios/py.typed",
    "mockserver/proxy/node_preload.js",
    "mockserver/py.typed",
    *(f"mockserver/dashboard/static/{name}" for name in list_names()),
    "scenarios/scenario.schema.json",
    *(f"scenarios/{name}.yaml" for name in find_bundled_files()),
    "scenarios/templates/new.yaml",
}


@pytest.fixture(scope="module")
def dist_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=300,
    )
    return folder


def test_wheel_contains_only_the_packages(dist_folder: Path) -> None:
    with zipfile.ZipFile(next(dist_folder.glob("*.whl"))) as wheel:
        names = {name for name in wheel.namelist() if ".dist-info/" not in name}
        metadata = email.message_from_bytes(wheel.read(next(n for n in wheel.namelist() if n.endswith("/METADATA"))))
        entry_points = wheel.read(next(n for n in wheel.namelist() if n.endswith("entry_points.txt"))).decode()
        has_license = any(name.endswith("licenses/LICENSE") for name in wheel.namelist())
    modules = {
        str(path.relative_to(ROOT))
        for package in ("generators", "scenarios", "mockserver")
        for path in (ROOT / package).rglob("*.py")
        if path.parent.name != "pytest_plugin"
    }
    assert modules | DATA_FILES | {"recmock_plugin.py", "recmock_entry.py"} == names
    assert "recmock = recmock_entry:run_command" in entry_points
    assert "[pytest11]\nrecmock = recmock_plugin" in entry_points
    assert has_license
    assert metadata["Name"] == "twilio-recordings-mock"
    requirements = {
        requirement.split(">")[0] for requirement in metadata.get_all("Requires-Dist", []) if ";" not in requirement
    }
    # Without rfc3339-validator, jsonschema would accept every date.
    assert {"starlette", "uvicorn", "faker", "hypothesis-jsonschema", "jsonschema", "rfc3339-validator"} <= requirements


def test_source_distribution_contains_files_for_build_and_tests(dist_folder: Path) -> None:
    with tarfile.open(next(dist_folder.glob("*.tar.gz"))) as source:
        names = {name.partition("/")[2] for name in source.getnames()}
    assert {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "Dockerfile", "tests/__main__.py"} <= names
    assert names >= DATA_FILES
    assert not any(name.startswith((".venv", ".node")) for name in names)


IMPORT_ALL_PROGRAM = """
import importlib, pathlib, sys

packages = {"hypothesis_jsonschema", "faker", "hypothesis", "uvicorn", "starlette", "jsonschema", "requests", "tqdm"}
for name in sorted(packages):
    importlib.import_module(name)
accesses = []

def watch(event, arguments):
    if event == "open" and not str(arguments[0]).endswith((".py", ".pyc", ".so")) and isinstance(arguments[0], str):
        accesses.append(arguments[:2])
    elif event.startswith(("socket.", "subprocess.")) or event in ("os.mkdir", "os.remove", "os.rename"):
        accesses.append((event, *arguments))

names = [
    ".".join(path.with_suffix("").parts)
    for package in ("generators", "scenarios", "mockserver")
    for path in pathlib.Path(package).rglob("*.py")
    if path.name != "__main__.py"
]
sys.addaudithook(watch)
for name in names:
    importlib.import_module(name)
print(len(names), accesses)
"""


def test_importing_any_module_does_no_io() -> None:
    process = subprocess.run(  # -B, because Python would write bytecode of modules imported for the first time
        [sys.executable, "-B", "-c", IMPORT_ALL_PROGRAM],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    count, _, accesses = process.stdout.strip().partition(" ")
    assert int(count) > 40
    assert accesses == "[]"


def test_serve_does_not_import_packages_of_other_commands() -> None:
    program = """
import sys
import mockserver.cli.commands.serve
from mockserver.cli.mock_setup import make_mock
from mockserver.settings import Settings
from mockserver.app import create_app
create_app(make_mock(Settings())); make_mock(Settings()).account("AC" + "0" * 32).corpus.generate_recording(5)
late = {"hypothesis", "faker", "jsonschema", "requests", "tqdm", "cryptography", "httpcore", "yaml"}
print(sorted(late & set(sys.modules)))
"""
    process = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300
    )
    assert process.stdout.strip() == "[]"


def test_plugin_imports_no_other_modules_until_used() -> None:
    program = """
import sys
import pytest
before = set(sys.modules)
import recmock_plugin
print(sorted(set(sys.modules) - before))
"""
    process = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True, timeout=300
    )
    assert process.stdout.strip() == "['recmock_entry', 'recmock_plugin']"
