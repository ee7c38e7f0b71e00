"""Scenarios in every form that a user can give them in."""

from pathlib import Path
from typing import Any

import pytest

from scenarios.loading.load import load
from scenarios.loading.scenario_input import load_any_scenario
from scenarios.model import Scenario, ScriptedRecording
from scenarios.problems import ScenarioError

VALUES = {"name": "mine", "recordings": [{"id": "it", "status": "completed"}]}


def test_bundled_name_is_loaded() -> None:
    assert load_any_scenario("late-webhook") == load_any_scenario(Path("late-webhook")) == load("late-webhook")


def test_mapping_list_and_scenario_are_checked_like_a_file() -> None:
    mine = load_any_scenario(VALUES)
    assert mine == load_any_scenario(mine)
    assert [recording.id for recording in mine.recordings] == ["it"]
    (saved,) = load_any_scenario([{"sid": "RE" + "1" * 32, "status": "completed"}]).recordings
    assert saved.sid == "RE" + "1" * 32
    with pytest.raises(ScenarioError, match=r"^recordings\[0\]"):
        load_any_scenario(Scenario(recordings=(ScriptedRecording(id="it", media="missing.wav"),)))


def test_path_is_looked_up_in_the_folders_before_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    near, far = tmp_path / "near", tmp_path / "far"
    for folder in (near, far):
        folder.mkdir()
        (folder / "mine.json").write_text(f'{{"name": "{folder.name}"}}')
    (far / "other.json").write_text('{"name": "other"}')
    monkeypatch.chdir(far)
    assert load_any_scenario("mine.json", folders=[near, far]).name == "near"
    assert load_any_scenario("mine.json").name == "far"
    assert load_any_scenario(Path("other.json"), folders=[near]).name == "other"
    with pytest.raises(ScenarioError, match=r"none\.json: expected a file or one of the bundled scenarios"):
        load_any_scenario("none.json", folders=[near])


def test_files_of_a_mapping_are_relative_to_the_first_folder(tmp_path: Path) -> None:
    (tmp_path / "saved.json").write_text('[{"sid": "RE' + "1" * 32 + '", "status": "completed"}]')
    values = {"recordings": "saved.json"}
    assert len(load_any_scenario(values, folders=[tmp_path]).recordings) == 1
    with pytest.raises(ScenarioError):
        load_any_scenario(values, folders=[tmp_path], may_name_files=False)


@pytest.mark.parametrize("scenario", [5, None, b"late-webhook"])
def test_other_objects_are_refused(scenario: Any) -> None:
    with pytest.raises(ScenarioError, match="expected a bundled scenario's name, a path, a mapping or a Scenario"):
        load_any_scenario(scenario)
