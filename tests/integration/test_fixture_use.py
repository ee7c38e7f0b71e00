"""How the fixture is used, and how mistakes show: small test projects, run by pytest."""

import sys
from importlib import import_module
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

for _name in ("mockserver.testing.failure_report", "mockserver.testing.sink", "scenarios.loading.load", "twilio.rest"):
    import_module(_name)  # pytester forgets modules that a run imports first, which would create their classes twice


def run_and_get_output(pytester: pytest.Pytester, *arguments: str, **counts: int) -> str:
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:randomly", *arguments)
    result.assert_outcomes(**counts)
    return result.stdout.str()


COUNT_TESTS = """
import pytest

def count(recmock):
    return len(recmock.client().recordings.list())

@pytest.mark.parametrize("number", range(12))
def test_flag(recmock, number):
    assert (count(recmock), recmock.state().corpus) == (6, 6)

@pytest.mark.recmock(corpus=5)
@pytest.mark.parametrize("number", range(12))
def test_marker(recmock, number):
    assert (count(recmock), recmock.state().corpus) == (5, 5)
    assert recmock.corpus.count >= 5

@pytest.mark.recmock(scenario={"corpus": {"count": 7, "mix": {"deleted": 0.5}}})
@pytest.mark.parametrize("number", range(12))
def test_scenario(recmock, number):
    assert count(recmock) == 7
    assert recmock.corpus.count > 7
"""


def test_count_is_what_a_list_shows(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(COUNT_TESTS)
    run_and_get_output(pytester, "--recmock-corpus=6", passed=36)


FILE_TESTS = """
import pytest, requests

def download(recmock, recording):
    return requests.get(f"{recmock.url}/Recordings/{recording.sid}.wav", auth=recmock.auth).content

def test_added_recording(recmock):
    for name in ("mine.wav", "data/other.wav", "root.wav"):
        assert download(recmock, recmock.recordings.add(status="completed", media=name)) == b"RIFF"

def test_armed_scenarios(recmock):
    for name in ("mine.wav", "root.wav"):
        recmock.scenario.arm({"recordings": [{"id": "a", "status": "completed", "media": name}]})
        assert download(recmock, recmock.recordings.get("a")) == b"RIFF"
    recmock.scenario.arm("beside.yaml")
    assert download(recmock, recmock.recordings.get("b")) == b"RIFF"

@pytest.mark.recmock(scenario={"recordings": [{"id": "a", "status": "completed", "media": "root.wav"}, {"id": "b"}]})
def test_marker(recmock):
    assert download(recmock, recmock.recordings.get("a")) == b"RIFF"

@pytest.mark.recmock(scenario={"recordings": "saved.json"})
def test_saved_recordings(recmock):
    assert recmock.state().created == 0

def test_missing_file(recmock):
    with pytest.raises(Exception, match="sub/none.wav"):
        recmock.recordings.add(status="completed", media="none.wav")
"""


def test_files_are_found_beside_the_test(pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("sub")
    (folder / "data").mkdir()
    for path in (folder / "mine.wav", folder / "data" / "other.wav", pytester.path / "root.wav"):
        path.write_bytes(b"RIFF")
    (folder / "beside.yaml").write_text("recordings: [{id: b, status: completed, media: mine.wav}]")
    (folder / "saved.json").write_text('{"recordings": []}')
    (folder / "test_files.py").write_text(FILE_TESTS)
    run_and_get_output(pytester, passed=5)


MISTAKES = """
import pytest
from mockserver.testing import MockTwilio

def test_unknown_recording(recmock): recmock.recordings.get("nobody")
def test_unknown_status(recmock): recmock.recordings.add(status="done")
def test_wrong_reference(recmock): recmock.recordings.step(5)
def test_unknown_operation(recmock): recmock.faults("list_recording", status=500)
def test_unknown_field(recmock): recmock.requests.assert_called("list_recordings", qery={})
def test_missed_request(recmock): recmock.requests.assert_called("list_recordings")
def test_wrong_duration(recmock): recmock.clock.advance("soon")
def test_negative_duration(recmock): recmock.clock.advance(-1)
def test_wrong_instant(recmock): recmock.clock.move_to("soon")
def test_unknown_scenario(recmock): recmock.scenario.arm("nowhere")
def test_wrong_scenario(recmock): recmock.scenario.arm({"recordings": [{"status": "done"}]})
def test_wrong_wire(recmock): recmock.configure(wire="xml")
def test_unknown_snapshot(recmock): recmock.rollback("none")
def test_no_callback(recmock): recmock.sink.wait_for(1, timeout=0.01)
def test_unknown_callback(recmock): recmock.callbacks.redeliver(7)
def test_wrong_application(recmock): recmock.callbacks.deliver_to("app")
def test_unknown_setting(): MockTwilio(cout=3)
def test_wrong_setting(): MockTwilio(clock="fast")
def test_stopped_server(): MockTwilio().recordings.get("x")
def test_missing_scenario():
    with MockTwilio(scenario="nowhere"): ...
def test_short_span():
    with MockTwilio(count=10**9, span="1s"): ...
"""


def test_mistakes_show_a_sentence_and_none_of_our_code(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(MISTAKES)
    output = run_and_get_output(pytester, failed=21)
    ours = Path(__file__).parents[2]
    places = [line for line in output.splitlines() if line.startswith((str(ours), "../", "mockserver", "scenarios"))]
    assert places == []
    assert output.count("\nE   ") < 3 * 21


def test_report_shows_only_what_is_not_empty(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import requests

        def test_nothing(recmock):
            assert 0

        def test_much(recmock):
            recmock.recordings.add(status="completed", callback=recmock.sink.url)
            requests.get(f"{recmock.url}/Recordings.json?pagesize=2", auth=recmock.auth)
            assert 0
        """
    )
    output = run_and_get_output(pytester, failed=2)
    first, second = output.split("recmock account AC")[1:3]
    assert "clock: 2026-01-01T00:00:00Z frozen" in first
    for empty in ("none", "no timers", "no callbacks", "no timeline", "warnings"):
        assert empty not in first
    assert "no callbacks" not in second
    assert "callbacks: 1 delivered" in second
    assert "warnings: 0: 'pagesize' is not a parameter" in second


@pytest.mark.parametrize(
    "name", ["scenarios/__init__.py", "generators.py", "mockserver/__init__.py", "mockserver/x.py"]
)
def test_own_module_with_the_name_of_our_package_is_explained(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    path = pytester.path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("MINE = 1")
    package = name.partition("/")[0].removesuffix(".py")
    pytester.makepyfile(f"import {package}\ndef test_other(): ...\ndef test_one(recmock): ...")
    process = pytester.run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "recmock_plugin")
    if name == "mockserver/x.py":  # a folder without __init__.py hides no package
        process.assert_outcomes(passed=2)
        return
    process.assert_outcomes(passed=1, errors=1)
    output = process.stdout.str()
    assert f"recmock: expected the package `{package}` of twilio-recordings-mock, found" in output
    assert "Rename it" in output
    assert "Traceback" not in output
    assert "ModuleNotFoundError" not in output


def test_plugins_of_other_packages_can_be_switched_off(pytester: pytest.Pytester) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (addopts,) = (line for line in readme.splitlines() if line.startswith("addopts = "))
    pytester.makefile(".toml", pyproject=f"[tool.pytest.ini_options]\n{addopts}")
    pytester.makepyfile(
        """
        import sys

        def test_one(recmock):
            assert len(recmock.client().recordings.list(limit=5)) == 5
            assert not {"faker", "hypothesis"} & {*sys.modules}
        """
    )
    ours = ("-p", "no:randomly", "-p", "no:schemathesis")  # programs that use the fixture have none of these
    pytester.runpytest_subprocess("-q", *ours).assert_outcomes(passed=1)


def test_own_module_is_explained_without_pytest(pytester: pytest.Pytester) -> None:
    (pytester.path / "generators.py").write_text("")
    process = pytester.run(sys.executable, "-c", "from mockserver.testing import MockTwilio")
    assert "ImportError: expected the package `generators`" in process.stderr.str()
    process = pytester.run(sys.executable, "-m", "mockserver", "--version")
    assert process.ret == 2
    assert process.stderr.str().startswith("recmock: expected the package `generators`")
