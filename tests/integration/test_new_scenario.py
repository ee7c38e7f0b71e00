"""`recmock scenario new`: a file that plays as it is, and more that its comments show."""

import re
from pathlib import Path

import pytest

from scenarios.explain.timelines import explain_scenario
from scenarios.loading.load import load
from tests.commands import main
from tests.harness import Api, make_settings

_COMMENTED_LINE = re.compile(r"^( *)#(?=[a-z-])", re.MULTILINE)


@pytest.fixture(autouse=True)
def _work_in_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_new_scenario_plays_as_it_is_explained(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", "new", "late-file"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "Wrote late-file.yaml. Next:"
    assert [line.split()[:3] for line in lines[1:]] == [
        ["recmock", "scenario", "explain"],
        ["recmock", "serve", "--scenario"],
        ["recmock", "scenario", "arm"],
        ["recmock", "scenario", "run"],
    ]
    assert main(["scenario", "validate", "late-file.yaml"]) == 0
    scenario = load("late-file.yaml")
    assert scenario.name == "late-file"
    with Api(make_settings(), scenario) as api:
        api.run_command("POST", "/clock", {"advance": "12s"})
        steps = explain_scenario(scenario).steps
        assert [step.what for step in steps] == api.list_steps("first")
        sid = api.get_account().resolve_handle("first")
        statuses = [api.get(f"{api.root}/Recordings/{sid}.mp3").status_code for _ in range(2)]
        assert statuses == [503, 200]
        assert len(api.list_recordings()) == 101


def test_new_scenario_plays_with_everything_that_its_comments_show() -> None:
    assert main(["scenario", "new", "sub.yaml"]) == 0
    file = Path("sub.yaml")
    text, count = _COMMENTED_LINE.subn(r"\1", file.read_text())
    assert count > 10
    file.write_text(text)
    assert main(["scenario", "validate", "sub.yaml"]) == 0
    scenario = load(file)
    with Api(make_settings(), scenario) as api:
        assert {"first", "short", "silent", "doomed-1", "doomed-2"} == {*api.get_account().state.handles}
    assert all((scenario.on_create, scenario.limits, scenario.expect, scenario.recordings[0].status_callback))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("taken", "taken.yaml: expected a name that no file has, found one: it stays as it is."),
        ("taken.yaml", "taken.yaml: expected a name that no file has, found one: it stays as it is."),
        ("nowhere/mine", "nowhere/mine.yaml: expected a file that can be written: No such file or directory."),
        (
            "a b",
            "NAME: expected at most 64 letters, digits, dots, hyphens and underscores, such as late-file, found 'a b'.",
        ),
        (
            "..",
            "NAME: expected at most 64 letters, digits, dots, hyphens and underscores, such as late-file, found '..'.",
        ),
    ],
    ids=["taken", "taken path", "no folder", "space", "dots"],
)
def test_name_that_cannot_be_used_writes_no_file(
    name: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "taken.yaml").write_text("version: 1\n")
    assert main(["scenario", "new", name]) == 2
    assert capsys.readouterr().err == f"recmock: {message}\n"
    assert [file.name for file in tmp_path.iterdir()] == ["taken.yaml"]
    assert (tmp_path / "taken.yaml").read_text() == "version: 1\n"
