"""Output that cannot be written: a full device, a closed descriptor, a closed pipe."""

import errno
import io
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from mockserver.cli import reload
from mockserver.cli.main import main
from mockserver.cli.standard_output import StandardOutput

FULL = Path("/dev/full")
RECMOCK = f"{sys.executable} -m mockserver"
NO_SPACE = "recmock: cannot write to the standard output: No space left on device.\n"

needs_full_device = pytest.mark.skipif(not FULL.is_char_device(), reason="this system has no /dev/full")


def run_in_shell(script: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=False, timeout=60)


@needs_full_device
@pytest.mark.parametrize(
    "arguments",
    [
        *(["generate", "--count", "1"], ["generate", "--count", "500"], ["generate", "--format", "csv"]),
        *(["keys"], ["sid", "--index", "1"], ["scenario", "list"], ["scenario", "show", "happy-path"]),
        *(["ready", "--url", "http://127.0.0.1:1"], ["check", "/dev/null"], ["--listen", "127.0.0.1:0"]),
    ],
)
def test_full_standard_output_is_an_error(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with FULL.open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        assert main(arguments) == 2
    assert capsys.readouterr().err == NO_SPACE


@needs_full_device
@pytest.mark.parametrize("arguments", ["--help", "--version", "generate --help", "keys"])
def test_full_standard_output_of_process_is_an_error(arguments: str) -> None:
    result = run_in_shell(f"{RECMOCK} {arguments} > /dev/full")
    assert (result.returncode, result.stderr) == (2, NO_SPACE)


@needs_full_device
def test_full_standard_error_keeps_exit_code() -> None:
    assert run_in_shell(f"{RECMOCK} keys > /dev/full 2> /dev/full").returncode == 2


@pytest.mark.parametrize("arguments", ["generate --count 1", "keys"])
def test_closed_standard_output_is_an_error(arguments: str) -> None:
    result = run_in_shell(f"{RECMOCK} {arguments} >&-")
    assert (result.returncode, result.stderr) == (2, "recmock: cannot write to the standard output: it is closed.\n")


def test_command_that_prints_nothing_needs_no_standard_output(tmp_path: Path) -> None:
    result = run_in_shell(f"{RECMOCK} exec --data-dir '{tmp_path}' -- true >&-")
    assert (result.returncode, result.stderr) == (0, "")


@needs_full_device
def test_full_output_file_is_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    link = tmp_path / "full.jsonl"  # the folder of the link is writable, so a rename would succeed
    link.symlink_to(FULL)
    assert main(["generate", "--count", "1", "--output", str(link)]) == 2
    assert capsys.readouterr().err == f"recmock: --output: cannot write {link}: No space left on device.\n"
    assert stat.S_ISCHR(link.stat().st_mode)
    assert [*tmp_path.iterdir()] == [link]


def test_output_keeps_link_and_writes_its_target(tmp_path: Path) -> None:
    link, target = tmp_path / "link.jsonl", tmp_path / "folder" / "target.jsonl"
    target.parent.mkdir()
    link.symlink_to(target)
    assert main(["generate", "--count", "2", "--output", str(link)]) == 0
    assert link.is_symlink()
    assert len(target.read_text().splitlines()) == 2


def test_output_to_closed_pipe_ends_quietly() -> None:
    result = run_in_shell(f"{RECMOCK} generate --count 20000 --output /dev/stdout | head -n 1; echo ${{PIPESTATUS[0]}}")
    assert result.stderr == ""
    assert result.stdout.splitlines()[1:] == ["0"]


def test_reload_goes_on_when_its_log_cannot_be_written(monkeypatch: pytest.MonkeyPatch) -> None:
    class FullLog(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stderr", FullLog())
    reload._log("late.yaml changed")


def test_standard_output_has_the_attributes_of_its_stream() -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    assert StandardOutput(stream).encoding == "latin-1"
