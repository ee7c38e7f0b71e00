"""The fixture beside libraries that replace threads, time, sockets, `requests` or proxies, as pytest runs it."""

import pytest

from mockserver.app import create_app
from mockserver.mock import Mock
from mockserver.server import listener as server_module
from mockserver.server import server_thread
from mockserver.server.listener import BackgroundServer
from mockserver.testing import MockTwilio
from tests.harness import PLUGIN_ALONE, make_settings
from tests.sockets import LOOP_FACTORIES, LOOPS

pytest_plugins = ["pytester"]

TIMEOUT_SECONDS = 100
CLOSED_PROXY = "http://127.0.0.1:1"


pytestmark = pytest.mark.usefixtures("data_dir")


@pytest.fixture(params=LOOPS)
def loop(request: pytest.FixtureRequest, pytester: pytest.Pytester) -> str:
    """Select the event loop of the server in the subprocess."""
    pytester.makepyfile(
        choose_loop=f"""
        import asyncio
        from mockserver.server import listener

        if {request.param!r} == "asyncio":
            listener._create_event_loop = lambda: asyncio.new_event_loop
        """
    )
    return str(request.param)


def run_and_assert_outcomes(pytester: pytest.Pytester, *arguments: str, **counts: int) -> str:
    result = pytester.runpytest_subprocess(
        "-p", "no:cacheprovider", "-p", "no:randomly", *arguments, timeout=TIMEOUT_SECONDS
    )
    result.assert_outcomes(**counts)
    return result.stdout.str()


USE_EVERYTHING = """
import choose_loop
import requests
from twilio.rest import Client

def test_everything(recmock_env):
    assert len(recmock_env.client().recordings.list(limit=60, page_size=50)) == 60
    assert len(Client().recordings.list(limit=3)) == 3
    for _ in range(2):
        assert requests.get("https://video.twilio.com/", timeout=10).status_code == 404
    recording = recmock_env.recordings.add(status="in-progress", callback=recmock_env.sink.url)
    recmock_env.recordings.transition(recording.sid, "completed", duration=12)
    assert [callback.signature_ok for callback in recmock_env.sink.wait_for(1)] == [True]
    recmock_env.clock.advance("30s")
    recmock_env.requests.assert_called("list_recordings", exactly=3)
"""


def test_fixture_works_beside_gevent(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, loop: str) -> None:
    for name, value in PLUGIN_ALONE.items():  # others import trio, and so before our thread begins
        monkeypatch.setenv(name, value)
    pytest.importorskip("gevent")
    pytester.makeconftest("from gevent import monkey; monkey.patch_all()")
    pytester.makepyfile(USE_EVERYTHING)
    run_and_assert_outcomes(pytester, passed=1)


@pytest.mark.parametrize(
    ("loop", "library", "travel", "year"),
    [
        ("asyncio", "freezegun", "freezegun.freeze_time", 2001),
        ("uvloop", "freezegun", "freezegun.freeze_time", 2090),
        ("asyncio", "time_machine", "time_machine.travel", 2090),
        ("uvloop", "time_machine", "time_machine.travel", 2001),
    ],
    indirect=["loop"],
)
def test_fixture_works_while_time_is_moved(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, loop: str, library: str, travel: str, year: int
) -> None:
    for name, value in PLUGIN_ALONE.items():
        monkeypatch.setenv(name, value)
    pytest.importorskip(library)
    pytester.makeconftest(f"""
        import {library}, pytest

        @pytest.fixture(scope="session", autouse=True)
        def moved_time():
            with {travel}("{year}-01-01"):
                yield
        """)
    pytester.makepyfile(USE_EVERYTHING)
    run_and_assert_outcomes(pytester, passed=1)


USE_DATES = """
from datetime import UTC, date, datetime

from mockserver.testing import MockTwilio

FILE = '''
recordings:
  - id: dated
    date_created: 2039-01-01
    timeline:
      - {status: in-progress}
      - {after: {at: 2041-01-01T00:00:00Z}, status: completed, set: {date_updated: 2041-01-01T00:00:00Z}}
clock: {start: 2040-01-01T00:00:00Z}
'''

def test_dates(recmock):
    recmock.clock.move_to(datetime(2061, 1, 1, tzinfo=UTC))
    for day in ("2060-05-01", date(2060, 5, 2), datetime(2060, 5, 3, tzinfo=UTC)):
        recmock.recordings.add(status="completed", date_created=day)
    listed = recmock.client().recordings.list(date_created_after=datetime(2060, 1, 1), limit=5)
    assert [recording.date_created.day for recording in listed] == [3, 2, 1]
    assert recmock.clock.now() == datetime(2061, 1, 1, tzinfo=UTC)

def test_dates_in_files_and_stores(tmp_path):
    (tmp_path / "dated.yaml").write_text(FILE)
    settings = {"scenario": str(tmp_path / "dated.yaml"), "store": f"sqlite:{tmp_path / 'store.db'}"}
    with MockTwilio(**settings) as mock:
        mock.clock.advance("400d")
        mock.snapshot()
        mock.rollback()
        assert '"2041-01-01T00:00:00' in mock.export()
    with MockTwilio(**settings) as mock:
        assert mock.recordings.get("dated").status == "completed"

def test_dates_in_values(recmock):
    created, at = date(2039, 1, 1), datetime(2041, 1, 1, tzinfo=UTC)
    timeline = [{"status": "in-progress"}, {"after": {"at": at}, "status": "completed"}]
    start = datetime(2040, 1, 1, tzinfo=UTC)
    recordings = [{"id": "dated", "date_created": created, "timeline": timeline}]
    recmock.scenario.arm({"clock": {"start": start}, "recordings": recordings})
    recmock.clock.advance("400d")
    assert recmock.recordings.get("dated").status == "completed"

def test_adversarial_recordings():
    with MockTwilio(profile="adversarial", count=20) as mock:
        assert len(mock.client().recordings.list(limit=20)) == 20
"""


@pytest.mark.parametrize(
    ("library", "travel"), [("freezegun", "freezegun.freeze_time"), ("time_machine", "time_machine.travel")]
)
def test_dates_work_if_everything_is_imported_while_time_is_moved(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, library: str, travel: str
) -> None:
    for name, value in PLUGIN_ALONE.items():
        monkeypatch.setenv(name, value)
    pytest.importorskip(library)
    pytester.makeconftest(f"""
        import {library}

        travel = {travel}("2031-01-01")
        travel.start()

        def pytest_unconfigure():
            travel.stop()
        """)
    pytester.makepyfile(USE_DATES)
    run_and_assert_outcomes(pytester, passed=4)


def test_fixture_works_while_responses_is_active(pytester: pytest.Pytester) -> None:
    pytest.importorskip("responses")
    pytester.makeconftest("""
        import pytest, responses

        @pytest.fixture(scope="session", autouse=True)
        def active_responses():
            with responses.RequestsMock() as active:
                yield active
        """)
    pytester.makepyfile("""
        import pytest, requests

        def test_own_requests_are_not_caught(recmock, active_responses):
            assert len(recmock.client().recordings.list(limit=3)) == 3
            assert recmock.clock.advance("1s") is not None
            recmock.requests.assert_called("list_recordings", exactly=1)
            assert len(active_responses.calls) == 0

        def test_requests_of_the_app_are_caught(recmock):
            with pytest.raises(requests.ConnectionError, match="Connection refused by Responses"):
                requests.get(recmock.url + "/Recordings.json")
        """)
    run_and_assert_outcomes(pytester, passed=2)


@pytest.mark.parametrize(
    ("present", "during"),
    [
        ({}, ("127.0.0.1", "127.0.0.1")),
        ({"NO_PROXY": "a.test"}, ("a.test,127.0.0.1", "a.test,127.0.0.1")),
        ({"NO_PROXY": "a.test", "no_proxy": "b.test"}, ("a.test,127.0.0.1", "b.test,127.0.0.1")),
        ({"no_proxy": "*"}, (None, "*")),
        ({"NO_PROXY": "a.test,127.0.0.1"}, ("a.test,127.0.0.1", None)),
    ],
)
def test_apps_requests_to_mock_bypass_proxy(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    present: dict[str, str],
    during: tuple[str | None, str | None],
) -> None:
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, CLOSED_PROXY)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    for name, value in present.items():
        monkeypatch.setenv(name, value)
    pytester.makepyfile(f"""
        import os, requests

        def read():
            return os.environ.get("NO_PROXY"), os.environ.get("no_proxy")

        def test_bypass(recmock):
            assert read() == {during!r}
            assert requests.get(recmock.url + "/Recordings.json", auth=recmock.auth).status_code == 200

        def test_restored():
            assert read() == {(present.get("NO_PROXY"), present.get("no_proxy"))!r}

        def test_bypass_when_test_changes_it_first(monkeypatch, recmock):
            monkeypatch.setenv("NO_PROXY", "mine.test")
            monkeypatch.delenv("no_proxy", raising=False)

        def test_restored_again():
            assert read() == {(present.get("NO_PROXY"), present.get("no_proxy"))!r}
        """)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "-p", "no:randomly")
    result.assert_outcomes(passed=4)


@pytest.mark.parametrize(
    "replacement",
    [
        "lambda *_, **__: pytest.fail('no network')",
        "lambda *_, **__: 1 / 0",
        "unittest.mock.MagicMock()",
        "None",
    ],
)
@pytest.mark.parametrize("event_loop", LOOPS)
def test_report_of_test_that_replaces_sockets_shows_account(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, replacement: str, event_loop: str
) -> None:
    monkeypatch.setattr(server_module, "_create_event_loop", lambda: LOOP_FACTORIES[event_loop])
    pytester.makepyfile(f"""
        import socket, unittest.mock
        import pytest

        def test_without_network(recmock, monkeypatch):
            monkeypatch.setattr(socket, "socket", {replacement})
            assert False
        """)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*recmock account AC*", "clock: *"])


@pytest.mark.parametrize("error", ["ValueError('bad\\nsecond line')", "pytest.fail.Exception('bad')"])
def test_report_that_cannot_be_made_is_one_line(pytester: pytest.Pytester, error: str) -> None:
    pytester.makepyfile(f"""
        import pytest

        def test_fails(recmock, monkeypatch):
            def fail(*_):
                raise {error}

            monkeypatch.setattr("mockserver.control.text.describe_clock", fail)
            assert False
        """)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*recmock account AC*", "cannot be shown: *: bad"])
    assert "second line" not in result.stdout.str().partition("recmock account")[2]


def test_library_that_blocks_server_is_named(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        socket_blocker="""
        class SocketBlockedError(RuntimeError):
            pass

        def block(*_, **__):
            raise SocketBlockedError("A test tried to use socket.socket.")
        """,
        test_blocked="""
        import pytest, socket, socket_blocker

        @pytest.fixture(scope="session", autouse=True)
        def blocked():
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(socket, "socket", socket_blocker.block)
                yield

        def test_server(recmock): ...
        """,
    )
    output = run_and_assert_outcomes(pytester, errors=1)
    expected = "recmock: expected to start a server on 127.0.0.1, but socket_blocker raised SocketBlockedError: A test"
    assert expected in output
    assert "Traceback" not in output


@pytest.mark.parametrize("error", ["ZeroDivisionError()", "OSError('no space')"])
def test_error_of_no_library_keeps_its_traceback(pytester: pytest.Pytester, error: str) -> None:
    pytester.makepyfile(f"""
        import pytest

        @pytest.fixture(scope="session", autouse=True)
        def broken():
            def fail(*_):
                raise {error}

            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("mockserver.server.listener.bind_all", fail)
                yield

        def test_server(recmock): ...
        """)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"*{error.partition('(')[0]}*"])


@pytest.fixture
def green_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the server and its client believe that a library has replaced Python's threads."""
    for module in ("mockserver.server.server_thread", "mockserver.control.client.http_connection"):
        monkeypatch.setattr(f"{module}.has_green_threads", lambda: True)


@pytest.mark.usefixtures("green_threads")
def test_server_runs_in_native_thread_beside_green_threads() -> None:
    with MockTwilio(count=5) as mock:
        assert len(mock.client().recordings.list(limit=3)) == 3
        assert mock.state().account_sid == mock.account_sid


@pytest.mark.usefixtures("green_threads")
def test_native_thread_ends_with_its_server() -> None:
    with BackgroundServer(create_app(Mock(make_settings()))) as server:
        thread = server._thread
        assert isinstance(thread, server_thread.NativeThread)
        assert thread.is_alive()
    assert not thread.is_alive()


def test_native_executor_returns_results_and_errors() -> None:
    with server_thread.NativeExecutor() as executor:
        assert executor.submit(lambda number: number + 1, 2).result(10) == 3
        assert isinstance(executor.submit(lambda: 1 / 0).exception(10), ZeroDivisionError)


def test_wait_for_ends_when_time_is_up() -> None:
    assert not server_thread.wait_for(lambda: False, 0.0)
