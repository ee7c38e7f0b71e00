"""`recmock serve --scenario FILE`, with files that change while it runs."""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mockserver.cli import reload as watching
from mockserver.cli.main import main
from mockserver.cli.mock_setup import combine_scenarios, load_scenarios
from mockserver.cli.reload import Watch
from mockserver.control.client.account import AccountClient
from mockserver.control.client.connection import ControlConnection
from mockserver.mock import Mock
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
    os.utime(file, (at := next(_timestamps), at))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write_file(Path("mine.yaml"), FIRST_SCENARIO)
    return Path("mine.yaml")


@pytest.fixture
def mock(file: Path) -> Mock:
    return Mock(make_settings())


@pytest.fixture
def watched(mock: Mock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> RunReloader:
    """Return the output while edits happen, one before each check. None is a check without an edit."""

    def run(*edits: Edit | None, names: tuple[str, ...] = ("mine.yaml",)) -> list[str]:
        left: Iterator[Edit | None] = iter(edits)

        async def pause(seconds: float) -> None:
            try:
                edit = next(left)
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


def test_changed_file_is_loaded_when_it_is_complete(watched: RunReloader, mock: Mock, file: Path) -> None:
    said = watched(lambda: write_file(file, "name: sec"), lambda: write_file(file, SECOND_SCENARIO), None, None, None)
    assert said == ["recmock: mine.yaml changed: every account restarts."]
    assert get_scenario_name(mock) == "second"


def test_invalid_change_keeps_previous_scenario(watched: RunReloader, mock: Mock, file: Path) -> None:
    before = []

    def look() -> None:
        before.append(mock.account(mock.demo.sid))

    said = watched(look, lambda: write_file(file, "nme: x"), None, None, None, look)
    assert len(said) == 1
    assert said[0].startswith("recmock: mine.yaml:1: ")
    assert said[0].endswith(" The server keeps the scenario that it has.")
    assert get_scenario_name(mock) == "first"
    assert before[0] is before[1]


def test_corrected_change_is_loaded(watched: RunReloader, mock: Mock, file: Path) -> None:
    said = watched(lambda: write_file(file, "nme: x"), None, lambda: write_file(file, SECOND_SCENARIO), None)
    assert said[1:] == ["recmock: mine.yaml changed: every account restarts."]
    assert get_scenario_name(mock) == "second"


def test_briefly_missing_file_is_not_reported(watched: RunReloader, mock: Mock, file: Path) -> None:
    stat = file.stat()

    def back() -> None:
        write_file(file, FIRST_SCENARIO)
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert watched(file.unlink, back, None, None) == []
    assert watched(file.unlink, lambda: write_file(file, SECOND_SCENARIO), None, None) == [
        "recmock: mine.yaml changed: every account restarts."
    ]
    assert get_scenario_name(mock) == "second"


def test_missing_file_is_reported_and_can_return(watched: RunReloader, mock: Mock, file: Path) -> None:
    away = Path("away.yaml")
    said = watched(lambda: file.rename(away), None, None, lambda: away.rename(file), None, None)
    assert len(said) == 1
    assert said[0].startswith("recmock: mine.yaml: expected a file or one of the bundled scenarios")
    assert get_scenario_name(mock) == "first"


def test_saved_recordings_file_is_watched(watched: RunReloader, mock: Mock, file: Path) -> None:
    saved = Path("saved.json")
    body = {"sid": "RE" + "1" * 32, "status": "completed"}
    write_file(saved, json.dumps([body]))
    write_file(file, "recordings: saved.json")
    said = watched(
        lambda: write_file(saved, json.dumps([body, body | {"sid": "RE" + "2" * 32}])),
        None,
        lambda: write_file(saved, "{"),
        None,
    )
    assert said[0] == "recmock: saved.json changed: every account restarts."
    assert said[1].startswith("recmock: mine.yaml:1: recordings: saved.json:")
    assert mock.scenario is not None
    assert len(mock.scenario.recordings) == 2


def test_scenario_is_loaded_when_missing_media_file_appears(watched: RunReloader, mock: Mock, file: Path) -> None:
    sound = Path("hello.wav")
    heard = "name: heard\nrecordings: [{status: completed, media: hello.wav}, 5]"
    right = heard.replace(", 5", "")
    said = watched(
        lambda: write_file(file, heard),
        None,
        lambda: write_file(file, right),
        None,
        lambda: write_file(sound, b"RIFF"),
        None,
    )
    assert [each.rpartition(": ")[2] for each in said[-1:]] == ["every account restarts."]
    assert "found none called 'hello.wav'" in said[1]
    assert said[2].startswith("recmock: hello.wav changed")
    assert get_scenario_name(mock) == "heard"
    assert (
        watched(lambda: write_file(sound, b"RIFFRIFF"), None, None) == []
    )  # media are read when a client requests them


def test_impossible_corpus_is_reported(watched: RunReloader, file: Path) -> None:
    said = watched(lambda: write_file(file, "corpus: {count: 1000000, span: 1s}"), None)
    assert said[0].startswith("recmock: corpus.span: expected a span of at least ")
    assert said[0].endswith("found 1s. The server keeps the scenario that it has.")


def test_conflicting_scenarios_are_reported(watched: RunReloader, mock: Mock, file: Path) -> None:
    said = watched(lambda: write_file(file, "clock: {mode: real}"), None, names=("mine.yaml", "late-webhook"))
    assert "clock.mode: expected in one scenario only" in said[0]
    assert get_scenario_name(mock) == "first_and_late-webhook"


def test_bundled_scenarios_are_not_watched(mock: Mock) -> None:
    asyncio.run(Watch(("happy-path",)).run(mock))  # returns at once
    assert watching._read_stamps([Path("a\0b")]) == {Path("a\0b"): None}


@pytest.mark.parametrize("text", ["[]", "recordings: [5, {media: 5}]", "recordings: {}"])
def test_scenario_without_other_files_watches_only_itself(file: Path, text: str) -> None:
    write_file(file, text)
    assert list(watching._find_files(["mine.yaml"])) == [file]


def test_serve_prints_scenarios_and_reloads_changed_file(file: Path) -> None:
    served = ServeProcess("--listen", "127.0.0.1:0", "--scenario", "mine.yaml", "--scenario", "late-webhook")
    account = AccountClient(ControlConnection(served.base_url))
    assert served.process.stderr is not None
    account.clock.advance("1s")
    moved = account.clock.now()
    write_file(file, "nme: x")
    assert served.process.stderr.readline().endswith(" The server keeps the scenario that it has.\n")
    assert account.clock.now() == moved
    write_file(file, SECOND_SCENARIO)
    assert served.process.stderr.readline() == "recmock: mine.yaml changed: every account restarts.\n"
    assert account.clock.now() < moved
    assert account.state().scenario == "second_and_late-webhook"
    assert account.recordings.get("another").handle == "another"
    code, out, err = served.stop(signal.SIGINT)
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
    assert main([word for each in scenarios for word in ("--scenario", each)]) == 2
    assert capsys.readouterr().err.startswith(f"recmock: {message}")
