"""`recmock serve --scenario FILE`: what changes while it runs."""

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
from mockserver.control.client.connection import Line
from mockserver.mock import Mock
from tests.harness import corpus_settings
from tests.integration.test_command import Served

FIRST = "name: first\nrecordings: [{id: one}]\n"
SECOND = "name: second\nrecordings: [{id: another}]\n"
Edit = Callable[[], object]
Watched = Callable[..., list[str]]

_stamp = iter(range(1_700_000_000, 1_800_000_000))


def write(file: Path, text: str | bytes) -> None:
    """Write a file whose time differs from all before, however fast the disk is."""
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    os.utime(file, (at := next(_stamp), at))


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    write(Path("mine.yaml"), FIRST)
    return Path("mine.yaml")


@pytest.fixture
def mock(file: Path) -> Mock:
    return Mock(corpus_settings())


@pytest.fixture
def watched(mock: Mock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Watched:
    """Return what is said while edits happen, one before each look; None is a look without one."""

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


def playing(mock: Mock) -> str:
    assert mock.scenario is not None
    return mock.scenario.name


def test_a_change_is_played_once_it_is_whole(watched: Watched, mock: Mock, file: Path) -> None:
    said = watched(lambda: write(file, "name: sec"), lambda: write(file, SECOND), None, None, None)
    assert said == ["recmock: mine.yaml changed: every account restarts."]
    assert playing(mock) == "second"


def test_a_wrong_change_leaves_everything_as_it_was(watched: Watched, mock: Mock, file: Path) -> None:
    before = []

    def look() -> None:
        before.append(mock.account(mock.demo.sid))

    said = watched(look, lambda: write(file, "nme: x"), None, None, None, look)
    assert len(said) == 1
    assert said[0].startswith("recmock: mine.yaml:1: ")
    assert said[0].endswith(" The server keeps the scenario that it has.")
    assert playing(mock) == "first"
    assert before[0] is before[1]


def test_a_wrong_change_is_mended(watched: Watched, mock: Mock, file: Path) -> None:
    said = watched(lambda: write(file, "nme: x"), None, lambda: write(file, SECOND), None)
    assert said[1:] == ["recmock: mine.yaml changed: every account restarts."]
    assert playing(mock) == "second"


def test_a_file_may_be_gone_for_a_moment(watched: Watched, mock: Mock, file: Path) -> None:
    stat = file.stat()

    def back() -> None:
        write(file, FIRST)
        os.utime(file, ns=(stat.st_atime_ns, stat.st_mtime_ns))

    assert watched(file.unlink, back, None, None) == []
    assert watched(file.unlink, lambda: write(file, SECOND), None, None) == [
        "recmock: mine.yaml changed: every account restarts."
    ]
    assert playing(mock) == "second"


def test_a_file_that_is_gone_is_told_and_may_come_back(watched: Watched, mock: Mock, file: Path) -> None:
    away = Path("away.yaml")
    said = watched(lambda: file.rename(away), None, None, lambda: away.rename(file), None, None)
    assert len(said) == 1
    assert said[0].startswith("recmock: mine.yaml: expected a file or one of the bundled scenarios")
    assert playing(mock) == "first"


def test_saved_recordings_are_watched_too(watched: Watched, mock: Mock, file: Path) -> None:
    saved = Path("saved.json")
    body = {"sid": "RE" + "1" * 32, "status": "completed"}
    write(saved, json.dumps([body]))
    write(file, "recordings: saved.json")
    said = watched(
        lambda: write(saved, json.dumps([body, body | {"sid": "RE" + "2" * 32}])), None, lambda: write(saved, "{"), None
    )
    assert said[0] == "recmock: saved.json changed: every account restarts."
    assert said[1].startswith("recmock: mine.yaml:1: recordings: saved.json:")
    assert mock.scenario is not None
    assert len(mock.scenario.recordings) == 2


def test_a_sound_that_comes_later_makes_a_scenario_right(watched: Watched, mock: Mock, file: Path) -> None:
    sound = Path("hello.wav")
    heard = "name: heard\nrecordings: [{status: completed, media: hello.wav}, 5]"
    right = heard.replace(", 5", "")
    said = watched(
        lambda: write(file, heard), None, lambda: write(file, right), None, lambda: write(sound, b"RIFF"), None
    )
    assert [each.rpartition(": ")[2] for each in said[-1:]] == ["every account restarts."]
    assert "found none called 'hello.wav'" in said[1]
    assert said[2].startswith("recmock: hello.wav changed")
    assert playing(mock) == "heard"
    assert watched(lambda: write(sound, b"RIFFRIFF"), None, None) == []  # it is read when it is asked for


def test_what_the_corpus_has_no_room_for_is_told(watched: Watched, file: Path) -> None:
    said = watched(lambda: write(file, "corpus: {count: 1000000, span: 1s}"), None)
    assert said[0].startswith("recmock: corpus.span: expected a span of at least ")
    assert said[0].endswith("found 1s. The server keeps the scenario that it has.")


def test_scenarios_that_contradict_each_other_are_told(watched: Watched, mock: Mock, file: Path) -> None:
    said = watched(lambda: write(file, "clock: {mode: real}"), None, names=("mine.yaml", "late-webhook"))
    assert "clock.mode: expected it of one scenario" in said[0]
    assert playing(mock) == "first_and_late-webhook"


def test_bundled_scenarios_and_names_of_no_file_need_no_watch(mock: Mock) -> None:
    asyncio.run(Watch(("happy-path",)).run(mock))  # ends at once
    assert watching._read_stamps([Path("a\0b")]) == {Path("a\0b"): None}


@pytest.mark.parametrize("text", ["[]", "recordings: [5, {media: 5}]", "recordings: {}"])
def test_a_scenario_may_name_no_files(file: Path, text: str) -> None:
    write(file, text)
    assert list(watching._find_files(["mine.yaml"])) == [file]


def test_serve_tells_its_scenarios_and_plays_them_anew(file: Path) -> None:
    served = Served("--listen", "127.0.0.1:0", "--scenario", "mine.yaml", "--scenario", "late-webhook")
    account = AccountClient(Line(served.base_url))
    assert served.process.stderr is not None
    account.clock.advance("1s")
    moved = account.clock.now()
    write(file, "nme: x")
    assert served.process.stderr.readline().endswith(" The server keeps the scenario that it has.\n")
    assert account.clock.now() == moved
    write(file, SECOND)
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
def test_serve_refuses_scenarios_that_cannot_be(
    scenarios: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([word for each in scenarios for word in ("--scenario", each)]) == 2
    assert capsys.readouterr().err.startswith(f"recmock: {message}")
