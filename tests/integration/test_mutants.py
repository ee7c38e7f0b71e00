"""`python -m tests.mutants`, with a small project instead of this one."""

from pathlib import Path

import pytest

from tests.mutants import __main__ as command
from tests.mutants.mutation import Mutation

FILE = "arithmetic/double.py"
TEST = "tests/test_double.py::test_double"


def make_mutation(new: str, old: str = "number * 2") -> Mutation:
    return Mutation(why=f"returns {new}", file=FILE, old=old, new=new, tests=(TEST,))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a small project, which the command takes for this one."""
    files = {
        "arithmetic/__init__.py": "",
        FILE: "def double(number):\n    return number * 2\n",
        "tests/conftest.py": "from hypothesis import settings\n\nsettings.register_profile('mutants')\n",
        "tests/test_double.py": "from arithmetic.double import double\n\n\n"
        "def test_double():\n    assert double(2) == 4\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # the trials start pytest often
    monkeypatch.setenv("PYTEST_PLUGINS", "_hypothesis_pytestplugin")
    return tmp_path


def run_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], mutations: list[Mutation], *arguments: str
) -> tuple[int, list[str]]:
    """Return the exit code and the lines that the command prints."""
    monkeypatch.setattr(command, "load_mutations", lambda: mutations)
    return command.main([*arguments]), capsys.readouterr().out.splitlines()


def test_outcomes_and_score_are_printed(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = (project / FILE).read_bytes()
    mutations = [make_mutation("number * 3"), make_mutation("number + 2"), make_mutation("number *")]
    code, lines = run_command(monkeypatch, capsys, mutations)
    assert code == 1
    assert lines[:4] == [
        "First, the tests of 3 mutations without any of them.",
        f"killed     {FILE}: returns number * 3",
        f"SURVIVED   {FILE}: returns number + 2",
        f"NOT TESTED {FILE}: returns number *",
    ]
    assert "SyntaxError" in "\n".join(lines[4:-4])
    assert lines[-4:-1] == ["No test notices these:", *lines[2:4]]
    assert lines[-1].startswith("1 of 3 mutations killed in ")
    assert before == (project / FILE).read_bytes()


def test_endless_tests_are_ended_and_count_as_killed(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    endless = make_mutation("[0 for _ in iter(int, 1)]")
    code, lines = run_command(monkeypatch, capsys, [endless], "--time-limit", "3", "--jobs", "2")
    assert (code, lines[1]) == (0, f"timed out  {FILE}: {endless.why}")
    assert lines[-1].startswith("1 of 1 mutations killed in ")


def test_tests_that_fail_without_a_mutation_are_refused(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / FILE).write_text("def double(number):\n    return number * 2 + 1\n")
    code, lines = run_command(monkeypatch, capsys, [make_mutation("number * 3")])
    assert (code, lines[-1]) == (1, "these tests do not pass without a mutation (killed)")


def test_stale_mutation_stops_the_command_before_any_test(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mutations = [make_mutation("number * 3"), make_mutation("0", old="number * 4")]
    code, lines = run_command(monkeypatch, capsys, mutations)
    assert (code, len(lines)) == (1, 1)
    assert lines[0].startswith(f"stale: {FILE}: expected this text once, found it 0 times: 'number * 4' (returns 0).")


def test_only_chosen_mutations_are_tried(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["rest", "--match", "no such mutation"]) == 1
    assert capsys.readouterr().out == "no mutation matches\n"
    with pytest.raises(SystemExit):
        command.main(["kitchen"])
    assert "expected rooms of account, " in capsys.readouterr().err
