"""A server with a store as a process: killed, stopped, started twice, and reset."""

import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from generators.seeds import derive_auth_token, derive_demo_account_sid
from mockserver.account.storage.store_error import StoreError
from mockserver.cli.errors import CommandError
from mockserver.cli.mock_setup import use_store
from mockserver.mock import Mock
from mockserver.server.workers import membership
from mockserver.settings.parsing import Address
from mockserver.settings.store_url import StoreUrl
from mockserver.testing.handles import MockTwilio
from tests.commands import main
from tests.harness import make_settings

pytestmark = pytest.mark.variant
SID = derive_demo_account_sid("0")
AUTH = (SID, derive_auth_token("0", SID))
START_TIMEOUT = 60.0


@contextmanager
def serve(folder: Path, *flags: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `recmock serve` with a store. Yield the process, and the URL of its account."""
    port_file = folder / "port"
    port_file.unlink(missing_ok=True)
    command = [sys.executable, "-m", "mockserver", "serve", "--listen", "127.0.0.1:0", "--port-file", str(port_file)]
    process = subprocess.Popen(
        [*command, "--store", f"sqlite:{folder / 'store.db'}", "--log", "off", *flags],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + START_TIMEOUT
        while not port_file.exists() or not port_file.read_text():
            assert process.poll() is None, process.communicate()[1]
            assert time.monotonic() < deadline
            time.sleep(0.01)
        yield process, f"http://127.0.0.1:{port_file.read_text().strip()}/2010-04-01/Accounts/{SID}"
    finally:
        process.kill()
        process.communicate()


def test_killed_server_loses_nothing_that_it_has_answered(tmp_path: Path) -> None:
    acknowledged: list[str] = []

    def create(url: str, number: int) -> None:
        call = f"{url}/Calls/CA{number:032x}/Recordings.json"
        with requests.Session() as session:
            while True:
                try:
                    acknowledged.append(session.post(call, auth=AUTH, timeout=10).json()["sid"])
                    session.post(f"{call[:-5]}/{acknowledged[-1]}.json", {"Status": "stopped"}, auth=AUTH, timeout=10)
                except (requests.ConnectionError, KeyError):
                    return

    with ThreadPoolExecutor(4) as pool:
        for round_number in range(2):
            with serve(tmp_path, "--count", "5") as (process, url):
                futures = [pool.submit(create, url, number) for number in range(4)]
                while len(acknowledged) < 40 * (round_number + 1):
                    time.sleep(0.01)
                process.kill()
                for future in futures:
                    future.result()
    with serve(tmp_path, "--count", "5") as (process, url):
        page = requests.get(f"{url}/Recordings.json?PageSize=1000", auth=AUTH, timeout=10).json()
        sids = [recording["sid"] for recording in page["recordings"]]
        assert {*acknowledged} <= {*sids}
        assert len(sids) == len({*sids})
        process.terminate()
        assert process.wait(30) == 0


def test_server_cannot_share_the_file_of_a_test(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(membership, "_START_SECONDS", 0.1)
    store = f"sqlite:{tmp_path / 'store.db'}"
    with MockTwilio(store=store):
        assert main(["serve", "--listen", "127.0.0.1:0", "--store", store]) == 2
        expected = f"expected that no other process uses {tmp_path / 'store.db'}, found one. Stop it, or"
        assert f"recmock: --store: {expected}" in capsys.readouterr().err
        assert main(["store", "reset", store]) == 2
        assert expected in capsys.readouterr().err


def test_server_of_a_test_says_that_the_file_is_in_use(tmp_path: Path) -> None:
    store = f"sqlite:{tmp_path / 'store.db'}"
    with MockTwilio(store=store), pytest.raises(StoreError, match="expected that no other process uses"):
        MockTwilio(store=store).__enter__()
    with MockTwilio(store=store) as mock:  # a resource warning would fail this test: the refused one has no sockets
        assert len(mock.client().recordings.list(limit=5)) == 5


def test_changes_that_cannot_be_saved_at_the_end_are_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mock = Mock(make_settings(store=StoreUrl(tmp_path / "store.db")))
    stored = use_store(mock, Address("127.0.0.1", 4010), lambda: None)
    stored.__enter__()
    assert mock.saver is not None
    monkeypatch.setattr(mock.saver.store, "save", _fail)
    with pytest.raises(CommandError, match="--store: the last changes are lost: disk full"):
        stored.__exit__(None, None, None)


def _fail(*_: object) -> None:
    raise StoreError("disk full")


def test_reset_begins_a_store_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    store = f"sqlite:{tmp_path / 'store.db'}"
    with serve(tmp_path, "--seed", "7"):
        pass
    assert main(["serve", "--listen", "127.0.0.1:0", "--store", store]) == 2
    assert "--seed: expected '7'" in capsys.readouterr().err
    assert main(["store", "reset", store]) == 0
    assert capsys.readouterr().out == f"{store} is empty. The next server begins all accounts again.\n"
    assert list(tmp_path.glob("store.db*")) == []
    with serve(tmp_path):
        pass


@pytest.mark.parametrize(
    ("store", "sentence"),
    [
        ("memory", "expected sqlite:FILE or redis://HOST:PORT, found memory: a server's memory ends with it"),
        ("sqlite:missing.db", "expected a file, found none at missing.db"),
        ("redis://user:secret@127.0.0.1:9/0", "expected a Redis server at redis://user:***@127.0.0.1:9/0, found none"),
        ("redis://user:secret@", "expected memory, sqlite:FILE, or redis://HOST:PORT, found 'redis:...'"),
        ("mongo://user:secret@host", "expected memory, sqlite:FILE, or redis://HOST:PORT, found 'mongo:...'"),
        ("sqlite:", "expected memory, sqlite:FILE, or redis://HOST:PORT, found 'sqlite:...'"),
        ("disk", "expected memory, sqlite:FILE, or redis://HOST:PORT, found 'disk'"),
    ],
)
def test_store_that_cannot_be_reset_is_refused(
    store: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        code: int | str | None = main(["store", "reset", store])
    except SystemExit as end:  # an argument cannot be read
        code = end.code
    assert code == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert "secret" not in error
