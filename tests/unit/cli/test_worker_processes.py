"""The parent of workers, with small programs in their place."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mockserver.cli import worker_processes
from mockserver.cli.errors import CommandError
from mockserver.cli.worker_pipes import END_SECONDS
from mockserver.cli.worker_processes import make_worker_command, run_workers
from mockserver.server.listening_sockets import adopt, bind_all
from mockserver.settings.machine_clock import stopwatch
from mockserver.settings.parsing import Address
from mockserver.settings.settings import Settings
from mockserver.settings.store_url import StoreUrl
from tests.sockets import LONG_TIMEOUT

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no workers")
SETTINGS = Settings(listen=Address("127.0.0.1", 0), store=StoreUrl(Path("unused.db")), workers=2)
SAY_READY = """
import os, signal, sys, time
parent, ready, *sockets = map(int, os.environ["_RECMOCK_WORKER_PIPES"].split(","))
is_first = ready >= 0
if is_first:
    os.write(ready, b"1")
    os.close(ready)
def end_parent():
    os.kill(os.getppid(), signal.SIGTERM)
"""
"""The beginning of a worker that serves at once."""
WAIT = "\nos.read(parent, 1)"


@pytest.fixture(autouse=True)
def limit() -> Iterator[None]:
    """End the parent if a test goes wrong."""
    timer = threading.Timer(LONG_TIMEOUT, os.kill, (os.getpid(), signal.SIGTERM))
    timer.start()
    yield
    timer.cancel()


def run(monkeypatch: pytest.MonkeyPatch, program: str, settings: Settings = SETTINGS) -> int:
    """Run workers that are a Python program."""
    monkeypatch.setattr(worker_processes, "make_worker_command", lambda *_: [sys.executable, "-c", program])
    return run_workers(settings, os.environ)


def test_end_of_workers_is_that_of_the_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    program = f"{SAY_READY}\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nif not is_first: end_parent(){WAIT}"
    assert run(monkeypatch, program) == 0


def test_worker_that_cannot_save_at_its_end_gives_its_exit_code(monkeypatch: pytest.MonkeyPatch) -> None:
    program = f"{SAY_READY}\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(2))\nif is_first: end_parent(){WAIT}"
    assert run(monkeypatch, program) == 2


def test_second_signal_kills_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first worker does not end when it is asked to, and sends the second signal."""
    program = f"{SAY_READY}\nsignal.signal(signal.SIGTERM, lambda *_: end_parent())\nif is_first: end_parent()"
    start = stopwatch()
    assert run(monkeypatch, f"{program}\nwhile True: time.sleep(60)") == 0
    assert stopwatch() - start < END_SECONDS / 2


def test_worker_that_does_not_end_is_killed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_processes, "END_SECONDS", 0.1)
    program = f"{SAY_READY}\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nif is_first: end_parent()"
    assert run(monkeypatch, f"{program}\nwhile True: time.sleep(60)") == 0


def test_workers_that_die_are_started_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first start is that of a worker that serves; the file counts the later ones."""
    program = f"""{SAY_READY}
if not is_first:
    with open({str(tmp_path / "starts")!r}, "a") as file:
        file.write("x")
        file.flush()
        if file.tell() == 3: end_parent()
        elif file.tell() == 2: os.kill(os.getpid(), signal.SIGKILL)
        else: sys.exit(3)
{WAIT}"""
    assert run(monkeypatch, program) == 0
    assert capsys.readouterr().err == (
        "recmock: worker 2 ended with exit code 3 and is started again.\n"
        "recmock: worker 2 ended with signal SIGKILL and is started again.\n"
    )


@pytest.mark.parametrize(
    ("last_words", "code", "sentence"),
    [
        ("sys.exit(2)", 2, ""),
        ("sys.exit(0)", 0, ""),
        ("os.kill(os.getpid(), 9)", 137, "recmock: worker 1 ended with signal SIGKILL before it served.\n"),
    ],
)
def test_first_worker_that_does_not_serve_ends_the_parent(
    last_words: str, code: int, sentence: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, f"import os, sys\n{last_words}") == code
    assert capfd.readouterr().err == sentence


def test_parent_that_is_asked_to_end_before_a_worker_serves_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    program = "import os, signal, time\nos.kill(os.getppid(), signal.SIGINT)\nwhile True: time.sleep(60)"
    assert run(monkeypatch, program) == 0


def test_program_that_cannot_be_started_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_processes, "make_worker_command", lambda *_: ["/missing/program"])
    with pytest.raises(CommandError, match="--workers: cannot start a process: No such file"):
        run_workers(SETTINGS, os.environ)


def test_worker_that_cannot_be_started_again_is_tried_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    script, sentences = tmp_path / "worker", []
    script.write_text(f"#!{sys.executable}\n{SAY_READY}\nos.unlink(sys.argv[0]){WAIT}")
    script.chmod(0o700)

    def note(sentence: str) -> int:
        sentences.append(sentence)
        if len(sentences) == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return 2

    monkeypatch.setattr(worker_processes, "print_error", note)
    monkeypatch.setattr(worker_processes, "make_worker_command", lambda *_: [str(script)])
    start_again = worker_processes._Parent._start_again

    def start_without_script(parent: worker_processes._Parent, worker: worker_processes._Worker) -> None:
        while script.exists():
            threading.Event().wait(0.001)
        start_again(parent, worker)

    monkeypatch.setattr(worker_processes._Parent, "_start_again", start_without_script)
    assert run_workers(SETTINGS, os.environ) == 0
    assert sentences == ["worker 2 cannot start (No such file or directory) and is started again."] * 2


def test_pause_before_a_start_grows_while_workers_live_shortly(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(worker_processes, "stopwatch", lambda: now)
    worker, pauses = worker_processes._Worker(1), []
    for life in (0.5, 0.5, 0.5, 60.0, 0.5, *[0.5] * 7):
        worker.started_at = now - life
        worker.plan_restart("ended", 1.0)
        pauses.append(worker.start_at - now)
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0])


def test_workers_have_the_arguments_and_t0_of_their_parent(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    words = ["serve", "--now", "today"]
    now = ["--now", "1970-01-02T00:00:00Z"]
    expected = [sys.executable, "-P", "-m", "mockserver", *words, *now]
    assert make_worker_command(Settings(now=24 * 3600), words) == expected
    assert make_worker_command(Settings(), ["--port", "0"])[-2:] == ["--port", "0"]


@pytest.mark.skipif(sys.flags.safe_path, reason="this Python keeps the working directory out of sys.path")
def test_workers_search_the_working_directory_only_as_their_parent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [str(Path.cwd()), *sys.path])
    assert make_worker_command(Settings(), []) == [sys.executable, "-m", "mockserver"]


def test_workers_beyond_loopback_have_one_control_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "tokens"
    program = f"""{SAY_READY}
with open({str(file)!r}, "a") as output:
    output.write(os.environ["RECMOCK_CONTROL_TOKEN"] + " ")
if not is_first: end_parent()
{WAIT}"""
    settings = Settings(listen=Address("0.0.0.0", 0), store=StoreUrl(Path("unused.db")), workers=2)
    assert run(monkeypatch, program, settings) == 0
    first, second = file.read_text().split()
    assert first == second
    assert len(first) > 20


def test_adopted_sockets_listen_as_before() -> None:
    with bind_all(Address("localhost", 0)) as bound, adopt([os.dup(own.fileno()) for own in bound]) as adopted:
        assert adopted.addresses == bound.addresses
        assert all(
            not own.getblocking() and own.family == other.family for own, other in zip(adopted, bound, strict=True)
        )
