"""The list of commands and the row of each."""

import os
from pathlib import Path

import pytest

import mockserver.cli.commands
from mockserver.cli.command import COMMANDS, load_command
from mockserver.cli.main import main
from mockserver.settings.loading import get_all_settings


def test_every_module_of_a_command_is_listed() -> None:
    folder = Path(mockserver.cli.commands.__file__).parent
    assert sorted(COMMANDS) == sorted(file.stem for file in folder.glob("*.py") if file.stem != "__init__")


def test_settings_and_defaults_of_commands_exist() -> None:
    for name in COMMANDS:
        command = load_command(name)
        assert set(command.settings) <= set(get_all_settings())
        assert set(command.defaults) <= set(command.settings)


def test_command_runs_without_any_of_our_variables(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in [name for name in os.environ if name.startswith("RECMOCK_")]:
        monkeypatch.delenv(name)
    assert main(["keys"]) == 0
    assert capsys.readouterr().err == ""
