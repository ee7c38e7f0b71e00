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
    scenario = load_any_scenario(VALUES)
    assert scenario == load_any_scenario(scenario)
    assert [recording.id for recording in scenario.recordings] == ["it"]
    (recording,) = load_any_scenario([{"sid": "RE" + "1" * 32, "status": "completed"}]).recordings
    assert recording.sid == "RE" + "1" * 32
    with pytest.raises(ScenarioError, match=r"^recordings\[0\]"):
        load_any_scenario(Scenario(recordings=(ScriptedRecording(id="it", media="missing.wav"),)))


def test_path_is_looked_up_in_the_folders_before_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    near_folder, far_folder = tmp_path / "near", tmp_path / "far"
    for folder in (near_folder, far_folder):
        folder.mkdir()
        (folder / "mine.json").write_text(f'{{"name": "{folder.name}"}}')
    (far_folder / "other.json").write_text('{"name": "other"}')
    monkeypatch.chdir(far_folder)
    assert load_any_scenario("mine.json", folders=[near_folder, far_folder]).name == "near"
    assert load_any_scenario("mine.json").name == "far"
    assert load_any_scenario(Path("other.json"), folders=[near_folder]).name == "other"
    with pytest.raises(ScenarioError, match=r"none\.json: expected a file or one of the bundled scenarios"):
        load_any_scenario("none.json", folders=[near_folder])


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
