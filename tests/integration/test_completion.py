"""Completion of command lines: the scripts in the shells that are installed, and what they offer."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from mockserver.cli.command import COMMANDS
from mockserver.cli.completion_scripts import SHELLS
from mockserver.cli.completion_words import CompletedFlag, CompletedValue, Place, list_places
from mockserver.cli.main import main
from scenarios.loading.sources import find_bundled_files

_BASH_DRIVER = r"""
source "$1"; shift
compopt() { echo FILES; }
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_recmock
printf '%s\n' "${COMPREPLY[@]}"
"""
_ZSH_DRIVER = r"""
compdef() { }
source "$1"; shift
_files() { print FILES }
_describe() { print -rl -- ${found%%:*} }
words=("$@"); CURRENT=$#
_recmock
"""
_FISH_DRIVER = 'source $argv[1]; complete -C (string join -- " " $argv[2..-1])'
_DRIVERS = {
    "bash": ["bash", "--norc", "-c", _BASH_DRIVER, "bash"],
    "zsh": ["zsh", "-f", "-c", _ZSH_DRIVER, "zsh"],
    "fish": ["fish", "--no-config", "-c", _FISH_DRIVER],
}


def write_script(shell: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert main(["completion", shell]) == 0
    file = folder / "script"
    file.write_text(capsys.readouterr().out)
    return file


@pytest.mark.parametrize("shell", sorted(_DRIVERS))
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["cl"], {"clock"}),
        (["clock", "a"], {"advance"}),
        (["clock", "--json", "fr"], {"freeze"}),
        (["clock", "advance", "--j"], {"--json"}),
        (["--wire", ""], {"auto", "schema", "twilio"}),
        (["serve", "--media-redirect", ""], {"off", "on", "cdn"}),
        (["env", "--format", "d"], {"dotenv"}),
        (["faults", "--account", ""], {"demo"}),
        (["completion", ""], set(SHELLS)),
    ],
    ids=lambda words: " ".join(sorted(words) if isinstance(words, set) else words),
)
def test_shell_offers_what_may_stand_there(
    shell: str, words: list[str], expected: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    offered = complete(shell, words, tmp_path, capsys)
    assert expected == {word for word in offered if word.startswith(words[-1]) and (words[-1] or word[0] != "-")}


def complete(shell: str, words: list[str], folder: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what a shell offers; FILES for files."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    script = write_script(shell, folder, capsys)
    command = [*_DRIVERS[shell], str(script), "recmock", *words]
    finished = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)
    assert finished.stderr == ""
    return [line.split("\t")[0] for line in finished.stdout.splitlines()]


@pytest.mark.parametrize("shell", ["bash", "zsh"])
@pytest.mark.parametrize(
    "words", [["serve", "--port-file", ""], ["exec", "--", "py"], ["check", ""], ["scenario", "show", ""]], ids=" ".join
)
def test_shell_offers_files(shell: str, words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "FILES" in complete(shell, words, tmp_path, capsys)


def test_bash_completes_values_after_an_equals_sign(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert complete("bash", ["serve", "--wire", "=", "tw"], tmp_path, capsys) == ["twilio"]
    assert complete("bash", ["serve", "--wire", "="], tmp_path, capsys) == ["auto", "twilio", "schema"]


def test_powershell_offers_what_may_stand_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = write_script("powershell", tmp_path, capsys).read_text().splitlines()
    assert any(line.startswith("        ' clock' = @('advance', 'move-to', 'freeze', 'run', '-") for line in lines)
    assert "        ' serve|--wire' = @('auto', 'twilio', 'schema')" in lines
    assert "        ' serve|--port-file' = @()" in lines


def test_every_command_and_bundled_scenario_is_offered() -> None:
    places = {place.path: place for place in list_places()}
    assert list(places[()].actions) == list(COMMANDS)
    assert {path[0] for path in places if path} == set(COMMANDS)
    assert places[("scenario", "show")].operand == CompletedValue(tuple(find_bundled_files()), is_file=True)
    names = [flag.name for flag in places[()].flags]
    assert {"--version", "--listen"} <= set(names)
    assert len(names) == len(set(names))


@pytest.mark.parametrize("shell", sorted(SHELLS))
def test_help_texts_are_quoted(shell: str) -> None:
    flag = CompletedFlag("--it", r"Twilio's \n 5% @WORDS@.", None)
    script = SHELLS[shell]([Place((), {"run": "it's"}, (flag,), CompletedValue())])
    quoted = {"zsh": r"Twilio'\''s \n 5% @WORDS@.", "fish": r"Twilio\'s \\n 5% @WORDS@."}.get(shell, "--it")
    assert quoted in script
    assert not re.search(r"@(?!WORDS@\.)[A-Z]+@", script)


def test_completion_names_the_shells(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["completion", "csh"])
    assert "invalid choice: 'csh'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("shell", "text"),
    [("bash", "--store"), ("zsh", "_files; found=("), ("fish", "-l clock -x")],
)
def test_script_of_every_shell_is_written_without_the_shell(
    shell: str, text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert text in write_script(shell, tmp_path, capsys).read_text()
