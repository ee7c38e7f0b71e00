"""`recmock serve --scenario FILE`, with files that change while it runs."""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mockserver.cli import reload as watching
from mockserver.cli.mock_setup import combine_scenarios, load_scenarios
from mockserver.cli.reload import Watch
from mockserver.control.client.account import AccountClient
from mockserver.control.client.connection import ControlConnection
from mockserver.mock import Mock
from tests.commands import main
from tests.harness import make_settings
from tests.integration.test_command import ServeProcess

FIRST_SCENARIO = "name: first\nrecordings: [{id: one}]\n"
SECOND_SCENARIO = "name: second\nrecordings: [{id: another}]\n"
Edit = Callable[[], object]
RunReloader = Callable[..., list[str]]

_timestamps = iter(range(1_700_000_000, 1_800_000_000))


def write_file(file: Path, text: str | bytes) -> None:
    """Write a file with a new modification time, however fast the disk is."""
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(file, (timestamp := next(_timestamps), timestamp))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_file(Path("mine.yaml"), FIRST_SCENARIO)
    return Path("mine.yaml")


@pytest.fixture
def mock(file: Path) -> Mock:
    return Mock(make_settings())


@pytest.fixture
def run_reloader(mock: Mock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunReloader:
    """Return the output while edits happen, one before each check. None is a check without an edit."""

    def run(*edits: Edit | None, names: tuple[str, ...] = ("mine.yaml",)) -> list[str]:
        remaining_edits: Iterator[Edit | None] = iter(edits)

        async def pause(seconds: float) -> None:
            try:
                edit = next(remaining_edits)
            except StopIteration:
                raise asyncio.CancelledError from None
            if edit is not None:
                edit()

        monkeypatch.setattr(watching, "real_pause", pause)
        watch = Watch(names)
        mock.replace_scenario(combine_scenarios(load_scenarios(names)))
        with pytest.raises(asyncio.CancelledError):
            asyncio.run(watch.run(mock))
        return capsys.readouterr().err.splitlines()

    return run


def get_scenario_name(mock: Mock) -> str:
    assert mock.scenario is not None
    return mock.scenario.name


def test_changed_file_is_loaded_when_it_is_complete(run_reloader: RunReloader, mock: Mock, file: Path) -> None:
    lines = run_reloader(
        lambda: write_file(file, "name: sec"), lambda: write_file(file, SECOND_SCENARIO), None, None, None
    )
    assert lines == ["recmock: mine.yaml changed: every account restarts."]
    assert get_scenario_name(mock) == "second"


def test_invalid_change_keeps_previous_scenario(run_reloader: RunReloader, mock: Mock, file: Path) -> None:
    before = []

    def record_account() -> None:
        before.append(mock.account(mock.demo.sid))

    lines = run_reloader(record_account, lambda: write_file(file, "nme: x"), None, None, None, record_account)
    assert len(lines) == 1
    assert lines[0].startswith("recmock: mine.yaml:1: ")
    assert lines[0].endswith(" The server keeps the scenario that it has.")
    assert get_scenario_name(mock) == "first"
    assert before[0] is before[1]


def test_corrected_change_is_loaded(run_reloader: RunReloader, mock: Mock, file: Path) -> None:
    lines = run_reloader(lambda: write_file(file, "nme: x"), None, lambda: write_file(file, SECOND_SCENARIO), None)
    assert lines[1:] == ["recmock: mine.yaml changed: every account restarts."]
    assert get_scenario_name(mock) == "second"


def test_briefly_missing_file_is_not_reported(run_reloader: RunReloader, mock: Mock, file: Path) -> None:
    stat = file.stat()

    def restore_file() -> None:
        write_file(file, FIRST_SCENARIO)
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert run_reloader(file.unlink, restore_file, None, None) == []
    assert run_reloader(file.unlink, lambda: write_file(file, SECOND_SCENARIO), None, None) == [
        "recmock: mine.yaml changed: every account restarts."
    ]
    assert get_scenario_name(mock) == "second"


def test_missing_file_is_reported_and_can_return(run_reloader: RunReloader, mock: Mock, file: Path) -> None:
    renamed_file = Path("away.yaml")
    lines = run_reloader(lambda: file.rename(renamed_file), None, None, lambda: renamed_file.rename(file), None, None)
    assert len(lines) == 1
    assert lines[0].startswith("recmock: mine.yaml: expected a file or one of the bundled scenarios")
    assert get_scenario_name(mock) == "first"


def test_saved_recordings_file_is_watched(run_reloader: RunReloader, mock: Mock, file: Path) -> None:
    saved_file = Path("saved.json")
    body = {"sid": "RE" + "1" * 32, "status": "completed"}
    write_file(saved_file, json.dumps([body]))
    write_file(file, "recordings: saved.json")
    lines = run_reloader(
        lambda: write_file(saved_file, json.dumps([body, body | {"sid": "RE" + "2" * 32}])),
        None,
        lambda: write_file(saved_file, "{"),
        None,
    )
    assert lines[0] == "recmock: saved.json changed: every account restarts."
    assert lines[1].startswith("recmock: mine.yaml:1: recordings: saved.json:")
    assert mock.scenario is not None
    assert len(mock.scenario.recordings) == 2


def test_scenario_is_loaded_when_missing_media_file_appears(run_reloader: RunReloader, mock: Mock, file: Path) -> None:
    sound_file = Path("hello.wav")
    invalid_text = "name: heard\nrecordings: [{status: completed, media: hello.wav}, 5]"
    valid_text = invalid_text.replace(", 5", "")
    lines = run_reloader(
        lambda: write_file(file, invalid_text),
        None,
        lambda: write_file(file, valid_text),
        None,
        lambda: write_file(sound_file, b"RIFF"),
        None,
    )
    assert [line.rpartition(": ")[2] for line in lines[-1:]] == ["every account restarts."]
    assert "found none called 'hello.wav'" in lines[1]
    assert lines[2].startswith("recmock: hello.wav changed")
    assert get_scenario_name(mock) == "heard"
    assert (
        run_reloader(lambda: write_file(sound_file, b"RIFFRIFF"), None, None) == []
    )  # media are read when a client requests them


def test_impossible_corpus_is_reported(run_reloader: RunReloader, file: Path) -> None:
    lines = run_reloader(lambda: write_file(file, "corpus: {count: 1000000, span: 1s}"), None)
    assert lines[0].startswith("recmock: corpus.span: expected a span of at least ")
    assert lines[0].endswith("found 1s. The server keeps the scenario that it has.")


def test_conflicting_scenarios_are_reported(run_reloader: RunReloader, mock: Mock, file: Path) -> None:
    lines = run_reloader(lambda: write_file(file, "clock: {mode: real}"), None, names=("mine.yaml", "late-webhook"))
    assert "clock.mode: expected in one scenario only" in lines[0]
    assert get_scenario_name(mock) == "first_and_late-webhook"


def test_reloaded_import_is_reported(run_reloader: RunReloader, mock: Mock, file: Path) -> None:
    saved = json.dumps({"recordings": {"recordings": [{"sid": f"RE{'1' * 32}", "call_sid": None}]}})
    first, second = run_reloader(lambda: write_file(file, saved), None, None, None)
    assert first == "recmock: mine.yaml changed: every account restarts."
    assert second.startswith("recmock: import: call_sid: null stays on Twilio's wire")


def test_bundled_scenarios_are_not_watched(mock: Mock) -> None:
    asyncio.run(Watch(("happy-path",)).run(mock))  # returns at once
    assert watching._read_stamps([Path("a\0b")]) == {Path("a\0b"): None}


@pytest.mark.parametrize(
    "text", ["[]", "recordings: [5, {media: 5}]", "calls: [5, {}]\nconferences: x", "recordings: {}"]
)
def test_scenario_without_other_files_watches_only_itself(file: Path, text: str) -> None:
    write_file(file, text)
    assert list(watching._find_files(["mine.yaml"])) == [file]


def test_media_in_calls_and_conferences_are_watched(file: Path) -> None:
    groups = "calls: [{recordings: [{media: a.wav}]}, 5]\nconferences: [{recordings: [{media: b.mp3}, {}]}, {}]\n"
    write_file(file, groups + "recordings: [{media: c.wav}]")
    names = [path.name for path in watching._find_files(["mine.yaml"])]
    assert names == ["mine.yaml", "c.wav", "a.wav", "b.mp3"]


def test_serve_prints_scenarios_and_reloads_changed_file(file: Path) -> None:
    server_process = ServeProcess("--listen", "127.0.0.1:0", "--scenario", "mine.yaml", "--scenario", "late-webhook")
    account = AccountClient(ControlConnection(server_process.base_url))
    assert server_process.process.stderr is not None
    account.clock.advance("1s")
    instant = account.clock.now()
    write_file(file, "nme: x")
    assert server_process.process.stderr.readline().endswith(" The server keeps the scenario that it has.\n")
    assert account.clock.now() == instant
    write_file(file, SECOND_SCENARIO)
    assert server_process.process.stderr.readline() == "recmock: mine.yaml changed: every account restarts.\n"
    assert account.clock.now() < instant
    assert account.state().scenario == "second_and_late-webhook"
    assert account.recordings.get("another").handle == "another"
    code, out, err = server_process.stop(signal.SIGINT)
    assert (code, err) == (0, "")
    assert "\n  scenario     first\n               late-webhook: The file is ready late; " in out


@pytest.mark.parametrize(
    ("scenarios", "message"),
    [
        (["nothing"], "--scenario: nothing: expected a file or one of the bundled scenarios"),
        (["late-webhook", "late-webhook"], "--scenario: expected a recording with the id late in one scenario"),
    ],
)
def test_serve_rejects_invalid_scenarios(
    scenarios: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word for name in scenarios for word in ("--scenario", name)]) == 2
    assert capsys.readouterr().err.startswith(f"recmock: {message}")
