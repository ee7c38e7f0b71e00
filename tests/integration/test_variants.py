"""`python -m tests.variants`, with scripts instead of Pythons."""

import os
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from tests import variants

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the Pythons are shell scripts")

OTHER_RELEASE = f"3 {sys.version_info[1]} {sys.version_info[2] + 1}"
OTHER_NAME = OTHER_RELEASE.replace(" ", ".")
LEFT_OUT = "== variants: SQLite files, Redis, asyncio's event loop; the system's Python was left out"


class NoRedis:
    """A Redis server that no variant asks."""

    url = "redis://localhost:9/0"


class Pythons:
    """Scripts that note how they are called: this Python, the system's, and the one of its virtual environment."""

    def __init__(self, folder: Path) -> None:
        self._notes = folder / "notes"
        self.system_python = folder / "system_python"
        self.environment_python = folder / "environment_python"
        self.python = self.write(folder / "python")
        self.write(self.environment_python)
        self.set_up_system_python()

    def write(self, path: Path, command: str = "true") -> Path:
        """Write a Python that notes its call and then runs a shell command."""
        marks = "${PYTHONPATH:+ +}${RECMOCK_TEST_STORES:+ stores}"
        note = f'[ "$1" = -m ] && echo "{path.stem} $2{marks}" >> {self._notes}'
        path.write_text(f"#!/bin/sh\n{note}\n{command}\n")
        path.chmod(0o755)
        return path

    def set_up_system_python(self, release: str = OTHER_RELEASE, venv: str = "true") -> None:
        """Write the system's Python.

        Args:
            venv: the shell command that runs instead of `-m venv`, before the environment exists.
        """
        create = f'{venv} && mkdir -p "$3/bin" && cp {self.environment_python} "$3/bin/python"'
        self.write(self.system_python, f'case "$2" in venv) {create};; *) echo {release};; esac')

    def fail(self, python: Path, word: str, code: int = 1) -> None:
        """Let a Python fail if its arguments have the word."""
        self.write(python, f'case "$*" in *{word}*) echo broken >&2; exit {code};; esac')

    def stall(self, python: Path, word: str) -> None:
        """Let a Python wait for ever if its arguments have the word."""
        self.write(python, f'case "$*" in *{word}*) exec sleep 60;; esac')

    def run(self) -> int:
        """Run the command with these Pythons."""
        return variants.main(self.python, self.system_python)

    def read_calls(self) -> list[str]:
        """Return which Python ran which module: `+` stands for a search path without uvloop."""
        return self._notes.read_text().splitlines() if self._notes.exists() else []


@pytest.fixture
def pythons(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pythons:
    monkeypatch.delenv("PYTHONPATH", raising=False)
    monkeypatch.delenv("RECMOCK_TEST_STORES", raising=False)
    monkeypatch.setattr(variants, "NO_REDIS", None)
    monkeypatch.setattr(variants, "RedisProcess", lambda folder: nullcontext(NoRedis()))
    return Pythons(tmp_path)


def get_last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_all_variants_run(pythons: Pythons, capfd: pytest.CaptureFixture[str]) -> None:
    assert pythons.run() == 0
    assert pythons.read_calls() == [
        "python pytest stores",
        "python pytest stores",
        "python pytest +",
        "system_python venv",
        "environment_python pip",
        "environment_python pytest",
        "environment_python pytest +",
    ]
    names = ["SQLite files", "Redis", "asyncio's event loop", f"the system's Python {OTHER_NAME}"]
    names.append(f"{names[3]}, {names[2]}")
    *lines, last = capfd.readouterr().out.splitlines()
    assert last == f"== variants: {', '.join(names[:4])} on both event loops"
    assert [f"== {name}" for name in names] == lines[::2]
    assert [f"== {name}: ok in" for name in names] == [line.rpartition(" in ")[0] + " in" for line in lines[1::2]]


def test_own_search_path_stays(
    pythons: Pythons, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYTHONPATH", "/mine")
    pythons.write(pythons.python, 'echo "${PYTHONPATH%%:*}" "${PYTHONPATH#*:}"; cat "${PYTHONPATH%%:*}"/*.py || true')
    pythons.fail(pythons.environment_python, "pytest", 3)
    assert pythons.run() == 3
    *_, path, source, _, _, _ = capfd.readouterr().out.splitlines()
    assert path.endswith(" /mine")
    assert source.startswith("raise ImportError")


def test_first_failure_ends_the_command(pythons: Pythons, capfd: pytest.CaptureFixture[str]) -> None:
    pythons.fail(pythons.python, "pytest", 5)
    assert pythons.run() == 5
    assert pythons.read_calls() == ["python pytest stores"]
    assert capfd.readouterr().out.splitlines()[-1].startswith("== SQLite files: FAILED in ")


def test_tests_that_do_not_end_fail(
    pythons: Pythons, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(variants, "_TEST_SECONDS", 0.5)
    pythons.stall(pythons.python, "pytest")
    assert pythons.run() == 1
    assert "the tests did not end in 0.5 s" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("release", "reason"),
    [
        (" ".join(map(str, sys.version_info[:3])), "as that of this Python."),
        ("3 10 13", "and the oldest that the project supports is 3.11."),
    ],
)
def test_unsuitable_release_is_left_out(
    pythons: Pythons, capsys: pytest.CaptureFixture[str], release: str, reason: str
) -> None:
    pythons.set_up_system_python(release)
    assert pythons.run() == 0
    found = f"its release is {release.replace(' ', '.')}, {reason}"
    assert get_last_line(capsys) == f"{LEFT_OUT}: {found}"
    assert pythons.read_calls() == ["python pytest stores", "python pytest stores", "python pytest +"]


def test_missing_python_is_left_out(pythons: Pythons, capsys: pytest.CaptureFixture[str]) -> None:
    pythons.system_python.unlink()
    assert pythons.run() == 0
    expected = f"{LEFT_OUT}: there is no {pythons.system_python}."
    assert get_last_line(capsys) == expected


def test_python_without_venv_is_left_out(pythons: Pythons, capsys: pytest.CaptureFixture[str]) -> None:
    pythons.set_up_system_python(venv="echo install python3-venv && false")
    assert pythons.run() == 0
    *_, shown, last = capsys.readouterr().out.splitlines()
    assert shown == "install python3-venv"
    assert last.startswith(f"{LEFT_OUT}: `{pythons.system_python} -m venv ")
    assert last.endswith("` failed, see above.")


def test_python_that_cannot_have_the_project_is_left_out(pythons: Pythons, capsys: pytest.CaptureFixture[str]) -> None:
    pythons.fail(pythons.environment_python, "pip")
    assert pythons.run() == 0
    *_, shown, last = capsys.readouterr().out.splitlines()
    assert (shown, last.endswith("[dev]` failed, see above.")) == ("broken", True)
    assert "environment_python pytest" not in pythons.read_calls()


def test_python_that_does_not_start_is_left_out(
    pythons: Pythons, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(variants, "_START_SECONDS", 0.5)
    pythons.stall(pythons.system_python, "print")
    assert pythons.run() == 0
    assert get_last_line(capsys).endswith("` did not end in 0.5 s.")


def test_python_that_is_no_program_is_left_out(pythons: Pythons, capsys: pytest.CaptureFixture[str]) -> None:
    pythons.system_python.write_bytes(b"\0")
    assert pythons.run() == 0
    assert get_last_line(capsys).endswith("` failed: Exec format error.")


def test_all_tests_with_the_mark_are_in_the_folder() -> None:
    marked = [
        path for path in (variants.ROOT / "tests").rglob("test_*.py") if "mark.variant" in path.read_text("utf-8")
    ]
    assert len(marked) > 5
    assert all(path.is_relative_to(variants.ROOT / variants._FOLDER) for path in marked)
