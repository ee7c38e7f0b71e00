"""`recmock scenario` without a server: listing, checking and playing scenarios around a program."""

import json
import os
import signal
import subprocess
import sys
from argparse import _SubParsersAction
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.cli.argument_parser import Parser
from mockserver.cli.parser import make_parser
from scenarios.loading.sources import find_bundled_files
from scenarios.schema import read_published_schema
from tests.commands import main

RUN_COMMAND = [sys.executable, "-m", "mockserver", "scenario", "run"]
BROKEN_FILES: dict[str, str | bytes] = {
    "empty.yaml": "",
    "blank.yaml": " \n\n",
    "list.yaml": "[1, 2]",
    "text.yaml": "hello",
    "null.yaml": "null",
    "tab.yaml": "a:\n\tb: 1",
    "open.yaml": "recordings: [",
    "anchor.yaml": "a: *nobody",
    "twice.yaml": "about: a\nabout: b",
    "unknown.yaml": "recordngs: []",
    "version.yaml": "version: 2",
    "status.yaml": "recordings: [{status: done}]",
    "trigger.yaml": "recordings: [{timeline: [{after: {time: soon}, status: completed}]}]",
    "fault.yaml": "faults: [{when: {op: list_recordings}}]",
    "mix.yaml": "corpus: {mix: {status: {completed: 2}}}",
    "ids.yaml": "recordings: [{id: a}, {id: a}]",
    "media.yaml": "recordings: [{media: nowhere.wav}]",
    "saved.yaml": "recordings: nowhere.json",
    "broken.toml": "a = ",
    "broken.json": "{",
    "bytes.yaml": b"\xff\xfe",
    "ending.txt": "version: 1",
}


@pytest.fixture(autouse=True)
def _use_temporary_data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECMOCK_DATA_DIR", str(tmp_path / "data"))


def write_scenario(folder: Path, text: str) -> str:
    file = folder / "mine.yaml"
    file.write_text(text)
    return str(file)


def list_parsers(parser: Parser) -> Iterator[Parser]:
    yield parser.with_arguments()
    for action in parser._actions:
        if isinstance(action, _SubParsersAction):
            for subparser in action.choices.values():
                yield from list_parsers(subparser)


def test_help_fits_80_columns_and_describes_every_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    found = list(list_parsers(make_parser()))
    assert len(found) > 25
    for parser in found:
        text = parser.format_help()
        assert max(map(len, text.splitlines())) <= 80, text
        assert parser.description
        actions = [action for action in parser._actions if not isinstance(action, _SubParsersAction)]
        assert [action.dest for action in actions if not action.help] == [], parser.prog


def test_bundled_scenarios_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == list(find_bundled_files())
    assert main(["scenario", "list", "--json"]) == 0
    assert list(json.loads(capsys.readouterr().out)) == list(find_bundled_files())


def test_show_prints_valid_scenario_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("late-webhook", write_scenario(tmp_path, "version: 1  # mine\n")):
        assert main(["scenario", "show", name]) == 0
        text = capsys.readouterr().out
        assert main(["scenario", "validate", write_scenario(tmp_path, text)]) == 0
        capsys.readouterr()


def test_validate_reports_what_import_changes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sid = f"RE{'1' * 32}"
    file = tmp_path / "saved.json"
    file.write_text(json.dumps([{"sid": sid, "call_sid": None, "price": "1.00000", "status": "completed"}]))
    report = [
        f"call_sid: null stays on Twilio's wire, and the schema wire shows a derived CallSid ({sid}).",
        f"price is kept: expected a price of at most 0, because a charge is negative, found '1.00000' ({sid}).",
    ]
    lines = [f"{file}: import: {sentence}" for sentence in report]
    assert main(["scenario", "validate", str(file)]) == 0
    assert capsys.readouterr().out.splitlines() == [f"{file}: valid", *lines]
    assert main(["scenario", "validate", "--json", str(file)]) == 0
    captured = capsys.readouterr()
    assert (json.loads(captured.out), captured.err.splitlines()) == ({str(file): None}, lines)
    assert main(["scenario", "explain", str(file)]) == 0
    assert [f"Import: {sentence}" for sentence in report] == capsys.readouterr().out.splitlines()[1:3]


def test_program_run_prints_what_import_changes(tmp_path: Path) -> None:
    file = tmp_path / "saved.json"
    file.write_text(json.dumps([{"sid": f"RE{'1' * 32}", "call_sid": None}]))
    done = subprocess.run([*RUN_COMMAND, str(file), "--", "true"], capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert done.stderr.startswith("recmock: import: call_sid: null stays on Twilio's wire")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "expected a file or one of the bundled scenarios"),
        ("bytes.yaml", "expected text in UTF-8, found an invalid byte at 0."),
        ("folder.yaml", "expected a file, found a folder."),
    ],
)
def test_show_explains_missing_or_unreadable_scenario(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, message: str
) -> None:
    (tmp_path / "bytes.yaml").write_bytes(b"\xff\xfe")
    (tmp_path / "folder.yaml").mkdir()
    assert main(["scenario", "show", str(tmp_path / name)]) == 2
    assert message in capsys.readouterr().err


def test_show_explains_permission_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def raise_permission_error(*_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_text", raise_permission_error)
    name = write_scenario(tmp_path, "version: 1")
    assert main(["scenario", "show", name]) == 2
    assert capsys.readouterr().err == f"recmock: {name}: expected a file that can be read: Permission denied.\n"


def test_validate_prints_one_line_per_mistake(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, text in BROKEN_FILES.items():
        Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    names = ["happy-path", *BROKEN_FILES, "nowhere.yaml"]
    assert main(["scenario", "validate", *names]) == 1
    out, err = capsys.readouterr()
    assert out == "happy-path: valid\n"
    assert len(err.splitlines()) == len(BROKEN_FILES) + 1
    for name, line in zip(names[1:], err.splitlines(), strict=True):
        assert line.startswith(f"recmock: {name}")
        assert line.endswith((".", "?"))
    assert main(["scenario", "validate", "--json", *names]) == 1
    found = json.loads(capsys.readouterr().out)
    assert list(found) == names
    assert [name for name, problems in found.items() if problems is None] == ["happy-path"]
    assert [f"recmock: {problem}" for problems in found.values() for problem in problems or ()] == err.splitlines()


def test_validate_prints_every_mistake_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_scenario(tmp_path, "version: 2\nrecordings:\n  - price: 3\n    chanels: 2\nclock: {rate: 2}\n")
    assert main(["scenario", "validate", file, "late-webhook"]) == 1
    out, err = capsys.readouterr()
    assert out == "late-webhook: valid\n"
    assert [line.removeprefix(f"recmock: {file}:").partition(" ")[0] for line in err.splitlines()] == [
        *("1:", "3:", "4:", "5:")
    ]


def test_commands_that_cannot_load_a_scenario_exit_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = write_scenario(tmp_path, "version: 2\nclock: {rate: 2}\n")
    assert main(["scenario", "explain", file]) == 2
    assert capsys.readouterr().err == f"recmock: {file}:1: version: expected 1, found 2.\n"
    assert main(["scenario", "validate", "nowhere.yaml", "happy-path"]) == 2
    assert "expected a file or one of the bundled scenarios" in capsys.readouterr().err


def test_schema_prints_the_published_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", "schema"]) == 0
    assert read_published_schema() == capsys.readouterr().out


def test_validate_exits_with_0_for_valid_scenarios(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", "validate", *find_bundled_files()]) == 0
    assert capsys.readouterr().err == ""


def test_explain_prints_timeline_or_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenario", "explain", "late-webhook"]) == 0
    assert "  2. 12s later: processing\n" in capsys.readouterr().out
    assert main(["scenario", "explain", "late-webhook", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "late-webhook"


PAGING_PROGRAM = "from twilio.rest import Client; print(len(Client().recordings.list(page_size=50)))"
PAGING_SCENARIO = "recordings: []\ncorpus: {count: 120, mix: {status: {completed: 1}}}\nexpect: "


@pytest.mark.parametrize(
    ("expected", "code", "verdict"),
    [
        ("[{op: list_recordings, min: 2, followed_next_page: true}]", 0, "recmock: met: "),
        ("[{op: list_recordings, max: 1}]", 1, "recmock: NOT MET: "),
        ("[]", 0, ""),
    ],
)
def test_run_checks_expectations_after_program(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], expected: str, code: int, verdict: str
) -> None:
    scenario_file = write_scenario(tmp_path, f"{PAGING_SCENARIO}{expected}")
    assert main(["scenario", "run", scenario_file, "--seed", "7", "--", sys.executable, "-c", PAGING_PROGRAM]) == code
    out, err = capfd.readouterr()
    assert out == "120\n"
    assert err.startswith(verdict)
    assert len(err.splitlines()) == (1 if verdict else 0)


ORDERED_SCENARIO = """
clock: {mode: frozen}
recordings:
  - {id: late, status: processing, timeline: [{after: {fetches: 2}, status: completed}]}
expect:
  - {op: fetch_recording_media, sid: late, after: {status: completed}, within: 1m}
"""
DOWNLOAD_PROGRAM = """
import os, urllib.request, urllib.error, base64
sid, token = os.environ["TWILIO_ACCOUNT_SID"], os.environ["TWILIO_AUTH_TOKEN"]
def get(path):
    request = urllib.request.Request(f"https://api.twilio.com/2010-04-01/Accounts/{sid}/{path}")
    request.add_header("Authorization", "Basic " + base64.b64encode(f"{sid}:{token}".encode()).decode())
    try:
        with urllib.request.urlopen(request) as response:
            return response.read()
    except urllib.error.HTTPError as error:
        return error.close()
import json
recording = json.loads(get("Recordings.json"))["recordings"][0]["sid"]
if EARLY: get(f"Recordings/{recording}.mp3")
while json.loads(get(f"Recordings/{recording}.json"))["status"] != "completed": pass
if LATE: urllib.request.urlopen(f"{os.environ['RECMOCK_URL']}/_mock/accounts/demo/clock", b'{"advance": "61s"}').close()
get(f"Recordings/{recording}.mp3")
"""


def test_run_fails_client_that_fetches_media_too_late(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    scenario_file = write_scenario(tmp_path, ORDERED_SCENARIO)
    program = DOWNLOAD_PROGRAM.replace("EARLY", "False").replace("LATE", "True")
    assert main(["scenario", "run", scenario_file, "--count", "0", "--", sys.executable, "-c", program]) == 1
    verdict, *broken = capfd.readouterr().err.splitlines()
    assert verdict.startswith("recmock: NOT MET: Expected fetch_recording_media with sid RE")
    assert verdict.endswith(": only after the status completed, first within 1m, found 1.")
    assert [line.partition(": ")[2].partition(" ")[0] for line in broken] == ["GET"]


@pytest.mark.parametrize(("is_early", "code"), [(False, 0), (True, 1)], ids=["waits", "early"])
def test_run_fails_client_that_fetches_media_before_completed(
    is_early: bool, code: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    scenario_file = write_scenario(tmp_path, ORDERED_SCENARIO)
    program = DOWNLOAD_PROGRAM.replace("EARLY", str(is_early)).replace("LATE", "False")
    assert main(["scenario", "run", scenario_file, "--count", "0", "--", sys.executable, "-c", program]) == code
    lines = capfd.readouterr().err.splitlines()
    assert [line.partition(": ")[2].partition(": ")[0] for line in lines[:1]] == ["NOT MET" if is_early else "met"]
    assert [line.startswith("  broken by 1: GET /2010-04-01/Accounts/") for line in lines[1:]] == [True] * is_early
    assert all(line.endswith("404: just before the status completed") for line in lines[1:])


def test_run_returns_exit_code_of_failed_program(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    scenario_file = write_scenario(tmp_path, "expect: [{op: list_recordings, min: 1}]")
    assert main(["scenario", "run", scenario_file, "--", "sh", "-c", "exit 5"]) == 5
    assert capfd.readouterr().err.startswith("recmock: NOT MET: Expected list_recordings at least")


@pytest.mark.parametrize(("file", "code"), [("nowhere", 127), ("mine.yaml", 126)])
def test_run_skips_expectations_when_program_cannot_start(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], file: str, code: int
) -> None:
    scenario_file = write_scenario(tmp_path, "expect: [{op: list_recordings, min: 1}]")
    assert main(["scenario", "run", scenario_file, "--", str(tmp_path / file)]) == code
    err = capsys.readouterr().err
    assert err.startswith(f"recmock: cannot run {tmp_path / file}: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["happy-path"], "such as recmock scenario run happy-path -- python app.py, found none."),
        (["happy-path", "--"], "expected a command after --"),
        (["happy-pth", "--", "true"], "happy-pth: expected a file or one of the bundled scenarios"),
        (["--count", "many", "happy-path", "--", "true"], "--count: expected a whole number"),
    ],
)
def test_invalid_run_arguments_print_one_line_message(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["scenario", "run", *arguments]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1


def test_run_ignores_recmock_scenario_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECMOCK_SCENARIO", "nothing-of-this-name")
    assert main(["scenario", "run", "empty-account", "--", "true"]) == 0


def test_scenario_that_does_not_fit_corpus_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    scenario_file = write_scenario(tmp_path, "corpus: {count: 1000000, span: 1s}")
    for command in (["scenario", "run", scenario_file], ["exec", "--scenario", scenario_file]):
        assert main([*command, "--", "true"]) == 2
        assert "recmock: corpus.span: expected a span of at least" in (err := capsys.readouterr().err)
        assert err.endswith("found 1s.\n")
    scenario_file = write_scenario(
        tmp_path, "pick: [{id: a, count: 5, where: {status: completed}, timeline: [{status: deleted}]}]"
    )
    assert main(["scenario", "run", scenario_file, "--count", "1", "--", "true"]) == 2
    assert capsys.readouterr().err.startswith("recmock: --scenario: ")


def test_run_forwards_interrupt_and_checks_expectations(tmp_path: Path) -> None:
    scenario_file = write_scenario(tmp_path, "expect: [{op: list_recordings, min: 1}]")
    program = "import signal, sys; print('ready', flush=True); signal.sigwait([2]); sys.exit(0)"
    blocking_program = f"import signal; signal.pthread_sigmask(signal.SIG_BLOCK, [2]); {program}"
    with subprocess.Popen(
        [*RUN_COMMAND, scenario_file, "--", sys.executable, "-c", blocking_program],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 1
        assert process.stderr.read().startswith("recmock: NOT MET: ")


def test_closed_output_pipe_is_not_an_error() -> None:
    command = f"{sys.executable} -m mockserver scenario list | head -c 0; exit ${{PIPESTATUS[0]}}"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False, timeout=60)
    assert (result.returncode, result.stderr) == (0, "")
